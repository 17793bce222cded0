import { runbooks } from '../../../src/runbooks';
import { scenarios } from './scenarios';
import { setStage, type Stage } from './stage';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(() => stage.stop());

test('every runbook has a scenario', () => {
  expect(new Set(scenarios.map(({ runbook }) => runbook))).toEqual(new Set(runbooks.map(({ name }) => name)));
});

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s: verified', async (_, scenario) => {
  const { report, outcome } = await stage.play(scenario);
  const account = report.events.map(({ stage: at, text }) => `${at}: ${text}`);
  // The account is beside the outcome so that a failure shows why.
  expect({ outcome, reasons: report.reasons, account }).toEqual({
    outcome: 'verified',
    reasons: report.reasons,
    account,
  });
  // What was promised to whoever reads the plan is what was found when it was looked at again.
  const promised = report.plan?.kind === 'act' ? (report.plan.after ?? {}) : {};
  expect(report.verification?.facts).toMatchObject(promised);
});
