import type { Signal } from '../../src/signal';
import type { Acceptance } from '../../src/run';
import { incidentIdOf } from '../../src/run';
import { Crash } from './fixture';
import { intakeWorld, policyText, signalOf } from './intake-world';

const fired = signalOf('metric-fired');
const resolved = signalOf('metric-resolved');

function worldWith(dedupe: string) {
  // Windows alone: that signals join the incident that is open is another matter.
  const alone = policyText.replace('version: 1', 'version: 1\ndefaults: { correlate: none }');
  const text = alone.replace('    mode: auto', `    mode: auto\n    dedupe: ${dedupe}`);
  return intakeWorld({ read: async () => ({ kind: 'document', text, etag: '1' }) });
}
type World = ReturnType<typeof worldWith>;

/** Another occurrence of the alert, on the same machine unless another is named. */
function occurrence(number: number, machine?: string): Signal {
  const digits = number.toString(16).padStart(32, '0');
  const target = machine === undefined ? fired.target : fired.target.replace(/[^/]+$/, machine);
  return { ...fired, id: digits, correlation: digits, target: target as Signal['target'] };
}

const accept = (world: World, signal: Signal): Promise<Acceptance> =>
  world.start().intake.accept(signal, world.incidents);
const openedOf = (world: World): string[] => [...world.incidents.orders.keys()];
const incidentOf = (number: number): string => incidentIdOf(occurrence(number).correlation);

async function decisionOf(world: World, signal: Signal) {
  const record = await world.decisions.find(signal.id);
  return record as unknown as { state: string; decision: { action: string; dedupe: Record<string, unknown> } };
}

describe('once within', () => {
  const rule = '{ take: once-within, window: 10m }';

  it('takes the first, holds others back with the reason, and takes the first after the window', async () => {
    const world = worldWith(rule);
    expect(await accept(world, occurrence(1))).toMatchObject({ action: 'open-incident', incidentId: incidentOf(1) });
    world.clock.pass(599);
    const held = await accept(world, occurrence(2));
    expect(held).toMatchObject({ action: 'held', incidentId: null, duplicate: false });
    expect(held.sentence).toContain(`signal ${occurrence(1).id} came at 2026-05-04T08:00:00.000Z and stands for it`);
    expect(await decisionOf(world, occurrence(2))).toMatchObject({
      state: 'done',
      decision: {
        action: 'held',
        incident: null,
        dedupe: { answer: 'held', against: occurrence(1).id, until: '2026-05-04T08:10:00.000Z' },
      },
    });
    world.clock.pass(1);
    expect(await accept(world, occurrence(3))).toMatchObject({ action: 'open-incident' });
    expect(openedOf(world)).toEqual([incidentOf(1), incidentOf(3)]);
  });

  it('counts each resource by itself, or what the rule names', async () => {
    const world = worldWith(rule);
    await accept(world, occurrence(1, 'vm-a'));
    expect(await accept(world, occurrence(2, 'vm-b'))).toMatchObject({ action: 'open-incident' });
    const grouped = worldWith('{ take: once-within, window: 10m, by: [resourceGroup] }');
    await accept(grouped, occurrence(1, 'vm-a'));
    expect(await accept(grouped, occurrence(2, 'vm-b'))).toMatchObject({ action: 'held' });
  });

  it('a late duplicate gets its answer of then, and begins no window', async () => {
    const world = worldWith(rule);
    await accept(world, occurrence(1));
    world.clock.pass(601);
    expect(await accept(world, occurrence(1))).toMatchObject({ action: 'open-incident', duplicate: true });
    expect(await accept(world, occurrence(2))).toMatchObject({ action: 'open-incident' });
  });

  it('never holds the end of an alert back', async () => {
    const world = worldWith(rule);
    await accept(world, fired);
    expect(await accept(world, resolved)).toMatchObject({ action: 'close-incident' });
    expect(world.incidents.told).toHaveLength(1);
  });

  it('of a hundred at once, over two processes and each sent twice, one is taken', async () => {
    const world = worldWith(rule);
    const intakes = [world.start().intake, world.start().intake];
    const accepted = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        intakes[index % 2]?.accept(occurrence(1 + Math.floor(index / 2)), world.incidents),
      ),
    );
    expect(openedOf(world)).toHaveLength(1);
    const taken = accepted.filter((one) => one?.action === 'open-incident');
    expect(new Set(taken.map((one) => one?.incidentId))).toEqual(new Set(openedOf(world)));
    expect(accepted.filter((one) => one?.action === 'held')).toHaveLength(98);
    expect((await world.entries()).length).toBe(50);
  });
});

