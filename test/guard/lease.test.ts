import { emptyGuard, fenceProblem } from '../../src/guard';
import { setKillSwitch } from '../../src/guard/orders.plan';
import { acquire, release, renew } from '../../src/guard/plan';
import { at, guardAfter, leaseOf, machine, request, textAt } from './fixture';

const a = machine('a');
const held = guardAfter([0, request('run-1', 'a')]);

describe('the fence', () => {
  it('lets the holder pass until the lease expires', () => {
    expect(fenceProblem(held, a, 1, at(0))).toBeUndefined();
    expect(fenceProblem(held, a, 1, at(599.999))).toBeUndefined();
    expect(fenceProblem(held, a, 1, at(600))).toBe('the lease with token 1 expired at 2026-01-31T09:10:00.000Z');
  });

  it('lets no older token pass, also when the clock of whoever asks is behind', () => {
    const taken = acquire(held, request('run-2', 'a', { runbook: 'redeploy-vm' }), at(600)).state;
    expect(fenceProblem(taken, a, 1, at(10))).toBe('the lease with token 1 is no longer held; run-2 has token 2');
    expect(fenceProblem(taken, a, 2, at(601))).toBeUndefined();
  });

  it('lets nobody pass on a resource that nobody holds, or while the kill switch is engaged', () => {
    expect(fenceProblem(emptyGuard, a, 1, at(0))).toBe('the lease with token 1 is no longer held');
    const killed = setKillSwitch(held, { engaged: true, reason: 'storm', by: 'ada' }, at(1));
    expect(fenceProblem(killed, a, 1, at(2))).toBe('the kill switch is engaged by ada: storm');
  });
});

describe('renewing', () => {
  const ask = { target: a, token: 1, leaseSeconds: 600 };

  it('makes the lease last from now', () => {
    const { state, renewal } = renew(held, ask, at(400));
    expect(renewal).toEqual({ kind: 'renewed', lease: { ...held.leases[a], expiresAt: textAt(1000) } });
    expect(fenceProblem(state, a, 1, at(999))).toBeUndefined();
    expect(fenceProblem(state, a, 1, at(1000))).toBeDefined();
  });

  it('twice is once', () => {
    const once = renew(held, ask, at(400));
    expect(renew(once.state, ask, at(400))).toEqual(once);
  });

  it('never shortens it, with a shorter wish or a clock that went back', () => {
    for (const [wish, now] of [
      [{ ...ask, leaseSeconds: 60 }, at(1)],
      [ask, at(-30)],
    ] as const) {
      expect(renew(held, wish, now).state.leases[a]?.expiresAt).toBe(textAt(600));
    }
  });

  it('does not give back what expired, went to another or is not there', () => {
    expect(renew(held, ask, at(600))).toEqual({
      state: held,
      renewal: { kind: 'lost', reason: 'the lease with token 1 expired at 2026-01-31T09:10:00.000Z' },
    });
    const taken = acquire(held, request('run-2', 'a', { runbook: 'redeploy-vm' }), at(600)).state;
    expect(renew(taken, ask, at(601))).toEqual({
      state: taken,
      renewal: { kind: 'lost', reason: 'the lease with token 1 is no longer held; run-2 has token 2' },
    });
    expect(renew(emptyGuard, ask, at(0)).renewal).toEqual({
      kind: 'lost',
      reason: 'the lease with token 1 is no longer held',
    });
  });

  it('goes on under the kill switch, for a run that still looks what came of its action', () => {
    const killed = setKillSwitch(held, { engaged: true, reason: 'storm', by: 'ada' }, at(1));
    expect(renew(killed, ask, at(2)).renewal.kind).toBe('renewed');
    expect(fenceProblem(renew(killed, ask, at(2)).state, a, 1, at(3))).toContain('kill switch');
  });
});

describe('releasing', () => {
  it('frees the resource at once', () => {
    const free = release(held, { target: a, token: 1, acted: true }, at(30));
    expect(free.leases).toEqual({});
    expect(fenceProblem(free, a, 1, at(31))).toBe('the lease with token 1 is no longer held');
    expect(free.actions).toEqual(held.actions);
  });

  it.each([true, false])('twice is once (acted: %s)', (acted) => {
    const once = release(held, { target: a, token: 1, acted }, at(30));
    expect(release(once, { target: a, token: 1, acted }, at(31))).toBe(once);
  });

  it.each([0, 2, 99])('with the token %d of nobody changes nothing', (token) => {
    expect(release(held, { target: a, token, acted: false }, at(30))).toBe(held);
  });

  it('with a token of before changes nothing for the next holder', () => {
    const taken = acquire(held, request('run-2', 'a', { runbook: 'redeploy-vm' }), at(600)).state;
    expect(release(taken, { target: a, token: 1, acted: false }, at(601))).toBe(taken);
  });

  it('unused takes back the action of that lease and no other', () => {
    // Three actions on one resource by two runbooks, of which the last is not one after all.
    const state = guardAfter(
      [0, request('run-1', 'a')],
      [700, request('run-2', 'a', { runbook: 'redeploy-vm' })],
      [1400, request('run-3', 'a')],
    );
    const token = leaseOf(acquire(state, request('run-3', 'a'), at(1401)).verdict).token;
    const after = release(state, { target: a, token, acted: false }, at(1402));
    expect(after.actions.map(({ holder, acted }) => [holder, acted])).toEqual([
      ['run-1', true],
      ['run-2', true],
      ['run-3', false],
    ]);
    // run-1 restarted at 0 s: its cooldown of 900 s is over, and run-3 sets off none.
    expect(acquire(after, request('run-4', 'a'), at(1403)).verdict.answer).toBe('go');
  });

  it('unused, after hours, still leaves the action before it to be counted', () => {
    const old = guardAfter([0, request('run-1', 'a')]);
    const next = acquire(old, request('run-2', 'a'), at(4000)).state;
    // Whatever is asked meanwhile, the action of run-1 is not forgotten while that of run-2 is not certain.
    const meanwhile = acquire(next, request('run-3', 'b'), at(4100)).state;
    const after = release(meanwhile, { target: a, token: 2, acted: false }, at(4200));
    expect(after.actions.map(({ holder, acted }) => [holder, acted])).toEqual([
      ['run-1', true],
      ['run-2', false],
      ['run-3', true],
    ]);
  });
});
