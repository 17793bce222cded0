import type { EpochMillis } from '../kernel/clock';
import {
  apartRulePrefix,
  type Action,
  type BudgetLimit,
  type Check,
  type GuardRequest,
  type GroupLimit,
  type GuardState,
  type Reason,
  type Waiter,
} from './model';
import { because, epoch, isLive, span } from './reasons.plan';

/** A limit's answer, and under which key a run waits for it. `key` is absent when nobody waits for this limit. */
export interface Limited {
  readonly reason: Reason;
  readonly key?: string;
}

/** A waiting run asks again after so long, so that one that died is noticed; then it may be late by so much. */
const askAgainMillis = 300_000;
const lateMillis = 300_000;

/** The part of a resource's id up to its group. */
function groupOf(target: string): string {
  return target.split('/').slice(0, 5).join('/');
}

/** Whether an action counts in budgets of this kind at all. */
function isCounted({ per }: BudgetLimit, { rule }: Action): boolean {
  return per === 'rule' || !rule.startsWith(apartRulePrefix);
}

/** Where an action counts in a budget: its key there, the same for all that are counted together. */
function scopeKey(
  { name, per, tag }: BudgetLimit,
  { target, rule }: { readonly target: string; readonly rule: string },
  label?: string,
): string {
  switch (per) {
    case 'rule':
      return `budget ${name} of rule ${rule}`;
    case 'resource-group':
      return `budget ${name} of ${groupOf(target)}`;
    case 'tag':
      return `budget ${name} of tag ${label ?? labelOf(tag)}`;
    default:
      return `budget ${name}`;
  }
}

/** What a budget counts a resource under, `tag=value`. */
function labelOf(tag: BudgetLimit['tag']): string {
  return `${tag?.name.toLowerCase() ?? ''}=${tag?.value ?? ''}`;
}

/** The label of a resource as it was last acted on, for the tag that a budget counts by. */
function knownLabel(state: GuardState, { tag }: BudgetLimit, target: string): string | undefined {
  return state.labels[target]?.find((label) => label.startsWith(`${tag?.name.toLowerCase() ?? ''}=`));
}

/** The state with what the request's resource is counted under from now on. */
export function labelled(state: GuardState, { target, limits }: GuardRequest): GuardState {
  const labels = limits.budgets.flatMap(({ per, tag }) => (per === 'tag' ? [labelOf(tag)] : []));
  if (labels.length === 0) {
    return state;
  }
  const named = new Set(labels.map((label) => label.slice(0, label.indexOf('='))));
  const others = (state.labels[target] ?? []).filter((label) => !named.has(label.slice(0, label.indexOf('='))));
  return { ...state, labels: { ...state.labels, [target]: [...new Set([...others, ...labels])] } };
}

/** Resources that were acted on in the window, each with its newest action, by what is counted together. */
export function budgetScopes(state: GuardState, budget: BudgetLimit, now: number): Map<string, Map<string, number>> {
  const since = now - budget.windowSeconds * 1000;
  const isWhole = budget.per === undefined || budget.per === 'environment';
  const scopes = new Map<string, Map<string, number>>(isWhole ? [[`budget ${budget.name}`, new Map()]] : []);
  for (const action of state.actions) {
    if (action.acted && action.at > since && isCounted(budget, action)) {
      const label = budget.per === 'tag' ? knownLabel(state, budget, action.target) : undefined;
      if (budget.per === 'tag' && label === undefined) {
        continue;
      }
      const key = scopeKey(budget, action, label);
      const newest = scopes.get(key) ?? new Map<string, number>();
      scopes.set(key, newest.set(action.target, Math.max(action.at, newest.get(action.target) ?? action.at)));
    }
  }
  return scopes;
}

/** Whether an action is counted together with a request; made once for all actions, because they are many. */
function sharing(state: GuardState, budget: BudgetLimit, { target, rule }: GuardRequest): (action: Action) => boolean {
  switch (budget.per) {
    case 'tag': {
      const label = labelOf(budget.tag);
      return (action) => knownLabel(state, budget, action.target) === label;
    }
    case 'rule':
      return (action) => action.rule === rule;
    case 'resource-group': {
      const prefix = `${groupOf(target)}/`;
      return (action) => action.target.startsWith(prefix);
    }
    default:
      return () => true;
  }
}

/** Resources that were acted on in the window and count in the request's budget, each with its newest action. */
function usedBy(state: GuardState, budget: BudgetLimit, request: GuardRequest, now: number): Map<string, number> {
  const since = now - budget.windowSeconds * 1000;
  const shares = sharing(state, budget, request);
  const newest = new Map<string, number>();
  for (const action of state.actions) {
    const { at, acted, target } = action;
    if (acted && at > since && isCounted(budget, action) && shares(action)) {
      newest.set(target, Math.max(at, newest.get(target) ?? at));
    }
  }
  return newest;
}

/** Resources that runs with an earlier turn wait for under a key, and that take no place yet. */
function aheadOf(
  state: GuardState,
  request: GuardRequest,
  key: string,
  taken: ReadonlySet<string>,
  now: number,
): number {
  const own = state.waiting[request.holder]?.turn ?? Number.POSITIVE_INFINITY;
  const targets = new Set<string>();
  for (const { turn, target, until, keys } of Object.values(state.waiting)) {
    if (turn < own && until > now && !taken.has(target) && keys.includes(key)) {
      targets.add(target);
    }
  }
  return targets.size;
}

/**
 * When the run behind `ahead` others gets a place: places are taken in the order in which they become free, and whoever takes
 * one keeps it for a whole `round`. `undefined` when there is one now.
 */
