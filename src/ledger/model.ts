import { z } from 'zod';
import type { Json } from '../kernel/canonical-json';
import { instantSchema } from '../kernel/schemas';

/** What can be entered. A reader meets kinds of newer versions too, and passes them on. */
export const ledgerKinds = [
  'signal.decided',
  'run.started',
  'run.finished',
  'incident.opened',
  'incident.closed',
  'incident.handed-over',
  'policy.changed',
  'policy.refused',
  'dead-letter.kept',
  'kill-switch.set',
  'operator.ordered',
  'approval.asked',
  'approval.answered',
  'approval.ended',
  'rotation.finished',
  'backup.recorded',
  'backup.deleted',
  'backup.finished',
  'drill.finished',
  'restore.begun',
  'restore.finished',
  'scaling.decided',
  'scaling.ordered',
  'field.set',
  'drift.found',
  'drift.settled',
] as const;
export type LedgerKind = (typeof ledgerKinds)[number];

/** Last entry of a segment: written by the ledger itself, never given to readers. */
export const segmentClosed = 'ledger.segment-closed';

/** What `previous` is in the first entry of a ledger. */
export const genesisHash = '0'.repeat(64);

/** Name of an environment as it stands in paths: `dev`, `prod`, `prod-eu`. */
export const environmentSchema = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

export const jsonSchema: z.ZodType<Json> = z.json();

/** What a writer gives. */
export const entryDraftSchema = z.strictObject({
  /**
   * A pure function of what is recorded (`signal.decided:<signal id>`, `run.finished:<run id>`), so that a step which is carried
   * out again enters the same id and readers see it once.
   */
  id: z.string().min(1).max(300),
  kind: z.enum(ledgerKinds),
  /** What it is about: id of a resource, an incident, a run. */
  subject: z.string().min(1).max(2048),
  /** The few facts worth keeping for years, at most 32 KiB as JSON. Never a secret: an entry cannot be removed. */
  data: jsonSchema,
});
export type LedgerDraft = z.infer<typeof entryDraftSchema>;

/** An entry as it is stored: one line of canonical JSON. */
export const ledgerEntrySchema = z.strictObject({
  /** 1, 2, 3 ... over the whole ledger. */
  sequence: z.int().positive(),
  id: z.string().min(1).max(300),
  /** When it was recorded, by the clock of the instance that wrote it. When it happened belongs in `data`. */
  at: instantSchema,
  kind: z.string().regex(/^[a-z-]+\.[a-z-]+$/),
  environment: environmentSchema,
  subject: z.string().min(1).max(2048),
  data: jsonSchema,
  /** `hash` of the entry before, {@link genesisHash} in the first. */
  previous: hashSchema,
  /** SHA-256 of the canonical JSON of this entry without `hash`. */
  hash: hashSchema,
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** A place in the ledger: just after the entry with this sequence and hash. */
export const positionSchema = z.strictObject({
  /** Number of the segment, from 1. */
  segment: z.int().positive(),
  /** Bytes of the segment up to and with the entry. */
  length: z.int().nonnegative(),
  /** Entries in the segment up to and with the entry. */
  lines: z.int().nonnegative(),
  /** Day (UTC) of the segment's first entry, `2026-01-31`; empty while the segment is. */
  day: z.string().regex(/^(\d{4}-\d{2}-\d{2})?$/),
  sequence: z.int().nonnegative(),
  hash: hashSchema,
});
export type Position = z.infer<typeof positionSchema>;

/** Where the chain ended when the last acknowledged entry was written: what a truncated ledger is held against. */
export const headSchema = positionSchema;
export type LedgerHead = Position;

/** Where an acknowledged entry stands. */
export interface Receipt {
  readonly id: string;
  readonly sequence: number;
  readonly hash: string;
}

export interface ReadOptions {
  /** Entries recorded at this instant or later. */
  readonly since?: string;
  /** Entries recorded before this instant. */
  readonly until?: string;
  /** Only these kinds. */
  readonly kinds?: readonly string[];
  readonly subject?: string;
  /** Only entries beyond this sequence in the direction of reading: a cursor. */
  readonly after?: number;
  /** At most so many entries. */
  readonly limit?: number;
  /** `oldest` first when not given. */
  readonly first?: 'oldest' | 'newest';
}

/** One thing that is wrong with the stored ledger. */
export interface LedgerProblem {
  readonly code:
    | 'head-missing'
    | 'head-invalid'
    | 'head-mismatch'
    | 'truncated'
    | 'segment-missing'
    | 'segment-unexpected'
    | 'after-close'
    | 'unreadable'
    | 'not-canonical'
    | 'hash-mismatch'
    | 'sequence'
    | 'broken-link'
    | 'wrong-environment'
    | 'anchor-mismatch';
  readonly message: string;
  /** Path of the segment. */
  readonly segment?: string;
  /** One-based line in the segment. */
  readonly line?: number;
  /** Sequence that the entry has, or should have had. */
  readonly sequence?: number;
}

/** A sequence and its hash, noted outside of the storage: what a rewritten ledger is held against. */
export interface Anchor {
  readonly sequence: number;
  readonly hash: string;
}

export interface Verification {
  /** True when nothing is wrong. */
  readonly valid: boolean;
  readonly environment: string;
  /** Entries read, repeats and the ledger's own included. */
  readonly entries: number;
  readonly segments: number;
  /** Entries that say again what an entry before them said (same id): permitted, readers drop them. */
  readonly repeats: number;
  /** Entries after the head: written, and not yet acknowledged when their writer stopped. Permitted. */
  readonly beyondHead: number;
  /** End of the chain; note it elsewhere, and give it as an anchor next time. */
  readonly end: Anchor;
  /** The first 100 problems, in the order of the ledger. */
  readonly problems: readonly LedgerProblem[];
  /** How many there were. */
  readonly problemCount: number;
}
