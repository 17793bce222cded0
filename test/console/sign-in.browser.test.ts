import { describeInBrowser } from './support/browser';
import { setStage, type Stage } from './support/stage';

describeInBrowser('signing in', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await setStage(30);
  }, 60_000);
  afterEach(() => expect(stage.complaints()).toEqual([]));
  afterAll(() => stage.stop());

  test('somebody follows a link, chooses who to be, and comes to where the link leads', async () => {
    const { page } = await stage.asNobody({ origins: [new URL(stage.platform.controlEndpoint).origin] });
    await page.goto(`${stage.platform.url}/approvals?view=past`);
    await page.getByRole('button', { name: 'Choose who you are' }).click();
    await page
      .getByRole('button', { name: /Omar/ })
      .or(page.getByRole('link', { name: /Omar/ }))
      .click();
    await page.getByRole('button', { name: 'You: Omar Operator' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/approvals');
    await page.getByRole('button', { name: 'You: Omar Operator' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Choose who you are' }).waitFor();
  });
});
