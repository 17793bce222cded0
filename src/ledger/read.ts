import { epochOf, type EpochMillis } from '../kernel/clock';
import { InvalidInputError, PermanentError } from '../kernel/errors';
import type { Documents } from '../ports/documents';
import type { LedgerLogs } from '../ports/ledger-logs';
import {
  headSchema,
  ledgerEntrySchema,
  segmentClosed,
  type LedgerEntry,
  type LedgerHead,
  type ReadOptions,
} from './model';
import { headPath, segmentPath } from './plan';
import { RecentIds, repeatWindow } from './recent-ids';

/** Instances' clocks are taken to differ by less than this when a time is looked for among segments. */
const clockSkewMillis = 5 * 60_000;

/** Enough for the first line of a segment: 32 KiB of data, and the other members. */
const firstLineBytes = 64 * 1024;

export function damaged(message: string, details: Readonly<Record<string, string | number>> = {}): PermanentError {
  return new PermanentError('LedgerDamaged', `${message}; run the ledger's verifier to see where`, { details });
}

/** The head document and its version; `undefined` when there is none. */
export async function readHead(
  documents: Documents,
  environment: string,
): Promise<{ readonly head: LedgerHead; readonly etag: string } | undefined> {
  const path = headPath(environment);
  const stored = await documents.get(path);
  if (stored === undefined) {
    return undefined;
  }
  const parsed = headSchema.safeParse(stored.value);
  if (!parsed.success) {
    throw damaged(`the ledger's head document ${path} cannot be read`, { path });
  }
  return { head: parsed.data, etag: stored.etag };
}

/** @throws PermanentError `LedgerDamaged` for a line that is no entry. */
export function parseLine(line: string, path: string, number: number): LedgerEntry {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch {
    raw = undefined;
  }
  const parsed = ledgerEntrySchema.safeParse(raw);
  if (!parsed.success) {
    throw damaged(`line ${number} of ${path} is not a ledger entry`, { path, line: number });
  }
  return parsed.data;
}

interface Source {
  readonly logs: LedgerLogs;
  readonly documents: Documents;
  readonly environment: string;
}

/**
 * Reads entries, oldest or newest first. Segments are found by bisection over their first lines and read one at a time, so what
 * is read depends on what is asked for and not on how long the ledger is; a `subject` or `kinds` that is rare within an open
 * range of time is the exception. Of entries with the same id within 65,536 entries only the first met is given.
 * Reading does not verify the chain.
 *
 * @throws PermanentError `LedgerDamaged` at a line that cannot be read, InvalidInputError for a `since` or `until` that is not an instant.
 */
export async function* readLedger(source: Source, options: ReadOptions = {}): AsyncGenerator<LedgerEntry, void, void> {
  const { environment, logs } = source;
  const newestFirst = options.first === 'newest';
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const since = instantOf('since', options.since);
  const until = instantOf('until', options.until);
  const stored = await readHead(source.documents, environment);
  if (stored === undefined || limit <= 0) {
    return;
  }

  const segmentEntries = async (segment: number): Promise<readonly LedgerEntry[] | undefined> => {
    const path = segmentPath(environment, segment);
    const text = (await logs.read(path))?.text;
    return text
      ?.split('\n')
      .filter((line) => line !== '')
      .map((line, index) => parseLine(line, path, index + 1));
  };
  const firstEntry = async (segment: number): Promise<LedgerEntry | undefined> => {
    const path = segmentPath(environment, segment);
    const text = (await logs.read(path, { to: firstLineBytes }))?.text ?? '';
    return text === '' ? undefined : parseLine(text.split('\n', 1)[0] as string, path, 1);
  };
  /** The last segment whose first entry is at or before the place looked for; 1 when there is none. */
  const locate = async (isBefore: (first: LedgerEntry) => boolean): Promise<number> => {
    let low = 1;
    let high = stored.head.segment;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const first = await firstEntry(middle);
      if (first !== undefined && isBefore(first)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  };

  const wanted = (entry: LedgerEntry): boolean => {
    const at = epochOf(entry.at) as EpochMillis;
    return (
      entry.kind !== segmentClosed &&
      (since === undefined || at >= since) &&
      (until === undefined || at < until) &&
      (options.kinds === undefined || options.kinds.includes(entry.kind)) &&
      (options.subject === undefined || entry.subject === options.subject) &&
      (options.after === undefined || (newestFirst ? entry.sequence < options.after : entry.sequence > options.after))
    );
  };
  const starts = (first: LedgerEntry): EpochMillis => epochOf(first.at) as EpochMillis;

  const recent = new RecentIds<true>(repeatWindow);
  let given = 0;
  let segment = await startSegment();
  for (;;) {
    const entries = segment < 1 ? undefined : await segmentEntries(segment);
    if (entries === undefined) {
      if (newestFirst && segment > 1) {
        // The segment after a closed one may not have been begun.
        segment -= 1;
        continue;
      }
      return;
    }
    for (const entry of newestFirst ? [...entries].reverse() : entries) {
      if (!wanted(entry) || recent.has(entry.id)) {
        continue;
      }
      recent.add(entry.id, true);
      yield entry;
      given += 1;
      if (given >= limit) {
        return;
      }
    }
    const first = entries[0];
    if (first !== undefined && newestFirst && since !== undefined && starts(first) < since - clockSkewMillis) {
      return;
    }
    if (first !== undefined && !newestFirst && until !== undefined && starts(first) > until + clockSkewMillis) {
      return;
    }
    segment += newestFirst ? -1 : 1;
  }

  async function startSegment(): Promise<number> {
    const { after } = options;
    if (newestFirst) {
      if (until === undefined && after === undefined) {
        return lastSegment();
      }
      return Math.min(
        until === undefined
          ? Number.POSITIVE_INFINITY
          : await locate((first) => starts(first) <= until + clockSkewMillis),
        after === undefined ? Number.POSITIVE_INFINITY : await locate((first) => first.sequence < after),
      );
    }
    return Math.max(
      since === undefined ? 1 : await locate((first) => starts(first) <= since - clockSkewMillis),
      after === undefined ? 1 : await locate((first) => first.sequence <= after + 1),
    );
  }

  /** The head may be behind by what was written and not yet acknowledged. */
  async function lastSegment(): Promise<number> {
    let last = stored?.head.segment ?? 1;
    while ((await logs.read(segmentPath(environment, last + 1), { to: 0 })) !== undefined) {
      last += 1;
    }
    return last;
  }
}

function instantOf(name: 'since' | 'until', text: string | undefined): EpochMillis | undefined {
  if (text === undefined) {
    return undefined;
  }
  const instant = epochOf(text);
  if (instant === undefined) {
    const message = `is not an ISO 8601 date and time, such as 2026-01-31T09:00:00Z: ${JSON.stringify(text)}`;
    throw new InvalidInputError('LedgerReadInvalid', 'the ledger cannot be read like this', [{ path: name, message }]);
  }
  return instant;
}
