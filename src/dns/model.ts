import { z } from 'zod';
import { instantSchema } from '../kernel/schemas';

/** Types of records that Caretaker can own. Every other type in a zone is somebody else's, whatever its comment says. */
export const recordTypes = ['A', 'AAAA', 'CNAME', 'TXT', 'MX', 'CAA', 'SRV', 'NS'] as const;
export type RecordType = (typeof recordTypes)[number];
export const isRecordType = (type: string): type is RecordType => (recordTypes as readonly string[]).includes(type);

/** Types that Cloudflare can stand in front of. */
export const isProxiable = (type: string): boolean => type === 'A' || type === 'AAAA' || type === 'CNAME';

/** TTL that leaves the choice to Cloudflare, which makes it 300 seconds. */
export const automaticTtl = 1;
/** What resolvers see of {@link automaticTtl} and of every proxied record, in seconds. Source: Cloudflare, "Time to Live (TTL)". */
export const automaticTtlSeconds = 300;

const dataSchema = z.record(z.string(), z.union([z.string(), z.number()]));

/** A record as it is asked for. `content` for most types, `data` for CAA and SRV, `priority` for MX. */
export const recordInputSchema = z.object({
  type: z.string(),
  name: z.string(),
  content: z.string().nullable(),
  ttl: z.number().int(),
  proxied: z.boolean(),
  priority: z.number().int().nullable(),
  data: dataSchema.nullable(),
  comment: z.string().nullable(),
  tags: z.array(z.string()),
});
export type RecordInput = z.infer<typeof recordInputSchema>;

/** A record as it stands in a zone. */
export const zoneRecordSchema = recordInputSchema.extend({ id: z.string(), content: z.string() });
export type ZoneRecord = z.infer<typeof zoneRecordSchema>;

/**
 * What may be done to a record set of ours.
 * - `sync`: created, changed, and deleted when it is no longer wanted.
 * - `upsert-only`: created and changed; deleted by a person alone.
 * - `create-only`: created once and then left alone.
 */
export const recordPolicySchema = z.enum(['sync', 'upsert-only', 'create-only']);
export type RecordPolicy = z.infer<typeof recordPolicySchema>;

/** Where a wanted record comes from: the document itself (null), or something that comes and goes. */
export type SourceHealth = 'healthy' | 'unhealthy' | 'missing';

/** A record as it shall be, in normal form. */
export interface DesiredRecord {
  readonly type: RecordType;
  /** Full name within the zone, in normal form. */
  readonly name: string;
  /** In normal form: see `normal.plan.ts`. */
  readonly value: string;
  readonly content: string | null;
  readonly priority: number | null;
  readonly data: Readonly<Record<string, string | number>> | null;
  readonly ttl: number;
  readonly proxied: boolean;
  /** Text after the mark; null leaves whatever text is there. */
  readonly comment: string | null;
  readonly tags: readonly string[];
  readonly policy: RecordPolicy;
  /** Name of its source, such as `failover/api`; null for the document. */
  readonly source: string | null;
  /** Leave to take over a record of somebody else. */
  readonly takeover: boolean;
}

/** Limits on one change set, in shares (0 to 1) of the records that are ours, and absolute. */
export const changeLimitsSchema = z.object({
  updateShare: z.number().min(0).max(1).default(0.3),
  deleteShare: z.number().min(0).max(1).default(0.3),
  /** Shares count from so many records of ours up; below, 30 % of three is nothing. */
  shareFrom: z.number().int().min(1).default(10),
  maxCreates: z.number().int().min(0).default(200),
  maxUpdates: z.number().int().min(0).default(100),
  maxDeletes: z.number().int().min(0).default(25),
});
export type ChangeLimits = z.infer<typeof changeLimitsSchema>;

/** One change, with what was there before. */
export const changeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('create'), record: recordInputSchema, reason: z.string() }),
  z.object({
    kind: z.literal('update'),
    before: zoneRecordSchema,
    record: recordInputSchema,
    fields: z.array(z.string()),
    takeover: z.boolean(),
    reason: z.string(),
  }),
  z.object({ kind: z.literal('delete'), before: zoneRecordSchema, reason: z.string() }),
]);
export type Change = z.infer<typeof changeSchema>;

/** Something the plan leaves as it is, and why. */
export const noteSchema = z.object({
  kind: z.enum(['conflict', 'source-missing', 'source-unhealthy', 'kept', 'ignored']),
  name: z.string(),
  type: z.string(),
  text: z.string(),
});
export type Note = z.infer<typeof noteSchema>;

export const checkedReasonSchema = z.object({
  check: z.enum(['share', 'limit', 'emptied', 'sensitive', 'takeover']),
  answer: z.enum(['ask', 'stop']),
  text: z.string(),
});
export type CheckedReason = z.infer<typeof checkedReasonSchema>;

/** What shall be done to a zone, why, and whether it may. */
export const zonePlanSchema = z.object({
  zone: z.string(),
  changes: z.array(changeSchema),
  notes: z.array(noteSchema),
  /** What stands in the way; empty when the change set may be carried out as it is. */
  reasons: z.array(checkedReasonSchema),
  answer: z.enum(['go', 'ask', 'stop']),
  counts: z.object({
    creates: z.number().int(),
    updates: z.number().int(),
    deletes: z.number().int(),
    ours: z.number().int(),
    foreign: z.number().int(),
  }),
  /** Identity of the change set: the same for the same changes. */
  hash: z.string(),
});
export type ZonePlan = z.infer<typeof zonePlanSchema>;

/** A record set, as people name one. */
export const setNameSchema = z.object({ name: z.string(), type: z.string() });
export type SetName = z.infer<typeof setNameSchema>;

/** Who wants a change, and why, kept with it. */
export const causeSchema = z.object({
  kind: z.enum(['order', 'sweep', 'failover', 'failback', 'ttl', 'undo']),
  text: z.string().max(512),
  by: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('signal'), signalId: z.string() }),
    z.object({ kind: z.literal('operator'), name: z.string(), id: z.string().nullable().optional() }),
  ]),
});
export type Cause = z.infer<typeof causeSchema>;

/** Records that stand for a time beside what the document says, or in its place. */
export const additionSchema = z.object({
  id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/),
  zone: z.string(),
  records: z.array(z.record(z.string(), z.unknown())).min(1).max(50),
  reason: z.string().min(1).max(512),
  by: z.string().max(200),
  addedAt: instantSchema,
  /** Null until it is ended by order. */
  until: instantSchema.nullable(),
  /** When it was ended by order. */
  endedAt: instantSchema.nullable(),
});
export type Addition = z.infer<typeof additionSchema>;
