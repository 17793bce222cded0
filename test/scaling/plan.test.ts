import { planScaling, scalingRuleSchema, type Member, type Scalable, type ScalingInput } from '../../src/scaling';

const now = Date.parse('2026-03-02T12:00:00Z');
const minute = 60_000;
const metric = 'Percentage CPU';
const written = { name: 'web', match: { resource: ['vmss-*'] }, mode: 'auto', min: 2, max: 10 };
const tracking = { ...written, targets: [{ metric, value: 60 }] };

function members(count: number, more: (index: number) => Partial<Member> = () => ({})): Member[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `vmss-web_${index + 1}`,
    zone: String((index % 3) + 1),
    createdAt: now - 86_400_000 + index,
    state: 'running',
    healthy: true,
    protected: false,
    ...more(index),
  }));
}

/** What somebody who decides is given: so many machines at a CPU each minute for the last 40, unless said otherwise. */
function input(
  given: {
    count?: number;
    cpu?: number | ((minutesAgo: number) => number | null);
    rule?: object;
    seen?: Partial<Scalable>;
    state?: Partial<ScalingInput['state']>;
    expected?: number;
    profile?: ScalingInput['profile'];
    people?: Member[];
  } = {},
): ScalingInput {
  const { count = 4, cpu = 50 } = given;
  const people = given.people ?? members(count);
  const at = typeof cpu === 'number' ? () => cpu : cpu;
  const points = Array.from({ length: 40 }, (_, index) => 40 - index).flatMap((ago) => {
    const value = at(ago);
    if (value === null) {
      return [];
    }
    const there = people.filter(({ createdAt }) => (createdAt ?? 0) <= now - ago * minute);
    return [{ at: now - ago * minute, values: Object.fromEntries(there.map(({ name }) => [name, value])) }];
  });
  return {
    rule: scalingRuleSchema.parse({ ...tracking, ...given.rule }),
    now,
    seen: {
      id: '/x',
      kind: 'scale-set',
      name: 'vmss-web',
      resourceGroup: 'rg',
      capacity: people.length,
      members: people,
      zones: ['1', '2', '3'],
      busy: null,
      tagMin: null,
      tagMax: null,
      autoscale: null,
      ...given.seen,
    },
    series: [{ metric, points }],
    state: { changedAt: null, addedAt: null, pending: null, retryAt: null, pause: null, raise: null, ...given.state },
    profile: given.profile ?? null,
    expected: given.expected ?? null,
  };
}

const decide = (given: Parameters<typeof input>[0]) => planScaling(input(given));
const last = ({ reasons }: { reasons: readonly string[] }): string => reasons.at(-1) ?? '';
const person = { reason: 'sale', by: 'Omar', at: '2026-03-02T11:00:00.000Z' as never };
const later = '2026-03-02T13:00:00.000Z' as never;
const earlier = '2026-03-02T11:59:00.000Z' as never;

