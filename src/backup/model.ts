import { z } from 'zod';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';

/** How the disks of one recovery point fit together. */
export const consistencySchema = z.enum([
  /** As after a loss of power: what was written is there, what was only in the machine's memory is not. */
  'crash',
  /** The guest was told to come to rest before (scripts on Linux, VSS on Windows). */
  'application',
]);
export type Consistency = z.infer<typeof consistencySchema>;

/** What a recovery point is made of on the platform's side. */
export const pointKindSchema = z.enum([
  /** One incremental snapshot a disk. Each disk is consistent in itself; several were taken within `spreadSeconds`. */
  'snapshots',
  /** A restore point of a whole machine: its disks are consistent with each other. */
  'restore-point',
]);
export type PointKind = z.infer<typeof pointKindSchema>;

/** One disk within a recovery point. */
export const pointPartSchema = z.object({
  disk: resourceIdSchema,
  /** The snapshot, or the disk's restore point within the machine's. */
  snapshot: resourceIdSchema,
  /** Place on the machine: `os`, the LUN of a data disk, or null for a disk that was attached to nothing. */
  place: z.union([z.literal('os'), z.number().int().min(0)]).nullable(),
  /** Size of the disk when it was taken: a restored disk is never smaller. */
  sizeBytes: z.number().int().min(0),
  /** Storage of the disk, such as `Premium_LRS`; empty when the platform did not say. */
  sku: z.string(),
  /** Disk encryption set of the source; null for keys of the platform. */
  encryptionSet: resourceIdSchema.nullable(),
  /** Snapshot of the same disk that this one adds to; null for the first. For people: the platform keeps each whole. */
  previous: resourceIdSchema.nullable(),
});
export type PointPart = z.infer<typeof pointPartSchema>;

export const copyStateSchema = z.enum(['queued', 'copying', 'complete', 'failed']);

/** A copy of a point in another region. */
export const pointCopySchema = z.object({
  location: z.string(),
  state: copyStateSchema,
  parts: z.array(z.object({ source: resourceIdSchema, snapshot: resourceIdSchema })),
  startedAt: instantSchema.nullable(),
  completedAt: instantSchema.nullable(),
  attempts: z.number().int().min(0),
  /** What failed attempts left behind: removed together with the point. */
  leftovers: z.array(resourceIdSchema),
  /** Why the last attempt failed; null otherwise. */
  problem: z.string().max(500).nullable(),
});
export type PointCopy = z.infer<typeof pointCopySchema>;

/** What a drill found out about a point. */
export const proofSchema = z.object({
  verdict: z.enum(['proven', 'failed']),
  at: instantSchema,
  /** Id of the drill. */
  drill: z.string(),
  /** From the order to the answered probe, in seconds; null when it did not come that far. */
  restoreSeconds: z.number().min(0).nullable(),
  reason: z.string().max(500),
});
export type Proof = z.infer<typeof proofSchema>;

/** Somebody's word that a point has to stay, whatever the policy says. `until` null: until it is lifted. */
export const holdSchema = z.object({
  by: z.string().min(1).max(200),
  reason: z.string().trim().min(1).max(1024),
  at: instantSchema,
  until: instantSchema.nullable(),
});
export type Hold = z.infer<typeof holdSchema>;

/** A point that has to go: first phase of the deletion. Nothing is deleted before `deleteAfter`. */
export const tombstoneSchema = z.object({
  at: instantSchema,
  reason: z.string().max(500),
  deleteAfter: instantSchema,
});
export type Tombstone = z.infer<typeof tombstoneSchema>;

export const pointStateSchema = z.enum([
  /** Every part exists, was provisioned, and is complete to 100 %. */
  'complete',
  /** Taking it went wrong, or it never became complete. What there is of it is kept for a while, for people. */
  'failed',
  /** The catalogue has it and the cloud has not (any more). */
  'lost',
]);
export type PointState = z.infer<typeof pointStateSchema>;

/** A recovery point as the catalogue has it. */
export const recoveryPointSchema = z.object({
  /** Twelve lower-case hexadecimal digits; a pure function of the item, the point before it, and the attempt. */
  id: z.string().regex(/^[0-9a-f]{12}$/),
  kind: pointKindSchema,
  consistency: consistencySchema,
  tier: z.string(),
  state: pointStateSchema,
  /** When the first of its disks was read: from here on changes are not in it. By our clock, which all planning uses. */
  takenAt: instantSchema,
  /** When it was seen complete, or given up. */
  settledAt: instantSchema,
  /** Between the first and the last of its disks. */
  spreadSeconds: z.number().min(0),
  location: z.string(),
  parts: z.array(pointPartSchema),
  /** Why it failed or is lost; null for a complete one. */
  problem: z.string().max(500).nullable(),
  copies: z.array(pointCopySchema),
  proof: proofSchema.nullable(),
  hold: holdSchema.nullable(),
  tombstone: tombstoneSchema.nullable(),
});
export type RecoveryPoint = z.infer<typeof recoveryPointSchema>;

