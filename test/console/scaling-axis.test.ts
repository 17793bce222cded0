import fc from 'fast-check';
import {
  axisOf,
  changeText,
  groupedDecisions,
  joinedDecisions,
  marksOf,
  recordedDecision,
  withGaps,
} from '../../src/console/pages/scaling/axis';
import type { ScalingDecision } from '../../src/console/pages/scaling/types';

const start = Date.parse('2026-05-04T08:00:00.000Z');
const minute = 60_000;
const at = (minutes: number) => new Date(start + minutes * minute).toISOString() as ScalingDecision['at'];

const decision = (minutes: number, more: Partial<ScalingDecision> = {}): ScalingDecision => ({
  ...{ at: at(minutes), rule: 'web', action: 'hold', from: 3, to: 3, remove: [], min: 3, max: 9 },
  measured: [{ metric: 'Percentage CPU', value: 40, load: 120, target: 60 }],
  reasons: ['enough'],
  ...more,
});
const step = (minutes: number, load: number | null, capacity: number | null, forecast: number | null = null) => ({
  ...{ at: at(minutes), load, capacity, forecast },
});
const axis = (more: Partial<Parameters<typeof axisOf>[0]>) =>
  axisOf({
    ...{
      steps: [],
      everySeconds: 300,
      decisions: [],
      perUnit: 60,
      from: start - 600 * minute,
      to: start + 600 * minute,
    },
    ...more,
  });

it('brings load and forecast into machines, and leaves them alone where that means nothing', () => {
  const steps = [step(0, 120, 3, 180)];
  expect(axis({ steps })).toMatchObject({
    load: [{ value: 2 }],
    forecast: [{ value: 3 }],
    units: [{ value: 3 }],
    metric: [{ value: 40 }],
  });
  expect(axis({ steps, perUnit: null }).load).toMatchObject([{ value: 120 }]);
});

it('takes decisions where they are known, and steps before', () => {
  const { units } = axis({
    steps: [step(-10, 60, 2), step(-5, 60, 2), step(0, 60, 2)],
    decisions: [decision(1, { from: 4 }), decision(0, { from: 3 })],
  });
  expect(units.map(({ at: when, value }) => [when, value])).toEqual([
    [at(-10), 2],
    [at(-5), 2],
    [at(0), 3],
    [at(1), 4],
  ]);
});

it('shows what is forecast beyond now, and a hole where nothing was recorded', () => {
  const { forecast, load } = axis({ steps: [step(0, 60, 2), step(30, 60, 2), step(35, null, null, 90)] });
  expect(forecast).toEqual([{ at: at(35), value: 1.5 }]);
  expect(load.map(({ value }) => value)).toEqual([1, null, 1]);
});

it('is sorted, each time once, whatever comes in whatever order', () => {
  const points = fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 500 }).map(at), value: fc.option(fc.integer(), { nil: null }) }),
  );
  fc.assert(
    fc.property(points, (given) => {
      const times = withGaps(given, 10 * minute).map((one) => Date.parse(one.at));
      expect(times).toEqual([...new Set(times)].sort((left, right) => left - right));
      times.slice(1).forEach((time, index) => {
        const before = times[index] ?? time;
        const wasHole = withGaps(given, 10 * minute)[index + 1]?.value === null;
        expect(time - before <= 10 * minute || wasHole || withGaps(given, 10 * minute)[index]?.value === null).toBe(
          true,
        );
      });
      expect(new Set(given.map((one) => one.at)).size).toBeLessThanOrEqual(times.length);
    }),
  );
});

it('marks what changed something, the newest when there are many, within the time', () => {
  const decisions = [
    decision(0, { action: 'out', to: 5 }),
    decision(1),
    decision(2, { action: 'in', from: 5, to: 4 }),
    decision(3, { action: 'bounds', min: 2, max: 8 }),
  ];
  expect(marksOf(decisions, start, start + 2 * minute).map(({ label }) => label)).toEqual(['+2', '-1']);
  expect(marksOf(decisions, start, start + 9 * minute, 1).map(({ label }) => label)).toEqual(['2 to 8']);
  expect(changeText(decision(0))).toBe('stays');
});

it('joins what is remembered and what the ledger has, each decision once', () => {
  const out = decision(0, { action: 'out', to: 5 });
  expect(joinedDecisions([decision(1), out], [{ ...out }, decision(-90, { action: 'in', to: 2 })])).toEqual([
    decision(-90, { action: 'in', to: 2 }),
    out,
    decision(1),
  ]);
});

it('makes one row of looks that came to the same, and loses none', () => {
  expect(groupedDecisions([decision(3), decision(2), decision(1, { from: 4 }), decision(0)])).toMatchObject([
    { count: 2, newest: { at: at(3) }, oldestAt: at(2) },
    { count: 1 },
    { count: 1 },
  ]);
  const any = fc.array(
    fc.record({ action: fc.constantFrom('hold', 'out', 'in'), from: fc.integer({ min: 1, max: 3 }) }),
  );
  fc.assert(
    fc.property(any, (given) => {
      const rows = groupedDecisions(given.map((more, index) => decision(-index, more)));
      expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(given.length);
      for (const { newest, count } of rows) expect(newest.action === 'hold' || count === 1).toBe(true);
    }),
  );
});

it('takes a decision out of the ledger only where there is one', () => {
  const out = decision(0, { action: 'out', to: 5 });
  expect(recordedDecision({ ...out, mode: 'auto', runId: 'x' })).toMatchObject({ action: 'out', to: 5 });
  for (const none of [null, {}, 'x', { ...out, action: 'dance' }, { ...out, reasons: 'x' }]) {
    expect(recordedDecision(none)).toBeUndefined();
  }
});