describe('out', () => {
  it('adds as many as bring the metric to its target, at once', () => {
    expect(decide({ count: 4, cpu: 90 })).toMatchObject({ action: 'out', from: 4, to: 6, remove: [] });
  });

  it('leaves a metric alone that is at its target within the tolerance', () => {
    expect(decide({ count: 4, cpu: 62 }).action).toBe('hold');
    expect(decide({ count: 4, cpu: 64 }).action).toBe('out');
  });

  it('adds no more than the rule allows at once, and says so', () => {
    const decision = decide({ count: 4, cpu: 100, rule: { out: { most: 1 } } });
    expect(decision).toMatchObject({ action: 'out', to: 5 });
    expect(last(decision)).toBe('7 are needed; no more than 1 are added at once');
  });

  it('never goes beyond the ceiling, and says what would be needed', () => {
    expect(decide({ count: 9, cpu: 100 })).toMatchObject({ action: 'out', to: 10 });
    expect(last(decide({ count: 10, cpu: 100 }))).toBe('17 would be needed, and no more than 10 are allowed');
  });

  it('waits for no cooldown', () => {
    const state = { changedAt: now - minute, addedAt: now - minute };
    expect(decide({ count: 4, cpu: 90, state }).action).toBe('out');
  });

  it('counts those that still start as there, and adds only what is missing beyond them', () => {
    const people = members(6, (index) => (index < 4 ? {} : { createdAt: now - minute, state: 'starting' }));
    expect(decide({ people, cpu: 90 }).action).toBe('hold');
    const more = members(5, (index) => (index < 4 ? {} : { createdAt: now - minute, state: 'starting' }));
    expect(decide({ people: more, cpu: 90 })).toMatchObject({ action: 'out', from: 5, to: 6 });
  });

  it('does not judge by machines that are busy with starting', () => {
    const people = members(4, (index) => (index < 3 ? {} : { createdAt: now - 2 * minute }));
    const given = input({ people, cpu: 50 });
    const series = given.series.map(({ points, ...rest }) => ({
      ...rest,
      points: points.map(({ at, values }) => ({
        at,
        values: { ...values, ...(values['vmss-web_4'] === undefined ? {} : { 'vmss-web_4': 100 }) },
      })),
    }));
    expect(planScaling({ ...given, series })).toMatchObject({ action: 'hold', measured: [{ value: 50, load: 150 }] });
  });

  it('does not take one that hangs for one that is idle', () => {
    const people = members(4, (index) => ({ healthy: index > 0 }));
    const given = input({ people, cpu: 80 });
    const series = given.series.map(({ points, ...rest }) => ({
      ...rest,
      points: points.map(({ at, values }) => ({ at, values: { ...values, 'vmss-web_1': 0 } })),
    }));
    // Three carry 240, and four are asked for; the one that hangs counts as there until it is repaired.
    expect(planScaling({ ...given, series })).toMatchObject({ action: 'hold', measured: [{ value: 80, load: 240 }] });
    const busier = series.map(({ points, ...rest }) => ({
      ...rest,
      points: points.map(({ at, values }) => ({
        at,
        values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * 1.2])),
      })),
    }));
    expect(planScaling({ ...given, series: busier })).toMatchObject({ action: 'out', to: 5 });
  });

  it('fills up to the least there may be, without any metric', () => {
    expect(decide({ count: 1, cpu: () => null })).toMatchObject({ action: 'out', from: 1, to: 2 });
  });

  it('goes by steps, counted from those that carry the load', () => {
    const rule = {
      targets: undefined,
      steps: [
        { metric, above: 80, by: 2 },
        { metric, above: 95, by: 4 },
        { metric, below: 20, by: -1 },
      ],
    };
    expect(decide({ count: 3, cpu: 85, rule })).toMatchObject({ action: 'out', to: 5 });
    expect(decide({ count: 3, cpu: 97, rule })).toMatchObject({ action: 'out', to: 7 });
    const people = members(5, (index) => (index < 3 ? {} : { createdAt: now - minute, state: 'starting' }));
    expect(decide({ people, cpu: 85, rule }).action).toBe('hold');
  });
});

