import { runOrchestrator } from '../../src/run';
import { expectDeterministic } from '../support/replay';
import { setId, setName, startScalingApp, type ScalingApp } from './scaling-app';

let test: ScalingApp;
const control = () => test.local.cloud.control;
beforeAll(async () => {
  test = await startScalingApp();
}, 60_000);
afterAll(() => test.stop());

/** What ARM was asked to change since the journal was cleared. */
const asked = async (): Promise<string[]> =>
  (await control().journal())
    .filter(({ method }) => method !== 'GET')
    .map(({ operation }) => operation?.replace('Microsoft.Compute/virtualMachineScaleSets/', '') ?? '');
const runs = () => test.app.host.instances().filter(({ name }) => name === 'run-v1');
const outcomes = () =>
  runs()
    .toSorted((a, b) => a.createdAt - b.createdAt)
    .map(({ output }) => {
      const { result } = output as { result: { outcome?: string; why?: string } };
      return result.outcome ?? result.why;
    });
const reasonsOf = async (count = 1): Promise<string[]> =>
  (await test.decisions()).slice(0, count).map(({ reasons }) => reasons.at(-1) ?? '');

it('says nothing of what it has not looked at', async () => {
  expect((await test.app.operator('GET', 'scaling')).body).toEqual({ targets: [] });
  expect((await test.app.operator('GET', `scaling/${setName}`)).status).toBe(404);
});

it('adds machines for a load in one verified run, over the zones', async () => {
  await control().setLoad(setName, 290);
  await test.minutes(10);
  const { capacity, instances } = await test.set();
  expect(capacity).toBe(5);
  expect(instances.map(({ zone }) => zone).toSorted()).toEqual(['1', '1', '2', '2', '3']);
  expect(await asked()).toEqual(['write']);
  expect(outcomes()).toEqual(['verified']);
  const { body } = await test.app.operator('GET', 'scaling');
  expect(body).toMatchObject({
    targets: [
      { name: setName, rule: 'web', environment: 'prod', pending: null, failures: 0, last: { action: 'hold' } },
    ],
  });
});

it('costs so much: a look in reads, a change in actions of the durable engine', async () => {
  const [run] = runs();
  const history = test.app.host.history(run?.instanceId ?? '') ?? [];
  const count = (type: number): number => history.filter(({ EventType }) => EventType === type).length;
  // Event types of the durable task framework: 4 an activity begun, 10 a timer begun, 14 a message to an entity.
  const [activities, timers, entities] = [count(4), count(10), count(14)];
  expect({ activities, timers, entities, events: history.length }).toMatchInlineSnapshot(`
    {
      "activities": 10,
      "entities": 2,
      "events": 77,
      "timers": 7,
    }
  `);
  // One for the start, two for each activity, one for each timer and each message: docs on the Durable Task Scheduler.
  expect(1 + 2 * activities + timers + entities).toMatchInlineSnapshot(`30`);
  await control().clearJournal();
  await test.minutes(1);
  const reads = (await control().journal()).map(({ operation }) => operation?.replace('Microsoft.', ''));
  expect(reads.toSorted()).toMatchInlineSnapshot(`
    [
      "Compute/virtualMachineScaleSets/read",
      "Compute/virtualMachineScaleSets/read",
      "Compute/virtualMachines/read",
      "Insights/autoscaleSettings/read",
      "Insights/metrics/read",
    ]
  `);
});

it('writes down what it decided, with the run that did it', async () => {
  const { body } = await test.app.operator('GET', 'ledger?kind=scaling.decided');
  const { entries } = body as { entries: { subject: string; data: Record<string, unknown> }[] };
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({
    subject: setId,
    data: { rule: 'web', mode: 'auto', action: 'out', from: 3, to: 5, runId: expect.stringMatching(/^scale-/) },
  });
  expect(await test.app.verifyLedger()).toMatchObject({ valid: true, problems: [] });
});

it('writes down which field of Terraform it set, so that its drift is told from a person’s', async () => {
  const { body } = await test.app.operator('GET', 'field-decisions');
  expect(body).toMatchObject({
    decisions: [
      {
        resource: setId.toLowerCase(),
        field: 'instances',
        value: 5,
        sentence: expect.stringMatching(/^Ask for 5 machines instead of 3/),
      },
    ],
  });
});

it('looks twice in a minute and orders once', async () => {
  await control().clearJournal();
  const before = (await test.decisions()).length;
  await test.look();
  await test.look();
  expect((await test.decisions()).length - before).toBeLessThanOrEqual(1);
  expect(await asked()).toEqual([]);
});