function placeAt(
  freeAt: readonly number[],
  places: number,
  ahead: number,
  round: number,
  now: number,
): number | undefined {
  if (freeAt.length + ahead < places) {
    return undefined;
  }
  // With more taken than there are places (the policy was tightened), the first to leave make no room.
  const leaving = [...freeAt].sort((left, right) => left - right).slice(-places);
  const at = leaving[(ahead % places) - (places - leaving.length)] ?? now;
  return at + Math.floor(ahead / places) * round;
}

const ordinal = (count: number): string => {
  const ending = ['th', 'st', 'nd', 'rd'][count % 100 > 10 && count % 100 < 14 ? 0 : count % 10] ?? 'th';
  return `${count}${ending}`;
};

function full(check: Check, text: string, ahead: number, key: string, over: string, at: number): Limited {
  if (over !== 'queue') {
    return { reason: because(check, over === 'ask' ? 'ask' : 'stop', text, at) };
  }
  return { key, reason: because(check, 'wait', `${text}; ${ordinal(ahead + 1)} in turn`, at) };
}

/** What each budget says. The resource itself counts once however often it is acted on, so only others can fill it. */
export function budgetReasons(state: GuardState, request: GuardRequest, now: EpochMillis): Limited[] {
  return request.limits.budgets.map((budget): Limited => {
    if (budget.per === 'tag' && (budget.tag?.value ?? null) === null) {
      const text = `budget ${budget.name} counts by tag ${budget.tag?.name ?? ''}, which cannot be told of this resource`;
      return { reason: because('budget', budget.over === 'stop' ? 'stop' : 'ask', text) };
    }
    const round = budget.windowSeconds * 1000;
    const newest = usedBy(state, budget, request, now);
    const used = newest.size;
    newest.delete(request.target);
    const key = scopeKey(budget, request);
    // A resource that is counted already takes no further place, so it is not in anybody's way and waits for nobody.
    const ahead = used > newest.size ? 0 : aheadOf(state, request, key, new Set(newest.keys()), now);
    const at = placeAt(
      [...newest.values()].map((one) => one + round),
      budget.maxResources,
      ahead,
      round,
      now,
    );
    const limit = budget.basis === undefined ? `${budget.maxResources}` : `${budget.maxResources} (${budget.basis})`;
    const text = `${key}: ${used} of ${limit} resources in ${span(round)}`;
    if (at === undefined) {
      return { reason: because('budget', 'go', text) };
    }
    return full('budget', `${text} are used`, ahead, key, budget.over ?? 'queue', at);
  });
}

function groupReason(state: GuardState, request: GuardRequest, group: GroupLimit, now: EpochMillis): Limited {
  const key = `group ${group.name}`;
  const busy = Object.values(state.leases).filter(
    (lease) => isLive(lease, now) && lease.target !== request.target && lease.groups?.includes(group.name) === true,
  );
  const ahead = aheadOf(state, request, key, new Set(busy.map(({ target }) => target)), now);
  const places = group.members - group.minHealthy;
  const rule = `of ${group.members}, ${group.minHealthy} have to stay`;
  if (busy.length + ahead < places) {
    return { reason: because('group', 'go', `${key}: ${busy.length} worked on; ${rule}`) };
  }
  // How long others hold their lease is not known; most give it back long before it expires.
  const text = `${key}: ${busy.length} worked on at the moment; ${rule}`;
  return full('group', text, ahead, key, 'queue', now + 15_000);
}

/** What each group says: how many of its resources may be worked on at once. Tells nothing about the health of the others. */
export function groupReasons(state: GuardState, request: GuardRequest, now: EpochMillis): Limited[] {
  return (request.limits.groups ?? []).map((group) => groupReason(state, request, group, now));
}

/**
 * The queue after a request that was told to wait. Who has waited keeps the turn and everything it ever waited for, so that
 * getting room in one budget does not cost its place in another. A run that would give up before its turn does not wait.
 *
 * @param latest when the last of the obstacles may be gone.
 * @returns the state, and when the run should ask again.
 */
export function enqueue(
  state: GuardState,
  request: GuardRequest,
  keys: readonly string[],
  latest: number,
  now: number,
): { readonly state: GuardState; readonly askAt: number } {
  const before = state.waiting[request.holder];
  const giveUpAt = request.giveUpAt === undefined ? undefined : epoch(request.giveUpAt);
  if (giveUpAt !== undefined && latest > giveUpAt) {
    return { state: dequeue(state, request.holder), askAt: latest };
  }
  // A run that does not say when it gives up was ordered before this was asked of it: it is told the whole time, as before.
  const askAt = giveUpAt === undefined ? latest : Math.min(latest, now + askAgainMillis);
  if (before === undefined && keys.length === 0) {
    return { state, askAt };
  }
  const waiter: Waiter = {
    turn: before?.turn ?? Math.max(0, ...Object.values(state.waiting).map(({ turn }) => turn)) + 1,
    target: request.target,
    since: before?.since ?? now,
    until: askAt + lateMillis,
    keys: [...new Set([...(before?.keys ?? []), ...keys])],
  };
  return { state: { ...state, waiting: { ...state.waiting, [request.holder]: waiter } }, askAt };
}

/** The state without a run's place in the queue. */
export function dequeue(state: GuardState, holder: string): GuardState {
  if (state.waiting[holder] === undefined) {
    return state;
  }
  const { [holder]: _, ...waiting } = state.waiting;
  return { ...state, waiting };
}
