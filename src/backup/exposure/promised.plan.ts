import { isoOf, type EpochMillis } from '../../kernel/clock';
import type { ItemSummary } from '../model';
import { dueOf } from '../plan';
import type { BackupPolicy } from '../policy.model';
import type { Exposure, PromisedResource } from './model';
import { exposureOf } from './plan';

/** What is known of one item, as a promise; `undefined` when its tier is none of the policy's. */
export function promisedOf(
  policy: BackupPolicy,
  summary: ItemSummary,
  restoreSeconds: readonly number[],
  now: EpochMillis,
): PromisedResource | undefined {
  const tier = policy.tiers[summary.tier];
  if (tier === undefined) {
    return undefined;
  }
  return {
    resource: summary.item,
    tier: summary.tier,
    rpoSeconds: tier.rpo,
    rtoSeconds: tier.rto,
    since: summary.firstSeenAt,
    newest: summary.newest,
    newestProven: summary.newestProven,
    takingSeconds: summary.durations,
    dueAt: isoOf(dueOf(summary.item, tier, summary, now, policy.timeZone).dueAt),
    restoreSeconds: [...restoreSeconds],
  };
}

/** The exposure of an item; `undefined` when its tier is none of the policy's, so that nothing is promised. */
export function exposureOfItem(
  policy: BackupPolicy,
  summary: ItemSummary,
  restoreSeconds: readonly number[],
  now: EpochMillis,
): Exposure | undefined {
  const promised = promisedOf(policy, summary, restoreSeconds, now);
  return promised === undefined ? undefined : exposureOf(promised, now);
}
