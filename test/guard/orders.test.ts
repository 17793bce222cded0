import { applyGuardOperation, emptyGuard, guardOperations, guardStateSchema, type GuardState } from '../../src/guard';
import { hold, overrideCalendar, resetBreaker, setKillSwitch, unhold } from '../../src/guard/orders.plan';
import { acquire, fenceProblem, release } from '../../src/guard/plan';
import { at, guardAfter, limits, machine, obstacles, request, textAt } from './fixture';

const target = machine('a');
const order = { target, reason: 'disk swap', by: 'ada', until: textAt(3600) };

describe('a hold', () => {
  const held = hold(emptyGuard, order, at(0));

  it('makes everyone wait until it expires, and says whose it is', () => {
    expect(held.answer).toEqual({ kind: 'done' });
    const { verdict } = acquire(held.state, request('r1', 'a'), at(10));
    expect(verdict.reasons.filter(({ answer }) => answer !== 'go')).toEqual([
      {
        check: 'hold',
        answer: 'wait',
        text: 'ada holds the resource until 2026-01-31T10:00:00.000Z: disk swap',
        retryAt: textAt(3600),
      },
    ]);
    expect(acquire(held.state, request('r1', 'b'), at(10)).verdict.answer).toBe('go');
    expect(acquire(held.state, request('r1', 'a'), at(3600)).verdict.answer).toBe('go');
    expect(acquire(unhold(held.state, target), request('r1', 'a'), at(10)).verdict.answer).toBe('go');
  });

  it('stops the effects of a run that had the resource before', () => {
    const { state } = hold(guardAfter([0, request('r1', 'a')]), order, at(1));
    expect(fenceProblem(state, target, 1, at(2))).toContain('ada holds the resource');
    expect(fenceProblem(unhold(state, target), target, 1, at(2))).toBeUndefined();
  });

  it('is one when it is ordered twice, and is replaced by another', () => {
    expect(hold(held.state, order, at(5)).state).toBe(held.state);
    const longer = hold(held.state, { ...order, by: 'bob', until: textAt(7200) }, at(5));
    expect(longer.state.holds[target]).toMatchObject({ by: 'bob', expiresAt: textAt(7200), at: textAt(5) });
  });

  it.each([
    ['the past', -1, '"until" is in the past'],
    ['more than a month ahead', 30 * 86_400 + 1, 'at most 4w2d'],
  ])('until %s is refused', (_, seconds, said) => {
    const { state, answer } = hold(emptyGuard, { ...order, until: textAt(seconds) }, at(0));
    expect(answer).toMatchObject({ kind: 'refused', reason: expect.stringContaining(said) as string });
    expect(state).toBe(emptyGuard);
  });

  it('is forgotten after it expired', () => {
    expect(acquire(held.state, request('r1', 'b'), at(3600)).state.holds).toEqual({});
  });
});

describe("a rule's kill switch", () => {
  const off = setKillSwitch(emptyGuard, { engaged: true, reason: 'wrong rule', by: 'ada', rule: 'web' }, at(0));

  it('stops the rule and nothing else', () => {
    const { verdict } = acquire(off, request('r1', 'a'), at(1));
    expect(obstacles(verdict)).toEqual(['kill-switch: stop']);
    expect(verdict.reasons[0]?.text).toBe('the kill switch of rule web is engaged by ada: wrong rule');
    expect(acquire(off, request('r1', 'a', { rule: 'api' }), at(1)).verdict.answer).toBe('go');
  });

  it('is cleared and leaves nothing behind', () => {
    const clear = { engaged: false, reason: 'mended', by: 'bob', rule: 'web' };
    expect(setKillSwitch(off, clear, at(5))).toEqual(emptyGuard);
    expect(setKillSwitch(emptyGuard, clear, at(5))).toBe(emptyGuard);
  });

  it.each(['constructor', '__proto__', 'toString'])('of a rule called %s is one like any other', (rule) => {
    expect(acquire(emptyGuard, request('r1', 'a', { rule }), at(1)).verdict.answer).toBe('go');
    const killed = setKillSwitch(emptyGuard, { engaged: true, reason: 'x', by: 'ada', rule }, at(0));
    expect(acquire(killed, request('r1', 'a', { rule }), at(1)).verdict.answer).toBe('stop');
  });
});

