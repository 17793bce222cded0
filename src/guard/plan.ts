import { isoOf, type EpochMillis } from '../kernel/clock';
import { formatDuration, type Seconds } from '../kernel/duration';
import type { z } from 'zod';
import type {
  Action,
  Answer,
  GuardRequest,
  GuardState,
  KillSwitch,
  Lease,
  Reason,
  releaseSchema,
  Renewal,
  renewSchema,
  Verdict,
} from './model';

/** A guard that has seen nothing: no lease, no action, kill switch off. */
export const emptyGuard: GuardState = {
  version: 1,
  nextToken: 1,
  killSwitch: { engaged: false, reason: '', by: '', at: null },
  leases: {},
  actions: [],
};

/** How long a run waits before it asks again for a lease that somebody else holds, at most. */
const leaseRetrySeconds = 15;

const severity: Readonly<Record<Answer, number>> = { go: 0, wait: 1, ask: 2, stop: 3 };

function epoch(text: string): number {
  return Date.parse(text);
}

function span(milliseconds: number): string {
  return formatDuration(Math.ceil(milliseconds / 1000) as Seconds);
}

function killSwitchReason(state: GuardState): Reason {
  const { engaged, reason, by } = state.killSwitch;
  return engaged
    ? { check: 'kill-switch', answer: 'stop', text: `the kill switch is engaged by ${by}: ${reason}` }
    : { check: 'kill-switch', answer: 'go', text: 'the kill switch is off' };
}

function leaseReason(state: GuardState, request: GuardRequest, now: EpochMillis): Reason {
  const lease = state.leases[request.target];
  if (lease === undefined || lease.holder === request.holder || epoch(lease.expiresAt) <= now) {
    return { check: 'lease', answer: 'go', text: 'nobody else holds the resource' };
  }
  const retryAt = Math.min(epoch(lease.expiresAt), now + leaseRetrySeconds * 1000) as EpochMillis;
  return {
    check: 'lease',
    answer: 'wait',
    text: `${lease.holder} holds the resource (${lease.runbook}) until ${lease.expiresAt} at the latest`,
    retryAt: isoOf(retryAt),
  };
}

function cooldownReason(state: GuardState, request: GuardRequest, now: EpochMillis): Reason {
  const { cooldownSeconds } = request.limits;
  const last = state.actions
    .filter((action) => action.target === request.target && action.runbook === request.runbook)
    .reduce((newest, action) => Math.max(newest, epoch(action.at)), Number.NEGATIVE_INFINITY);
  if (now - last >= cooldownSeconds * 1000) {
    return { check: 'cooldown', answer: 'go', text: `${request.runbook} was not run on the resource lately` };
  }
  return {
    check: 'cooldown',
    answer: 'stop',
    text: `${request.runbook} was run on the resource ${span(now - last)} ago; the cooldown is ${span(cooldownSeconds * 1000)}`,
    retryAt: isoOf((last + cooldownSeconds * 1000) as EpochMillis),
  };
}

/**
 * When a window that is full has room again: resources leave it as their newest action ages out, so room comes when
 * enough of the oldest have left. `undefined` when there is room now.
 */
function roomAt(newestByTarget: readonly number[], maximum: number, windowMillis: number): number | undefined {
  if (newestByTarget.length < maximum) {
    return undefined;
  }
  const sorted = [...newestByTarget].sort((left, right) => left - right);
  return (sorted[sorted.length - maximum] as number) + windowMillis;
}

function budgetReasons(state: GuardState, request: GuardRequest, now: EpochMillis): Reason[] {
  return request.limits.budgets.map((budget): Reason => {
    const windowMillis = budget.windowSeconds * 1000;
    const newest = new Map<string, number>();
    for (const action of state.actions) {
      const at = epoch(action.at);
      if (at > now - windowMillis) {
        newest.set(action.target, Math.max(at, newest.get(action.target) ?? at));
      }
    }
    // The resource itself counts once however often it is acted on, so only the others can fill its budget.
    const used = newest.size;
    newest.delete(request.target);
    const free = roomAt([...newest.values()], budget.maxResources, windowMillis);
    const text = `budget ${budget.name}: ${used} of ${budget.maxResources} resources in ${span(windowMillis)}`;
    return free === undefined
      ? { check: 'budget', answer: 'go', text }
      : { check: 'budget', answer: 'wait', text: `${text} are used`, retryAt: isoOf(free as EpochMillis) };
  });
}

/** Actions older than any window or cooldown that may be asked about are dropped; a week is longer than all of them. */
const memoryMillis = 7 * 86_400_000;

function prune(state: GuardState, now: EpochMillis): GuardState {
  const leases = Object.fromEntries(Object.entries(state.leases).filter(([, lease]) => epoch(lease.expiresAt) > now));
  const actions = state.actions.filter((action) => epoch(action.at) > now - memoryMillis);
  return { ...state, leases, actions };
}

