import { canonicalJson } from '../kernel/canonical-json';
import type { Iso8601 } from '../kernel/clock';
import { sha256 } from '../kernel/hash';
import {
  genesisHash,
  ledgerEntrySchema,
  segmentClosed,
  type LedgerDraft,
  type LedgerEntry,
  type LedgerProblem,
  type Position,
} from './model';

/** When a segment is closed and the next one begun. Looked at before each append, so a segment may pass a limit by one. */
export interface SegmentLimits {
  readonly bytes: number;
  /** An append blob takes 50,000 blocks; each block holds at least one line, so lines bound the blocks. */
  readonly lines: number;
}
export const segmentLimits: SegmentLimits = { bytes: 4 * 1024 * 1024, lines: 20_000 };

/** Start of a ledger that holds nothing. */
export const genesis: Position = { segment: 1, length: 0, lines: 0, day: '', sequence: 0, hash: genesisHash };

/** Path of a segment; paths sort in the order of their numbers up to 99,999,999. */
export function segmentPath(environment: string, segment: number): string {
  return `${segmentPrefix(environment)}${String(segment).padStart(8, '0')}.jsonl`;
}

export function segmentPrefix(environment: string): string {
  return `ledger/${environment}/segments/`;
}

export function headPath(environment: string): string {
  return `ledger/${environment}/head.json`;
}

/** The number in a segment's path, or `undefined` when the path is not one of a segment. */
export function segmentOf(environment: string, path: string): number | undefined {
  const match = /^(\d{8})\.jsonl$/.exec(path.slice(segmentPrefix(environment).length));
  const segment = match === null ? 0 : Number(match[1]);
  return segment > 0 ? segment : undefined;
}

/** Whether the segment has to be closed before anything more is written. A clock that runs behind closes nothing. */
export function mustClose(position: Position, now: Iso8601, limits: SegmentLimits): boolean {
  if (position.lines === 0) {
    return false;
  }
  return position.lines >= limits.lines || position.length >= limits.bytes || now.slice(0, 10) > position.day;
}

interface Unhashed {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly data: LedgerDraft['data'];
}

/** Makes entries of drafts: numbered and chained from a position on. */
export function chain(
  drafts: readonly Unhashed[],
  from: Pick<Position, 'sequence' | 'hash'>,
  at: Iso8601,
  environment: string,
): readonly LedgerEntry[] {
  let { sequence, hash } = from;
  return drafts.map(({ id, kind, subject, data }) => {
    sequence += 1;
    const unhashed = { sequence, id, at, kind, environment, subject, data, previous: hash };
    hash = sha256(canonicalJson(unhashed));
    return { ...unhashed, hash };
  });
}

/**
 * The entry that ends a segment. It makes the segment longer, so whoever still believes in the old length cannot append to
 * it any more: without it, two instances could fork the chain, one in the old segment and one in the new.
 */
export function closingEntry(position: Position, at: Iso8601, environment: string): LedgerEntry {
  const name = String(position.segment).padStart(8, '0');
  const draft = { id: `segment-closed:${name}`, kind: segmentClosed, subject: name, data: null };
  return chain([draft], position, at, environment)[0] as LedgerEntry;
}

/** The stored form of entries: each a line of canonical JSON. */
export function linesOf(entries: readonly LedgerEntry[]): string {
  return entries.map((entry) => `${canonicalJson(entry)}\n`).join('');
}

/** The position after entries that were appended at a position. A closing entry leads to the start of the next segment. */
export function advance(position: Position, entries: readonly LedgerEntry[], bytes: number): Position {
  const first = entries[0];
  const last = entries[entries.length - 1];
  if (first === undefined || last === undefined) {
    return position;
  }
  const end = { sequence: last.sequence, hash: last.hash };
  if (last.kind === segmentClosed) {
    return { ...end, segment: position.segment + 1, length: 0, lines: 0, day: '' };
  }
  return {
    ...end,
    segment: position.segment,
    length: position.length + bytes,
    lines: position.lines + entries.length,
    day: position.lines === 0 ? first.at.slice(0, 10) : position.day,
  };
}

/** What the next line has to be. */
export interface Expected {
  readonly sequence: number;
  /** `undefined` when the line before could not be read: then the link is not looked at, the damage being reported already. */
  readonly previous: string | undefined;
  readonly environment: string;
}

export type LineProblem = Pick<LedgerProblem, 'code' | 'message'>;

/** Reads one line and says everything that is wrong with it. An entry is given when the line can be read as one. */
export function checkLine(
  line: string,
  expected: Expected,
): { readonly entry: LedgerEntry | undefined; readonly problems: readonly LineProblem[] } {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch {
    return { entry: undefined, problems: [{ code: 'unreadable', message: 'is not JSON' }] };
  }
  const parsed = ledgerEntrySchema.safeParse(raw);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'entry'}: ${issue.message}`);
    return {
      entry: undefined,
      problems: [{ code: 'unreadable', message: `is not a ledger entry (${fields.slice(0, 3).join('; ')})` }],
    };
  }
  const entry = parsed.data;
  const problems: LineProblem[] = [];
  // Hashed is what stands in the line and not what the schema makes of it: the schema normalizes instants.
  const { hash: _stated, ...unhashed } = raw as Record<string, unknown>;
  if (canonicalJson(raw) !== line) {
    problems.push({
      code: 'not-canonical',
      message: 'is not in canonical form: it was edited or written by something else',
    });
  }
  if (sha256(canonicalJson(unhashed)) !== entry.hash) {
    problems.push({ code: 'hash-mismatch', message: 'does not have the hash that it states: it was edited' });
  }
  if (entry.environment !== expected.environment) {
    problems.push({
      code: 'wrong-environment',
      message: `belongs to environment ${entry.environment}, not to ${expected.environment}`,
    });
  }
  if (entry.sequence !== expected.sequence) {
    problems.push({ code: 'sequence', message: sequenceProblem(entry.sequence, expected.sequence) });
  }
  if (expected.previous !== undefined && entry.previous !== expected.previous) {
    problems.push({
      code: 'broken-link',
      message: 'does not follow the entry before it: one of them was edited, removed, inserted or moved',
    });
  }
  return { entry, problems };
}

function sequenceProblem(found: number, expected: number): string {
  if (found > expected) {
    const missing = found === expected + 1 ? `entry ${expected} is` : `entries ${expected} to ${found - 1} are`;
    return `has sequence ${found} where ${expected} belongs: ${missing} missing before it`;
  }
  return `has sequence ${found} where ${expected} belongs: it was repeated, inserted or moved`;
}
