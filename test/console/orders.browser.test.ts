import { describeInBrowser } from './support/browser';
import { askForMove, machineId, pointsOf, storm } from './support/history';
import { tabTo } from './support/keyboard';
import { setStage, until, type Stage } from './support/stage';
import type { Visitor } from './support/visitor';

describeInBrowser('people at the console', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await setStage(20);
  }, 60_000);
  afterEach(async () => expect(await stage.leave()).toEqual([]));
  afterAll(() => stage.stop());

  test('somebody follows a link, chooses who to be, and comes to where the link leads', async () => {
    const origins = [new URL(stage.platform.controlEndpoint).origin];
    const { page, context } = await stage.asNobody({ origins });
    await page.goto(`${stage.platform.url}/approvals?state=past`);
    await page.getByRole('button', { name: 'Choose who you are' }).click();
    await page.getByRole('button', { name: /Omar/ }).click();
    await page.getByRole('button', { name: 'You: Omar Operator' }).waitFor();
    expect(page.url()).toBe(`${stage.platform.url}/approvals?state=past`);
    await page.getByRole('link', { name: 'Decided', exact: true }).waitFor();

    // Another tab of the same browser is lent the session.
    const other = await context.newPage();
    await other.goto(`${stage.platform.url}/guard`);
    await other.getByRole('button', { name: 'You: Omar Operator' }).waitFor();

    await page.getByRole('button', { name: 'You: Omar Operator' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Choose who you are' }).waitFor();
    await other.getByRole('button', { name: 'Choose who you are' }).waitFor();
  });

  test('a repair in production: two people say yes to its plan, the first with the keyboard alone, and it is seen to its end', async () => {
    const name = 'vm-web-prod-weu-05';
    const { id } = await askForMove(stage, name);
    const incident = id.replace(/-r\d+-a\d+$/, '');
    const watching = await stage.as('rae');
    await watching.open(`/incidents/${incident}`);
    await watching.page.evaluate(() => Object.assign(globalThis, { wasNotLoadedAgain: true }));

    const { page } = await stage.as('ava');
    await page.goto(stage.platform.url);
    await page.getByRole('button', { name: 'You: Ava Approver' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('heading', { level: 1, name: 'Approvals' }).waitFor();
    await tabTo(page, page.getByRole('link', { name: /Redeploy the virtual machine/ }).first());
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: /^Approve/ }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Approve this plan' }).waitFor();
    await tabTo(page, page.getByRole('textbox', { name: 'Reason' }));
    await page.keyboard.type('seen on the board');
    await tabTo(page, page.getByRole('button', { name: 'Approve', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByText('Your yes is noted: 1 of 2').waitFor();
    await page.getByText('1 of 2 yes').first().waitFor();
    // Nobody is two people.
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
    expect((await stage.api('rae', 'GET', `approvals/${id}`)).body.state).toBe('waiting');

    const second = await stage.as('ada');
    await second.open('/approvals');
    await second.page.getByRole('button', { name: /^Approve.*Redeploy/ }).click();
    await second.page.getByRole('textbox', { name: 'Reason' }).fill('and the host is known to be bad');
    await second.page.getByRole('button', { name: 'Approve', exact: true }).click();
    await second.page.getByText('Your yes is noted, and it is approved.').waitFor();

    // It is followed step by step while it goes on.
    await watching.page.waitForFunction(
      () => {
        const told = document.querySelector('main')?.textContent ?? '';
        return told.includes('It goes on.') && told.includes('accepted by the platform');
      },
      undefined,
      { timeout: 60_000 },
    );
    await watching.page
      .getByText(/verified/i)
      .first()
      .waitFor({ timeout: 60_000 });
    await watching.page
      .getByText(/repaired/i)
      .first()
      .waitFor();
    expect(await watching.page.evaluate(() => 'wasNotLoadedAgain' in globalThis)).toBe(true);
    expect((await stage.platform.control.machine(name)).healthy).toBe(true);
  }, 120_000);

  test('many machines hang: the budget is used up, the rest wait in turn, and the kill switch stops those that wait', async () => {
    const machines = await storm(stage, 24);
    const omar = await stage.as('omar');
    const { page } = omar;
    await omar.open('/guard/load');
    // Of the others none may be touched for two minutes; they stand in line, each at its place.
    await page.waitForFunction(() => {
      const used = document.querySelector('[role=meter][aria-label=burst]')?.getAttribute('aria-valuetext') ?? '';
      const rows = document.querySelectorAll('[aria-label="Table of those who wait"] tbody tr');
      return used.startsWith('4 of 4') && rows.length > 4;
    });
    const queue = page.getByRole('region', { name: 'Table of those who wait' });
    const waits = queue.getByTitle(/^incident-/).last();
    const waiting = (await waits.getAttribute('title')) ?? '';
    const name = (await queue.getByRole('rowheader').last().textContent())?.trim() ?? '';
    await queue
      .getByText(/for budget burst/)
      .first()
      .waitFor();

    // The order comes before the guard's next turn, at which those who wait ask again.
    await page.getByRole('button', { name: 'Stop load', exact: true }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('the load test itself is broken');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('link', { name: /^Kill switch:.*load/ }).waitFor();
    expect(await page.getByRole('button', { name: /^Clear/ }).count()).toBe(0);
    const run = await until('the run did not end', async () => {
      const { status, body } = await stage.api('rae', 'GET', `runs/${waiting}`);
      return status === 200 && body.run !== null ? body.run : undefined;
    });
    expect(run.result).toMatchObject({ why: 'stopped' });
    await omar.open(`/runs/${waiting}`);
    await page
      .getByText(/stopped/i)
      .first()
      .waitFor();
    await page
      .getByText(/the load test itself is broken/)
      .first()
      .waitFor();

    // Why it was not touched, asked in the console itself.
    await omar.open('/decisions/why-not');
    await page.getByRole('combobox', { name: 'Resource' }).fill(name);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText(/nothing was changed/).waitFor();
    await page.getByText(/^Guard, budget: wait, as budget burst/).waitFor();
    await page.getByText(/^Reason: the kill switch is engaged by Omar.*the load test itself is broken/).waitFor();

    const ada = await stage.as('ada');
    await ada.open('/guard');
    await ada.page.getByRole('button', { name: 'Clear load', exact: true }).click();
    await ada.page.getByRole('textbox', { name: 'Reason' }).fill('the test is mended');
    await ada.page.getByRole('button', { name: 'Clear', exact: true }).click();
    await ada.page.getByRole('link', { name: /^Kill switch:/ }).waitFor({ state: 'detached' });
    expect(machines).toHaveLength(24);
  }, 120_000);

  /** The newest approval about a machine is approved by Ava at her own window. */
  async function approve(ava: Visitor, summary: RegExp): Promise<void> {
    await ava.open('/approvals');
    await ava.page.getByRole('button', { name: summary }).click();
    await ava.page.getByRole('textbox', { name: 'Reason' }).fill('the release has to go back');
    await ava.page.getByRole('button', { name: 'Approve', exact: true }).click();
    await ava.page.getByText(/Your yes is noted/).waitFor();
  }

  test('a machine is set back in place when an approver agrees, and given its own disks again', async () => {
    const name = 'vm-web-prod-weu-02';
    await pointsOf(stage, name);
    const ava = await stage.as('ava');
    const omar = await stage.as('omar');
    const { page } = omar;
    await omar.open(`/recovery/restore?item=${encodeURIComponent(machineId(name).toLowerCase())}&kind=in-place`);
    await page.getByRole('button', { name: 'Plan', exact: true }).click();
    await page.getByText(`stop ${name}`).waitFor();
    await page.getByRole('button', { name: 'Ask for this restore' }).click();
    await page.getByRole('heading', { level: 1, name: /^Restore/ }).waitFor();
    await page.getByRole('heading', { name: 'People are asked' }).waitFor();
    // Whoever ordered it is told why it is not for them to approve.
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
    await approve(ava, new RegExp(`^Approve.*set ${name} back`));
    await page.getByText('Restored', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByText(/^Disks that are kept/).waitFor();

    await page.getByRole('button', { name: 'Undo this restore' }).click();
    await page.getByRole('button', { name: 'Plan the undo and ask' }).click();
    await page.getByRole('heading', { level: 1, name: /^(?:Restore|Undo of a restore)/ }).waitFor();
    await page.getByRole('heading', { name: 'People are asked' }).waitFor();
    await approve(ava, new RegExp(`^Approve.*give ${name} back`));
    await page.getByText('Restored', { exact: true }).waitFor({ timeout: 60_000 });
    expect((await stage.platform.control.machine(name)).healthy).toBe(true);
  }, 180_000);

  test('a document that would delete too much of a zone is refused, and says why', async () => {
    const rae = await stage.as('rae');
    const { page } = rae;
    await rae.open('/dns/storefront.example');
    await page.getByRole('link', { name: 'Try a document' }).click();
    const field = page.getByRole('textbox', { name: 'The document' });
    const lines = (await field.inputValue()).split('\n');
    let seen = 0;
    await field.fill(
      lines.filter((line) => !/^- \{ name: .*CNAME/.test(line.trim()) || (seen += 1) % 2 === 0).join('\n'),
    );
    await page.getByRole('button', { name: 'What would it do?' }).click();
    await page.getByText('would be refused').waitFor();
    await page
      .getByRole('list', { name: 'What stands in the way' })
      .getByText(/would delete 6 of our 12 records/)
      .waitFor();
    // It was a question; nothing is changed.
    expect((await stage.platform.control.dnsRecords('storefront.example')).length).toBeGreaterThan(12);
    // What is no document is refused with the line.
    rae.expect(400);
    await field.fill('version: 1\nzones: nothing');
    await page.getByRole('button', { name: 'What would it do?' }).click();
    await page.getByText('The document does not hold').waitFor();
    await page.getByRole('button', { name: /^line 2/ }).waitFor();
  }, 60_000);

  test('a rotation is ordered and watched to its end: the old credential goes when its consumer has moved', async () => {
    const secret = 'storefront-storage-key';
    const omar = await stage.as('omar');
    const { page } = omar;
    await omar.open(`/secrets?name=${secret}`);
    await page.getByRole('button', { name: 'Rotate…' }).first().click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('somebody left the team');
    await page.getByRole('button', { name: 'Give the order' }).click();
    await page.getByRole('heading', { level: 1, name: `Rotation of ${secret}` }).waitFor();
    await page.evaluate(() => Object.assign(globalThis, { wasNotLoadedAgain: true }));
    await page.getByText('Rotated', { exact: true }).waitFor({ timeout: 90_000 });
    expect(await page.evaluate(() => 'wasNotLoadedAgain' in globalThis)).toBe(true);
    const consumer = (await stage.platform.control.secretConsumers()).find(({ name }) => name === 'storefront');
    expect(consumer?.valid).toBe(true);
  }, 150_000);
});
