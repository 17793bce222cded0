import { describeInBrowser } from './support/browser';
import { askForMove } from './support/history';
import { tabTo } from './support/keyboard';
import { setStage, type Stage } from './support/stage';

describeInBrowser('people at the console', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await setStage(30);
  }, 60_000);
  afterEach(() => expect(stage.complaints()).toEqual([]));
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
});
