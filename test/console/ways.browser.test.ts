import type { Page } from 'playwright-core';
import { describeInBrowser } from './support/browser';
import { settled } from './support/console-pages';
import { machineId } from './support/history';
import { setStage, until, type Stage } from './support/stage';

const live = (page: Page) => page.getByRole('status').getByText('Live', { exact: true });

describeInBrowser('ways of the console', () => {
  let stage: Stage;
  let incident: string;

  beforeAll(async () => {
    stage = await setStage(30);
    const { control } = stage.platform;
    await control.breakMachine('vm-web-prod-weu-01', { kind: 'guest-hung', healedBy: 'restart' });
    const target = machineId('vm-web-prod-weu-01');
    await control.raiseAlert({ kind: 'metric', target, rule: 'alert-vm-availability-prod', severity: 1 });
    incident = await until('the machine was not repaired', async () => {
      const { body } = await stage.api('rae', 'GET', 'incidents');
      return body.incidents[0]?.id;
    });
  }, 120_000);
  afterEach(async () => expect(await stage.leave()).toEqual([]));
  afterAll(() => stage.stop());

  test('the first view is light: what is transferred, how often it is asked, and nothing jumps', async () => {
    const { page, requests, devTools, context } = await stage.as('ada');
    await context.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(globalThis, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
          if (!entry.hadRecentInput) shifts.push(entry.value);
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await devTools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await page.goto(stage.platform.url);
    await live(page).waitFor();
    await settled(page);
    const seen = [...requests];
    const sizes = await Promise.all(
      seen.map(async (request) => ({
        type: request.resourceType(),
        coding: (await (await request.response())?.headerValue('content-encoding')) ?? null,
        bytes: (await request.sizes()).responseBodySize,
      })),
    );
    const scripts = sizes.filter(({ type }) => type === 'script');
    const sum = (all: typeof sizes): number => all.reduce((total, { bytes }) => total + bytes, 0);
    expect(scripts.filter(({ bytes }) => bytes > 1024).every(({ coding }) => coding === 'br')).toBe(true);
    expect(sum(scripts)).toBeGreaterThan(20 * 1024);
    expect(sum(scripts)).toBeLessThanOrEqual(120 * 1024);
    expect(sum(sizes)).toBeLessThanOrEqual(200 * 1024);
    expect(seen.length).toBeLessThanOrEqual(20);
    // Everything comes from the one origin; what does not is a complaint.
    const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts);
    expect(shifts.reduce((total, one) => total + one, 0)).toBeLessThan(0.1);
  }, 60_000);

  test('the palette finds places, resources and incidents; shortcuts are listed', async () => {
    const { page, open } = await stage.as('rae');
    await open('/');
    await page.keyboard.press('/');
    const field = page.getByRole('combobox', { name: 'Search or go to' });
    await field.fill('vm-web-prod-weu-01');
    await page
      .getByRole('option', { name: /^incident/ })
      .first()
      .waitFor();
    await page
      .getByRole('option', { name: /^resource.*vm-web-prod-weu-01/ })
      .first()
      .click();
    await page.getByRole('heading', { level: 1, name: 'vm-web-prod-weu-01' }).waitFor();
    await page.keyboard.press('Control+k');
    await field.fill(incident);
    await page.getByRole('option', { name: /^incident/ }).waitFor();
    // The one that is selected is the first; arrows choose another.
    const found = page.getByRole('listbox', { name: 'Found' });
    while (!/^incident/.test((await found.getByRole('option', { selected: true }).textContent()) ?? '')) {
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/incidents/${incident}`);
    await page.keyboard.press('?');
    const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await list.getByText('Times in local time or in UTC').waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await page.getByRole('heading', { level: 1, name: 'Ledger' }).waitFor();
  }, 60_000);

  test('theme, zone of times and filters outlast a reload; an address that is none says so', async () => {
    const { page, open } = await stage.as('rae');
    await open('/incidents');
    await page.getByRole('button', { name: /^Theme: system/ }).click();
    await page.getByRole('button', { name: /^Theme: light/ }).click();
    await page.getByRole('button', { name: /Local time/ }).click();
    await page.getByRole('combobox', { name: 'Environment' }).selectOption('prod');
    await page.getByRole('searchbox', { name: 'Words' }).fill('vm-web');
    await page.waitForURL('**/incidents?*q=vm-web*');
    await page.reload();
    await page.getByRole('button', { name: /^Theme: dark/ }).waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await page.getByRole('button', { name: /UTC/ }).waitFor();
    expect(await page.getByRole('combobox', { name: 'Environment' }).inputValue()).toBe('prod');
    expect(await page.getByRole('searchbox', { name: 'Words' }).inputValue()).toBe('vm-web');
    await page.getByRole('row').filter({ hasText: 'vm-web-prod-weu-01' }).first().waitFor();
    await open('/no-such-place');
    await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor();
  }, 60_000);

  test('ten thousand incidents, told by a stand-in for the API: few are in the document, and the last can be reached', async () => {
    const { page, open } = await stage.as('rae');
    const { body } = await stage.api('rae', 'GET', 'incidents');
    const [sample] = body.incidents;
    const total = 10_000;
    const begin = Date.parse(sample.startedAt);
    await page.route('**/api/operator/incidents?*', async (route) => {
      const first = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
      const incidents = Array.from({ length: 100 }, (_, index) => ({
        ...sample,
        id: `incident-${String(total - 1 - first - index).padStart(5, '0')}`,
        startedAt: new Date(begin - (first + index) * 60_000).toISOString(),
      }));
      const next = first + incidents.length;
      await route.fulfill({ json: { ...body, incidents, cursor: next < total ? String(next) : null } });
    });
    await open('/incidents');
    const list = page.getByRole('grid', { name: 'Incidents' });
    await list.focus();
    const look = () =>
      page.evaluate(() => ({
        nodes: document.querySelectorAll('*').length,
        last: Math.max(
          ...[...document.querySelectorAll('[role=grid] [role=row]')].map((one) =>
            Number(one.getAttribute('aria-rowindex')),
          ),
        ),
      }));
    let most = 0;
    await until('the last of them was not reached', async () => {
      await page.keyboard.press('End');
      const { nodes, last } = await look();
      most = Math.max(most, nodes);
      return last >= total;
    });
    await list.locator('a[href$="/incidents/incident-00000"]').waitFor();
    expect(most).toBeGreaterThan(100);
    expect(most).toBeLessThan(2_500);
    await page.keyboard.press('Home');
    await list.locator('a[href$="/incidents/incident-09999"]').waitFor();
  }, 120_000);

  test('when nobody answers it says so, keeps what it showed, and comes back by itself', async () => {
    const visitor = await stage.as('rae');
    const { page } = visitor;
    await visitor.open(`/incidents/${incident}`);
    await live(page).waitFor();
    await settled(page);
    visitor.expectOutage(true);
    visitor.expect(503);
    await stage.platform.killHost();
    await page.getByRole('status').getByText('Not live').waitFor();
    await page.getByRole('heading', { level: 1, name: 'vm-web-prod-weu-01' }).waitFor();
    expect(await page.getByRole('region', { name: 'Ladder' }).count()).toBe(1);
    await stage.platform.restartHost();
    await live(page).waitFor();
    visitor.expectOutage(false);
  }, 60_000);
});
