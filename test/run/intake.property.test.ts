import fc from 'fast-check';
import type { IncidentReport } from '../../src/run';
import type { Signal } from '../../src/signal';
import { intakeWorld, policyText, signalOf } from './intake-world';

// The same stories in every run; change the seed to look elsewhere.
const seed = 20_260_322;

const fired = signalOf('metric-fired');
const machine = (name: string) => fired.target.replace(/[^/]+$/, name) as Signal['target'];
const scaleSet = fired.target.replace(/virtualmachines\/[^/]+$/, 'virtualmachinescalesets/vmss') as Signal['target'];
/** Two machines of one scale set, and one that stands alone. */
const targets = [machine('vm-1'), machine('vm-2'), machine('vm-3')];
const rootOf = (target: string): string => (target === targets[2] ? target : scaleSet);

/** Occurrence `number` of an alert, fired or resolved, on one of the machines. */
function occurrence(number: number, resolved = false): Signal {
  const digits = (number + 1).toString(16).padStart(31, '0');
  const target = targets[number % targets.length] as Signal['target'];
  const condition = resolved ? 'resolved' : 'fired';
  return { ...fired, id: `${resolved ? 'f' : '0'}${digits}`, correlation: `0${digits}`, target, condition };
}

type Move =
  /** Delivered several times at once, together with others, to two processes. */
  | { readonly kind: 'deliver'; readonly signals: readonly (readonly [number, boolean])[] }
  /** The next so many acts end in a crash of whoever does the last of them. */
  | { readonly kind: 'crash'; readonly act: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'end'; readonly incident: number; readonly resolved: boolean }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'wait'; readonly seconds: number };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('deliver' as const),
        signals: fc.array(fc.tuple(fc.nat(8), fc.boolean()), { minLength: 1, maxLength: 6 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('crash' as const),
        act: fc.integer({ min: 1, max: 40 }),
        when: fc.constantFrom('before' as const, 'after' as const),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('end' as const), incident: fc.nat(8), resolved: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.nat(900) }) },
  ),
  { maxLength: 25 },
);

const policies = [
  policyText,
  policyText.replace('    mode: auto', '    mode: auto\n    dedupe: { take: once-within, window: 10m }'),
  policyText.replace(
    '    mode: auto',
    '    mode: auto\n    dedupe: { take: accumulate-within, window: 10m, threshold: 2 }',
  ),
];

/** Plays a story, then lets every sender come again until it is answered, as senders do. */
async function play(story: readonly Move[], text: string): Promise<void> {
  const world = intakeWorld({ read: async () => ({ kind: 'document', text, etag: '1' }) });
  const common = { tags: {}, location: 'westeurope', zones: [] };
  world.resources.push(...targets.map((id) => ({ ...common, id, owner: id === targets[2] ? null : scaleSet })));
  const sent = new Map<string, Signal>();
  /** Decisions as they were when they were first seen. */
  const seen = new Map<string, string>();
  const look = async (): Promise<void> => {
    for (const path of world.storage.stored.keys()) {
      const record = path.startsWith('decisions/') ? world.storage.stored.get(path) : undefined;
      if (record !== undefined) {
        const { signalId, decision } = JSON.parse(record.text) as { signalId: string; decision: unknown };
        const before = seen.get(signalId) ?? JSON.stringify(decision);
        expect(JSON.stringify(decision)).toBe(before);
        seen.set(signalId, before);
      }
    }
    const open = [...world.incidents.orders.keys()].filter((id) => !world.incidents.ended.has(id));
    const roots = open.map((id) => rootOf((world.incidents.orders.get(id) as IncidentReport['order']).target));
    expect(new Set(roots).size).toBe(roots.length);
  };
  const end = async (id: string, resolved: boolean): Promise<void> => {
    const order = world.incidents.orders.get(id) as IncidentReport['order'];
    world.incidents.ended.add(id);
    const at = world.clock.text();
    const report: IncidentReport = {
      ...{ id, order, openedAt: at, closedAt: at, end: resolved ? 'resolved' : 'repaired' },
      ...{ reasons: [], timeToRepairSeconds: null, runs: [] },
    };
    // The durable engine tells it again until it was heard.
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await world.start().intake.close(report, world.incidents);
      } catch (error) {
        if (attempt > 3) {
          throw error;
        }
      }
    }
  };

  for (const move of story) {
    switch (move.kind) {
      case 'deliver': {
        const processes = [world.start().intake, world.start().intake];
        const signals = move.signals.map(([number, resolved]) => occurrence(number, resolved));
        signals.forEach((signal) => sent.set(signal.id, signal));
        await Promise.allSettled(
          [...signals, ...signals].map((signal, index) => processes[index % 2]?.accept(signal, world.incidents)),
        );
        break;
      }
      case 'crash':
        world.breaker.breakOnce(move.act, move.when);
        break;
      case 'end': {
        const open = [...world.incidents.orders.keys()].filter((id) => !world.incidents.ended.has(id));
        const id = open[move.incident % Math.max(1, open.length)];
        await (id === undefined ? undefined : end(id, move.resolved));
        break;
      }
      case 'sweep':
        await world
          .start()
          .intake.sweep(world.incidents, world.clock.now())
          .catch(() => undefined);
        break;
      case 'wait':
        world.clock.pass(move.seconds);
        break;
    }
    await look();
  }

  world.breaker.breakOnce(0, 'before');
  for (const signal of sent.values()) {
    await world.start().intake.accept(signal, world.incidents);
  }
  await world.start().intake.sweep(world.incidents, world.clock.now());
  await look();
  const decided = [...world.storage.stored.keys()].filter((path) => path.startsWith('decisions/'));
  expect(decided).toHaveLength(sent.size);
  expect([...seen.keys()].sort()).toEqual([...sent.keys()].sort());
  expect([...world.storage.stored.keys()].filter((path) => path.startsWith('decisions-pending/'))).toEqual([]);
  const entries = await world.entries();
  expect(entries.filter((entry) => entry.startsWith('signal.decided')).sort()).toEqual(
    [...sent.keys()].map((id) => `signal.decided ${id}`).sort(),
  );
}

it.each(policies.map((text, index) => [['as it is', 'one of several', 'two of several'][index] ?? '', text] as const))(
  'whatever crashes, comes twice or at once: each signal has one decision, for good, and what belongs together one open incident (%s)',
  async (_, text) => {
    await fc.assert(
      fc.asyncProperty(moves, (story) => play(story, text)),
      { seed, numRuns: 150 },
    );
  },
  60_000,
);
