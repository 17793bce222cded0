import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventType } from '../../../src/local/host';
import { availabilityAlert } from '../../support/alert-payload';
import { scenarios } from './scenarios';
import { setStage, type Stage } from './stage';

/**
 * What one run of each runbook costs when all goes well: a change shows in review. Durable Task Scheduler counts one action for the start of
 * an orchestration, two for an activity, one for a timer, an external event or an operation on an entity (Microsoft Learn, "Durable
 * Task Scheduler billing").
 */
const golden = join(__dirname, 'costs.golden.md');
const heading = [
  '| runbook | activities | history events | actions | ARM reads | ARM writes |',
  '| --- | --- | --- | --- | --- | --- |',
];

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
  // Quick to act and to report, so that an operation is over when it is asked about first.
  const quick = { restart: 1_000, redeploy: 1_000, start: 1_000, reimage: 1_000, agentReady: 1_000 };
  await stage.local.cloud.control.setTiming(quick);
}, 60_000);
afterAll(() => stage.stop());

interface Cost {
  readonly activities: number;
  readonly events: number;
  readonly actions: number;
  readonly reads: number;
  readonly writes: number;
}

async function costOf(instanceId: string): Promise<Cost> {
  const history = stage.app.host.history(instanceId) ?? [];
  const count = (type: number): number => history.filter((event) => event.EventType === type).length;
  const activities = count(EventType.TaskScheduled);
  // Answers of entities come as events, too; they belong to operations that are counted where they are sent.
  const actions = 1 + 2 * activities + count(EventType.TimerCreated) + count(EventType.EventSent);
  const { reads, writes, deletes } = await stage.local.cloud.control.counts();
  return { activities, events: history.length, actions, reads, writes: writes + deletes };
}

/** Five seconds before the next full minute, so that the next point of every metric is newer than what is done now. */
function beforeTheMinute(): void {
  stage.local.clock.advanceBy(115_000 - (stage.local.clock.now() % 60_000));
}

const found: string[] = [];
const rows = (): string[] =>
  readFileSync(golden, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);

test.each(scenarios.map((scenario, index) => [scenario.name, index, scenario] as const))(
  '%s',
  async (name, index, scenario) => {
    const { runId, outcome, report } = await stage.play(scenario, () => Promise.resolve(beforeTheMinute()));
    expect(outcome).toBe('verified');
    const { activities, events, actions, reads, writes } = await costOf(runId);
    const row = `| ${name} | ${activities} | ${events} | ${actions} | ${reads} | ${writes} |`;
    found[index] = row;
    expect(row).toBe(rows()[index]);
    // What the run itself says that it cost is what the platform counted.
    expect(report.calls).toEqual({ reads, writes });
  },
);

test('a restart that succeeds at the first poll takes 14 actions at most, from the alert to the record; a duplicate takes none', async () => {
  const { control } = stage.local.cloud;
  stage.local.clock.advanceBy(86_400_000);
  await control.breakMachine('vm-web-prod-weu-02', { kind: 'guest-hung', healedBy: 'restart' });
  stage.local.clock.advanceBy(120_000);
  beforeTheMinute();
  await control.clearJournal();
  const target = (await control.machine('vm-web-prod-weu-02')).id;
  const alert = availabilityAlert({ target, firedAt: new Date(stage.local.clock.now()).toISOString() });
  await stage.app.alert(alert);
  await stage.app.host.runToQuiescence();
  const [incident, ...others] = stage.app.host.instances().filter(({ name }) => name === 'incident-v1');
  expect(others).toEqual([]);
  expect(incident?.output).toMatchObject({ end: 'repaired' });
  const cost = await costOf(incident?.instanceId ?? '');
  expect(cost.actions).toBeLessThanOrEqual(14);
  expect(cost.writes).toBe(1);

  const instances = stage.app.host.instances().length;
  await control.clearJournal();
  expect(await stage.app.alert(alert)).toMatchObject({ status: 202, body: { signals: [{ duplicate: true }] } });
  await stage.app.host.runToQuiescence();
  expect(stage.app.host.instances()).toHaveLength(instances);
  expect(stage.app.host.history(incident?.instanceId ?? '')).toHaveLength(cost.events);
  expect(await control.counts()).toMatchObject({ reads: 0, writes: 0, deletes: 0 });
});

afterAll(() => {
  // Writes what was found, when somebody asks for it: CARETAKER_SHOW_COSTS=<file>.
  if (process.env['CARETAKER_SHOW_COSTS'] !== undefined) {
    writeFileSync(process.env['CARETAKER_SHOW_COSTS'], [...heading, ...found, ''].join('\n'));
  }
});
