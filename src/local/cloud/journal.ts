import { matchesGlob } from './glob';
import type { CallCounts, JournalEntry, JournalFilter } from './model';
import { armCallClass } from './throttling';

/** Every call that reached ARM, oldest first. Bounded: the oldest are forgotten, the sequence numbers go on. */
export interface Journal {
  add(entry: Omit<JournalEntry, 'sequence'>): void;
  list(filter?: JournalFilter): JournalEntry[];
  counts(filter?: JournalFilter): CallCounts;
  clear(): void;
}

const CAPACITY = 100_000;

export function createJournal(): Journal {
  let sequence = 0;
  let entries: JournalEntry[] = [];
  const list = (filter: JournalFilter = {}): JournalEntry[] =>
    entries.filter(
      (entry) =>
        (filter.after === undefined || entry.sequence > filter.after) &&
        (filter.method === undefined || entry.method === filter.method.toUpperCase()) &&
        (filter.operation === undefined || matchesGlob(filter.operation, entry.operation ?? '')) &&
        (filter.path === undefined || matchesGlob(filter.path, entry.path)) &&
        (filter.principal === undefined || entry.principal === filter.principal),
    );
  return {
    add(entry) {
      entries.push({ sequence: ++sequence, ...entry });
      if (entries.length > CAPACITY) entries = entries.slice(-CAPACITY / 2);
    },
    list,
    counts(filter) {
      const counts: CallCounts = { reads: 0, writes: 0, deletes: 0, throttled: 0, byOperation: {} };
      for (const entry of list(filter)) {
        counts[armCallClass(entry.method)] += 1;
        if (entry.status === 429) counts.throttled += 1;
        if (entry.operation !== undefined) {
          counts.byOperation[entry.operation] = (counts.byOperation[entry.operation] ?? 0) + 1;
        }
      }
      return counts;
    },
    clear() {
      entries = [];
    },
  };
}
