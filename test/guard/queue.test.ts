import { emptyGuard, type BudgetLimit, type GuardState, type Verdict } from '../../src/guard';
import { acquire, release } from '../../src/guard/plan';
import { at, limits, machine, obstacles, request, textAt } from './fixture';

const one: BudgetLimit = { name: 'hourly', windowSeconds: 3600, maxResources: 1 };
const limited = (budgets: readonly BudgetLimit[]) => ({ ...limits, budgets: [...budgets] });
const ask = (run: string, name: string, budgets: readonly BudgetLimit[] = [one], giveUp = 86_400) =>
  request(run, name, { limits: limited(budgets), giveUpAt: textAt(giveUp) });

/** Plays requests, each `[seconds, request]`, and gives the answers. */
function play(...steps: readonly (readonly [number, ReturnType<typeof ask>])[]): {
  readonly state: GuardState;
  readonly answers: Verdict[];
} {
  let state: GuardState = emptyGuard;
  const answers = steps.map(([seconds, asked]) => {
    const result = acquire(state, asked, at(seconds));
    state = result.state;
    return result.verdict;
  });
  return { state, answers };
}
const textOf = (verdict: Verdict | undefined): string | undefined =>
  verdict?.reasons.find(({ check, answer }) => check === 'budget' && answer !== 'go')?.text;

it('tells each run its place and when its turn may come', () => {
  const { answers } = play([0, ask('r1', 'a')], [10, ask('r2', 'b')], [20, ask('r3', 'c')]);
  expect(answers.map(({ answer }) => answer)).toEqual(['go', 'wait', 'wait']);
  expect(textOf(answers[1])).toBe(
    'budget hourly: 1 of 1 resources in 1h are used; 1st in turn (expected at 2026-01-31T10:00:00.000Z)',
  );
  expect(textOf(answers[2])).toBe(
    'budget hourly: 1 of 1 resources in 1h are used; 2nd in turn (expected at 2026-01-31T11:00:00.000Z)',
  );
  // It asks again long before, so that a run that died is noticed.
  expect(answers[1]?.reasons.find(({ answer }) => answer === 'wait')?.retryAt).toBe(textAt(310));
});

it('lets nobody overtake, even when room has come and the first has not asked yet', () => {
  const { answers } = play(
    [0, ask('r1', 'a')],
    [3400, ask('r2', 'b')],
    [3410, ask('r3', 'c')],
    [3600, ask('r3', 'c')],
    [3601, ask('r4', 'd')],
    [3605, ask('r2', 'b')],
  );
  expect(answers.map(({ answer }) => answer)).toEqual(['go', 'wait', 'wait', 'wait', 'wait', 'go']);
});

it('does not let a second run on the same resource overtake the first', () => {
  const { answers } = play([0, ask('r1', 'a')], [3400, ask('r2', 'b')], [3410, ask('r3', 'b')], [3600, ask('r3', 'b')]);
  expect(answers.map(({ answer }) => answer)).toEqual(['go', 'wait', 'wait', 'wait']);
});

it('goes on without a run that stopped asking', () => {
  // r2 should ask again when there is room, at 3,600, and may be five minutes late.
  const until = play([0, ask('r1', 'a')], [3400, ask('r2', 'b')], [3410, ask('r3', 'c')]);
  expect(until.state.waiting['r2']?.until).toBe(at(3900));
  const asked = ask('r3', 'c');
  expect(acquire(acquire(until.state, asked, at(3690)).state, asked, at(3899)).verdict.answer).toBe('wait');
  expect(acquire(acquire(until.state, asked, at(3690)).state, asked, at(3900)).verdict.answer).toBe('go');
});

it('lets a later run take what nobody before it waits for', () => {
  const two = { ...one, maxResources: 2 };
  const { answers } = play([0, ask('r1', 'a', [two])], [1, ask('r2', 'b', [two])], [2, ask('r3', 'c', [two])]);
  expect(answers.map(({ answer }) => answer)).toEqual(['go', 'go', 'wait']);
  const other = play(
    [0, ask('r1', 'a')],
    [1, ask('r2', 'b')],
    [2, ask('r3', 'c', [{ ...one, name: 'other', maxResources: 5 }])],
  );
  expect(other.answers.map(({ answer }) => answer)).toEqual(['go', 'wait', 'go']);
});

