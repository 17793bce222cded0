import { emptyGuard, guardStateSchema, verdictSchema, type GuardState } from '../../src/guard';
import { setKillSwitch } from '../../src/guard/orders.plan';
import { acquire, release } from '../../src/guard/plan';
import { at, guardAfter, leaseOf, limits, machine, obstacles, request, textAt } from './fixture';

const budget = (name: string, windowSeconds: number, maxResources: number) => ({ name, windowSeconds, maxResources });

describe('a guard that has seen nothing', () => {
  it('gives the lease, with every check and its reason', () => {
    const { state, verdict } = acquire(emptyGuard, request('run-1', 'a'), at(0));
    expect(verdict).toEqual({
      answer: 'go',
      reasons: [
        { check: 'kill-switch', answer: 'go', text: 'the kill switch is off' },
        { check: 'lease', answer: 'go', text: 'nobody else holds the resource' },
        { check: 'cooldown', answer: 'go', text: 'restart-vm was not run on the resource lately' },
        { check: 'budget', answer: 'go', text: 'budget hourly: 0 of 2 resources in 1h' },
      ],
      lease: {
        target: machine('a'),
        holder: 'run-1',
        token: 1,
        runbook: 'restart-vm',
        acquiredAt: '2026-01-31T09:00:00.000Z',
        expiresAt: '2026-01-31T09:10:00.000Z',
        rule: 'web',
      },
    });
    expect(state.nextToken).toBe(2);
    expect(state.actions).toEqual([
      {
        holder: 'run-1',
        target: machine('a'),
        runbook: 'restart-vm',
        rule: 'web',
        at: at(0),
        acted: true,
      },
    ]);
  });

  it('remembers everything in plain JSON', () => {
    const state = guardAfter([0, request('run-1', 'a')], [1, request('run-2', 'b')]);
    expect(guardStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });
});

describe('the lease', () => {
  const held = guardAfter([0, request('run-1', 'a')]);

  it('is the same for the run that holds it, and nothing is counted again', () => {
    const again = acquire(held, request('run-1', 'a'), at(30));
    expect(again.state).toBe(held);
    expect(leaseOf(again.verdict)).toEqual(held.leases[machine('a')]);
    expect(again.verdict.answer).toBe('go');
  });

  it('makes another run wait, a quarter of a minute at most', () => {
    const { state, verdict } = acquire(held, request('run-2', 'a', { runbook: 'redeploy-vm' }), at(60));
    expect(verdict.answer).toBe('wait');
    expect(verdict.lease).toBeUndefined();
    expect(verdict.reasons).toContainEqual({
      check: 'lease',
      answer: 'wait',
      text: 'run-1 holds the resource (restart-vm) until 2026-01-31T09:10:00.000Z at the latest',
      retryAt: textAt(75),
    });
    expect(state).toEqual(held);
  });

  it('makes another run wait no longer than it lasts', () => {
    const { verdict } = acquire(held, request('run-2', 'a', { runbook: 'redeploy-vm' }), at(590));
    expect(verdict.reasons.find(({ check }) => check === 'lease')?.retryAt).toBe(textAt(600));
  });

  it('goes to another run at the moment it expires, with a higher token', () => {
    const asked = request('run-2', 'a', { runbook: 'redeploy-vm' });
    expect(acquire(held, asked, at(599.999)).verdict.answer).toBe('wait');
    const { verdict } = acquire(held, asked, at(600));
    expect(leaseOf(verdict)).toMatchObject({ holder: 'run-2', token: 2 });
  });

  it('holds on one resource only', () => {
    expect(leaseOf(acquire(held, request('run-2', 'b'), at(1)).verdict).token).toBe(2);
  });

  it.each([
    ['gave it back after acting', (state: GuardState) => release(state, given(true), at(30)), 2000],
    ['gave it back unused', (state: GuardState) => release(state, given(false), at(30)), 40],
    ['lost it', (state: GuardState) => state, 2000],
  ])('is not given a second time to a run that %s', (_, before, seconds) => {
    // The cooldown of 900 s is over at 2,000 s, so that only the lease can stand in the way.
    const { state, verdict } = acquire(before(held), request('run-1', 'a'), at(seconds));
    expect(verdict.answer).toBe('stop');
    expect(obstacles(verdict)).toEqual(['lease: stop']);
    expect(verdict.reasons[1]?.text).toBe('the run had the resource before and does not get it a second time');
    expect(state.leases).toEqual({});
  });

  function given(acted: boolean) {
    return { target: machine('a'), token: 1, acted };
  }
});

describe('the cooldown', () => {
  const done = release(guardAfter([0, request('run-1', 'a')]), { target: machine('a'), token: 1, acted: true }, at(60));

  it('stops the same runbook on the same resource, counted from its action, and says until when', () => {
    const { verdict } = acquire(done, request('run-2', 'a'), at(300));
    expect(verdict.answer).toBe('stop');
    expect(obstacles(verdict)).toEqual(['cooldown: stop']);
    expect(verdict.reasons).toContainEqual({
      check: 'cooldown',
      answer: 'stop',
      text: 'restart-vm was run on the resource 5m ago; the cooldown is 15m',
      retryAt: textAt(900),
    });
  });

  it('is over to the millisecond', () => {
    expect(acquire(done, request('run-2', 'a'), at(899.999)).verdict.answer).toBe('stop');
    expect(acquire(done, request('run-2', 'a'), at(900)).verdict.answer).toBe('go');
  });

  it('does not stop another runbook, nor another resource', () => {
    expect(acquire(done, request('run-2', 'a', { runbook: 'redeploy-vm' }), at(61)).verdict.answer).toBe('go');
    expect(acquire(done, request('run-2', 'b'), at(61)).verdict.answer).toBe('go');
  });

  it('is not set off by a run that did nothing', () => {
    const unused = release(
      guardAfter([0, request('run-1', 'a')]),
      { target: machine('a'), token: 1, acted: false },
      at(60),
    );
    expect(acquire(unused, request('run-2', 'a'), at(61)).verdict.answer).toBe('go');
  });

  it('holds when the clock goes back a little', () => {
    const { verdict } = acquire(done, request('run-2', 'a'), at(-5));
    expect(obstacles(verdict)).toEqual(['cooldown: stop']);
    expect(verdict.reasons[2]).toMatchObject({
      text: 'restart-vm was run on the resource 0s ago; the cooldown is 15m',
      retryAt: textAt(900),
    });
  });

  it('of nothing stops nothing', () => {
    const none = { ...limits, cooldownSeconds: 0 };
    expect(acquire(done, request('run-2', 'a', { limits: none }), at(61)).verdict.answer).toBe('go');
  });
});

describe('the budget', () => {
  const two = guardAfter([0, request('run-1', 'a')], [100, request('run-2', 'b')]);

  it('makes a third resource wait until the first has left the window', () => {
    const { verdict } = acquire(two, request('run-3', 'c'), at(200));
    expect(verdict.answer).toBe('wait');
    expect(verdict.reasons).toContainEqual({
      check: 'budget',
      answer: 'wait',
      text: 'budget hourly: 2 of 2 resources in 1h are used; 1st in turn',
      retryAt: textAt(3600),
    });
    expect(acquire(two, request('run-3', 'c'), at(3599.999)).verdict.answer).toBe('wait');
    expect(acquire(two, request('run-3', 'c'), at(3600)).verdict.answer).toBe('go');
  });

  it('lets a resource that is counted already be acted on again', () => {
    expect(acquire(two, request('run-3', 'b', { runbook: 'redeploy-vm' }), at(800)).verdict.answer).toBe('go');
  });

  it('counts a resource by its newest action', () => {
    const state = guardAfter(
      [0, request('run-1', 'a')],
      [100, request('run-2', 'b')],
      [1000, request('run-3', 'a', { runbook: 'redeploy-vm' })],
    );
    expect(acquire(state, request('run-4', 'c'), at(3600)).verdict.reasons[3]).toMatchObject({
      answer: 'wait',
      retryAt: textAt(3700),
    });
    expect(acquire(state, request('run-4', 'c'), at(3700)).verdict.answer).toBe('go');
  });

  it('that was lowered says when enough resources have left', () => {
    const one = { ...limits, budgets: [budget('hourly', 3600, 1)] };
    const { verdict } = acquire(two, request('run-3', 'c', { limits: one }), at(200));
    expect(verdict.reasons[3]).toMatchObject({
      text: 'budget hourly: 2 of 1 resources in 1h are used; 1st in turn',
      retryAt: textAt(3700),
    });
  });

  it('is one of several, of which each has to have room', () => {
    const both = { ...limits, budgets: [budget('burst', 600, 1), budget('daily', 86_400, 10)] };
    const { verdict } = acquire(two, request('run-3', 'c', { limits: both }), at(200));
    expect(verdict.reasons.slice(3)).toEqual([
      // b was taken at 100 s; the window is 600 s.
      {
        check: 'budget',
        answer: 'wait',
        text: 'budget burst: 2 of 1 resources in 10m are used; 1st in turn',
        retryAt: textAt(700),
      },
      { check: 'budget', answer: 'go', text: 'budget daily: 2 of 10 resources in 1d' },
    ]);
  });

  it('does not count what was given back unused', () => {
    const unused = release(two, { target: machine('a'), token: 1, acted: false }, at(150));
    expect(acquire(unused, request('run-3', 'c'), at(200)).verdict.answer).toBe('go');
    expect(acquire(unused, request('run-3', 'c'), at(200)).verdict.reasons[3]?.text).toBe(
      'budget hourly: 1 of 2 resources in 1h',
    );
  });

  it('counts over a window longer than a week', () => {
    const monthly = { ...limits, budgets: [budget('monthly', 30 * 86_400, 1)] };
    const first = guardAfter([0, request('run-1', 'a', { limits: monthly })]);
    // Other rules, with short windows, ask in between; they make nothing be forgotten.
    const later = acquire(first, request('run-2', 'a', { runbook: 'redeploy-vm' }), at(20 * 86_400)).state;
    const unused = release(later, { target: machine('a'), token: 2, acted: false }, at(20 * 86_400 + 1));
    const { verdict } = acquire(unused, request('run-3', 'b', { limits: monthly }), at(29 * 86_400));
    expect(verdict.reasons[3]).toMatchObject({ answer: 'wait', retryAt: textAt(30 * 86_400) });
    expect(acquire(unused, request('run-3', 'b', { limits: monthly }), at(30 * 86_400)).verdict.answer).toBe('go');
  });
});

describe('the kill switch', () => {
  const engaged = setKillSwitch(emptyGuard, { engaged: true, reason: 'migration', by: 'ada' }, at(0));

  it('stops everything, with who engaged it and why', () => {
    const { state, verdict } = acquire(engaged, request('run-1', 'a'), at(1));
    expect(verdict.answer).toBe('stop');
    expect(verdict.reasons[0]).toEqual({
      check: 'kill-switch',
      answer: 'stop',
      text: 'the kill switch is engaged by ada: migration',
    });
    expect(state.leases).toEqual({});
    expect(state.actions).toEqual([]);
  });

  it('stops a run that holds its lease', () => {
    const held = setKillSwitch(
      guardAfter([0, request('run-1', 'a')]),
      { engaged: true, reason: 'x', by: 'ada' },
      at(5),
    );
    const { verdict } = acquire(held, request('run-1', 'a'), at(6));
    expect(verdict.answer).toBe('stop');
    expect(verdict.reasons[1]).toEqual({ check: 'lease', answer: 'go', text: 'the run holds the resource already' });
  });

  it('has a reason that fits, however long its parts are', () => {
    const long = setKillSwitch(emptyGuard, { engaged: true, reason: 'r'.repeat(1024), by: 'b'.repeat(200) }, at(0));
    const { verdict } = acquire(long, request('run-1', 'a'), at(1));
    expect(verdictSchema.safeParse(verdict).error).toBeUndefined();
    expect(verdict.reasons[0]?.text).toHaveLength(1024);
  });

  it('keeps who engaged it first', () => {
    const again = setKillSwitch(engaged, { engaged: true, reason: 'me too', by: 'bob' }, at(10));
    expect(again.killSwitch).toEqual({ engaged: true, reason: 'migration', by: 'ada', at: textAt(0) });
  });

  it('is cleared, and says by whom', () => {
    const cleared = setKillSwitch(engaged, { engaged: false, reason: 'done', by: 'bob' }, at(10));
    expect(cleared.killSwitch).toEqual({ engaged: false, reason: 'done', by: 'bob', at: textAt(10) });
    expect(acquire(cleared, request('run-1', 'a'), at(11)).verdict.answer).toBe('go');
  });
});

it('the strictest check decides', () => {
  const state = guardAfter([0, request('run-1', 'a')], [1, request('run-2', 'b')]);
  // The lease says wait, the cooldown stop.
  const busy = acquire(state, request('run-3', 'a'), at(2)).verdict;
  expect([busy.answer, ...obstacles(busy)]).toEqual(['stop', 'lease: wait', 'cooldown: stop']);
  // The budget says wait, the kill switch stop.
  const killed = setKillSwitch(state, { engaged: true, reason: 'x', by: 'ada' }, at(3));
  const both = acquire(killed, request('run-3', 'c'), at(4)).verdict;
  expect([both.answer, ...obstacles(both)]).toEqual(['stop', 'kill-switch: stop', 'budget: wait']);
});
