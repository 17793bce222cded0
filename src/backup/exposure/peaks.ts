import { isoOf, type Clock, type EpochMillis } from '../../kernel/clock';
import { ConflictError } from '../../kernel/errors';
import type { Documents } from '../../ports/documents';
import { inTurn } from '../catalogue';
import type { ItemSummary } from '../model';
import type { Exposure } from './model';
import { daysOf, peakDaySchema, peakKey, peaksAfter, type HistoryWindow, type PeakDay } from './peaks.plan';

const dayPath = (day: string): string => `backup/exposure/peaks/${day}.json`;
const conflictLimit = 20;
const dayMillis = 86_400_000;
/** So many days are read at once. */
const atOnce = 8;

/** How exposed every resource was, hour by hour. Every method throws what `Documents` throws. */
export interface PeakHistory {
  /** Adds one look at everything. A look that is older than the last one adds nothing. */
  remember(at: EpochMillis, exposures: readonly Exposure[], summaries: readonly ItemSummary[]): Promise<void>;
  /** What is on record of the days of a window: at most 32 documents. */
  read(window: HistoryWindow): Promise<readonly PeakDay[]>;
}

/** Keeps the peaks in one document a day. */
export function createPeakHistory(documents: Documents, clock: Clock): PeakHistory {
  const read = async (day: string) => {
    const stored = await documents.get(dayPath(day));
    return stored === undefined ? undefined : { value: peakDaySchema.parse(stored.value), etag: stored.etag };
  };
  return {
    async remember(now, exposures, summaries) {
      const settled = new Map(summaries.map(({ item, newest }) => [item, newest?.settledAt]));
      const day = isoOf(now).slice(0, 10);
      for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
        const today = await read(day);
        const last = today?.value ?? (await read(isoOf((now - dayMillis) as EpochMillis).slice(0, 10)))?.value;
        const lookedAt = last === undefined ? undefined : (Date.parse(last.at) as EpochMillis);
        if (lookedAt !== undefined && lookedAt >= now) {
          return;
        }
        const resources: Record<string, PeakDay['resources'][string]> = { ...today?.value.resources };
        for (const { resource, ageSeconds, rpoSeconds } of exposures) {
          const key = peakKey(resource);
          const settledAt = settled.get(resource);
          const look = {
            from: Math.round(now - ageSeconds * 1000),
            settledAt: settledAt === undefined ? null : Date.parse(settledAt),
            rpoSeconds,
          };
          resources[key] = peaksAfter(last?.resources[key], lookedAt, look, now);
        }
        const value: PeakDay = { version: 1, day, at: isoOf(now), resources };
        const done =
          today === undefined
            ? (await documents.create(dayPath(day), value)).kind === 'created'
            : (await documents.replace(dayPath(day), value, today.etag)).kind === 'replaced';
        if (done) {
          return;
        }
      }
      throw new ConflictError('HistoryContended', `others keep changing the exposure of ${day}`);
    },
    async read(window) {
      const found = await inTurn(daysOf(window, clock.now()), read, atOnce);
      return found.flatMap((one) => (one === undefined ? [] : [one.value]));
    },
  };
}