it('does not queue a run that would give up before its turn', () => {
  const { state, answers } = play([0, ask('r1', 'a')], [10, ask('r2', 'b', [one], 1800)]);
  expect(answers[1]?.reasons.find(({ answer }) => answer === 'wait')?.retryAt).toBe(textAt(3600));
  expect(state.waiting).toEqual({});
});

it('keeps a place over several budgets', () => {
  const long = { ...one, name: 'long', windowSeconds: 7200 };
  const { state } = play(
    [0, ask('r1', 'a', [one, long])],
    [3500, ask('r2', 'b', [one, long])],
    // Room in the first, none in the second: r2 still waits for both, so r3 gets neither.
    [3600, ask('r2', 'b', [one, long])],
    [3601, ask('r3', 'c', [one])],
  );
  expect(state.waiting['r2']?.keys).toEqual(['budget hourly', 'budget long']);
  expect(state.waiting['r3']?.turn).toBe(2);
});

it.each([
  ['ask', 'ask'],
  ['stop', 'stop'],
] as const)('over the limit, %s when the budget says so, and nobody waits', (over, answer) => {
  const { state, answers } = play([0, ask('r1', 'a', [{ ...one, over }])], [1, ask('r2', 'b', [{ ...one, over }])]);
  expect(answers[1]?.answer).toBe(answer);
  expect(textOf(answers[1])).toBe('budget hourly: 1 of 1 resources in 1h are used');
  expect(state.waiting).toEqual({});
});

it('counts each rule by itself, and each resource group by itself', () => {
  const perRule = limited([{ ...one, per: 'rule' }]);
  const web = acquire(emptyGuard, request('r1', 'a', { limits: perRule }), at(0)).state;
  expect(acquire(web, request('r2', 'b', { limits: perRule }), at(1)).verdict.answer).toBe('wait');
  expect(acquire(web, request('r2', 'b', { limits: perRule, rule: 'api' }), at(1)).verdict.answer).toBe('go');

  const perGroup = limited([{ ...one, per: 'resource-group' }]);
  const elsewhere = machine('b').replace('/rg/', '/rg2/') as (typeof web.holds)[string]['target'];
  const used = acquire(emptyGuard, request('r1', 'a', { limits: perGroup }), at(0)).state;
  expect(acquire(used, request('r2', 'b', { limits: perGroup }), at(1)).verdict.answer).toBe('wait');
  expect(acquire(used, request('r2', 'b', { limits: perGroup, target: elsewhere }), at(1)).verdict.answer).toBe('go');
});

it('counts an action for its rule although another rule acted on the resource after it', () => {
  const perRule = { ...limited([{ ...one, per: 'rule' as const }]), cooldownSeconds: 0 };
  let state = acquire(emptyGuard, request('r1', 'a', { limits: perRule }), at(0)).state;
  state = release(state, { target: machine('a'), token: 1, acted: true }, at(10));
  state = acquire(state, request('r2', 'a', { limits: perRule, rule: 'api' }), at(20)).state;
  state = release(state, { target: machine('a'), token: 2, acted: true }, at(30));
  expect(acquire(state, request('r3', 'b', { limits: perRule }), at(40)).verdict.answer).toBe('wait');
});

describe('a group', () => {
  const group = {
    ...limits,
    budgets: [{ ...one, maxResources: 100 }],
    groups: [{ name: 'web', members: 4, minHealthy: 3 }],
  };
  const inGroup = (run: string, name: string) => request(run, name, { limits: group, giveUpAt: textAt(7200) });

  it('lets no more be worked on than leaves its minimum, in turn', () => {
    let state = acquire(emptyGuard, inGroup('r1', 'a'), at(0)).state;
    const second = acquire(state, inGroup('r2', 'b'), at(1));
    expect(obstacles(second.verdict)).toEqual(['group: wait']);
    expect(second.verdict.reasons.at(-1)?.text).toBe(
      'group web: 1 worked on at the moment; of 4, 3 have to stay; 1st in turn',
    );
    state = release(second.state, { target: machine('a'), token: 1, acted: true }, at(5));
    expect(acquire(state, inGroup('r3', 'c'), at(6)).verdict.answer).toBe('wait');
    expect(acquire(state, inGroup('r2', 'b'), at(7)).verdict.answer).toBe('go');
  });

  it('has no say over resources outside it', () => {
    const { state } = acquire(emptyGuard, inGroup('r1', 'a'), at(0));
    const outside = request('r2', 'b', { limits: { ...group, groups: [] } });
    expect(acquire(state, outside, at(1)).verdict.answer).toBe('go');
  });
});