describe('in', () => {
  it('removes one at a time, the newest of the fullest zone', () => {
    expect(decide({ count: 7, cpu: 20 })).toMatchObject({ action: 'in', from: 7, to: 6, remove: ['vmss-web_7'] });
  });

  it('keeps what the highest load of the calm time needs, with its margin', () => {
    const burst = (ago: number): number => (ago === 25 ? 55 : 20);
    const decision = decide({ count: 4, cpu: burst });
    expect(decision.action).toBe('hold');
    // 220 at 54 each takes five.
    expect(last(decision)).toBe('the highest load of the last 30 minutes needs 5');
    expect(decide({ count: 4, cpu: (ago) => (ago === 35 ? 55 : 20) }).action).toBe('in');
  });

  it('removes nothing when what is left would be near the target', () => {
    // 4 at 44 are 176: three would be at 58.7, under 60 and above 54.
    expect(decide({ count: 4, cpu: 44 }).action).toBe('hold');
    expect(decide({ count: 4, cpu: 40 }).action).toBe('in');
  });

  it('never removes anything while a metric is missing or old', () => {
    const none = decide({ count: 6, cpu: () => null });
    expect([none.action, last(none)]).toEqual(['hold', 'nothing is removed while Percentage CPU is not known']);
    expect(none.reasons).toContain('Percentage CPU is not known: there are no data');
    const old = decide({ count: 6, cpu: (ago) => (ago < 8 ? null : 10) });
    expect([old.action, old.measured[0]?.value]).toEqual(['hold', null]);
    expect(old.reasons).toContain('Percentage CPU is not known: the newest value is 420 seconds old');
  });

  it('wants the calm time to be known, but for a few minutes', () => {
    expect(decide({ count: 6, cpu: (ago) => (ago > 12 && ago < 25 ? null : 10) }).action).toBe('hold');
    expect(decide({ count: 6, cpu: (ago) => (ago === 12 || ago === 13 ? null : 10) }).action).toBe('in');
  });

  it('waits for the cooldown of any change, the calm time after an addition, and those that warm up', () => {
    const quiet = { count: 6, cpu: 10 };
    const changed = decide({ ...quiet, state: { changedAt: now - 9 * minute } });
    expect(last(changed)).toBe('2 would do; nothing is removed within 600 seconds of a change');
    const added = decide({ ...quiet, state: { changedAt: now - 20 * minute, addedAt: now - 20 * minute } });
    expect(last(added)).toBe('2 would do; nothing is removed within 1800 seconds of an addition');
    const people = members(6, (index) => (index < 5 ? {} : { createdAt: now - 2 * minute }));
    expect(last(decide({ people, cpu: 10 }))).toMatch(/1 still warm up/);
  });

  it('never removes a protected one, nor pulls the zones apart', () => {
    const kept = members(7, (index) => ({ protected: index === 6 }));
    expect(decide({ people: kept, cpu: 10 })).toMatchObject({ action: 'in', remove: ['vmss-web_4'] });
    const allKept = members(4, () => ({ protected: true }));
    expect(last(decide({ people: allKept, cpu: 10 }))).toMatch(/all 4 are protected/);
    // Zone 1 has two, both protected; taking one from another zone would leave two, one and none.
    const stuck = members(4, (index) => ({ protected: index % 3 === 0 }));
    expect(last(decide({ people: stuck, cpu: 10 }))).toMatch(/would pull the zones apart/);
  });

  it('takes first what does not work', () => {
    const people = members(6, (index) => (index === 1 ? { healthy: false, state: 'down' } : {}));
    expect(decide({ people, cpu: 10 })).toMatchObject({ action: 'in', remove: ['vmss-web_2'] });
  });

  it('needs every metric to agree', () => {
    const other = 'Network In Total';
    const rule = {
      targets: [
        { metric, value: 60 },
        { metric: other, value: 100 },
      ],
    };
    const given = input({ count: 6, cpu: 10, rule });
    const points = given.series[0]?.points.map(({ at, values }) => ({
      at,
      values: Object.fromEntries(Object.keys(values).map((name) => [name, 85])),
    }));
    const both = { ...given, series: [...given.series, { metric: other, points: points ?? [] }] };
    expect(planScaling(both).action).toBe('hold');
    expect(planScaling(given).action).toBe('hold');
  });
});

describe('bounds', () => {
  it('are those of a profile while it holds', () => {
    const profile = { name: 'sale', min: 6, max: 12 };
    expect(decide({ count: 4, cpu: 30, profile })).toMatchObject({ action: 'out', to: 6, min: 6, max: 12 });
  });

  it('are narrowed by tags, never widened', () => {
    expect(decide({ count: 4, cpu: 100, seen: { tagMax: 5 } })).toMatchObject({ to: 5, max: 5 });
    expect(decide({ count: 4, cpu: 100, seen: { tagMax: 50 } })).toMatchObject({ max: 10 });
    expect(decide({ count: 2, cpu: 10, seen: { tagMin: 3 } })).toMatchObject({ action: 'out', to: 3 });
  });

  it('are raised for a time, and give themselves back', () => {
    const raise = { ...person, max: 14 };
    expect(decide({ count: 10, cpu: 100, state: { raise: { ...raise, until: later } } })).toMatchObject({ to: 14 });
    const over = decide({ count: 12, cpu: 50, state: { raise: { ...raise, until: earlier } } });
    expect(over).toMatchObject({ action: 'in', from: 12, to: 11, max: 10 });
    expect(last(over)).toBe('no more than 10 are allowed');
    // Not even then on a guess.
    expect(decide({ count: 12, cpu: () => null }).action).toBe('hold');
  });
});

