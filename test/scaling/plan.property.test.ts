import fc from 'fast-check';
import { planScaling, scalingRuleSchema, type Member, type ScalingInput } from '../../src/scaling';

const now = Date.parse('2026-03-02T12:00:00Z');
const minute = 60_000;
const metric = 'Percentage CPU';

const memberArbitrary = (index: number): fc.Arbitrary<Member> =>
  fc.record({
    name: fc.constant(`vmss-web_${index}`),
    zone: fc.constantFrom('1', '2', '3'),
    createdAt: fc.oneof(
      { weight: 9, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.integer({ min: now - 3_600_000, max: now }) },
    ),
    state: fc.constantFrom(...Array<'running'>(20).fill('running'), 'starting', 'leaving', 'down'),
    healthy: fc.boolean(),
    protected: fc.boolean(),
  });

/** Mostly nothing. */
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

/** Forty minutes around a level, a few of them missing. */
const cpuArbitrary = fc
  .record({
    level: fc.integer({ min: 0, max: 95 }),
    noise: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 40, maxLength: 40 }),
    missing: fc.array(fc.integer({ min: 0, max: 39 }), { maxLength: 4 }),
  })
  .map(({ level, noise, missing }) => noise.map((more, index) => (missing.includes(index) ? null : level + more)));

const instant = fc
  .integer({ min: now - 3_600_000, max: now + 3_600_000 })
  .map((at) => new Date(at).toISOString() as never);

const inputArbitrary: fc.Arbitrary<ScalingInput> = fc
  .record({
    count: fc.integer({ min: 0, max: 14 }),
    min: fc.integer({ min: 0, max: 6 }),
    room: fc.integer({ min: 0, max: 8 }),
    target: fc.integer({ min: 20, max: 90 }),
    mostOut: fc.integer({ min: 1, max: 6 }),
    mostIn: fc.integer({ min: 1, max: 4 }),
    cpu: cpuArbitrary,
    changed: rarely(fc.integer({ min: now - 7_200_000, max: now })),
    added: rarely(fc.integer({ min: now - 7_200_000, max: now })),
    busy: rarely(fc.constant('updating')),
    pending: rarely(fc.constant({ runId: 'r', at: now })),
    pause: rarely(fc.record({ reason: fc.constant('x'), by: fc.constant('Ada'), at: instant, until: instant })),
    raise: rarely(
      fc.record({
        reason: fc.constant('x'),
        by: fc.constant('Ada'),
        at: instant,
        until: instant,
        max: fc.integer({ min: 1, max: 20 }),
      }),
    ),
    tagMax: rarely(fc.integer({ min: 0, max: 12 })),
    expected: rarely(fc.integer({ min: 0, max: 1200 })),
  })
  .chain((given) =>
    fc
      .tuple(...Array.from({ length: given.count }, (_, index) => memberArbitrary(index)))
      .map((members): ScalingInput => {
        const points = given.cpu.flatMap((value, index) =>
          value === null
            ? []
            : [
                {
                  at: now - (40 - index) * minute,
                  values: Object.fromEntries(members.map(({ name }) => [name, value])),
                },
              ],
        );
        return {
          rule: scalingRuleSchema.parse({
            name: 'web',
            match: { resource: ['x'] },
            mode: 'auto',
            min: given.min,
            max: given.min + given.room,
            targets: [{ metric, value: given.target }],
            out: { most: given.mostOut },
            in: { most: given.mostIn },
          }),
          now,
          seen: {
            id: '/x',
            kind: 'scale-set',
            name: 'vmss-web',
            resourceGroup: 'rg',
            capacity: members.length,
            members,
            zones: ['1', '2', '3'],
            busy: given.busy,
            tagMin: null,
            tagMax: given.tagMax,
            autoscale: null,
          },
          series: [{ metric, points }],
          state: {
            changedAt: given.changed,
            addedAt: given.added,
            pending: given.pending,
            retryAt: null,
            pause: given.pause,
            raise: given.raise,
          },
          profile: null,
          expected: given.expected,
        };
      }),
  );

const runs = { numRuns: 400, seed: 20_260_302 };

it('keeps to bounds and steps, names whom it removes, and never a protected one', () => {
  let [outs, ins] = [0, 0];
  fc.assert(
    fc.property(inputArbitrary, (input) => {
      const { rule, seen, state } = input;
      const { action, from, to, remove, min, max } = planScaling(input);
      expect(from).toBe(seen.capacity);
      const raised = state.raise !== null && Date.parse(state.raise.until) > now ? state.raise.max : 0;
      const tagged = Math.min(rule.max, seen.tagMax ?? rule.max);
      expect(max).toBe(Math.max(tagged, raised));
      if (action === 'out') {
        outs += 1;
        expect(to).toBeGreaterThan(from);
        expect(to).toBeLessThanOrEqual(max);
        // More than the step only to reach the least there may be, which a forecast may have lifted.
        expect(
          to <= from + rule.out.most ||
            from < Math.min(max, Math.max(min, Math.ceil((input.expected ?? 0) / (rule.targets?.[0]?.value ?? 1)))),
        ).toBe(true);
        expect(remove).toEqual([]);
      } else if (action === 'in') {
        ins += 1;
        expect(to).toBeLessThan(from);
        expect(to).toBeGreaterThanOrEqual(Math.min(min, max));
        expect(from - to).toBeLessThanOrEqual(rule.in.most);
        expect(remove).toHaveLength(from - to);
        const gone = seen.members.filter(({ name }) => remove.includes(name));
        expect(gone.some((one) => one.protected || one.state === 'leaving')).toBe(false);
      } else {
        expect([to, remove]).toEqual([from, []]);
      }
    }),
    runs,
  );
  // Inputs that all hold would show nothing.
  expect(outs).toBeGreaterThan(50);
  expect(ins).toBeGreaterThan(5);
});

it('changes nothing while somebody else does, while paused, or while its own change is under way', () => {
  fc.assert(
    fc.property(inputArbitrary, (input) => {
      const { seen, state } = input;
      const paused = state.pause !== null && Date.parse(state.pause.until) > now;
      fc.pre(paused || seen.busy !== null || state.pending !== null);
      expect(planScaling(input).action).toBe('hold');
    }),
    runs,
  );
});

it('removes nothing on a metric that is missing, whatever else is so', () => {
  fc.assert(
    fc.property(inputArbitrary, fc.integer({ min: 7, max: 40 }), (input, silent) => {
      const series = input.series.map(({ points, ...rest }) => ({
        ...rest,
        points: points.filter(({ at }) => at < now - silent * minute),
      }));
      expect(planScaling({ ...input, series }).action).not.toBe('in');
    }),
    runs,
  );
});

it('never removes what its own rule would add again at the same load', () => {
  fc.assert(
    fc.property(inputArbitrary, (input) => {
      const decision = planScaling(input);
      fc.pre(decision.action === 'in' && decision.to >= decision.min && decision.from <= decision.max);
      const load = decision.measured[0]?.load ?? 0;
      const target = decision.measured[0]?.target ?? 1;
      expect(load / decision.to).toBeLessThanOrEqual(target + 0.1);
    }),
    runs,
  );
});
