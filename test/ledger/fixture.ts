import type { Clock, EpochMillis } from '../../src/kernel/clock';
import { TransientError } from '../../src/kernel/errors';
import type { Documents } from '../../src/ports/documents';
import type { LedgerLogs } from '../../src/ports/ledger-logs';
import { createLedger, type Ledger, type LedgerDraft, type LedgerEntry, type ReadOptions } from '../../src/ledger';
import type { SegmentLimits } from '../../src/ledger/plan';
import type { MemoryStorage } from '../support/memory-storage';

/** A clock that a test moves. Starts on 2026-03-01 at 12:00 UTC. */
export class ManualClock implements Clock {
  constructor(public millis = Date.UTC(2026, 2, 1, 12)) {}

  now(): EpochMillis {
    return this.millis as EpochMillis;
  }

  advance(seconds: number): void {
    this.millis += seconds * 1000;
  }
}

export function draft(id: string, overrides: Partial<LedgerDraft> = {}): LedgerDraft {
  return { id, kind: 'run.finished', subject: `subject-of-${id}`, data: { note: id }, ...overrides };
}

export interface Storage {
  readonly documents: Documents;
  readonly ledgerLogs: LedgerLogs;
}

export function openLedger(storage: Storage, clock: Clock = new ManualClock(), limits?: SegmentLimits): Ledger {
  return createLedger({
    logs: storage.ledgerLogs,
    documents: storage.documents,
    clock,
    environment: 'test',
    ...(limits === undefined ? {} : { limits }),
  });
}

export async function collect(ledger: Ledger, options?: ReadOptions): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for await (const entry of ledger.read(options)) {
    entries.push(entry);
  }
  return entries;
}

export async function idsOf(ledger: Ledger, options?: ReadOptions): Promise<readonly string[]> {
  return (await collect(ledger, options)).map((entry) => entry.id);
}

export const segmentPathOf = (segment: number): string =>
  `ledger/test/segments/${String(segment).padStart(8, '0')}.jsonl`;

/** What is stored of a segment, for a test to change behind the ledger's back. */
export function textOf(storage: MemoryStorage, segment: number): string {
  return storage.appended.get(segmentPathOf(segment))?.toString('utf8') ?? '';
}

export function overwrite(storage: MemoryStorage, segment: number, text: string): void {
  storage.appended.set(segmentPathOf(segment), Buffer.from(text));
}

export interface Operation {
  /** From 1, over both ports. */
  readonly number: number;
  readonly name: string;
  readonly path: string;
}

/**
 * A storage that asks, for each operation, whether to fail: `before` it takes effect, `after` it took effect, or not at all.
 * A failed operation throws what an unreachable storage throws.
 */
export function faulty(storage: Storage, decide: (operation: Operation) => 'before' | 'after' | undefined): Storage {
  let number = 0;
  const guard = async <Result>(name: string, path: string, work: () => Promise<Result>): Promise<Result> => {
    number += 1;
    const fault = decide({ number, name, path });
    if (fault === 'before') {
      throw new TransientError('Injected', `${name} ${path} failed before it took effect`);
    }
    const result = await work();
    if (fault === 'after') {
      throw new TransientError('Injected', `${name} ${path} failed after it took effect`);
    }
    return result;
  };
  const { documents, ledgerLogs } = storage;
  return {
    documents: {
      get: (path) => guard('get', path, () => documents.get(path)),
      create: (path, value) => guard('create', path, () => documents.create(path, value)),
      replace: (path, value, etag) => guard('replace', path, () => documents.replace(path, value, etag)),
      remove: (path) => guard('remove', path, () => documents.remove(path)),
      list: (prefix, options) => guard('list', prefix, () => documents.list(prefix, options)),
    },
    ledgerLogs: {
      append: (path, text, length) => guard('append', path, () => ledgerLogs.append(path, text, length)),
      read: (path, range) => guard('read', path, () => ledgerLogs.read(path, range)),
      list: (prefix) => ledgerLogs.list(prefix),
    },
  };
}
