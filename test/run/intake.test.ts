import type { IncidentOrder } from '../../src/run';
import { incidentIdOf } from '../../src/run';
import { Crash } from './fixture';
import { intakeWorld, policyText, signalOf } from './intake-world';

const fired = signalOf('metric-fired');
const resolved = signalOf('metric-resolved');
const incidentId = incidentIdOf(fired.correlation);

type World = ReturnType<typeof intakeWorld>;

const pendingOf = (world: World) =>
  [...world.storage.stored.keys()].filter((path) => path.startsWith('decisions-pending/'));
const decisionOf = async (world: World, id: string) =>
  (await world.decisions.find(id)) as unknown as { state: string; decision: Record<string, never>; result: unknown };

it('takes an alert in: decision, ledger, incident, in this order', async () => {
  const world = intakeWorld();
  const { intake } = world.start();
  const acceptance = await intake.accept(fired, world.incidents);
  expect(acceptance).toMatchObject({ signalId: fired.id, action: 'open-incident', incidentId, duplicate: false });
  expect(acceptance.sentence).toContain('restart-vm, then redeploy-vm');
  expect(await world.entries()).toEqual([`signal.decided ${fired.id}`]);
  expect([...world.incidents.orders.keys()]).toEqual([incidentId]);
  expect(pendingOf(world)).toEqual([]);
  const written = world.breaker.acts.filter((act) => ['create', 'append', 'open'].includes(act));
  expect(written.indexOf('create')).toBeLessThan(written.indexOf('append'));
  expect(written.indexOf('append')).toBeLessThan(written.indexOf('open'));
});

it('gives the incident everything it may do, from the policy as it is now', async () => {
  const world = intakeWorld();
  await world.start().intake.accept(fired, world.incidents);
  expect(world.incidents.orders.get(incidentId)).toMatchObject({
    incidentId,
    environment: 'prod',
    target: fired.target,
    rule: 'vm-unavailable',
    mode: 'auto',
    ladder: [
      { runbook: 'restart-vm', parameters: {}, operationLimitSeconds: 900 },
      { runbook: 'redeploy-vm', parameters: {}, operationLimitSeconds: 1800 },
    ],
    limits: {
      leaseSeconds: 1800,
      cooldownSeconds: 900,
      budgets: [{ name: 'hourly', windowSeconds: 3600, maxResources: 2 }],
    },
    verification: { withinSeconds: 600, everySeconds: 30 },
    patienceSeconds: 1800,
  } satisfies Partial<IncidentOrder>);
});

it('keeps what was considered, and why each rule was or was not it', async () => {
  const world = intakeWorld();
  await world.start().intake.accept(fired, world.incidents);
  const { state, decision, result } = await decisionOf(world, fired.id);
  expect(state).toBe('done');
  expect(result).toEqual({ incidentId });
  expect(decision).toMatchObject({
    signal: fired,
    environment: 'prod',
    considered: [
      { rule: 'other-alerts', matched: false, reasons: ['alert rule "vm-unavailable" is not "cpu-*"'] },
      { rule: 'vm-unavailable', matched: true, reasons: ['alert rule "vm-unavailable" fits "vm-unavailable"'] },
    ],
  });
});

describe('duplicates', () => {
  it.each([fired, resolved])('of a signal ($condition) change nothing and give the same answer', async (signal) => {
    const world = intakeWorld();
    const { intake } = world.start();
    const { duplicate, ...first } = await intake.accept(signal, world.incidents);
    expect(duplicate).toBe(false);
    const before = new Map(world.storage.stored);
    expect(await intake.accept(signal, world.incidents)).toEqual({ ...first, duplicate: true });
    expect(await world.start().intake.accept(signal, world.incidents)).toEqual({ ...first, duplicate: true });
    expect(world.storage.stored).toEqual(before);
    expect(await world.entries()).toHaveLength(1);
  });

  it('a hundred at once, over two processes, open one incident', async () => {
    const world = intakeWorld();
    const intakes = [world.start().intake, world.start().intake];
    const accepted = await Promise.all(
      Array.from({ length: 100 }, (_, index) => intakes[index % 2]?.accept(fired, world.incidents)),
    );
    expect(accepted).toHaveLength(100);
    expect(new Set(accepted.map((one) => one?.incidentId))).toEqual(new Set([incidentId]));
    expect(accepted.filter((one) => one?.duplicate === false)).toHaveLength(1);
    expect(world.incidents.orders.size).toBe(1);
    expect(await world.entries()).toEqual([`signal.decided ${fired.id}`]);
    expect(pendingOf(world)).toEqual([]);
  });
});

