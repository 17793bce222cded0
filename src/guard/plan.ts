import { isoOf, type EpochMillis } from '../kernel/clock';
import { formatDuration, type Seconds } from '../kernel/duration';
import type { z } from 'zod';
import type {
  Action,
  Answer,
  Check,
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
  memorySeconds: 7 * 86_400,
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

/** A reason, with its text cut to what the schema takes: the parts it is made of may each be long. */
function because(check: Check, answer: Answer, text: string, retryAt?: EpochMillis): Reason {
  const short = text.length > 1024 ? `${text.slice(0, 1023)}…` : text;
  return { check, answer, text: short, ...(retryAt === undefined ? {} : { retryAt: isoOf(retryAt) }) };
}

function isLive(lease: Lease | undefined, now: EpochMillis): lease is Lease {
  return lease !== undefined && epoch(lease.expiresAt) > now;
}

function killSwitchReason(state: GuardState): Reason {
  const { engaged, reason, by } = state.killSwitch;
  return engaged
    ? because('kill-switch', 'stop', `the kill switch is engaged by ${by}: ${reason}`)
    : because('kill-switch', 'go', 'the kill switch is off');
}

function leaseReason(state: GuardState, request: GuardRequest, now: EpochMillis): Reason {
  const { holder, target } = request;
  const lease = state.leases[target];
  if (isLive(lease, now)) {
    const retryAt = Math.min(epoch(lease.expiresAt), now + leaseRetrySeconds * 1000) as EpochMillis;
    return lease.holder === holder
      ? because('lease', 'go', 'the run holds the resource already')
      : because(
          'lease',
          'wait',
          `${lease.holder} holds the resource (${lease.runbook}) until ${lease.expiresAt} at the latest`,
          retryAt,
        );
  }
  // A request that comes once more after its run was over would lock the resource for nobody.
  return state.actions.some((action) => action.holder === holder && action.target === target)
    ? because('lease', 'stop', 'the run had the resource before and does not get it a second time')
    : because('lease', 'go', 'nobody else holds the resource');
}

function cooldownReason(state: GuardState, request: GuardRequest, now: EpochMillis): Reason {
  const { cooldownSeconds } = request.limits;
  const last = state.actions
    .filter(({ acted, target, runbook }) => acted && target === request.target && runbook === request.runbook)
    .reduce((newest, action) => Math.max(newest, epoch(action.at)), Number.NEGATIVE_INFINITY);
  if (now - last >= cooldownSeconds * 1000) {
    return because('cooldown', 'go', `${request.runbook} was not run on the resource lately`);
  }
  return because(
    'cooldown',
    'stop',
    `${request.runbook} was run on the resource ${span(now - last)} ago; the cooldown is ${span(cooldownSeconds * 1000)}`,
    (last + cooldownSeconds * 1000) as EpochMillis,
  );
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
      if (action.acted && at > now - windowMillis) {
        newest.set(action.target, Math.max(at, newest.get(action.target) ?? at));
      }
    }
    // The resource itself counts once however often it is acted on, so only the others can fill its budget.
    const used = newest.size;
    newest.delete(request.target);
    const free = roomAt([...newest.values()], budget.maxResources, windowMillis);
    const text = `budget ${budget.name}: ${used} of ${budget.maxResources} resources in ${span(windowMillis)}`;
    return free === undefined
      ? because('budget', 'go', text)
      : because('budget', 'wait', `${text} are used`, free as EpochMillis);
  });
}

/** A request may be delivered once more for so long after it was answered; its action is kept meanwhile, whatever it counts. */
const duplicateMillis = 3_600_000;

/** How far back a request asks, so that nothing is forgotten that its windows or its cooldown count. */
function remembering(state: GuardState, { limits }: GuardRequest): GuardState {
  const asked = [limits.cooldownSeconds, ...limits.budgets.map(({ windowSeconds }) => windowSeconds)];
  return { ...state, memorySeconds: Math.max(state.memorySeconds, ...asked) };
}

/**
 * Drops leases that expired and actions that count for nothing any more. Of the actions of one runbook on one resource only
 * the newest counts, for budgets and for cooldown, so the state is bounded by what there is to act on, however often it is
 * acted on. An action whose lease is held may still turn out not to have been one: it pushes out no other.
 */
function prune(state: GuardState, now: EpochMillis): GuardState {
  const leases = Object.fromEntries(Object.entries(state.leases).filter(([, lease]) => isLive(lease, now)));
  const isHeld = ({ holder, target, at }: Action): boolean =>
    leases[target]?.holder === holder && leases[target].acquiredAt === at;
  const kindOf = ({ target, runbook }: Action): string => `${target} ${runbook}`;
  const newest = new Map<string, number>();
  for (const action of state.actions) {
    if (action.acted && !isHeld(action)) {
      const at = epoch(action.at);
      newest.set(kindOf(action), Math.max(at, newest.get(kindOf(action)) ?? at));
    }
  }
  const actions = state.actions.filter((action) => {
    const at = epoch(action.at);
    const counts = action.acted && (isHeld(action) || at === newest.get(kindOf(action)));
    return at > now - duplicateMillis || (counts && at > now - state.memorySeconds * 1000);
  });
  return { ...state, leases, actions };
}

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
  if (isLive(held, now) && held.holder === request.holder && !state.killSwitch.engaged) {
    return { state, verdict: { answer: 'go', reasons: [leaseReason(state, request, now)], lease: held } };
  }
  const pruned = prune(remembering(state, request), now);
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
    acted: true,
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

/** Gives a lease back. Nothing happens when the token is not the one that holds: a late release harms nobody. */
export function release(state: GuardState, request: z.infer<typeof releaseSchema>, now: EpochMillis): GuardState {
  const lease = state.leases[request.target];
  if (lease === undefined || lease.token !== request.token) {
    return state;
  }
  const leases = Object.fromEntries(Object.entries(state.leases).filter(([target]) => target !== request.target));
  const actions = request.acted
    ? state.actions
    : state.actions.map((action) =>
        action.holder === lease.holder && action.target === lease.target && action.at === lease.acquiredAt
          ? { ...action, acted: false }
          : action,
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
