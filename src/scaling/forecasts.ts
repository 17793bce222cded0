import { bucketAt, forecastLoad, scored, seasonOf, seasonsBack, trustOf } from './forecast.plan';
import { loadsOf } from './measure.plan';
import type { ScalingMemory } from './memory';
import {
  bucketSeconds,
  type Bucket,
  type MetricSeries,
  type Scalable,
  type ScalingRule,
  type ScalingState,
} from './model';
import { unitsOf } from './plan';

const bucketMillis = bucketSeconds * 1000;
/** Metrics come with a delay of a minute or two; a bucket is written down once they have had it. */
const lateMillis = 120_000;

export interface ForecastStep {
  readonly scores: ScalingState['scores'];
  /** The load to plan for; null unless forecasts may act. */
  readonly expected: number | null;
}

/**
 * Once in five minutes: writes down the load of the bucket that has ended, compares it with what had been forecast for it, and
 * forecasts the one that lies ahead. In between it answers from what the last bucket says.
 */
export async function forecastStep(
  memory: ScalingMemory,
  rule: ScalingRule,
  seen: Scalable,
  series: readonly MetricSeries[],
  state: ScalingState,
  now: number,
): Promise<ForecastStep> {
  const settings = rule.forecast;
  const ended = bucketAt(now - lateMillis) - bucketMillis;
  const season = settings === undefined ? 0 : seasonOf(settings);
  const ahead = settings === undefined ? 0 : bucketAt(now + (rule.warmUp + settings.lead) * 1000);
  const days = await Promise.all([
    memory.buckets(seen.id, ended - 14 * bucketMillis, ahead + bucketMillis),
    ...(settings === undefined
      ? []
      : Array.from({ length: seasonsBack }, (_, index) => {
          const back = (index + 1) * season;
          return memory.buckets(seen.id, ended - back - 14 * bucketMillis, ahead - back + 2 * bucketMillis);
        })),
  ]);
  const known = new Map(days.flat().map((bucket) => [bucket.at, bucket]));
  let { scores } = state;
  if (known.get(ended)?.load === undefined || known.get(ended)?.capacity === 0) {
    const load = meanLoad(seen, series, rule, ended);
    const before = known.get(ended);
    const bucket: Bucket = {
      at: ended,
      load,
      capacity: unitsOf(seen, rule),
      forecast: before?.forecast ?? null,
      basis: before?.basis ?? null,
    };
    if (load !== null && bucket.forecast !== null && bucket.basis !== null) {
      scores = scored(scores, ended, { actual: load, forecast: bucket.forecast, basis: bucket.basis });
    }
    known.set(ended, bucket);
    await memory.addBucket(seen.id, bucket);
  }
  if (settings === undefined) {
    return { scores, expected: null };
  }
  const loadAt = (at: number): number | null => known.get(at)?.load ?? null;
  const forecast = forecastLoad(loadAt, season, ahead, now);
  const basis = loadAt(ended);
  if (known.get(ahead) === undefined && forecast !== null && basis !== null) {
    // Capacity 0 marks a bucket that has not happened: it holds a forecast only.
    await memory.addBucket(seen.id, { at: ahead, load: null, capacity: 0, forecast, basis });
  }
  const trust = trustOf(scores, settings.scoreAtLeast);
  return { scores, expected: settings.mode === 'act' && trust.trusted ? forecast : null };
}

/** Mean load of a bucket by the rule's first metric; null when no minute of it has a value. */
function meanLoad(seen: Scalable, series: readonly MetricSeries[], rule: ScalingRule, from: number): number | null {
  const metric = rule.targets?.[0]?.metric ?? rule.steps?.[0]?.metric;
  const found = series.find((one) => one.metric.toLowerCase() === metric?.toLowerCase());
  const power = seen.kind === 'redis' ? (rule.sizes?.[unitsOf(seen, rule) - 1]?.memory ?? 0) : null;
  const loads = (found === undefined ? [] : loadsOf(found, seen.members, rule, power)).filter(
    ({ at }) => at >= from && at < from + bucketMillis,
  );
  return loads.length === 0
    ? null
    : Math.round((10 * loads.reduce((sum, { load }) => sum + load, 0)) / loads.length) / 10;
}
