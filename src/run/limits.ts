import type { BudgetLimit, Limits } from '../guard';
import { shareOf, type Breaker, type Budget, type EnvironmentLimits, type SubjectTags } from '../rules';
import type { RunOrder } from './model';

/** A budget in numbers: a share becomes a count, and where both are given the smaller holds. */
export function budgetLimit(
  { name, window, maxResources, maxShare, fleet, per, tag, over }: Budget,
  tags: SubjectTags = { kind: 'unknown', reason: '' },
): BudgetLimit {
  const share = maxShare === undefined || fleet === undefined ? Number.POSITIVE_INFINITY : shareOf(maxShare, fleet);
  const most = Math.min(maxResources ?? Number.POSITIVE_INFINITY, share);
  return {
    name,
    windowSeconds: window,
    maxResources: most,
    ...(share === most && maxShare !== undefined
      ? { basis: `${Number((maxShare * 100).toFixed(3))}% of ${fleet}` }
      : {}),
    ...(per === undefined ? {} : { per }),
    ...(tag === undefined ? {} : { tag: { name: tag, value: tagValue(tag, tags) } }),
    ...(over === undefined ? {} : { over }),
  };
}

/** The value that a resource is counted under: empty without the tag, null when nobody can tell. */
function tagValue(name: string, tags: SubjectTags): string | null {
  if (tags.kind === 'unknown') {
    return null;
  }
  const found = Object.entries(tags.tags).find(([one]) => one.toLowerCase() === name.toLowerCase());
  return found?.[1] ?? '';
}

/** A breaker in the form that orders carry. */
export function breakerLimit({ runs, within, ask, stop }: Breaker): NonNullable<Limits['breaker']> {
  return { runs, withinSeconds: within, askShare: ask, stopShare: stop };
}

/** The policy's limits in the form that orders carry: plain seconds and counts. What does not apply is left out. */
export function orderLimits(limits: EnvironmentLimits): Pick<RunOrder, 'limits' | 'verification' | 'patienceSeconds'> {
  const { groups, recurrence, breaker, calendar } = limits;
  return {
    limits: {
      leaseSeconds: limits.lease,
      cooldownSeconds: limits.cooldown,
      budgets: limits.budgets.map((budget) => budgetLimit(budget, limits.tags)),
      ...(groups.length === 0 ? {} : { groups: [...groups] }),
      ...(recurrence === undefined
        ? {}
        : { recurrence: { times: recurrence.times, withinSeconds: recurrence.within } }),
      ...(breaker === undefined ? {} : { breaker: breakerLimit(breaker) }),
      ...(calendar === undefined ? {} : { calendar }),
    },
    verification: { withinSeconds: limits.verification.within, everySeconds: limits.verification.every },
    patienceSeconds: limits.patience,
  };
}
