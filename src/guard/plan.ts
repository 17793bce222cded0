import type { z } from 'zod';
import { isoOf, type EpochMillis } from '../kernel/clock';
import { heldBack, plainReasons, switchedOff } from './checks.plan';
import { forgetOccasion, occasionOf, prune, rememberOccasion, remembering, tally } from './memory.plan';
import type {
  Action,
  Answer,
  GuardRequest,
  GuardState,
  Lease,
  Reason,
  releaseSchema,
  Renewal,
  renewSchema,
  Verdict,
} from './model';
import { budgetReasons, dequeue, enqueue, groupReasons, labelled } from './queue.plan';
import { because, epoch, isLive } from './reasons.plan';

/** A guard that has seen nothing: no lease, no action, kill switch off. */
export const emptyGuard: GuardState = {
  version: 1,
  nextToken: 1,
  killSwitch: { engaged: false, reason: '', by: '', at: null },
  leases: {},
  actions: [],
  memorySeconds: 7 * 86_400,
  waiting: {},
  holds: {},
  ruleSwitches: {},
  recurrences: {},
  tallies: {},
  calendarOverride: null,
  labels: {},
};

const severity: Readonly<Record<Answer, number>> = { go: 0, wait: 1, ask: 2, stop: 3 };

/**
 * Decides on one request and, when the answer is `go`, gives out a lease and counts the action.
 * Asking again for a run that holds its lease gives the same lease, and for a run that held it once and no longer does gives
 * none: the request may be delivered more than once.
 * Pure: the new state comes back beside the answer.
 */
export function acquire(
  state: GuardState,
  request: GuardRequest,
  now: EpochMillis,
): { readonly state: GuardState; readonly verdict: Verdict } {
  const held = state.leases[request.target];
  if (isLive(held, now) && held.holder === request.holder && switchedOff(state, request.rule) === undefined) {
    const reasons = [because('lease', 'go', 'the run holds the resource already')];
    return { state, verdict: { answer: 'go', reasons, lease: held } };
  }
  const pruned = prune(remembering(state, request), now);
  const limited = [...budgetReasons(pruned, request, now), ...groupReasons(pruned, request, now)];
  const reasons = [...plainReasons(pruned, request, now), ...limited.map(({ reason }) => reason)].map((reason) =>
    withApproval(reason, request),
  );
  const answer = reasons.reduce<Answer>(
    (strictest, { answer: one }) => (severity[one] > severity[strictest] ? one : strictest),
    'go',
  );
  if (answer === 'wait') {
    const keys = limited.flatMap(({ key }) => (key === undefined ? [] : [key]));
    return toldToWait(pruned, request, reasons, keys, now);
  }
  const served = dequeue(pruned, request.holder);
  if (answer !== 'go') {
    return { state: served, verdict: { answer, reasons } };
  }
  const groups = (request.limits.groups ?? []).map(({ name }) => name);
  const lease: Lease = {
    target: request.target,
    holder: request.holder,
    token: served.nextToken,
    runbook: request.runbook,
    acquiredAt: isoOf(now),
    expiresAt: isoOf((now + request.limits.leaseSeconds * 1000) as EpochMillis),
    rule: request.rule,
    ...(groups.length > 0 ? { groups } : {}),
    ...(request.limits.recurrence === undefined ? {} : { occasion: occasionOf(request) }),
  };
  const action: Action = {
    holder: request.holder,
    target: request.target,
    runbook: request.runbook,
    rule: request.rule,
    at: now,
    acted: true,
  };
  return {
    state: {
      ...rememberOccasion(labelled(served, request), request, now),
      nextToken: served.nextToken + 1,
      leases: { ...served.leases, [request.target]: lease },
      actions: [...served.actions, action],
    },
    verdict: { answer: 'go', reasons, lease },
  };
}

/** A check that asked for a person and got their yes lets pass; every other answer stands. */
function withApproval(reason: Reason, { approved }: GuardRequest): Reason {
  return reason.answer === 'ask' && approved?.checks.includes(reason.check) === true
    ? because(reason.check, 'go', `${reason.text}; approved by ${approved.by} (${approved.id})`)
    : reason;
}

