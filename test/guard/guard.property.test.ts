import fc from 'fast-check';
import {
  emptyGuard,
  fenceProblem,
  guardStateSchema,
  verdictSchema,
  type GuardState,
  type Lease,
  type Limits,
} from '../../src/guard';
import { setKillSwitch } from '../../src/guard/orders.plan';
import { acquire, release, renew } from '../../src/guard/plan';
import { at, machine, request } from './fixture';

const targets = ['a', 'b', 'c', 'd'];
const runbooks = ['restart-vm', 'redeploy-vm'];
const limits: Limits = {
  leaseSeconds: 600,
  cooldownSeconds: 300,
  budgets: [
    { name: 'burst', windowSeconds: 900, maxResources: 1 },
    { name: 'long', windowSeconds: 14_400, maxResources: 3 },
  ],
};

type Move =
  | { readonly kind: 'acquire'; readonly run: number; readonly target: number; readonly runbook: number }
  | { readonly kind: 'renew' | 'release'; readonly lease: number; readonly acted: boolean }
  | { readonly kind: 'kill'; readonly engaged: boolean }
  | { readonly kind: 'wait'; readonly seconds: number };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('acquire' as const),
        run: fc.nat(11),
        target: fc.nat(targets.length - 1),
        runbook: fc.nat(1),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('renew' as const, 'release' as const),
        lease: fc.nat(20),
        acted: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), engaged: fc.boolean() }) },
    {
      weight: 4,
      // Now and then the clock goes back a little.
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        seconds: fc.oneof(fc.nat(120), fc.nat(2000), fc.nat(20_000), fc.integer({ min: -10, max: 0 })),
      }),
    },
  ),
  { maxLength: 80 },
);

/** What was let through, kept beside the guard in the plainest form. */
interface Grant {
  readonly lease: Lease;
  readonly at: number;
  readonly runbook: string;
  acted: boolean;
}

/** Makes every move twice, checks what has to hold after each, and gives what was let through. */
function play(sequence: readonly Move[]): { readonly state: GuardState; readonly grants: readonly Grant[] } {
  let state: GuardState = emptyGuard;
  let seconds = 0;
  const grants: Grant[] = [];
  for (const move of sequence) {
    const now = at(seconds);
    const before = state;
    const old = 'lease' in move && grants.length > 0 ? grants[move.lease % grants.length] : undefined;
    switch (move.kind) {
      case 'acquire': {
        const name = targets[move.target] as string;
        const runbook = runbooks[move.runbook] as string;
        const one = request(`run-${move.run}`, name, { runbook, limits });
        const first = acquire(before, one, now);
        const second = acquire(first.state, one, now);
        state = first.state;
        expect(second.state).toEqual(first.state);
        expect(second.verdict.answer).toBe(first.verdict.answer);
        expect(second.verdict.lease).toEqual(first.verdict.lease);
        expect(verdictSchema.parse(first.verdict)).toEqual(first.verdict);
        expect(first.verdict.lease !== undefined).toBe(first.verdict.answer === 'go');
        const { lease } = first.verdict;
        if (lease !== undefined && state.nextToken > before.nextToken) {
          expect(lease.token).toBeGreaterThan(Math.max(0, ...grants.map((grant) => grant.lease.token)));
          grants.push({ lease, at: seconds, runbook, acted: true });
          checkForgotten(state, seconds);
        }
        break;
      }
      case 'renew':
        if (old !== undefined) {
          const ask = { target: old.lease.target, token: old.lease.token, leaseSeconds: 600 };
          const first = renew(before, ask, now);
          expect(renew(first.state, ask, now)).toEqual(first);
          state = first.state;
        }
        break;
      case 'release':
        if (old !== undefined) {
          const { target, token } = old.lease;
          const ask = { target, token, acted: move.acted };
          const held = before.leases[target]?.token === token;
          state = release(before, ask, now);
          expect(release(state, ask, now)).toEqual(state);
          if (held) {
            old.acted = move.acted;
          } else {
            expect(state).toEqual(before);
          }
        }
        break;
      case 'kill': {
        const order = { engaged: move.engaged, reason: 'because', by: 'ada' };
        state = setKillSwitch(before, order, now);
        expect(setKillSwitch(state, order, now)).toEqual(state);
        break;
      }
      case 'wait':
        seconds += move.seconds;
    }
    checkFences(state, grants, seconds);
    checkBounds(state);
    expect(state.nextToken).toBeGreaterThanOrEqual(before.nextToken);
  }
  return { state, grants };
}

