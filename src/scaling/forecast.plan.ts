import { bucketSeconds, type DayScore, type ScalingRule } from './model';

const bucket = bucketSeconds * 1000;
const day = 86_400_000;
/** Seasons that are looked back on, and how many of them have to be known. */
export const seasonsBack = 4;
const seasonsNeeded = 2;
/** How long the present level is compared with that of the seasons before. */
const levelBuckets = 12;
/** Days whose scores count. */
export const scoredDays = 7;
/** Forecasts that have to be compared before a score means anything: a day of them. */
const leastCompared = day / bucket;

/** The load of the bucket in which a time lies; null when it is not known. */
export type History = (at: number) => number | null;

export function seasonOf({ season }: NonNullable<ScalingRule['forecast']>): number {
  return season === 'day' ? day : 7 * day;
}

/** The bucket in which a time lies. */
export function bucketAt(at: number): number {
  return Math.floor(at / bucket) * bucket;
}

/**
 * The load to be expected at a time ahead: the median of the same time in the seasons before, moved by how the last hour
 * compares with the same hour then. Null while fewer than two seasons are known: nothing is guessed.
 */
export function forecastLoad(history: History, season: number, at: number, now: number): number | null {
  const usual = usualLoad(history, season, at);
  if (usual === null) {
    return null;
  }
  const ratios: number[] = [];
  for (let back = 1; back <= levelBuckets; back += 1) {
    const then = bucketAt(now) - back * bucket;
    const [actual, expected] = [history(then), usualLoad(history, season, then)];
    if (actual !== null && expected !== null && expected > 0) {
      ratios.push(actual / expected);
    }
  }
  // A level that is far off is no level: then something else is going on than what usually does.
  const level = ratios.length < levelBuckets / 2 ? 1 : Math.min(2, Math.max(0.5, median(ratios)));
  return usual * level;
}

function usualLoad(history: History, season: number, at: number): number | null {
  const known: number[] = [];
  for (let back = 1; back <= seasonsBack; back += 1) {
    // The buckets beside it count as well: nobody is on time to the minute.
    const around = [-1, 0, 1].map((beside) => history(bucketAt(at) - back * season + beside * bucket));
    const values = around.filter((value) => value !== null);
    if (values.length > 0) {
      known.push(values.reduce((sum, value) => sum + value, 0) / values.length);
    }
  }
  return known.length < seasonsNeeded ? null : median(known);
}

/** Adds a comparison of a forecast with what happened to the scores; only the last days are kept. */
export function scored(
  scores: readonly DayScore[],
  at: number,
  compared: { readonly actual: number; readonly forecast: number; readonly basis: number },
): DayScore[] {
  const { actual, forecast, basis } = compared;
  const name = new Date(at).toISOString().slice(0, 10);
  const before = scores.find((one) => one.day === name) ?? { day: name, count: 0, actual: 0, error: 0, naiveError: 0 };
  const now: DayScore = {
    day: name,
    count: before.count + 1,
    actual: before.actual + actual,
    error: before.error + Math.abs(forecast - actual),
    naiveError: before.naiveError + Math.abs(basis - actual),
  };
  return [...scores.filter((one) => one.day !== name), now].slice(-scoredDays);
}

/** How good the forecasts were. Shares of the load, 1 is perfect; null while too little was compared. */
export interface Trust {
  readonly score: number | null;
  /** Of the forecast "as it is now, so it stays". */
  readonly naive: number | null;
  readonly compared: number;
  readonly trusted: boolean;
  readonly reason: string;
}

/** Whether forecasts may act: as good as the rule asks for, over a day at least, and better than no forecast at all. */
export function trustOf(scores: readonly DayScore[], atLeast: number): Trust {
  const sum = (pick: (one: DayScore) => number): number => scores.reduce((total, one) => total + pick(one), 0);
  const compared = sum(({ count }) => count);
  const actual = sum((one) => one.actual);
  if (compared < leastCompared || actual <= 0) {
    const reason = `${compared} of ${leastCompared} forecasts have been compared with what happened`;
    return { score: null, naive: null, compared, trusted: false, reason };
  }
  const score = 1 - sum(({ error }) => error) / actual;
  const naive = 1 - sum(({ naiveError }) => naiveError) / actual;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const trusted = score >= atLeast && score > naive;
  const verdict = trusted
    ? 'good enough'
    : score < atLeast
      ? `${percent(atLeast)} is asked for`
      : 'no better than supposing that nothing changes';
  return { score, naive, compared, trusted, reason: `forecasts got ${percent(score)} of the load right: ${verdict}` };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}