/** The answer to a run that has to wait, with its place in the queue kept and the times at which it should ask again. */
function toldToWait(
  state: GuardState,
  request: GuardRequest,
  reasons: readonly Reason[],
  keys: readonly string[],
  now: EpochMillis,
): { readonly state: GuardState; readonly verdict: Verdict } {
  const times = reasons.flatMap(({ answer, retryAt }) =>
    answer === 'wait' && retryAt !== undefined ? [epoch(retryAt)] : [],
  );
  const queued = enqueue(state, request, keys, Math.max(now, ...times), now);
  const askAt = isoOf(queued.askAt as EpochMillis);
  const told = reasons.map((reason) =>
    reason.answer === 'wait' && reason.retryAt !== undefined && reason.retryAt > askAt
      ? { ...reason, text: `${reason.text} (expected at ${reason.retryAt})`, retryAt: askAt }
      : reason,
  );
  return { state: queued.state, verdict: { answer: 'wait', reasons: told } };
}

/** Why nothing at all may happen where this guard has a say, whatever the rule; `undefined` when its kill switch is off. */
export function switchProblem({ killSwitch: { engaged, by, reason } }: GuardState): string | undefined {
  return engaged ? `the kill switch for everything is engaged by ${by}: ${reason}` : undefined;
}

/** Why an effect with this token may not happen now; `undefined` when it may. */
export function fenceProblem(state: GuardState, target: string, token: number, now: EpochMillis): string | undefined {
  const lease = state.leases[target];
  const refusal = switchedOff(state, lease?.rule ?? '') ?? heldBack(state, target, now);
  if (refusal !== undefined) {
    return refusal;
  }
  if (lease === undefined || lease.token !== token) {
    return `the lease with token ${token} is no longer held${lease === undefined ? '' : `; ${lease.holder} has token ${lease.token}`}`;
  }
  return epoch(lease.expiresAt) <= now ? `the lease with token ${token} expired at ${lease.expiresAt}` : undefined;
}

/** Makes a held lease last longer, never shorter. A lease that expired or went to someone else is not given back. */
export function renew(
  state: GuardState,
  request: z.infer<typeof renewSchema>,
  now: EpochMillis,
): { readonly state: GuardState; readonly renewal: Renewal } {
  const lease = state.leases[request.target];
  if (!isLive(lease, now) || lease.token !== request.token) {
    return {
      state,
      renewal: { kind: 'lost', reason: fenceProblem(state, request.target, request.token, now) ?? 'the lease is gone' },
    };
  }
  const until = Math.max(epoch(lease.expiresAt), now + request.leaseSeconds * 1000) as EpochMillis;
  const longer: Lease = { ...lease, expiresAt: isoOf(until) };
  return {
    state: { ...state, leases: { ...state.leases, [request.target]: longer } },
    renewal: { kind: 'renewed', lease: longer },
  };
}

/**
 * Gives a lease back, and tells what the run turned out to be. Nothing happens when the token is not the one that holds: a
 * late release harms nobody, and its outcome is not counted.
 */
export function release(state: GuardState, request: z.infer<typeof releaseSchema>, now: EpochMillis): GuardState {
  const lease = state.leases[request.target];
  if (lease === undefined || lease.token !== request.token) {
    return state;
  }
  const leases = Object.fromEntries(Object.entries(state.leases).filter(([target]) => target !== request.target));
  if (request.acted) {
    const measured =
      request.outcome === null || request.outcome === undefined
        ? state
        : tally(state, lease.runbook, request.outcome, now);
    return prune({ ...measured, leases }, now);
  }
  const actions = state.actions.map((action) =>
    action.holder === lease.holder && action.target === lease.target && action.at === epoch(lease.acquiredAt)
      ? { ...action, acted: false }
      : action,
  );
  return prune({ ...forgetOccasion(state, lease), leases, actions }, now);
}