describe('recurrence', () => {
  const twice = { ...limits, cooldownSeconds: 0, recurrence: { times: 3, withinSeconds: 10 * 86_400 } };
  const day = 86_400;
  const ask = (run: string, occasion: string) => request(run, 'a', { limits: twice, occasion });
  /** Acts and gives the lease back. */
  const act = (state: GuardState, run: string, occasion: string, seconds: number, acted = true): GuardState => {
    const { state: taken, verdict } = acquire(state, ask(run, occasion), at(seconds));
    expect(verdict.answer).toBe('go');
    return release(taken, { target, token: verdict.lease?.token ?? 0, acted }, at(seconds + 60));
  };

  it('stops the third time within the window, and lets it pass when the first is long ago', () => {
    const state = act(act(emptyGuard, 'r1', 'i1', 0), 'r2', 'i2', 2 * day);
    const { verdict } = acquire(state, ask('r3', 'i3'), at(9 * day));
    expect(obstacles(verdict)).toEqual(['recurrence: stop']);
    expect(verdict.reasons.find(({ check }) => check === 'recurrence')?.text).toBe(
      'rule web acted on the resource on 2 earlier occasions in 1w3d; time 3 is not repaired again: a person has to look for the cause',
    );
    expect(acquire(state, ask('r3', 'i3'), at(10 * day + 1)).verdict.answer).toBe('go');
  });

  it('counts the rungs of one incident as one time', () => {
    const state = act(act(act(emptyGuard, 'r1', 'i1', 0), 'r2', 'i1', 1000), 'r3', 'i2', 2000);
    expect(acquire(state, ask('r4', 'i2'), at(3000)).verdict.answer).toBe('go');
    expect(acquire(state, ask('r4', 'i3'), at(3000)).verdict.answer).toBe('stop');
  });

  it('does not count a time at which nothing was done', () => {
    const state = act(act(emptyGuard, 'r1', 'i1', 0), 'r2', 'i2', 1000, false);
    expect(acquire(state, ask('r3', 'i3'), at(2000)).verdict.answer).toBe('go');
  });

  it('keeps a few times for each resource and rule, and forgets them in the end', () => {
    const acted = act(emptyGuard, 'r1', 'i1', 0);
    expect(acquire(acted, request('r2', 'b'), at(11 * day)).state.recurrences).toEqual({});
  });
});

describe('the breaker', () => {
  const breaker = { runs: 4, withinSeconds: 86_400, askShare: 0.5, stopShare: 0.75 };
  const guarded = { ...limits, cooldownSeconds: 0, budgets: [{ ...limits.budgets[0]!, maxResources: 100 }], breaker };
  /** A guard after runs with these outcomes, a minute apart. */
  const after = (...outcomes: ('verified' | 'ineffective' | 'harmful' | 'unverifiable')[]): GuardState =>
    outcomes.reduce<GuardState>((state, outcome, index) => {
      const { state: taken, verdict } = acquire(state, request(`r${index}`, `vm${index}`), at(index * 4000));
      const lease = { target: machine(`vm${index}`), token: verdict.lease?.token ?? 0 };
      return release(taken, { ...lease, acted: true, outcome }, at(index * 4000 + 30));
    }, emptyGuard);
  const answerOf = (state: GuardState, seconds = 20_000) =>
    acquire(state, request('new', 'z', { limits: guarded }), at(seconds)).verdict;

  it.each([
    ['half of it', after('verified', 'ineffective', 'verified', 'harmful'), 'ask', 'demoted to suggest'],
    ['most of it', after('verified', 'ineffective', 'harmful', 'ineffective'), 'stop', 'demoted to observe'],
  ])('demotes a runbook of which %s is in vain', (_, state, answer, said) => {
    expect(answerOf(state).answer).toBe(answer);
    expect(answerOf(state).reasons.find(({ check }) => check === 'breaker')?.text).toContain(said);
  });

  it.each([
    ['with too few runs', after('ineffective', 'harmful', 'harmful'), 20_000],
    ['when most help', after('ineffective', 'verified', 'verified', 'verified'), 20_000],
    ['when the last ones help', after('harmful', 'harmful', 'verified', 'verified', 'verified', 'ineffective'), 30_000],
    ['when the failures are long ago', after('harmful', 'harmful', 'harmful', 'harmful'), 200_000],
    ['by runs that nobody could verify', after('unverifiable', 'unverifiable', 'unverifiable', 'unverifiable'), 20_000],
  ])('demotes nothing %s', (_, state, seconds) => {
    expect(answerOf(state, seconds).answer).toBe('go');
  });

  it('judges each runbook by itself, and begins anew when it is reset', () => {
    const state = after('harmful', 'harmful', 'harmful', 'harmful');
    const other = request('new', 'z', { limits: guarded, runbook: 'redeploy-vm' });
    expect(acquire(state, other, at(20_000)).verdict.answer).toBe('go');
    expect(answerOf(resetBreaker(state, 'restart-vm')).answer).toBe('go');
  });

  it('counts an outcome once, however often the lease is given back', () => {
    const { state } = acquire(emptyGuard, request('r', 'a'), at(0));
    const back = { target, token: 1, acted: true, outcome: 'harmful' as const };
    const once = release(state, back, at(1));
    expect(release(once, back, at(2))).toBe(once);
    expect(once.tallies['restart-vm']).toEqual([[at(1), 'harmful']]);
  });
});

