import { epochOf, isoOf, type Clock, type EpochMillis } from '../kernel/clock';
import type { Seconds } from '../kernel/duration';
import type { Documents } from '../ports/documents';
import type { LedgerLogs } from '../ports/ledger-logs';
import { segmentClosed, type LedgerEntry, type LedgerHead } from './model';
import { segmentPath } from './plan';
import { parseLine, readHead, readLedger } from './read';

/** The end of the ledger, for whoever looks at it again and again. */
export interface RecentEntries {
  /**
   * Acknowledged entries of the last while, newest first. The first look reads the newest segments, as `Ledger.read` does. Each
   * later one reads the head document, and then nothing when nothing was entered, or only what was. Throws as `Ledger.read` does.
   */
  look(): Promise<readonly LedgerEntry[]>;
}

export interface RecentEntriesOptions {
  readonly logs: LedgerLogs;
  readonly documents: Documents;
  readonly environment: string;
  readonly clock: Clock;
  /** How far back. */
  readonly window: Seconds;
  /** Only these are kept. */
  fits(entry: LedgerEntry): boolean;
  /** So many are kept at most, the newest. */
  readonly most: number;
}

/** See {@link RecentEntries}. Remembers what it read, so one is made for each process. */
export function createRecentEntries(options: RecentEntriesOptions): RecentEntries {
  const { logs, documents, environment, clock, window, fits, most } = options;
  /** Up to where was read, and what of it is kept, oldest first. */
  let known: { readonly head: LedgerHead; readonly kept: readonly LedgerEntry[] } | undefined;
  let looking: Promise<readonly LedgerEntry[]> | undefined;

  async function readAll(since: EpochMillis): Promise<LedgerEntry[]> {
    const found: LedgerEntry[] = [];
    for await (const entry of readLedger({ logs, documents, environment }, { first: 'newest', since: isoOf(since) })) {
      if (fits(entry)) {
        found.push(entry);
      }
      if (found.length >= most) {
        break;
      }
    }
    return found.reverse();
  }

  /** What was written between two places of one segment. */
  async function readOn(before: LedgerHead, head: LedgerHead): Promise<LedgerEntry[]> {
    const path = segmentPath(environment, head.segment);
    const text = (await logs.read(path, { from: before.length, to: head.length }))?.text ?? '';
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line, index) => parseLine(line, path, before.lines + index + 1))
      .filter((entry) => entry.kind !== segmentClosed && fits(entry));
  }

  async function look(): Promise<readonly LedgerEntry[]> {
    const head = (await readHead(documents, environment))?.head;
    const since = (clock.now() - window * 1000) as EpochMillis;
    if (head === undefined) {
      return [];
    }
    if (known?.head.sequence !== head.sequence) {
      const isNext = known?.head.segment === head.segment && known.head.length < head.length;
      const read = known !== undefined && isNext ? await readOn(known.head, head) : await readAll(since);
      const before = isNext ? (known?.kept ?? []) : [];
      // What was read before it was acknowledged comes again; a repeat has the id of the first.
      const ids = new Set(before.map(({ id }) => id));
      const fresh = read.filter(({ id }) => !ids.has(id) && ids.add(id));
      known = { head, kept: [...before, ...fresh].slice(-most) };
    }
    const kept = (known?.kept ?? []).filter(({ at }) => (epochOf(at) ?? 0) >= since);
    known = { head, kept };
    return kept.toReversed();
  }

  return {
    look() {
      // Two looks at once would each move what is known.
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };
}
