import { isoOf, type EpochMillis } from '../../kernel/clock';
import type { DrillIndex } from '../drill/model';
import type { Exposure } from '../exposure/model';
import { recoveryTime } from '../exposure/plan';
import { exposureOfItem } from '../exposure/promised.plan';
import type { ItemSummary } from '../model';
import type { BackupPolicy } from '../policy.model';
import type { Compliance, Measurement, Sample, TierStanding } from './model';

/** More than this is told of no single look: a page that nobody reads to its end. */
const most = 500;

const order: Readonly<Record<Exposure['standing'], number>> = { breached: 0, 'at-risk': 1, kept: 2 };

/** What one look gives, from what is in the catalogue, what drills measured, and what the policy leaves out. Pure. */
export function measure(options: {
  readonly policy: BackupPolicy;
  readonly summaries: readonly ItemSummary[];
  readonly drills: DrillIndex;
  readonly unprotected: Measurement['unprotected'];
  readonly excluded: Measurement['excluded'];
  readonly now: EpochMillis;
}): { readonly measurement: Measurement; readonly exposures: readonly Exposure[] } {
  const { policy, summaries, drills, unprotected, excluded, now } = options;
  const restoresOf = (item: string): number[] =>
    (drills.items[item]?.drills ?? []).flatMap(({ restoreSeconds }) => restoreSeconds ?? []);
  const exposures = summaries.flatMap((summary) => {
    // A resource that is gone, or that nothing selects any more, is under no promise; its points stay for a while.
    const one =
      summary.orphanedAt === null ? exposureOfItem(policy, summary, restoresOf(summary.item), now) : undefined;
    return one === undefined ? [] : [one];
  });
  const tiers = Object.entries(policy.tiers).map(([tier, { rpo, rto }]) => {
    const own = exposures.filter((one) => one.tier === tier);
    const notes = Object.values(drills.items).flatMap((item) => (item.tier === tier ? item.drills : []));
    return {
      ...standingOf(tier, own),
      rpoSeconds: rpo,
      rtoSeconds: rto,
      recoveryTime: recoveryTime(
        rto,
        [...notes].sort((left, right) => (left.at < right.at ? -1 : 1)).flatMap((one) => one.restoreSeconds ?? []),
      ),
      drillsProven: notes.filter(({ result }) => result === 'proven').length,
      drillsFailed: notes.filter(({ result }) => result === 'failed').length,
    };
  });
  const sorted = [...exposures].sort(
    (left, right) =>
      order[left.standing] - order[right.standing] ||
      right.ageSeconds / right.rpoSeconds - left.ageSeconds / left.rpoSeconds ||
      (left.resource < right.resource ? -1 : 1),
  );
  return {
    exposures,
    measurement: {
      version: 1,
      at: isoOf(now),
      tiers,
      resources: sorted.slice(0, most),
      unprotected: unprotected.slice(0, most),
      excluded: excluded.slice(0, most),
    },
  };
}

function standingOf(tier: string, exposures: readonly Exposure[]): TierStanding {
  const shares = exposures.map(({ ageSeconds, rpoSeconds }) => ageSeconds / rpoSeconds);
  const count = (standing: Exposure['standing']): number => exposures.filter((one) => one.standing === standing).length;
  return {
    tier,
    resources: exposures.length,
    kept: count('kept'),
    atRisk: count('at-risk'),
    breached: count('breached'),
    worst: shares.length === 0 ? null : Math.round(Math.max(...shares) * 1000) / 1000,
    proven: exposures.filter(({ provenPoint }) => provenPoint !== null).length,
  };
}

/** A look as the history keeps it. */
export function sampleOf({ at, tiers, unprotected }: Measurement): Sample {
  return {
    at,
    tiers: tiers.map(({ tier, resources, kept, atRisk, breached, worst, proven }) => ({
      tier,
      resources,
      kept,
      atRisk,
      breached,
      worst,
      proven,
    })),
    unprotected: unprotected.length,
  };
}

/** The report from a look and the samples before it. */
export function complianceOf(measurement: Measurement, history: readonly Sample[], environment: string): Compliance {
  const share = (tier: string): number | null => {
    const seen = history.flatMap(({ tiers }) => tiers.filter((one) => one.tier === tier && one.resources > 0));
    return seen.length === 0
      ? null
      : Math.round((seen.filter(({ breached }) => breached === 0).length / seen.length) * 10_000) / 10_000;
  };
  return {
    ...measurement,
    environment,
    history: [...history],
    keptShare: Object.fromEntries(measurement.tiers.map(({ tier }) => [tier, share(tier)])),
  };
}