describe('the calendar', () => {
  const calendar = {
    name: 'changes',
    default: 'open' as const,
    whenClosed: 'wait' as const,
    exceptions: [{ from: textAt(100), until: textAt(5000), summary: 'Sale' }],
    knownUntil: textAt(1_000_000),
  };
  const ask = request('r1', 'a', { limits: { ...limits, calendar } });

  it.each([
    ['before', 99, 'go'],
    ['within', 100, 'wait'],
    ['after', 5000, 'go'],
    ['beyond what is known', 1_000_000, 'ask'],
  ])('%s a freeze', (_, seconds, answer) => {
    expect(acquire(emptyGuard, ask, at(seconds)).verdict.answer).toBe(answer);
  });

  it('is overridden by a person, and the verdict says so', () => {
    const leave = { reason: 'outage', by: 'ada', until: textAt(2000) };
    const { state } = overrideCalendar(emptyGuard, leave, at(150));
    const { verdict } = acquire(state, ask, at(200));
    expect(verdict.answer).toBe('go');
    expect(verdict.reasons.find(({ check }) => check === 'calendar')?.text).toBe(
      `calendar changes: closed until ${textAt(5000)}: Sale; overridden by ada until ${textAt(2000)}: outage`,
    );
    expect(acquire(state, ask, at(2000)).verdict.answer).toBe('wait');
    const ended = overrideCalendar(state, { ...leave, until: textAt(160) }, at(170)).state;
    expect(acquire(ended, ask, at(200)).verdict.answer).toBe('wait');
  });
});

it('takes every order as an operation of the entity', () => {
  const apply = (state: unknown, operation: string, input: unknown) =>
    applyGuardOperation(state, operation, input, { now: () => at(0) });
  const held = apply(undefined, guardOperations.hold, order);
  expect(held.state.holds[target]).toMatchObject({ reason: 'disk swap' });
  expect(apply(held.state, guardOperations.unhold, { target }).state.holds).toEqual({});
  const leave = { reason: 'outage', by: 'ada', until: textAt(60) };
  expect(apply(undefined, guardOperations.overrideCalendar, leave).state.calendarOverride).toMatchObject({ by: 'ada' });
  expect(apply(undefined, guardOperations.resetBreaker, { runbook: 'restart-vm' }).answer).toBeNull();
  expect(() => apply(undefined, guardOperations.hold, { ...order, reason: ' ' })).toThrow('say why');
  expect(() => apply(undefined, guardOperations.hold, { ...order, until: undefined })).toThrow('until');
});

it('reads a state that was stored before any of this was there', () => {
  const stored = {
    version: 1,
    nextToken: 3,
    killSwitch: { engaged: false, reason: '', by: '', at: null },
    leases: {
      [target]: {
        target,
        holder: 'incident-1-r1',
        token: 2,
        runbook: 'restart-vm',
        acquiredAt: textAt(0),
        expiresAt: textAt(600),
      },
    },
    actions: [{ holder: 'incident-1-r1', target, runbook: 'restart-vm', rule: 'web', at: textAt(0), acted: true }],
    memorySeconds: 604_800,
  };
  const state = guardStateSchema.parse(stored);
  expect(state).toEqual({
    ...stored,
    actions: [{ ...stored.actions[0], at: at(0) }],
    waiting: {},
    holds: {},
    ruleSwitches: {},
    recurrences: {},
    tallies: {},
    calendarOverride: null,
    labels: {},
  });
  expect(fenceProblem(state, target, 2, at(1))).toBeUndefined();
  expect(acquire(state, request('r2', 'a', { runbook: 'redeploy-vm' }), at(1)).verdict.answer).toBe('wait');
});
