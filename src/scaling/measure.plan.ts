import type { Member, MetricSeries, ScalingRule } from './model';

/** A minute's load: the mean over those who serve, and how much power they had together. */
export interface LoadPoint {
  readonly at: number;
  readonly mean: number;
  readonly load: number;
}

const minute = 60_000;

/**
 * A metric as load, minute by minute. Only machines that are warm count: a young one is busy with starting, and takes no
 * load yet. Machines that are gone by now count in the minutes in which they reported.
 * @param power of the whole when it has no machines (a cache): then the metric is of the whole.
 */
export function loadsOf(
  series: MetricSeries,
  members: readonly Member[],
  rule: Pick<ScalingRule, 'warmUp'>,
  power: number | null,
): LoadPoint[] {
  const warmAt = new Map(
    members.map(({ name, createdAt }) => [name, createdAt === null ? 0 : createdAt + rule.warmUp * 1000]),
  );
  const sick = new Set(members.filter(({ healthy }) => !healthy).map(({ name }) => name));
  return series.points.flatMap(({ at, values }) => {
    const warm = Object.entries(values).filter(([name]) => (warmAt.get(name) ?? 0) <= at);
    if (warm.length === 0) {
      return [];
    }
    const sum = warm.reduce((total, [, value]) => total + value, 0);
    if (power !== null) {
      return [{ at, mean: sum / warm.length, load: (sum / warm.length) * power }];
    }
    // One that hangs reports that it is idle; the others carry its share.
    const carrying = warm.filter(([name]) => !sick.has(name)).length;
    return [{ at, mean: sum / Math.max(1, carrying), load: sum }];
  });
}

/** What is known of a metric now. */
export type Measured =
  | {
      readonly kind: 'known';
      readonly mean: number;
      readonly load: number;
      readonly peak: number;
      readonly gaps: number;
    }
  /** Too old, or too little of it. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * The mean over the rule's window of whole minutes, and the highest minute of the time that has to be calm before anything
 * is removed, with how many of its minutes are missing.
 */
export function measure(
  loads: readonly LoadPoint[],
  rule: Pick<ScalingRule, 'window' | 'staleAfter' | 'in'>,
  now: number,
): Measured {
  const whole = loads.filter(({ at }) => at + minute <= now);
  const newest = whole.at(-1);
  if (newest === undefined) {
    return { kind: 'unknown', reason: 'there are no data' };
  }
  const age = Math.round((now - newest.at - minute) / 1000);
  if (age > rule.staleAfter) {
    return { kind: 'unknown', reason: `the newest value is ${age} seconds old` };
  }
  // Metrics come late, so the window ends with the newest value and not with the present.
  const since = newest.at + minute - rule.window * 1000;
  const window = whole.filter(({ at }) => at >= since);
  const expected = Math.max(1, Math.round(rule.window / 60));
  if (window.length * 2 < expected) {
    return { kind: 'unknown', reason: `${window.length} of ${expected} minutes have values` };
  }
  const calm = whole.filter(({ at }) => at >= now - rule.in.calm * 1000);
  const mean = (pick: (point: LoadPoint) => number): number =>
    window.reduce((sum, point) => sum + pick(point), 0) / window.length;
  return {
    kind: 'known',
    mean: mean((point) => point.mean),
    load: mean((point) => point.load),
    peak: Math.max(...calm.map(({ load }) => load)),
    gaps: Math.max(0, Math.floor((rule.in.calm - rule.staleAfter) / 60) - calm.length),
  };
}
