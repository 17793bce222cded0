import fc from 'fast-check';
import { exposureOf, percentile, recoveryTime } from '../../../src/backup/exposure/plan';
import type { PromisedResource } from '../../../src/backup/exposure/model';
import type { EpochMillis, Iso8601 } from '../../../src/kernel/clock';
import { machine } from '../platform';

const at = (time: string): EpochMillis => Date.parse(`2026-03-02T${time}Z`) as EpochMillis;
const iso = (time: string): Iso8601 => `2026-03-02T${time}.000Z` as Iso8601;

/** An objective of an hour; the newest point is of 08:00, and takings took two minutes. */
const promised: PromisedResource = {
  resource: machine('prod', 1),
  tier: 'gold',
  rpoSeconds: 3600,
  rtoSeconds: 1800,
  since: iso('00:00:00'),
  newest: { id: 'aaaaaaaaaaaa', takenAt: iso('08:00:00') },
  newestProven: null,
  takingSeconds: [60, 120, 90],
  dueAt: null,
  restoreSeconds: [],
};

it.each([
  ['08:30:00', 'kept', 1800],
  // The last chance is 08:58 (two minutes of taking before 09:00), and the warning six minutes before that.
  ['08:51:59', 'kept', 3119],
  ['08:52:00', 'at-risk', 3120],
  ['09:00:00', 'at-risk', 3600],
  ['09:00:01', 'breached', 3601],
] as const)('at %s an objective of an hour is %s', (time, standing, ageSeconds) => {
  expect(exposureOf(promised, at(time))).toMatchObject({
    standing,
    ageSeconds,
    breachAt: iso('09:00:00'),
    lastChanceAt: iso('08:58:00'),
    alertAt: iso('08:52:00'),
    takingSeconds: 120,
    takingMeasured: true,
  });
});

it('does not alarm before a point that a window puts off had its chance, and still does before it is too late', () => {
  const late = { ...promised, dueAt: iso('08:45:00') };
  expect(exposureOf(late, at('08:53:00'))).toMatchObject({ standing: 'kept', alertAt: iso('08:57:00') });
  const tooLate = { ...promised, dueAt: iso('08:59:00') };
  expect(exposureOf(tooLate, at('08:58:00'))).toMatchObject({ standing: 'at-risk', alertAt: iso('08:58:00') });
});

it('counts the age of what was never backed up from the beginning of its promise', () => {
  const never = { ...promised, newest: null, since: iso('07:30:00'), takingSeconds: [] };
  expect(exposureOf(never, at('08:29:00'))).toMatchObject({ standing: 'at-risk', ageSeconds: 3540, newestPoint: null });
  expect(exposureOf(never, at('08:31:00'))).toMatchObject({ standing: 'breached', takingMeasured: false });
});

it('takes a point from the future for one of now, and not for a reason to sleep longer', () => {
  const ahead = { ...promised, newest: { id: 'bbbbbbbbbbbb', takenAt: iso('23:00:00') } };
  expect(exposureOf(ahead, at('08:30:00'))).toMatchObject({ ageSeconds: 0, breachAt: iso('09:30:00') });
});

it('measures recovery times by nearest rank, beside what is promised', () => {
  expect(percentile([], 0.5)).toBeNull();
  expect(percentile([40, 10, 30, 20], 0.5)).toBe(20);
  expect(percentile([40, 10, 30, 20], 0.95)).toBe(40);
  expect(recoveryTime(35, [40, 10, 30, 20])).toEqual({
    promisedSeconds: 35,
    drills: 4,
    p50Seconds: 20,
    p95Seconds: 40,
    standing: 'missed',
  });
  expect(recoveryTime(40, [40, 10, 30, 20]).standing).toBe('met');
  expect(recoveryTime(40, []).standing).toBe('unmeasured');
});

it('always warns before the breach, and never goes back from breached by waiting', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 900, max: 31 * 86_400 }),
      fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 5 }),
      fc.integer({ min: 0, max: 40 * 86_400 }),
      fc.integer({ min: 0, max: 10 * 86_400 }),
      (rpoSeconds, takingSeconds, age, more) => {
        const one = { ...promised, rpoSeconds, takingSeconds };
        const now = at('08:00:00') + age * 1000;
        const seen = exposureOf(one, now as EpochMillis);
        expect(Date.parse(seen.alertAt)).toBeLessThanOrEqual(Date.parse(seen.breachAt));
        const order = { kept: 0, 'at-risk': 1, breached: 2 };
        const later = exposureOf(one, (now + more * 1000) as EpochMillis);
        expect(order[later.standing]).toBeGreaterThanOrEqual(order[seen.standing]);
      },
    ),
  );
});
