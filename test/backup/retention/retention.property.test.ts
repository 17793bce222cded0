import fc from 'fast-check';
import { retain, type RetainedPoint, type Retention } from '../../../src/backup';
import { isoOf, type EpochMillis, type Iso8601 } from '../../../src/kernel/clock';

const now = Date.parse('2026-10-25T12:00:00Z') as EpochMillis;
const zones = ['UTC', 'Europe/Amsterdam', 'America/St_Johns', 'Pacific/Auckland'];
const when = '2026-01-01T00:00:00.000Z' as Iso8601;
const proof = (verdict: 'proven' | 'failed') => ({ verdict, at: when, drill: 'd', restoreSeconds: null, reason: '' });

const kinds = ['good', 'good', 'good', 'proven', 'failed', 'lost', 'refuted', 'ahead', 'held'] as const;

/** Points over four hundred days, many of them close together; some of one and the same second. */
const points = fc
  .array(fc.record({ minutes: fc.integer({ min: 0, max: 400 * 24 * 12 }), kind: fc.constantFrom(...kinds) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((drawn) =>
    drawn.map(({ minutes, kind }, index): RetainedPoint => {
      const age = minutes * 300_000;
      return {
        id: `p${index}`,
        state: kind === 'failed' || kind === 'lost' ? kind : 'complete',
        takenAt: isoOf((kind === 'ahead' ? now + 600_000 + age : now - age) as EpochMillis),
        proof: kind === 'proven' ? proof('proven') : kind === 'refuted' ? proof('failed') : null,
        hold: kind === 'held' ? { by: 'ada', reason: 'law', at: when, until: null } : null,
        copies: [],
      };
    }),
  );

const count = fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined });
const policies = fc
  .record({
    keepLast: fc.integer({ min: 1, max: 6 }),
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    keepWithin: fc.option(fc.integer({ min: 3600, max: 60 * 86_400 }), { nil: undefined }),
    proven: fc.integer({ min: 1, max: 3 }),
  })
  .map((drawn) => ({ ...drawn, deleteAfter: 86_400 }));

const keptIds = (given: readonly RetainedPoint[], policy: Retention, timeZone: string): Set<string> =>
  new Set(
    retain(given, policy, { now, timeZone })
      .filter(({ keep }) => keep)
      .map(({ id }) => id),
  );

const zone = fc.constantFrom(...zones);

it('never empties a resource that has anything in the cloud, and never takes its newest proven point', () => {
  fc.assert(
    fc.property(points, policies, zone, (given, policy, timeZone) => {
      const kept = keptIds(given, policy, timeZone);
      const existing = given.filter(({ state }) => state !== 'lost');
      if (existing.length > 0) {
        expect(existing.some(({ id }) => kept.has(id))).toBe(true);
      }
      const proven = given.filter((point) => point.proof?.verdict === 'proven');
      const newest = Math.max(...proven.map(({ takenAt }) => Date.parse(takenAt)));
      if (proven.length > 0) {
        expect(proven.some(({ id, takenAt }) => Date.parse(takenAt) === newest && kept.has(id))).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

it('is idempotent: what it keeps, it keeps when asked again about that alone', () => {
  fc.assert(
    fc.property(points, policies, zone, (given, policy, timeZone) => {
      const kept = keptIds(given, policy, timeZone);
      const left = given.filter(({ id }) => kept.has(id));
      expect(keptIds(left, policy, timeZone)).toEqual(kept);
    }),
    { numRuns: 300 },
  );
});

it('is monotone: a policy that asks for more of anything drops nothing that the smaller one keeps', () => {
  const more = fc.record({
    keepLast: fc.nat(5),
    hourly: fc.nat(5),
    daily: fc.nat(5),
    weekly: fc.nat(5),
    monthly: fc.nat(5),
    yearly: fc.nat(5),
    keepWithin: fc.nat(864_000),
    proven: fc.nat(3),
  });
  fc.assert(
    fc.property(points, policies, more, zone, (given, policy, extra, timeZone) => {
      const larger: { -readonly [Name in keyof Retention]: Retention[Name] } = { ...policy };
      for (const [name, amount] of Object.entries(extra) as [keyof typeof extra, number][]) {
        larger[name] = (policy[name] ?? 0) + amount;
      }
      if (larger.keepWithin === 0) {
        larger.keepWithin = undefined;
      }
      const small = keptIds(given, policy, timeZone);
      const large = keptIds(given, larger, timeZone);
      expect([...small].filter((id) => !large.has(id))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('resists junk: failed, refuted, lost and duplicated points, and those dated ahead, push out nothing', () => {
  const junk = fc.array(
    fc.record({ minutes: fc.nat(400 * 24 * 12), kind: fc.constantFrom('failed', 'lost', 'refuted', 'ahead') }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(points, junk, policies, zone, (given, drawn, policy, timeZone) => {
      const good = given.filter(
        ({ state, proof: found, takenAt }) =>
          state === 'complete' && found?.verdict !== 'failed' && Date.parse(takenAt) <= now,
      );
      const bad = drawn.map(({ minutes, kind }, index): RetainedPoint => {
        const age = minutes * 300_000;
        return {
          id: `junk${index}`,
          state: kind === 'failed' || kind === 'lost' ? kind : 'complete',
          takenAt: isoOf((kind === 'ahead' ? now + 600_000 + age : now - age) as EpochMillis),
          proof: kind === 'refuted' ? proof('failed') : null,
          hold: null,
          copies: [],
        };
      });
      const twins = good.map((point) => ({ ...point, id: `~${point.id}`, proof: null, hold: null }));
      const before = keptIds(good, policy, timeZone);
      const after = keptIds([...bad, ...twins, ...good], policy, timeZone);
      expect([...before].filter((id) => !after.has(id))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('gives a reason for each point, in the order of the points', () => {
  fc.assert(
    fc.property(points, policies, zone, (given, policy, timeZone) => {
      const verdicts = retain(given, policy, { now, timeZone });
      expect(verdicts.map(({ id }) => id)).toEqual(given.map(({ id }) => id));
      expect(verdicts.every(({ reasons }) => reasons.length > 0 && reasons.every((reason) => reason !== ''))).toBe(
        true,
      );
    }),
    { numRuns: 100 },
  );
});

it('refuses a policy that keeps nothing', () => {
  const nothing = { proven: 1, deleteAfter: 0 } as Retention;
  expect(() => retain([], nothing, { now, timeZone: 'UTC' })).toThrow(/keeps nothing/);
});

// An independent account of one rule, by counting days of UTC in a table.
it('keeps of each of the newest days with a point exactly one, when days are all that is asked for', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(60 * 24), { minLength: 1, maxLength: 80 }),
      fc.integer({ min: 1, max: 20 }),
      (hours, days) => {
        const given = hours.map((hour): RetainedPoint => ({
          id: `h${hour}`,
          state: 'complete',
          takenAt: isoOf((now - hour * 3_600_000) as EpochMillis),
          proof: null,
          hold: null,
          copies: [],
        }));
        const table: Record<string, string[]> = {};
        for (const { takenAt } of given) {
          (table[takenAt.slice(0, 10)] ??= []).push(takenAt);
        }
        const wanted = Object.keys(table)
          .sort()
          .slice(-days)
          .map((day) => table[day]?.sort().at(-1));
        const kept = keptIds(given, { daily: days, proven: 1, deleteAfter: 0 }, 'UTC');
        const times = given.filter(({ id }) => kept.has(id)).map(({ takenAt }) => takenAt);
        expect(times.sort()).toEqual(wanted);
      },
    ),
    { numRuns: 200 },
  );
});