/**
 * Decides on one request and, when the answer is `go`, gives out a lease and counts the action.
 * Asking again for a run that holds its lease gives the same lease: the request may be delivered more than once.
 * Pure: the new state comes back beside the answer.
 */
export function acquire(
  state: GuardState,
  request: GuardRequest,
  now: EpochMillis,
): { readonly state: GuardState; readonly verdict: Verdict } {
  const held = state.leases[request.target];
  if (
    held !== undefined &&
    held.holder === request.holder &&
    epoch(held.expiresAt) > now &&
    !state.killSwitch.engaged
  ) {
    const reasons: Reason[] = [{ check: 'lease', answer: 'go', text: 'the run holds the resource already' }];
    return { state, verdict: { answer: 'go', reasons, lease: held } };
  }
  const pruned = prune(state, now);
  const reasons = [
    killSwitchReason(pruned),
    leaseReason(pruned, request, now),
    cooldownReason(pruned, request, now),
    ...budgetReasons(pruned, request, now),
  ];
  const answer = reasons.reduce<Answer>(
    (strictest, { answer: one }) => (severity[one] > severity[strictest] ? one : strictest),
    'go',
  );
  if (answer !== 'go') {
    return { state: pruned, verdict: { answer, reasons } };
  }
  const lease: Lease = {
    target: request.target,
    holder: request.holder,
    token: pruned.nextToken,
    runbook: request.runbook,
    acquiredAt: isoOf(now),
    expiresAt: isoOf((now + request.limits.leaseSeconds * 1000) as EpochMillis),
  };
  const action: Action = {
    holder: request.holder,
    target: request.target,
    runbook: request.runbook,
    rule: request.rule,
    at: isoOf(now),
  };
  return {
    state: {
      ...pruned,
      nextToken: pruned.nextToken + 1,
      leases: { ...pruned.leases, [request.target]: lease },
      actions: [...pruned.actions, action],
    },
    verdict: { answer: 'go', reasons, lease },
  };
}

/** Why an effect with this token may not happen now; `undefined` when it may. */
export function fenceProblem(state: GuardState, target: string, token: number, now: EpochMillis): string | undefined {
  if (state.killSwitch.engaged) {
    return `the kill switch is engaged by ${state.killSwitch.by}: ${state.killSwitch.reason}`;
  }
  const lease = state.leases[target];
  if (lease === undefined || lease.token !== token) {
    return `the lease with token ${token} is no longer held${lease === undefined ? '' : `; ${lease.holder} has token ${lease.token}`}`;
  }
  return epoch(lease.expiresAt) <= now ? `the lease with token ${token} expired at ${lease.expiresAt}` : undefined;
}

/** Makes a held lease last longer. A lease that expired or went to someone else is not given back. */
export function renew(
  state: GuardState,
  request: z.infer<typeof renewSchema>,
  now: EpochMillis,
): { readonly state: GuardState; readonly renewal: Renewal } {
  const lease = state.leases[request.target];
  if (lease === undefined || lease.token !== request.token || epoch(lease.expiresAt) <= now) {
    return {
      state,
      renewal: { kind: 'lost', reason: fenceProblem(state, request.target, request.token, now) ?? 'the lease is gone' },
    };
  }
  const longer: Lease = { ...lease, expiresAt: isoOf((now + request.leaseSeconds * 1000) as EpochMillis) };
  return {
    state: { ...state, leases: { ...state.leases, [request.target]: longer } },
    renewal: { kind: 'renewed', lease: longer },
  };
}

/** Gives a lease back. Nothing happens when the token is not the one that holds: a late release harms nobody. */
export function release(state: GuardState, request: z.infer<typeof releaseSchema>, now: EpochMillis): GuardState {
  const lease = state.leases[request.target];
  if (lease === undefined || lease.token !== request.token) {
    return state;
  }
  const leases = Object.fromEntries(Object.entries(state.leases).filter(([target]) => target !== request.target));
  const actions = request.acted
    ? state.actions
    : state.actions.filter(
        (action) =>
          !(action.holder === lease.holder && action.target === lease.target && action.at === lease.acquiredAt),
      );
  return prune({ ...state, leases, actions }, now);
}

/** Sets or clears the kill switch. Setting it as it is already keeps who set it first. */
export function setKillSwitch(
  state: GuardState,
  request: { readonly engaged: boolean; readonly reason: string; readonly by: string },
  now: EpochMillis,
): GuardState {
  if (state.killSwitch.engaged === request.engaged && state.killSwitch.at !== null) {
    return state;
  }
  const killSwitch: KillSwitch = { ...request, at: isoOf(now) };
  return { ...state, killSwitch };
}
