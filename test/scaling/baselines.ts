import type { ReplayScaler } from '../../src/scaling';

/**
 * Azure Monitor autoscale as documented ("Autoscale best practices", "Autoscale flapping"): one rule out and one in, the mean over a
 * time window of all instances, young ones included, against thresholds with a distance between them; a cooldown after every
 * action; before an instance is removed, what the metric would be afterwards is estimated, and above the threshold for out
 * nothing is done. Without data it keeps the number.
 */
export function azureAutoscale(options: {
  readonly min: number;
  readonly max: number;
  readonly outAbove: number;
  readonly inBelow: number;
}): ReplayScaler {
  const windowMinutes = 10;
  const cooldownMinutes = 5;
  return ({ now, capacity, points, changedAt }) => {
    if (changedAt !== null && now - changedAt < cooldownMinutes * 60_000) {
      return { capacity };
    }
    const window = points.filter(({ at }) => at >= now - windowMinutes * 60_000);
    const means = window.map(({ values }) => mean(Object.values(values)));
    if (means.length === 0) {
      return { capacity };
    }
    const value = mean(means);
    if (value > options.outAbove) {
      return { capacity: Math.min(options.max, capacity + 1) };
    }
    const after = (value * capacity) / (capacity - 1);
    return value < options.inBelow && capacity > options.min && after < options.outAbove
      ? { capacity: capacity - 1 }
      : { capacity };
  };
}

/**
 * Target tracking of AWS EC2 Auto Scaling as documented ("Target tracking scaling policies", and the alarms that it makes): out when
 * three minutes in a row are above the target, to the number that would bring the metric to it; in when fifteen minutes in a row
 * are below nine tenths of it; machines that warm up (five minutes) count as there but not in the metric, and nothing is
 * removed while one warms up. Without data it keeps the number.
 */
export function awsTargetTracking(options: {
  readonly min: number;
  readonly max: number;
  readonly target: number;
}): ReplayScaler {
  const warmUp = 300_000;
  return ({ now, capacity, members, points }) => {
    const warm = new Set(members.filter(({ createdAt }) => (createdAt ?? 0) + warmUp <= now).map(({ name }) => name));
    const last = (minutes: number): number[] | undefined => {
      const window = points.filter(({ at }) => at >= now - minutes * 60_000);
      const means = window.map(({ values }) =>
        mean(Object.entries(values).flatMap(([name, value]) => (warm.has(name) ? [value] : []))),
      );
      return means.length < minutes ? undefined : means;
    };
    const high = last(3);
    if (high?.every((value) => value > options.target) === true) {
      const wanted = Math.ceil((warm.size * mean(high)) / options.target);
      return { capacity: Math.min(options.max, Math.max(capacity, wanted)) };
    }
    const low = last(15);
    if (low?.every((value) => value < options.target * 0.9) === true && warm.size === capacity) {
      const wanted = Math.ceil((capacity * mean(low)) / options.target);
      return { capacity: Math.max(options.min, Math.min(capacity, wanted)) };
    }
    return { capacity };
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
