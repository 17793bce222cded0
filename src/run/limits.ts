import type { EnvironmentLimits } from '../rules';
import type { RunOrder } from './model';

/** The policy's limits in the form that orders carry: plain seconds. */
export function orderLimits(limits: EnvironmentLimits): Pick<RunOrder, 'limits' | 'verification' | 'patienceSeconds'> {
  return {
    limits: {
      leaseSeconds: limits.lease,
      cooldownSeconds: limits.cooldown,
      budgets: limits.budgets.map(({ name, window, maxResources }) => ({ name, windowSeconds: window, maxResources })),
    },
    verification: { withinSeconds: limits.verification.within, everySeconds: limits.verification.every },
    patienceSeconds: limits.patience,
  };
}
