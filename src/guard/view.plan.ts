import { isoOf, type EpochMillis } from '../kernel/clock';
import type { BudgetLimit, GuardState, Limits } from './model';
import { budgetScopes } from './queue.plan';

/** A run that waits, with its place under each thing that it waits for. */
export interface QueuePlace {
  readonly run: string;
  readonly target: string;
  readonly since: string;
  /** Without being asked again until then, the run is taken for gone. */
  readonly until: string;
  /** 1 is next. */
  readonly places: readonly { readonly key: string; readonly position: number }[];
}

/** How far a budget is used, in one of the scopes that it counts by itself. */
export interface BudgetUse {
  readonly key: string;
  readonly windowSeconds: number;
  readonly used: number;
  readonly limit: number;
  /** When the first of the places that are taken becomes free; null while none is taken. */
  readonly freeAt: string | null;
}

/** What is measured of a runbook, as the breaker reads it. */
export interface BreakerState {
  readonly runbook: string;
  readonly runs: number;
  readonly bad: number;
  /** `auto`: it may act. `suggest`: a person is asked. `observe`: nothing is done. */
  readonly mode: 'auto' | 'suggest' | 'observe';
}

/** Everybody who waits, in the order in which they began; places are counted among those who wait for the same. Pure. */
export function queueOf(state: GuardState, now: EpochMillis): QueuePlace[] {
  const waiting = Object.entries(state.waiting)
    .filter(([, { until }]) => until > now)
    .sort(([, left], [, right]) => left.turn - right.turn);
  const counted = new Map<string, number>();
  return waiting.map(([run, { target, since, until, keys }]) => ({
    run,
    target,
    since: isoOf(since as EpochMillis),
    until: isoOf(until as EpochMillis),
    places: keys.map((key) => {
      const position = (counted.get(key) ?? 0) + 1;
      counted.set(key, position);
      return { key, position };
    }),
  }));
}

/** How far each budget is used, by each scope in which something was acted on; the environment's own also when nothing was. Pure. */
export function budgetUses(state: GuardState, budgets: readonly BudgetLimit[], now: EpochMillis): BudgetUse[] {
  return budgets.flatMap((budget) => {
    const round = budget.windowSeconds * 1000;
    return [...budgetScopes(state, budget, now)].map(([key, newest]) => {
      const oldest = Math.min(...newest.values());
      return {
        key,
        windowSeconds: budget.windowSeconds,
        used: newest.size,
        limit: budget.maxResources,
        freeAt: newest.size === 0 ? null : isoOf((oldest + round) as EpochMillis),
      };
    });
  });
}

/** What is measured of each runbook, and what the breaker makes of it; all act where the policy has no breaker. Pure. */
export function breakerStates(state: GuardState, breaker: Limits['breaker'], now: EpochMillis): BreakerState[] {
  return Object.entries(state.tallies)
    .map(([runbook, outcomes]): BreakerState => {
      const since = breaker === undefined ? 0 : now - breaker.withinSeconds * 1000;
      const recent = outcomes.filter(([at]) => at > since).slice(-(breaker?.runs ?? outcomes.length));
      const bad = recent.filter(([, outcome]) => outcome !== 'verified').length;
      const isMeasured = breaker !== undefined && recent.length >= breaker.runs;
      const mode =
        isMeasured && bad >= breaker.stopShare * breaker.runs
          ? 'observe'
          : isMeasured && bad >= breaker.askShare * breaker.runs
            ? 'suggest'
            : 'auto';
      return { runbook, runs: recent.length, bad, mode };
    })
    .sort((left, right) => (left.runbook < right.runbook ? -1 : 1));
}