describe('a crash at any act', () => {
  it.each(['before', 'after'] as const)(
    '%s it: whoever is held back is held against one that is acted on',
    async (when) => {
      const probe = worldWith('{ take: once-within, window: 10m }');
      await accept(probe, occurrence(1));
      const acts = probe.breaker.acts.length;
      expect(acts).toBeGreaterThan(8);
      for (let act = 1; act <= acts; act += 1) {
        const world = worldWith('{ take: once-within, window: 10m }');
        world.breaker.breakOnce(act, when);
        await expect(accept(world, occurrence(1))).rejects.toThrow(Crash);
        // The first is never sent again; the second comes, and then the sweep.
        await accept(world, occurrence(2));
        world.clock.pass(300);
        await world.start().intake.sweep(world.incidents, world.clock.now());
        expect(openedOf(world)).toHaveLength(1);
      }
    },
  );
});

describe('accumulate within', () => {
  const rule = '{ take: accumulate-within, window: 10m, threshold: 3 }';

  it('acts on the signal that makes the threshold full, and counts anew', async () => {
    const world = worldWith(rule);
    expect(await accept(world, occurrence(1))).toMatchObject({ action: 'held' });
    expect((await accept(world, occurrence(2))).sentence).toContain('this is number 2');
    expect(await accept(world, occurrence(2))).toMatchObject({ action: 'held', duplicate: true });
    expect(await accept(world, occurrence(3))).toMatchObject({ action: 'open-incident' });
    expect(await decisionOf(world, occurrence(3))).toMatchObject({
      decision: { dedupe: { answer: 'taken', counted: [1, 2, 3].map((number) => occurrence(number).id) } },
    });
    expect(await accept(world, occurrence(4))).toMatchObject({ action: 'held' });
    expect(openedOf(world)).toEqual([incidentOf(3)]);
  });

  it('forgets what is older than the window', async () => {
    const world = worldWith(rule);
    await accept(world, occurrence(1));
    world.clock.pass(300);
    await accept(world, occurrence(2));
    world.clock.pass(300);
    expect(await accept(world, occurrence(3))).toMatchObject({ action: 'held' });
    expect(await accept(world, occurrence(4))).toMatchObject({ action: 'open-incident' });
  });

  it('of nine at once every third opens an incident', async () => {
    const world = worldWith(rule);
    const { intake } = world.start();
    await Promise.all(Array.from({ length: 9 }, (_, index) => intake.accept(occurrence(index + 1), world.incidents)));
    expect(openedOf(world)).toHaveLength(3);
  });
});

describe('once after', () => {
  const rule = '{ take: once-after, window: 10m }';

  it('acts on the first when the window is over, at the next sweep', async () => {
    const world = worldWith(rule);
    const first = await accept(world, fired);
    expect(first).toMatchObject({ action: 'open-incident', incidentId: null });
    expect(first.sentence).toContain('is acted on at 2026-05-04T08:10:00.000Z');
    expect(await accept(world, occurrence(2))).toMatchObject({ action: 'held' });
    expect(await world.entries()).toHaveLength(2);
    world.clock.pass(599);
    expect(await world.start().intake.sweep(world.incidents, world.clock.now())).toBe(0);
    expect(openedOf(world)).toEqual([]);
    world.clock.pass(1);
    expect(await world.start().intake.sweep(world.incidents, world.clock.now())).toBe(1);
    expect(openedOf(world)).toEqual([incidentIdOf(fired.correlation)]);
    expect(await decisionOf(world, fired)).toMatchObject({ state: 'done' });
    expect(await world.start().intake.sweep(world.incidents, world.clock.now())).toBe(0);
  });

  it('does nothing when the alert is resolved by then', async () => {
    const world = worldWith(rule);
    await accept(world, fired);
    await accept(world, resolved);
    world.clock.pass(600);
    await world.start().intake.sweep(world.incidents, world.clock.now());
    expect(openedOf(world)).toEqual([]);
    expect(await decisionOf(world, fired)).toMatchObject({ state: 'done', result: { incidentId: null } });
  });
});