describe('holds', () => {
  it('while it is paused, and says by whom and why', () => {
    const decision = decide({ count: 4, cpu: 100, state: { pause: { ...person, until: later } } });
    expect([decision.action, last(decision)]).toEqual(['hold', 'paused by Omar until 2026-03-02T13:00:00.000Z: sale']);
    expect(decide({ count: 4, cpu: 100, state: { pause: { ...person, until: earlier } } }).action).toBe('out');
  });

  it.each([
    ['a change is under way', { state: { pending: { runId: 'run-1', at: now } } }, 'the change run-1 is under way'],
    ['somebody else changes it', { seen: { busy: 'it is updating' } }, 'somebody is changing it: it is updating'],
    ['the last change came to nothing', { state: { retryAt: now + minute } }, /came to nothing/],
  ])('while %s', (_, given, text) => {
    const decision = decide({ count: 4, cpu: 100, ...given });
    expect(decision.action).toBe('hold');
    expect(last(decision)).toMatch(text);
  });
});

it('plans ahead for an expected load, and takes nothing away for one', () => {
  expect(decide({ count: 4, cpu: 40, expected: 400 })).toMatchObject({ action: 'out', to: 7 });
  expect(decide({ count: 4, cpu: 58, expected: 60 }).action).toBe('hold');
});

describe('with Azure Monitor autoscale', () => {
  const autoscale = { id: '/s', min: 2, max: 10 };
  it('moves the bounds and leaves the number alone', () => {
    expect(decide({ count: 4, cpu: 100, seen: { autoscale } }).action).toBe('hold');
    const profile = { name: 'sale', min: 6, max: 12 };
    const decision = decide({ count: 4, cpu: 30, seen: { autoscale }, profile });
    expect(decision).toMatchObject({ action: 'bounds', from: 4, to: 4, min: 6, max: 12 });
    expect(decide({ count: 4, cpu: 30, seen: { autoscale }, expected: 300 })).toMatchObject({
      action: 'bounds',
      min: 5,
    });
  });
});

describe('a cache', () => {
  const sizes = [
    { name: 'Balanced_B5', memory: 6 },
    { name: 'Balanced_B10', memory: 12 },
    { name: 'Balanced_B20', memory: 24 },
  ];
  const used = (percent: number) => (): number => percent;
  const cache = (capacity: string, percent: number) => {
    const rule = {
      match: { kind: 'redis', resource: ['amr-*'] },
      min: 1,
      max: 3,
      sizes,
      targets: [{ metric, value: 70 }],
    };
    const given = input({ rule, seen: { kind: 'redis', capacity, members: [], zones: [] } });
    const points = Array.from({ length: 40 }, (_, index) => ({
      at: now - (40 - index) * minute,
      values: { '': used(percent)() },
    }));
    return planScaling({ ...given, series: [{ metric, points }] });
  };
  it('gets the next size when it is full', () => {
    expect(cache('Balanced_B5', 85)).toMatchObject({ action: 'out', from: 1, to: 2, measured: [{ load: 510 }] });
  });
  it('gets the smaller size only when what it holds fits there', () => {
    expect(cache('Balanced_B20', 25)).toMatchObject({ action: 'in', from: 3, to: 2, remove: [] });
    expect(cache('Balanced_B20', 40).action).toBe('hold');
  });
  it('is left alone with a size that the rule does not know', () => {
    expect(last(cache('Flash_X', 95))).toMatch(/none of the rule's sizes/);
  });
});
