import { z } from 'zod';
import { isoOf, type EpochMillis, type Iso8601 } from '../../kernel/clock';
import { hashOf } from '../../kernel/hash';
import { instantSchema } from '../../kernel/schemas';

/** What is kept of one resource for one day. */
const peakSchema = z.object({
  /** From when the work counts that would have been lost at the last look. Epoch seconds. */
  from: z.int(),
  /** Largest exposure of each hour of the day (UTC), in percent of the objective as it was then; null for hours nobody looked at. */
  peaks: z.array(z.int().min(0).nullable()).max(24),
});
export type Peaks = z.infer<typeof peakSchema>;

/** The exposure of every resource on one day. 10,000 resources take about a megabyte: they are named by {@link peakKey}. */
export const peakDaySchema = z.object({
  version: z.literal(1),
  day: z.string(),
  /** The last look. */
  at: instantSchema,
  resources: z.record(z.string(), peakSchema),
});
export type PeakDay = z.infer<typeof peakDaySchema>;

/** What one look saw of one resource. */
export interface PeakLook {
  /** From when the work counts that would be lost now. Epoch milliseconds. */
  readonly from: number;
  /** When the newest good point was complete, which is when the exposure fell; null without a point. */
  readonly settledAt: number | null;
  readonly rpoSeconds: number;
}

const hourMillis = 3_600_000;
const dayMillis = 24 * hourMillis;
/** Within so long at most one point of a resource is taken: what lies between two looks is known then. */
const knownMillis = 1_800_000;
const mostPercent = 9_999;

/** Name of a resource within a day. */
export const peakKey = (resource: string): string => hashOf(resource).slice(0, 16);

/** A share of the objective in whole percent: above 100 exactly when it is broken. */
export function percentOf(ageSeconds: number, rpoSeconds: number): number {
  const share = ageSeconds / rpoSeconds;
  const whole = Math.round(share * 100);
  return share > 1 ? Math.min(mostPercent, Math.max(101, whole)) : Math.min(100, Math.max(0, whole));
}

/**
 * The peaks of a day after one more look. Between two looks exposure grows with time and falls when a point is complete, so its peaks
 * are known and not only sampled: with the same point for any time, with a newer one when the looks are at most half an hour apart.
 * `before` and `lookedAt` may be of the day before. Pure.
 */
export function peaksAfter(
  before: Peaks | undefined,
  lookedAt: EpochMillis | undefined,
  look: PeakLook,
  now: EpochMillis,
): Peaks {
  const dayStart = Math.floor(now / dayMillis) * dayMillis;
  const peaks = lookedAt !== undefined && lookedAt >= dayStart ? [...(before?.peaks ?? [])] : [];
  const raise = (at: number, from: number): void => {
    const hour = Math.min(23, Math.floor((at - dayStart) / hourMillis));
    while (peaks.length <= hour) {
      peaks.push(null);
    }
    peaks[hour] = Math.max(peaks[hour] ?? 0, percentOf((at - from) / 1000, look.rpoSeconds));
  };
  /** From one moment to another with the same newest point: the end of each hour, and the end. */
  const raiseOver = (since: number, until: number, from: number): void => {
    const first = Math.max(since, dayStart);
    for (let edge = (Math.floor(first / hourMillis) + 1) * hourMillis; edge < until; edge += hourMillis) {
      raise(edge - 1, from);
    }
    if (until > first) {
      raise(until - 1, from);
    }
  };
  if (before !== undefined && lookedAt !== undefined && lookedAt < now) {
    const was = before.from * 1000;
    const { settledAt } = look;
    if (Math.floor(look.from / 1000) === before.from) {
      raiseOver(lookedAt, now, look.from);
    } else if (
      look.from > was &&
      settledAt !== null &&
      settledAt > lookedAt &&
      settledAt <= now &&
      now - lookedAt <= knownMillis
    ) {
      raiseOver(lookedAt, settledAt, was);
      raiseOver(settledAt, now, look.from);
    }
  }
  raise(now, look.from);
  return { from: Math.floor(look.from / 1000), peaks };
}

/** Windows that are told, in days, and how long each of their columns is, in hours. */
export const historyWindows = { '1': 1, '7': 3, '31': 12 } as const;
export type HistoryWindow = keyof typeof historyWindows;

export const exposureHistorySchema = z.object({
  from: instantSchema,
  until: instantSchema,
  bucketSeconds: z.int(),
  /** By tier in the policy's order, within it by the largest exposure. */
  resources: z.array(
    z.object({
      resource: z.string(),
      tier: z.string(),
      /** Largest exposure of each column in percent of the objective; above 100 it was broken; null: nobody looked. */
      percent: z.array(z.int().nullable()),
    }),
  ),
});
export type ExposureHistory = z.infer<typeof exposureHistorySchema>;

/** The days (UTC) that a window reaches into, oldest first. */
export function daysOf(window: HistoryWindow, now: EpochMillis): readonly string[] {
  const { from } = edgesOf(window, now);
  const first = Math.floor(from / dayMillis);
  const last = Math.floor(now / dayMillis);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    isoOf(((first + index) * dayMillis) as EpochMillis).slice(0, 10),
  );
}

function edgesOf(window: HistoryWindow, now: EpochMillis): { readonly from: number; readonly until: number } {
  const bucket = historyWindows[window] * hourMillis;
  const until = (Math.floor(now / bucket) + 1) * bucket;
  return { from: until - Number(window) * dayMillis, until };
}

/** Exposure over time from the days on record. Resources that are protected now are told, whether or not anything is known. Pure. */
export function historyOf(options: {
  readonly window: HistoryWindow;
  readonly days: readonly PeakDay[];
  readonly resources: readonly { readonly resource: string; readonly tier: string }[];
  /** In the order in which they are shown. */
  readonly tiers: readonly string[];
  readonly now: EpochMillis;
}): ExposureHistory {
  const { window, days, resources, tiers, now } = options;
  const hours = historyWindows[window];
  const { from, until } = edgesOf(window, now);
  const columns = (until - from) / (hours * hourMillis);
  const byDay = new Map(days.map((one) => [one.day, one]));
  const starts = daysOf(window, now).flatMap((day) => {
    const found = byDay.get(day);
    return found === undefined ? [] : [[Date.parse(`${day}T00:00:00Z`), found] as const];
  });
  const rows = resources.map(({ resource, tier }) => {
    const key = peakKey(resource);
    const percent: (number | null)[] = Array.from({ length: columns }, () => null);
    for (const [start, { resources: known }] of starts) {
      known[key]?.peaks.forEach((peak, hour) => {
        const column = Math.floor((start + hour * hourMillis - from) / (hours * hourMillis));
        if (peak !== null && column >= 0 && column < columns) {
          percent[column] = Math.max(percent[column] ?? 0, peak);
        }
      });
    }
    return { resource, tier, percent, worst: Math.max(-1, ...percent.map((one) => one ?? -1)) };
  });
  const place = new Map(tiers.map((tier, index) => [tier, index]));
  rows.sort(
    (left, right) =>
      (place.get(left.tier) ?? tiers.length) - (place.get(right.tier) ?? tiers.length) ||
      right.worst - left.worst ||
      (left.resource < right.resource ? -1 : 1),
  );
  const iso = (at: number): Iso8601 => isoOf(at as EpochMillis);
  return {
    from: iso(from),
    until: iso(until),
    bucketSeconds: hours * 3600,
    resources: rows.map(({ worst: _, ...row }) => row),
  };
}
