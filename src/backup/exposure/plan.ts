import { isoOf, type EpochMillis, type Iso8601 } from '../../kernel/clock';
import { formatDuration, type Seconds } from '../../kernel/duration';
import type { Exposure, PromisedResource, RecoveryTime, Standing } from './model';

/** What a taking is assumed to take until one was measured. Incremental snapshots are complete within minutes. */
export const assumedTakingSeconds = 900;

/** So many of the newest drills make the measured recovery time. */
const drillsLookedAt = 20;

/** People are told at least this share of the objective before the last chance. */
const warningShare = 0.1;

/** A point that is due is begun at the next look of the schedule; this is two of them. Seconds. */
const graceSeconds = 600;

/**
 * The value below or at which the given share of the values lies (nearest rank); null without values.
 * With 20 values the 95th percentile is the 19th smallest.
 */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

const epoch = (instant: Iso8601): number => Date.parse(instant);
const iso = (instant: number): Iso8601 => isoOf(Math.round(instant) as EpochMillis);
const span = (seconds: number): string => formatDuration(Math.round(seconds) as Seconds);

/** Measured recovery times beside the promise. `met` says that the 95th percentile keeps it, not that every restore will. */
export function recoveryTime(promisedSeconds: number, restoreSeconds: readonly number[]): RecoveryTime {
  const looked = restoreSeconds.slice(-drillsLookedAt);
  const p50Seconds = percentile(looked, 0.5);
  const p95Seconds = percentile(looked, 0.95);
  return {
    promisedSeconds,
    drills: looked.length,
    p50Seconds,
    p95Seconds,
    standing: p95Seconds === null ? 'unmeasured' : p95Seconds <= promisedSeconds ? 'met' : 'missed',
  };
}

/**
 * How exposed a resource is. Pure.
 *
 * A breach is predicted from the newest good point and from how long takings were measured to take: one that begins after
 * `lastChanceAt` comes too late, and people are told some time before that. A point that failed in a drill counts as if it
 * had never been taken, so a failed drill moves the prediction at once.
 */
export function exposureOf(promised: PromisedResource, now: EpochMillis): Exposure {
  const { resource, tier, rpoSeconds, rtoSeconds, since, newest, newestProven, restoreSeconds } = promised;
  const measured = percentile(promised.takingSeconds, 0.95);
  // With an objective shorter than the assumption, the assumption would alarm from the first minute on.
  const takingSeconds = measured ?? Math.min(assumedTakingSeconds, rpoSeconds / 4);

  // A point from the future is a clock that is wrong; it counts as one of now, and not for longer.
  const from = newest === null ? Math.min(epoch(since), now) : Math.min(epoch(newest.takenAt), now);
  const breach = from + rpoSeconds * 1000;
  const lastChance = breach - takingSeconds * 1000;
  const early = Math.max(from, lastChance - Math.max(takingSeconds, warningShare * rpoSeconds) * 1000);
  // A schedule that uses a window may be late on purpose: it is alarming only when the point is overdue, or too late.
  const overdue = promised.dueAt === null ? early : epoch(promised.dueAt) + (takingSeconds + graceSeconds) * 1000;
  const alert = Math.min(lastChance, Math.max(early, overdue));
  const standing: Standing = now > breach ? 'breached' : now >= alert ? 'at-risk' : 'kept';
  const ageSeconds = Math.max(0, (now - from) / 1000);

  const reasons = [
    newest === null
      ? `there is no good recovery point; the promise began ${span(ageSeconds)} ago`
      : `the newest good point is ${span(ageSeconds)} old, promised are at most ${span(rpoSeconds)}`,
    ...(standing === 'at-risk'
      ? [
          `a taking ${measured === null ? 'is assumed to take' : 'was measured to take'} ${span(takingSeconds)}, so it must begin by ${iso(lastChance)}`,
        ]
      : []),
    ...(newestProven === null ? ['no point has been proven by a drill yet'] : []),
  ];
  return {
    resource,
    tier,
    standing,
    newestPoint: newest?.id ?? null,
    newestAt: newest?.takenAt ?? null,
    ageSeconds,
    rpoSeconds,
    breachAt: iso(breach),
    lastChanceAt: iso(lastChance),
    alertAt: iso(alert),
    takingSeconds,
    takingMeasured: measured !== null,
    provenPoint: newestProven?.id ?? null,
    provenAt: newestProven?.takenAt ?? null,
    recoveryTime: recoveryTime(rtoSeconds, restoreSeconds),
    reasons,
  };
}