describe('after a crash', () => {
  async function actsOf(signal: typeof fired): Promise<number> {
    const world = intakeWorld();
    await world.start().intake.accept(signal, world.incidents);
    return world.breaker.acts.length;
  }

  async function expectDone(world: World, signal: typeof fired): Promise<void> {
    expect(await world.entries()).toEqual([`signal.decided ${signal.id}`]);
    expect((await decisionOf(world, signal.id)).state).toBe('done');
    expect(pendingOf(world)).toEqual([]);
    if (signal === fired) {
      expect([...world.incidents.orders.keys()]).toEqual([incidentId]);
    } else {
      expect(world.storage.stored.has(`resolved/${signal.correlation}.json`)).toBe(true);
    }
  }

  it.each([
    ['before', 'fired', fired],
    ['after', 'fired', fired],
    ['before', 'resolved', resolved],
    ['after', 'resolved', resolved],
  ] as const)('%s any act, the same signal (%s) sent again ends it', async (when, _, signal) => {
    const acts = await actsOf(signal);
    expect(acts).toBeGreaterThan(6);
    for (let act = 1; act <= acts; act += 1) {
      const world = intakeWorld();
      world.breaker.breakOnce(act, when);
      await expect(world.start().intake.accept(signal, world.incidents)).rejects.toThrow(Crash);
      await world.start().intake.accept(signal, world.incidents);
      await expectDone(world, signal);
    }
  });

  it.each(['before', 'after'] as const)('%s any act, the sweep ends what was claimed', async (when) => {
    const acts = await actsOf(fired);
    let finished = 0;
    for (let act = 1; act <= acts; act += 1) {
      const world = intakeWorld();
      world.breaker.breakOnce(act, when);
      await expect(world.start().intake.accept(fired, world.incidents)).rejects.toThrow(Crash);
      const claimed = pendingOf(world).length > 0;
      world.clock.pass(300);
      const count = await world.start().intake.sweep(world.incidents, world.clock.now());
      finished += count;
      if (claimed) {
        await expectDone(world, fired);
      } else if (world.incidents.orders.size === 0) {
        expect(await world.entries()).toEqual([]);
      }
      expect(await world.start().intake.sweep(world.incidents, world.clock.now())).toBe(0);
    }
    expect(finished).toBeGreaterThan(3);
  });
});

describe('the sweep', () => {
  async function halfDone(world: World): Promise<void> {
    const { open } = world.incidents;
    world.incidents.open = () => Promise.reject(new Crash('gone'));
    await expect(world.start().intake.accept(fired, world.incidents)).rejects.toThrow(Crash);
    world.incidents.open = open;
  }

  it('leaves alone what may still be at work', async () => {
    const world = intakeWorld();
    await halfDone(world);
    world.clock.pass(60);
    const before = world.clock.now() - 120_000;
    expect(await world.start().intake.sweep(world.incidents, before as never)).toBe(0);
    expect(world.incidents.orders.size).toBe(0);
  });

  it('finishes under the policy of the decision, whatever the policy is now', async () => {
    const world = intakeWorld();
    await halfDone(world);
    const decided = (await decisionOf(world, fired.id)).decision['policyVersion'];
    const changed = policyText.replace('maxResources: 2', 'maxResources: 9');
    const other = intakeWorld({ read: async () => ({ kind: 'document', text: changed, etag: '2' }) });
    expect((await other.policies.current()).version).not.toBe(decided);
    const { intake } = world.start(other.policies);
    const { clock } = world;
    expect(await intake.sweep(world.incidents, clock.now())).toBe(1);
    expect(world.incidents.orders.get(incidentId)).toMatchObject({
      policyVersion: decided,
      limits: { budgets: [{ maxResources: 2 }] },
    });
  });

  it('is not kept from the others by one that cannot be finished, and says so', async () => {
    const world = intakeWorld();
    await halfDone(world);
    for (const signalId of ['0'.repeat(32), 'f'.repeat(32)]) {
      await world.decisions.claim({ signalId, decision: { of: 'another version' } });
    }
    const { intake } = world.start();
    await expect(intake.sweep(world.incidents, world.clock.now())).rejects.toMatchObject({
      code: 'SweepIncomplete',
      message: '2 of 3 decisions were not finished',
    });
    expect([...world.incidents.orders.keys()]).toEqual([incidentId]);
    expect(pendingOf(world)).toHaveLength(2);
  });
});

describe('a resolved alert', () => {
  it('is told to its incident', async () => {
    const world = intakeWorld();
    const { intake } = world.start();
    await intake.accept(fired, world.incidents);
    expect(await intake.accept(resolved, world.incidents)).toMatchObject({ action: 'close-incident', incidentId });
    expect(world.incidents.told).toEqual([{ id: incidentId, signalId: resolved.id }]);
  });

  it('that overtakes its firing is known to the incident that is opened then', async () => {
    const world = intakeWorld();
    const { intake, records } = world.start();
    expect(await records.isResolved(fired.correlation)).toBe(false);
    await intake.accept(resolved, world.incidents);
    expect(world.incidents.told).toEqual([]);
    await intake.accept(fired, world.incidents);
    expect([...world.incidents.orders.keys()]).toEqual([incidentId]);
    expect(await records.isResolved(fired.correlation)).toBe(true);
  });

  it('is written down before the incident is told, so that one that is being opened finds it', async () => {
    const world = intakeWorld();
    await world.start().intake.accept(resolved, world.incidents);
    const note = world.breaker.acts.lastIndexOf('create');
    expect(note).toBeLessThan(world.breaker.acts.indexOf('resolve'));
  });
});

it.each([
  ['an alert that no rule fits', { ...fired, rule: 'disk-full' }, 'none'],
  ['a rule that only observes', { ...fired, rule: 'cpu-high' }, 'observe'],
  [
    'a resource outside every environment',
    { ...fired, target: fired.target.replace('rg-web-prod', 'rg-data-prod') as never },
    'none',
  ],
])('writes %s down and starts nothing', async (_, signal, action) => {
  const world = intakeWorld();
  const acceptance = await world.start().intake.accept(signal, world.incidents);
  expect(acceptance).toMatchObject({ action, incidentId: null });
  expect(world.incidents.orders.size).toBe(0);
  expect(await world.entries()).toEqual([`signal.decided ${signal.id}`]);
});