/** At most one token passes on each resource, and it is the newest. */
function checkFences(state: GuardState, grants: readonly Grant[], seconds: number): void {
  for (const name of targets) {
    const target = machine(name);
    const tokens = grants.filter(({ lease }) => lease.target === target).map(({ lease }) => lease.token);
    const passing = tokens.filter((token) => fenceProblem(state, target, token, at(seconds)) === undefined);
    expect(passing.length).toBeLessThanOrEqual(1);
    expect(passing.every((token) => token === Math.max(...tokens))).toBe(true);
    expect(state.killSwitch.engaged && passing.length > 0).toBe(false);
  }
}

function checkBounds(state: GuardState): void {
  expect(guardStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  expect(Object.keys(state.leases).length).toBeLessThanOrEqual(targets.length);
}

/** Right after a request: of what is older than an hour and done with, the newest of each runbook on each resource is left. */
function checkForgotten(state: GuardState, seconds: number): void {
  const old = state.actions.filter(
    ({ at: acted, target, holder }) => acted <= at(seconds - 3600) && state.leases[target]?.holder !== holder,
  );
  expect(old.every(({ acted }) => acted)).toBe(true);
  expect(new Set(old.map(({ target, runbook }) => `${target} ${runbook}`)).size).toBe(old.length);
}

it('never lets two pass on one resource, never hands out a token twice, takes every duplicate as one', () => {
  fc.assert(
    fc.property(moves, (sequence) => void play(sequence)),
    { numRuns: 300, seed: 4 },
  );
});

it('never exceeds a budget in any window, counted by hand', () => {
  fc.assert(
    fc.property(moves, (sequence) => {
      const counted = play(sequence).grants.filter(({ acted }) => acted);
      for (const { windowSeconds, maxResources } of limits.budgets) {
        // Any window that holds most begins right after nothing or ends with an action.
        for (const { at: end } of counted) {
          const inside = counted.filter((grant) => grant.at > end - windowSeconds && grant.at <= end);
          expect(new Set(inside.map(({ lease }) => lease.target)).size).toBeLessThanOrEqual(maxResources);
        }
      }
    }),
    { numRuns: 300, seed: 5 },
  );
});

it('never runs a runbook on a resource twice within its cooldown, nor a run twice', () => {
  fc.assert(
    fc.property(moves, (sequence) => {
      const { grants } = play(sequence);
      const counted = grants.filter(({ acted }) => acted);
      for (const one of counted) {
        const near = counted.filter(
          (other) =>
            other.lease.target === one.lease.target &&
            other.runbook === one.runbook &&
            Math.abs(other.at - one.at) < limits.cooldownSeconds,
        );
        expect(near).toEqual([one]);
      }
    }),
    { numRuns: 300, seed: 6 },
  );
});

it('stays small over a year of acting on the same resources', () => {
  let state: GuardState = emptyGuard;
  let largest = 0;
  let granted = 0;
  for (let hour = 0; hour < 24 * 365; hour += 1) {
    const now = hour * 3600;
    const name = targets[hour % targets.length] as string;
    const runbook = runbooks[hour % 3 === 0 ? 1 : 0] as string;
    const { state: next, verdict } = acquire(state, request(`run-${hour}`, name, { runbook, limits }), at(now));
    state = next;
    if (verdict.lease !== undefined) {
      granted += 1;
      const ask = { target: verdict.lease.target, token: verdict.lease.token, acted: hour % 5 !== 0 };
      state = release(state, ask, at(now + 300));
    }
    largest = Math.max(largest, state.actions.length);
  }
  expect(granted).toBeGreaterThan(4000);
  // One for each runbook on each resource, and those of the last hour.
  expect(largest).toBeLessThanOrEqual(targets.length * runbooks.length + 2);
});
