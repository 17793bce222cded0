import fc from 'fast-check';
import { forecastLoad, scored, trustOf } from '../../src/scaling/forecast.plan';
import { settled } from '../../src/scaling/settle.plan';
import { profileAt, scalingRuleSchema, scalingStateSchema, type ScalingState } from '../../src/scaling';

const day = 86_400_000;
const bucket = 300_000;
const now = Date.parse('2026-03-10T09:00:00Z');

describe('a forecast', () => {
  /** 100 at night, 400 from nine to five; `factor` for the days from `since` on. */
  const history =
    (from: number, factor = 1, since = Number.POSITIVE_INFINITY) =>
    (at: number): number | null => {
      if (at < from || at >= now) {
        return null;
      }
      const hour = new Date(at).getUTCHours();
      return (hour >= 9 && hour < 17 ? 400 : 100) * (at >= since ? factor : 1);
    };

  it('is what usually is at that time', () => {
    expect(forecastLoad(history(now - 4 * day), day, now + 2 * bucket, now)).toBeCloseTo(400);
  });

  it('is moved by the level of the last hour, within reason', () => {
    const since = now - day / 2;
    expect(forecastLoad(history(now - 4 * day, 1.5, since), day, now + 2 * bucket, now)).toBeCloseTo(600);
    expect(forecastLoad(history(now - 4 * day, 10, since), day, now + 2 * bucket, now)).toBeCloseTo(800);
  });

  it('is none before two seasons are known', () => {
    expect(forecastLoad(history(now - day), day, now + 2 * bucket, now)).toBeNull();
    expect(forecastLoad(history(now - 4 * day), 7 * day, now + 2 * bucket, now)).toBeNull();
  });

  it('never goes beyond twice what any season showed', () => {
    const values = fc.array(fc.option(fc.integer({ min: 0, max: 1000 })), { minLength: 1440, maxLength: 1440 });
    fc.assert(
      fc.property(values, (loads) => {
        const at = (time: number): number | null => loads[Math.floor((now - time) / bucket)] ?? null;
        const forecast = forecastLoad(at, day, now + bucket, now);
        expect(forecast === null || (forecast >= 0 && forecast <= 2000)).toBe(true);
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});

describe('trust', () => {
  const compare = (count: number, forecast: number, basis: number, start = now) =>
    Array.from({ length: count }).reduce<ReturnType<typeof scored>>(
      (scores, _, index) => scored(scores, start + index * bucket, { actual: 100, forecast, basis }),
      [],
    );

  it('takes a day of comparisons', () => {
    expect(trustOf(compare(287, 100, 50), 0.8)).toMatchObject({ trusted: false, compared: 287, score: null });
    expect(trustOf(compare(288, 100, 50), 0.8)).toMatchObject({ trusted: true, compared: 288, score: 1 });
  });

  it('asks for the share that the rule names, and for more than doing nothing would give', () => {
    expect(trustOf(compare(300, 85, 50), 0.9)).toMatchObject({ trusted: false, score: expect.closeTo(0.85) });
    expect(trustOf(compare(300, 85, 90), 0.8)).toMatchObject({ trusted: false, naive: expect.closeTo(0.9) });
    expect(trustOf(compare(300, 115, 50), 0.8)).toMatchObject({ trusted: true, score: expect.closeTo(0.85) });
  });

  it('forgets what is a week old', () => {
    const scores = compare(12 * 288, 100, 50);
    expect(scores).toHaveLength(7);
  });
});

describe('after a change', () => {
  const state: ScalingState = scalingStateSchema.parse({
    version: 1,
    target: '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg/providers/a.b/c/d',
    ...{ rule: 'web', environment: 'prod', changedAt: null, addedAt: null, failures: 2, retryAt: null },
    ...{ pending: { runId: 'scale-1', at: now }, pause: null, raise: null, decisions: [], scores: [] },
  });
  const finishedAt = new Date(now + 60_000).toISOString();
  const report = (result: object, before: object = { capacity: 3, wanted: 5 }) => ({
    ...{ finishedAt, runbook: 'scale-set-capacity', result, plan: { before } },
  });

  it('remembers when something was added, and when something was changed', () => {
    const done = settled(state, report({ kind: 'applied', outcome: 'verified' }), undefined, now + 90_000);
    expect(done).toMatchObject({ pending: null, failures: 0, changedAt: now + 60_000, addedAt: now + 60_000 });
    const less = report({ kind: 'applied', outcome: 'verified' }, { capacity: 5, wanted: 4 });
    expect(settled(state, less, undefined, now + 90_000)).toMatchObject({ changedAt: now + 60_000, addedAt: null });
  });

  it('waits twice as long after each that came to nothing, up to half an hour', () => {
    const failed = (failures: number) =>
      settled({ ...state, failures }, report({ kind: 'applied', outcome: 'ineffective' }), undefined, now).retryAt;
    const waits = [0, 1, 2, 3, 4, 9].map((failures) => ((failed(failures) ?? 0) - now - 60_000) / 60_000);
    expect(waits).toEqual([2, 4, 8, 16, 30, 30]);
  });

  it('takes a decision that was void for no failure', () => {
    const result = settled(state, report({ kind: 'not-applied', why: 'impossible' }), undefined, now);
    expect(result).toMatchObject({ pending: null, failures: 0, retryAt: null, changedAt: null });
  });

  it('waits for a run that goes on, and gives up one that never was', () => {
    expect(settled(state, undefined, 'Running', now + 3_600_000)).toBe(state);
    expect(settled(state, undefined, undefined, now + 60_000)).toBe(state);
    expect(settled(state, undefined, undefined, now + 180_000)).toMatchObject({ pending: null, failures: 3 });
    expect(settled(state, undefined, 'Failed', now + 180_000)).toMatchObject({ pending: null, failures: 3 });
  });
});

describe('a profile', () => {
  const profiles = scalingRuleSchema.parse({
    name: 'web',
    match: { resource: ['x'] },
    mode: 'auto',
    min: 2,
    max: 10,
    targets: [{ metric: 'm', value: 60 }],
    profiles: [
      {
        name: 'office',
        timeZone: 'Europe/Berlin',
        from: '2026-01-05T07:30',
        until: '2026-01-05T19:00',
        recurs: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
        min: 4,
      },
    ],
  }).profiles;
  const at = (text: string) => profileAt(profiles ?? [], Date.parse(text) as never)?.name ?? null;

  it.each([
    ['before it, in winter', '2026-03-02T06:29:00Z', null],
    ['from its first minute, in winter', '2026-03-02T06:30:00Z', 'office'],
    ['an hour earlier in summer, by UTC', '2026-03-30T05:30:00Z', 'office'],
    ['not yet then in winter', '2026-03-27T05:30:00Z', null],
    ['until its end', '2026-03-02T17:59:59Z', 'office'],
    ['not after', '2026-03-02T18:00:00Z', null],
    ['not on a Saturday', '2026-03-07T12:00:00Z', null],
  ])('holds %s', (_, time, expected) => {
    expect(at(time)).toBe(expected);
  });
});

describe('a rule that makes no sense', () => {
  const rule = {
    name: 'web',
    match: { resource: ['x'] },
    mode: 'auto',
    min: 2,
    max: 10,
    targets: [{ metric: 'm', value: 60 }],
  };
  it.each([
    ['has no metric', { targets: undefined }, 'targets'],
    ['has its bounds the wrong way round', { min: 11 }, 'max'],
    ['is about everything', { match: {} }, 'match.resource'],
    ['adds below a line', { steps: [{ metric: 'm', below: 10, by: 1 }] }, 'steps.0.by'],
    ['has a step with two lines', { steps: [{ metric: 'm', below: 10, above: 90, by: 1 }] }, 'steps.0.below'],
    ['is about a cache without sizes', { match: { kind: 'redis', resource: ['x'] } }, 'sizes'],
    [
      'names an unknown zone',
      {
        profiles: [
          { name: 'a', timeZone: 'Europe/Atlantis', from: '2026-01-05T07:30', until: '2026-01-05T19:00', min: 3 },
        ],
      },
      'profiles.0.recurs',
    ],
    [
      'has a profile that ends before it begins',
      { profiles: [{ name: 'a', timeZone: 'UTC', from: '2026-01-05T07:30', until: '2026-01-05T07:00', min: 3 }] },
      'profiles.0.until',
    ],
    [
      'has a profile with no bounds',
      { profiles: [{ name: 'a', timeZone: 'UTC', from: '2026-01-05T07:30', until: '2026-01-05T08:00' }] },
      'profiles.0.min',
    ],
    ['looks back for days', { in: { calm: '2d' } }, 'in.calm'],
  ])('is refused, because it %s', (_, change, path) => {
    const parsed = scalingRuleSchema.safeParse({ ...rule, ...change });
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});
