import fc from 'fast-check';
import {
  daysOf,
  historyOf,
  historyWindows,
  peakKey,
  peaksAfter,
  percentOf,
  type PeakDay,
  type Peaks,
} from '../../../src/backup/exposure/peaks.plan';
import { isoOf, type EpochMillis } from '../../../src/kernel/clock';

const day = Date.parse('2026-03-02T00:00:00Z');
const minute = 60_000;
const at = (minutes: number): EpochMillis => (day + minutes * minute) as EpochMillis;

it('is above 100 percent exactly when the objective is broken', () => {
  expect([percentOf(3599, 3600), percentOf(3600, 3600), percentOf(3601, 3600), percentOf(1e9, 3600)]).toEqual([
    100, 100, 101, 9999,
  ]);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e7, noNaN: true }), fc.integer({ min: 900, max: 1e6 }), (age, rpo) => {
      expect(percentOf(age, rpo) > 100).toBe(age / rpo > 1);
    }),
  );
});

it('knows the peak between two looks: it falls when the new point is complete, not when it was begun', () => {
  const before: Peaks = { from: at(600) / 1000, peaks: [...Array.from({ length: 10 }, () => null), 50] };
  const after = peaksAfter(before, at(650), { from: at(655), settledAt: at(659), rpoSeconds: 3600 }, at(665));
  // At 10:59 the old point was 59 minutes old; at 11:05 the new one is ten.
  expect(after.peaks.slice(10)).toEqual([98, 17]);
  expect(after.from).toBe(at(655) / 1000);
});

it('says nothing of hours that nobody looked at, unless the same point was the newest all the time', () => {
  const before: Peaks = { from: at(600) / 1000, peaks: [...Array.from({ length: 10 }, () => null), 50] };
  const same = peaksAfter(before, at(630), { from: at(600), settledAt: at(601), rpoSeconds: 36_000 }, at(810));
  expect(same.peaks.slice(10)).toEqual([50, 20, 30, 35]);
  const other = peaksAfter(before, at(630), { from: at(800), settledAt: at(801), rpoSeconds: 36_000 }, at(810));
  expect(other.peaks.slice(10)).toEqual([50, null, null, 2]);
});

it('begins a day anew, with what was known at the end of the day before', () => {
  const before: Peaks = { from: at(-60) / 1000, peaks: Array.from({ length: 24 }, () => 7) };
  const after = peaksAfter(before, at(-10), { from: at(3), settledAt: at(4), rpoSeconds: 7200 }, at(5));
  expect(after.peaks).toEqual([53]);
});

it('finds with a look every quarter of an hour what looking every minute finds', () => {
  const gaps = fc.array(fc.integer({ min: 31, max: 200 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 5 }), (between, every, settling) => {
      const points: number[] = [];
      let time = 0;
      for (const gap of between) points.push((time += gap));
      const from = (now: number): number => points.findLast((point) => point + settling <= now) ?? 0;
      const rpoSeconds = 3600;
      let peaks: Peaks | undefined;
      let looked: number | undefined;
      const last = Math.min(24 * 60 - 1, time + 30);
      for (let now = 0; now <= last; now += every) {
        const newest = from(now);
        const look = { from: at(newest), settledAt: newest === 0 ? null : at(newest + settling), rpoSeconds };
        peaks = peaksAfter(peaks, looked === undefined ? undefined : at(looked), look, at(now));
        looked = now;
      }
      const expected: number[] = [];
      // Every moment just before a full minute, and every look.
      for (let now = 1; now <= (looked ?? 0); now += 1) {
        const hour = Math.floor((now - 1) / 60);
        const age = now * 60 - 0.001 - from(now - 1) * 60;
        expected[hour] = Math.max(expected[hour] ?? 0, percentOf(age, rpoSeconds));
      }
      const whole = Math.floor((looked ?? 0) / 60);
      expect(peaks?.peaks.slice(0, whole)).toEqual(expected.slice(0, whole));
    }),
  );
});

describe('the history', () => {
  const now = at(13 * 60 + 20);
  const dayOf = (name: string, peaks: (number | null)[]): PeakDay => ({
    version: 1,
    day: name,
    at: isoOf(now),
    resources: { [peakKey('one')]: { from: 0, peaks } },
  });

  it('ends with the column that is not over, and takes the largest of each column', () => {
    const days = [
      dayOf('2026-03-01', [...Array.from({ length: 20 }, () => 10), 120]),
      dayOf('2026-03-02', [...Array.from({ length: 12 }, () => 20), 30, 40]),
    ];
    const resources = [
      { resource: 'two', tier: 'bronze' },
      { resource: 'one', tier: 'gold' },
      { resource: 'zero', tier: 'gold' },
    ];
    const history = historyOf({ window: '7', days, resources, tiers: ['gold', 'bronze'], now });
    expect(history).toMatchObject({
      from: '2026-02-23T15:00:00.000Z',
      until: '2026-03-02T15:00:00.000Z',
      bucketSeconds: 10_800,
    });
    expect(history.resources.map(({ resource }) => resource)).toEqual(['one', 'zero', 'two']);
    expect(history.resources[0]?.percent.slice(-8)).toEqual([10, 120, null, 20, 20, 20, 20, 40]);
    expect(history.resources[2]?.percent.every((one) => one === null)).toBe(true);
  });

  it.each(Object.keys(historyWindows) as (keyof typeof historyWindows)[])(
    'of %s days has columns of one length',
    (window) => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 10_000_000 }), (minutes) => {
          const moment = at(minutes);
          const history = historyOf({
            window,
            days: [],
            resources: [{ resource: 'one', tier: 'gold' }],
            tiers: [],
            now: moment,
          });
          const columns = history.resources[0]?.percent.length ?? 0;
          expect(Date.parse(history.until) - Date.parse(history.from)).toBe(columns * history.bucketSeconds * 1000);
          expect(Date.parse(history.until)).toBeGreaterThan(moment);
          const days = daysOf(window, moment);
          expect(days.length).toBeLessThanOrEqual(Number(window) + 1);
          expect(days.at(-1)).toBe(isoOf(moment).slice(0, 10));
        }),
      );
    },
  );
});