it('does nothing while it is paused, and goes on afterwards', async () => {
  const pause = { reason: 'a load test', for: '30m' };
  const paused = await test.app.operator('PUT', `scaling/${setName}/pause`, pause);
  expect(paused).toMatchObject({ status: 200, body: { pause: { reason: 'a load test' } } });
  expect((await test.app.operator('PUT', `scaling/${setName}/pause`, { reason: 'for ever' })).status).toBe(400);
  await control().setLoad(setName, 410);
  await test.minutes(5);
  expect((await test.set()).capacity).toBe(5);
  expect((await reasonsOf())[0]).toMatch(/^paused by .* a load test$/);
  expect((await test.app.operator('DELETE', `scaling/${setName}/pause`)).status).toBe(200);
  await test.minutes(5);
  expect((await test.set()).capacity).toBe(7);
});

it('raises its ceiling for a time, and gives it back', async () => {
  await control().setLoad(setName, 560);
  await test.minutes(6);
  expect((await test.set()).capacity).toBe(8);
  expect((await reasonsOf())[0]).toMatch(/would be needed, and no more than 8 are allowed/);
  const path = `scaling/${setName}/raise`;
  expect((await test.app.operator('PUT', path, { max: 8, reason: 'sale', for: '20m' })).status).toBe(400);
  expect((await test.app.operator('PUT', path, { max: 17, reason: 'sale', for: '20m' })).status).toBe(400);
  expect((await test.app.operator('PUT', path, { max: 10, reason: 'sale', for: '10m' })).status).toBe(200);
  await test.minutes(6);
  expect((await test.set()).capacity).toBe(10);
  // It ends by itself; what is above the ceiling goes one by one, although the load is still there.
  await test.minutes(16);
  expect((await test.set()).capacity).toBe(8);
  expect((await test.app.operator('GET', `scaling/${setName}`)).body).toMatchObject({ raise: null });
}, 60_000);

it('removes nothing while the metric is missing, and keeps a protected machine', async () => {
  const { instances } = await test.set();
  await control().setMachine(instances.at(-1)?.name ?? '', { tags: { 'caretaker-protected': 'true' } });
  await control().setLoad(setName, 100);
  const from = await control().now();
  await control().loseMetric({ resourceId: setId, from, until: from + 20 * 60_000 });
  await test.minutes(19);
  expect((await test.set()).capacity).toBe(8);
  expect(new Set(await reasonsOf(12))).toEqual(new Set(['nothing is removed while Percentage CPU is not known']));
  await test.minutes(16);
  const after = await test.set();
  expect(after.capacity).toBeLessThan(8);
  expect(after.instances.map(({ name }) => name)).toContain(instances.at(-1)?.name);
}, 60_000);

it('ends ineffective when a change is accepted and nothing happens, tries again later, and then it works', async () => {
  await control().clearJournal();
  const before = runs().length;
  await control().addFault({
    effect: { kind: 'accept-and-do-nothing' },
    operation: '**virtualMachineScaleSets/write',
    times: 1,
  });
  await control().setLoad(setName, 470);
  const { capacity } = await test.set();
  await test.minutes(14);
  expect((await test.set()).capacity).toBeGreaterThan(capacity);
  expect(outcomes().slice(before)).toEqual(['ineffective', 'verified']);
  expect(await asked()).toEqual(['write', 'write']);
}, 60_000);

it('lets the kill switch stop it, and says so', async () => {
  const before = runs().length;
  await test.app.operator('PUT', 'environments/prod/kill-switch', { engaged: true, reason: 'a freeze' });
  await control().setLoad(setName, 100);
  await test.minutes(14);
  expect(outcomes().length).toBeGreaterThan(before);
  expect(new Set(outcomes().slice(before))).toEqual(new Set(['stopped']));
  expect((await test.set()).capacity).toBe(8);
  await test.app.operator('PUT', 'environments/prod/kill-switch', { engaged: false, reason: 'over' });
});

it('keeps what it measured for replays', async () => {
  const { body } = await test.app.operator('GET', `scaling/${setName}/recording?since=6h`);
  const { everySeconds, load, capacity } = body as { everySeconds: number; load: number[]; capacity: number[] };
  expect(everySeconds).toBe(300);
  expect(load.length).toBe(capacity.length);
  expect(load.slice(0, 12).filter((value) => value > 250 && value < 310).length).toBeGreaterThan(0);
  expect(load).toContain(null);
});

it('orders runs that replay as they ran', async () => {
  expect(runs().length).toBeGreaterThan(8);
  for (const { instanceId } of runs()) {
    expect(
      await expectDeterministic(runOrchestrator, test.app.host.history(instanceId) ?? [], instanceId),
    ).toBeGreaterThan(0);
  }
  expect(await test.app.verifyLedger()).toMatchObject({ valid: true, problems: [] });
});
