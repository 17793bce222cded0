import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { violations } from './support/axe';
import { describeInBrowser } from './support/browser';
import { consolePages, overhang, settled } from './support/console-pages';
import { makeHistory, type History } from './support/history';
import { root, setStage, type Stage } from './support/stage';
import type { Visitor } from './support/visitor';

/** Pictures for whoever reviews: not kept in the repository. */
const screenshots = join(root, 'dist/screenshots');

/** What can be pressed on the page itself and is no order: it looks, leafs, copies, or asks what would happen. */
const harmless = [
  /^(?:Copy|Copy .*|Copied|Close|Try again|Again|Show .*|Hide .*|All .*|Read older.*|More|line \d+.*)$/,
  /^(?:Ask|Plan|Plan again|Look again|Find|Search|Verify.*|Export.*|Download.*|Rehearse.*|Back to the one in use|What would it do\?)$/,
  // Which time is looked at, and what of it.
  /^(?:\d+ (?:hours?|days?|weeks?)|Last (?:hour|day|week)|Changes alone)$/,
  // Names of secrets and ids of points choose what is shown.
  /^(?:Point )?[0-9a-f]{12}\b/,
  /^[a-z0-9]+(?:-[a-z0-9]+)+(?: expire[sd] .*)?$/,
] as const;
const isHarmless = (button: string): boolean => harmless.some((one) => one.test(button));

/** Names of what can be pressed in the page proper. */
const buttonsOn = (page: Page): Promise<string[]> =>
  page
    .getByRole('main')
    .getByRole('button')
    .evaluateAll((all) =>
      all
        .filter((one) => !(one as HTMLButtonElement).disabled)
        .map((one) => one.getAttribute('aria-label') ?? one.textContent.trim()),
    );

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly description?: string }>>>>;
}

describeInBrowser('every page', () => {
  let stage: Stage;
  let history: History;
  let ada: Visitor;
  let rae: Visitor;
  const seenByAda = new Map<string, readonly string[]>();

  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    stage = await setStage(20);
    history = await makeHistory(stage);
    [ada, rae] = await Promise.all([stage.as('ada'), stage.as('rae')]);
  }, 240_000);
  afterEach(() => expect(stage.complaints()).toEqual([]));
  afterAll(async () => {
    await stage.stop();
    process.stdout.write(`Screenshots of every page are in ${screenshots}\n`);
  });

  test.each(consolePages.map((one) => [one.name, one] as const))(
    '%s: nothing for axe in light and dark, and no wider than a phone',
    async (name, { path }) => {
      const { page } = ada;
      // As JPEG: these are made much faster, and nobody compares them byte by byte.
      const picture = (kind: string) =>
        page.screenshot({
          path: join(screenshots, `${name}-${kind}.jpg`),
          quality: 85,
          fullPage: true,
          animations: 'disabled',
        });
      await page.setViewportSize({ width: 1360, height: 900 });
      await page.emulateMedia({ colorScheme: 'light' });
      await ada.open(path(history));
      await settled(page);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).not.toBe('');
      expect(await page.title()).toMatch(/. · Caretaker$/);
      seenByAda.set(name, await buttonsOn(page));
      expect(await violations(ada)).toEqual([]);
      await picture('light');
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await violations(ada)).toEqual([]);
      await picture('dark');
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 390, height: 844 });
      await picture('phone');
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await overhang(page)).toBeLessThanOrEqual(0);
    },
    60_000,
  );

  test('signing in and every dialog: nothing for axe in light and dark, nor on a phone', async () => {
    const inBothThemes = async (visitor: Visitor, name: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await visitor.page.emulateMedia({ colorScheme });
        expect([name, await violations(visitor)]).toEqual([name, []]);
        await visitor.page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.jpg`), quality: 85 });
      }
    };
    const nobody = await stage.asNobody();
    await nobody.open('/');
    await nobody.page.getByRole('button', { name: 'Choose who you are' }).waitFor();
    await inBothThemes(nobody, 'sign-in');
    const { page } = ada;
    const dialog = page.getByRole('dialog');
    const shown = async (name: string): Promise<void> => {
      await dialog.waitFor();
      await inBothThemes(ada, name);
      await dialog.getByRole('button', { name: 'Close' }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await page.setViewportSize({ width: 390, height: 844 });
    await ada.open(`/approvals/${history.waiting}`);
    await settled(page);
    await page.getByRole('button', { name: /^Approve/ }).click();
    await shown('dialog-approve');
    await page.getByRole('button', { name: 'Places' }).click();
    await shown('dialog-places');
    await page.getByRole('button', { name: /^You: / }).click();
    await shown('dialog-you');
    await page.keyboard.press('?');
    await shown('dialog-shortcuts');
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: 'Search or go to' }).fill('web');
    await page
      .getByRole('option', { name: /^resource/ })
      .first()
      .waitFor();
    await shown('dialog-palette');
  }, 60_000);

  test('a Reader sees everything and no button that would be refused', async () => {
    const { page } = rae;
    const pressable: string[] = [];
    for (const { name, path } of consolePages) {
      await rae.open(path(history));
      await settled(page);
      for (const button of await buttonsOn(page)) {
        if (!isHarmless(button)) pressable.push(`${name}: ${button}`);
      }
    }
    expect(pressable).toEqual([]);
    // Who may do everything does see them: otherwise this would show nothing.
    const orders = [...seenByAda].flatMap(([name, buttons]) =>
      buttons.some((button) => !isHarmless(button)) ? [name] : [],
    );
    for (const name of ['approval-waiting', 'guard', 'secret', 'zone', 'drills', 'dead-letter']) {
      expect(orders).toContain(name);
    }
  }, 120_000);

  test('the API refuses a Reader every order all the same', async () => {
    const { body } = (await stage.api('rae', 'GET', 'openapi.json')) as { readonly body: Description };
    const orders = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { description = '' }]) =>
        method !== 'get' && /Caretaker\.(?:Operator|Approver|Admin)/.test(description)
          ? [{ method: method.toUpperCase(), path: path.replace('/operator/', '').replace(/\{\w+\}/g, 'x') }]
          : [],
      ),
    );
    expect(orders.length).toBeGreaterThan(25);
    const answers = await Promise.all(
      orders.map(async ({ method, path }) => `${(await stage.api('rae', method, path, {})).status} ${method} ${path}`),
    );
    expect(answers.filter((answer) => !answer.startsWith('403 '))).toEqual([]);
  }, 60_000);
});
