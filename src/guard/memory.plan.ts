import type { EpochMillis } from '../kernel/clock';
import type { Outcome } from '../kernel/outcome';
import { mostOutcomes, type Action, type GuardRequest, type GuardState, type Lease } from './model';
import { epoch, isLive } from './reasons.plan';

/** The entries that are still good; the same record when all are. */
export function kept<Entry>(
  record: Readonly<Record<string, Entry>>,
  isGood: (entry: Entry) => boolean,
): Record<string, Entry> {
  const entries = Object.entries(record);
  const good = entries.filter(([, entry]) => isGood(entry));
  return good.length === entries.length ? record : Object.fromEntries(good);
}

/** A request may be delivered once more for so long after it was answered; its action is kept meanwhile, whatever it counts. */
const duplicateMillis = 3_600_000;

/** Whose an action was is kept for a day: for so long a run is known to have had its turn. */
const nameMillis = 86_400_000;

/** How far back a request asks, so that nothing is forgotten that its windows or its cooldown count. */
export function remembering(state: GuardState, { limits }: GuardRequest): GuardState {
  const asked = [limits.cooldownSeconds, ...limits.budgets.map(({ windowSeconds }) => windowSeconds)];
  return { ...state, memorySeconds: Math.max(state.memorySeconds, ...asked) };
}

/** Few actions are gone through at every operation, many only now and then: it is the costly part, and nothing depends on it. */
function isDue({ actions, nextToken }: GuardState): boolean {
  return actions.length < 256 || nextToken % 64 === 0;
}

function compacted(state: GuardState, isHeld: (action: Action) => boolean, now: EpochMillis): Action[] {
  const kindOf = ({ target, runbook, rule }: Action): string => `${target} ${runbook} ${rule}`;
  const newest = new Map<string, number>();
  for (const action of state.actions) {
    if (action.acted && !isHeld(action)) {
      const kind = kindOf(action);
      newest.set(kind, Math.max(action.at, newest.get(kind) ?? action.at));
    }
  }
  const forgotten = now - state.memorySeconds * 1000;
  return state.actions.flatMap((action) => {
    const { at, acted, holder } = action;
    const counts = acted && at > forgotten && (isHeld(action) || at === newest.get(kindOf(action)));
    if (at <= now - duplicateMillis && !counts) {
      return [];
    }
    return at > now - nameMillis || isHeld(action) || holder === '' ? [action] : [{ ...action, holder: '' }];
  });
}

/**
 * Drops what expired and actions that count for nothing any more. Of the actions of one runbook on one resource under one
 * rule only the newest counts, for budgets and for cooldown, so the state is bounded by what there is to act on, however often it is
 * acted on. An action whose lease is held may still turn out not to have been one: it pushes out no other.
 */
export function prune(state: GuardState, now: EpochMillis): GuardState {
  const leases = kept(state.leases, (lease) => isLive(lease, now));
  const isHeld = ({ holder, target, at }: Action): boolean =>
    leases[target]?.holder === holder && epoch(leases[target].acquiredAt) === at;
  const actions = isDue(state) ? compacted(state, isHeld, now) : state.actions;
  const labelledOnes = Object.keys(state.labels).length > 0;
  const known =
    labelledOnes && actions !== state.actions ? new Set<string>(actions.map(({ target }) => target)) : undefined;
  return {
    ...state,
    labels:
      known === undefined
        ? state.labels
        : Object.fromEntries(Object.entries(state.labels).filter(([target]) => known.has(target))),
    leases,
    actions,
    waiting: kept(state.waiting, ({ until }) => until > now),
    holds: kept(state.holds, ({ expiresAt }) => epoch(expiresAt) > now),
    recurrences: kept(state.recurrences, ({ until }) => until > now),
    calendarOverride:
      state.calendarOverride !== null && epoch(state.calendarOverride.expiresAt) > now ? state.calendarOverride : null,
  };
}

/** Where the occasions of a rule on a resource are remembered. */
export function recurrenceKey({ rule, target }: GuardRequest): string {
  return `${rule} ${target}`;
}

/** What an action belongs to. */
export function occasionOf({ occasion, holder }: GuardRequest): string {
  return occasion ?? holder;
}

/** Remembers that a rule acted on a resource: several actions of one occasion are one time. */
export function rememberOccasion(state: GuardState, request: GuardRequest, now: EpochMillis): GuardState {
  const { recurrence } = request.limits;
  if (recurrence === undefined) {
    return state;
  }
  const key = recurrenceKey(request);
  const occasion = occasionOf(request);
  const before = state.recurrences[key]?.occasions ?? [];
  const isKnown = before.some(([name]) => name === occasion);
  // More than the rule counts are never asked for.
  const occasions = isKnown ? before : [...before, [occasion, now] satisfies [string, number]].slice(-recurrence.times);
  const until = Math.max(now + recurrence.withinSeconds * 1000, state.recurrences[key]?.until ?? 0);
  return { ...state, recurrences: { ...state.recurrences, [key]: { occasions, until } } };
}

/** Takes back the time that a lease began, when nothing was done under it. One that an earlier action began stays. */
export function forgetOccasion(state: GuardState, lease: Lease): GuardState {
  const key = `${lease.rule ?? ''} ${lease.target}`;
  const memory = state.recurrences[key];
  if (memory === undefined) {
    return state;
  }
  const began = epoch(lease.acquiredAt);
  const occasions = memory.occasions.filter(([name, at]) => name !== lease.occasion || at !== began);
  const { [key]: _, ...others } = state.recurrences;
  return { ...state, recurrences: occasions.length === 0 ? others : { ...others, [key]: { ...memory, occasions } } };
}

/** Adds a run's outcome to what is measured of its runbook. One that nobody could verify says nothing about the runbook. */
export function tally(state: GuardState, runbook: string, outcome: Outcome, now: EpochMillis): GuardState {
  if (outcome === 'unverifiable') {
    return state;
  }
  const outcomes = [...(state.tallies[runbook] ?? []), [now, outcome] satisfies [number, Outcome]].slice(-mostOutcomes);
  return { ...state, tallies: { ...state.tallies, [runbook]: outcomes } };
}