export const itemKindSchema = z.enum(['machine', 'disk']);

/** What the catalogue keeps of one protected resource: a machine with its disks, or a disk of its own. */
export const itemDocumentSchema = z.object({
  version: z.literal(1),
  item: resourceIdSchema,
  kind: itemKindSchema,
  tier: z.string(),
  location: z.string(),
  firstSeenAt: instantSchema,
  /** Since when the resource itself is gone, or no rule selects it; its points stay until retention lets them go. */
  orphanedAt: instantSchema.nullable(),
  /** When retention was last applied; null before the first time. */
  retainedAt: instantSchema.nullable(),
  /** Oldest first, by `takenAt`. */
  points: z.array(recoveryPointSchema),
});
export type ItemDocument = z.infer<typeof itemDocumentSchema>;

/** What planning and exposure need of one item without reading all of its points. Follows from its document. */
export const itemSummarySchema = z.object({
  item: resourceIdSchema,
  kind: itemKindSchema,
  tier: z.string(),
  location: z.string(),
  firstSeenAt: instantSchema,
  orphanedAt: instantSchema.nullable(),
  points: z.number().int().min(0),
  /** Newest complete point that no drill has found wanting and that stays: what the promise is measured by. */
  newest: z.object({ id: z.string(), takenAt: instantSchema, settledAt: instantSchema }).nullable(),
  newestProven: z.object({ id: z.string(), takenAt: instantSchema, restoreSeconds: z.number().nullable() }).nullable(),
  /** Attempts since then that failed, and the last of them. Part of the next point's identity. */
  failures: z.number().int().min(0),
  lastFailureAt: instantSchema.nullable(),
  /** Seconds from taking to complete, of up to five of the newest complete points: what a breach is predicted from. */
  durations: z.array(z.number()).max(5),
  /** A copy waits to be started or is under way. */
  copying: z.boolean(),
  /** When the first tombstone may be carried out; null when there is none. */
  pruneAt: instantSchema.nullable(),
  /** When retention was last applied to it. */
  retainedAt: instantSchema.nullable(),
});
export type ItemSummary = z.infer<typeof itemSummarySchema>;

/** What one batch is to take of one item. */
export const takeOrderSchema = z.object({
  item: resourceIdSchema,
  kind: itemKindSchema,
  tier: z.string(),
  location: z.string(),
  point: z.string(),
  pointKind: pointKindSchema,
  consistency: consistencySchema,
  dueAt: instantSchema,
  parts: z.array(pointPartSchema).min(1),
});
export type TakeOrder = z.infer<typeof takeOrderSchema>;

/** How it stands with one order of a batch. */
export const takeStandSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('planned') }),
  z.object({
    state: z.literal('taken'),
    takenAt: instantSchema,
    spreadSeconds: z.number().min(0),
    /** How far it was when last looked at, and when that last changed: what stands still is given up. */
    percent: z.number().min(0).max(100),
    percentAt: instantSchema,
  }),
  z.object({
    state: z.literal('complete'),
    takenAt: instantSchema,
    spreadSeconds: z.number(),
    settledAt: instantSchema,
  }),
  z.object({
    state: z.literal('failed'),
    takenAt: instantSchema,
    settledAt: instantSchema,
    problem: z.string().max(500),
  }),
  /** Nothing was asked of the platform, and nothing will be: the next cycle plans anew. */
  z.object({ state: z.literal('dropped'), reason: z.string().max(500) }),
]);
export type TakeStand = z.infer<typeof takeStandSchema>;

/**
 * A batch: the journal of about fifty disks. It is written before anything is asked of the platform, and removed when all of
 * its outcomes are in the catalogue, so that whatever dies in between leaves a trace that the next cycle takes up.
 */
export const batchSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  cycle: z.string(),
  plannedAt: instantSchema,
  /** Set before the first effect: whoever finds it looks before asking again. */
  begunAt: instantSchema.nullable(),
  orders: z.array(z.object({ order: takeOrderSchema, stand: takeStandSchema })),
});
export type Batch = z.infer<typeof batchSchema>;
