import fc from 'fast-check';
import { takeFrom, type PaceState } from '../../src/backup';
import type { EpochMillis } from '../../src/kernel/clock';
import { instantOf, isoWeekOf, wallTimeOf } from '../../src/backup/wall-clock';
import { createThrottle } from '../../src/local/cloud/throttling';

const start = Date.parse('2026-03-02T08:00:00Z');

describe('the pace', () => {
  // The judge is the local cloud's own bucket, which knows nothing of ours.
  it('never provokes a refusal, whoever asks for how much and whenever, and leaves the reserve to others', () => {
    const ask = fc.record({ wait: fc.nat(20_000), count: fc.integer({ min: 1, max: 60 }) });
    fc.assert(
      fc.property(fc.array(ask, { minLength: 1, maxLength: 40 }), fc.nat(20), (asks, reserve) => {
        let now = start;
        const throttle = createThrottle(() => now);
        const bucket = { key: 'writes', limits: { capacity: 200, refillPerSecond: 10 } };
        let state: PaceState | undefined;
        for (const { wait, count } of asks) {
          now += wait;
          const request = { kind: 'writes' as const, count, reserve, seen: null, refusedUntil: null };
          const share = takeFrom(state, request, now as EpochMillis);
          state = share.state;
          now = Math.max(now, share.from);
          for (let used = 0; used < count; used += 1) {
            expect(throttle.take([bucket]).ok).toBe(true);
          }
          expect(throttle.remaining(bucket)).toBeGreaterThanOrEqual(reserve - 1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('uses all there is while there is work: a thousand writes in little more than (1,000 - 200) / 10 seconds', () => {
    let now = start;
    let state: PaceState | undefined;
    for (let batch = 0; batch < 20; batch += 1) {
      const request = { kind: 'writes' as const, count: 50, reserve: 4, seen: null, refusedUntil: null };
      const share = takeFrom(state, request, now as EpochMillis);
      state = share.state;
      now = Math.max(now, share.from);
    }
    expect((now - start) / 1000).toBeCloseTo(80.4, 1);
  });

  it('shares given at the same moment follow each other', () => {
    let state: PaceState | undefined;
    const froms = [1, 2, 3, 4, 5, 6].map(() => {
      const request = { kind: 'writes' as const, count: 50, reserve: 0, seen: null, refusedUntil: null };
      const share = takeFrom(state, request, start as EpochMillis);
      state = share.state;
      return (share.from - start) / 1000;
    });
    expect(froms).toEqual([0, 0, 0, 0, 5, 10]);
  });

  it('believes ARM when it says that less is left, because others write too, and stays away for as long as it is told', () => {
    const request = { kind: 'writes' as const, count: 50, reserve: 0, seen: null, refusedUntil: null };
    const seen = takeFrom(undefined, { ...request, seen: { remaining: 9, at: start } }, start as EpochMillis);
    expect((seen.from - start) / 1000).toBe(4);
    const refused = takeFrom(undefined, { ...request, refusedUntil: start + 40_000 }, start as EpochMillis);
    expect((refused.from - start) / 1000).toBe(45);
  });
});

describe('clocks on the wall', () => {
  const zone = 'Europe/Amsterdam';
  const wall = (month: number, day: number, hour: number, minute: number) => ({ year: 2026, month, day, hour, minute });

  it.each([
    ['an ordinary time', wall(3, 2, 9, 0), '2026-03-02T08:00:00.000Z'],
    ['a time that is left out in spring is the end of the gap', wall(3, 29, 2, 30), '2026-03-29T01:00:00.000Z'],
    ['a time that comes twice in autumn is the first', wall(10, 25, 2, 30), '2026-10-25T00:30:00.000Z'],
    ['right before the gap', wall(3, 29, 1, 59), '2026-03-29T00:59:00.000Z'],
    ['right after the repeated hour', wall(10, 25, 3, 0), '2026-10-25T02:00:00.000Z'],
  ])('%s', (_what, shown, instant) => {
    expect(new Date(instantOf(shown, zone)).toISOString()).toBe(instant);
  });

  it('are read back as they were set, in every hour of a year and in odd zones', () => {
    fc.assert(
      fc.property(
        fc.nat(365 * 24),
        fc.constantFrom(zone, 'Pacific/Chatham', 'America/St_Johns', 'UTC'),
        (hour, name) => {
          const instant = (start + hour * 3_600_000) as EpochMillis;
          const back = instantOf(wallTimeOf(instant, name), name);
          // The repeated hour alone is read back an hour earlier.
          expect([0, 3_600_000]).toContain(instant - back);
          expect(wallTimeOf(back, name)).toEqual(wallTimeOf(instant, name));
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    [2026, 1, 1, '2026-W01'],
    [2027, 1, 1, '2026-W53'],
    [2024, 12, 30, '2025-W01'],
    [2021, 1, 3, '2020-W53'],
    [2028, 2, 29, '2028-W09'],
  ])('%s-%s-%s is in %s', (year, month, day, week) => {
    expect(isoWeekOf({ year, month, day, hour: 0, minute: 0 })).toBe(week);
  });
});
