import { z } from 'zod';
import { instantSchema, resourceIdSchema } from '../../kernel/schemas';
import { ownerSchema, slotSchema, stageSchema } from '../../ports/restoring';

/** Stages that belong together: brought about at the same time, and measured as one. */
export const phaseSchema = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  stages: z.array(stageSchema).max(80),
  /** Longest it may take. */
  limitSeconds: z.number().int().min(1).max(86_400),
});
export type Phase = z.infer<typeof phaseSchema>;

/** What became of a script in a machine. */
export const scriptEndSchema = z.object({
  name: z.string(),
  exitCode: z.number().int(),
  output: z.string().max(1024),
});
export type ScriptEnd = z.infer<typeof scriptEndSchema>;

/** How a phase ended, and how long it took. `code` names the kind of problem: the platform's own, or one of ours. */
export const phaseEndSchema = z.object({
  name: z.string(),
  startedAt: instantSchema,
  seconds: z.number().min(0),
  problem: z.object({ code: z.string(), message: z.string().max(1024) }).nullable(),
  scripts: z.array(scriptEndSchema),
});
export type PhaseEnd = z.infer<typeof phaseEndSchema>;

/** Where a restore puts what it makes. */
export const placementSchema = z.object({
  /** Resource group for what is made; that of the source when left out. */
  resourceGroup: resourceIdSchema.optional(),
  /** Subnet for the new machine's interface; the source's own network is not touched. */
  subnet: resourceIdSchema.optional(),
  /** Another zone; null for none. The source's when left out. */
  zone: z.string().min(1).max(8).nullable().optional(),
  /** Another region, into which the point was copied. */
  location: z
    .string()
    .regex(/^[a-z0-9]{3,40}$/, 'is the name of a region such as northeurope')
    .optional(),
  /** Name of the new machine or disk; made from the restore's id when left out. */
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/, 'has up to 60 lower-case letters, digits and hyphens')
    .optional(),
});
export type Placement = z.infer<typeof placementSchema>;

/**
 * What is asked for.
 * - `in-place`: the machine stays, and gets disks made from the point; its own disks are kept, detached.
 * - `side-by-side`: another machine beside it, also in another zone or region.
 * - `disk`: one disk, attached to nothing.
 */
export const restoreKindSchema = z.enum(['in-place', 'side-by-side', 'disk']);
export type RestoreKind = z.infer<typeof restoreKindSchema>;

export const restoreRequestSchema = z.object({
  kind: restoreKindSchema,
  /** The protected resource: a machine, or a disk of its own. */
  item: resourceIdSchema,
  /** The point to restore; the newest good one when left out. */
  point: z.string().max(64).optional(),
  /** For `disk`: which one of the machine's. */
  disk: resourceIdSchema.optional(),
  placement: placementSchema.default({}),
});
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;

/** A machine's disks before they were exchanged: what undo brings back. */
export const disksBeforeSchema = z.object({ systemDisk: resourceIdSchema, dataDisks: z.array(slotSchema).max(64) });
export type DisksBefore = z.infer<typeof disksBeforeSchema>;

/** A restore as it will be carried out. Everything it makes is named here. */
export const restorePlanSchema = z.object({
  kind: restoreKindSchema,
  item: resourceIdSchema,
  /** What the guard's lease is on: the machine itself in place, otherwise what is made. */
  target: resourceIdSchema,
  point: z.string(),
  takenAt: instantSchema,
  summary: z.string().max(512),
  /** For people, in order. */
  steps: z.array(z.string().max(512)).min(1).max(100),
  /** What the reader should know before: data that is lost, disks that stay and cost. */
  reasons: z.array(z.string().max(512)).max(20),
  phases: z.array(phaseSchema).min(1).max(10),
  owner: ownerSchema,
  /** What is made, in the order in which it can be removed. */
  makes: z.array(resourceIdSchema).max(80),
  /** In place only. */
  before: disksBeforeSchema.nullable(),
  wasRunning: z.boolean(),
});
export type RestorePlan = z.infer<typeof restorePlanSchema>;

/** Who asked. */
export const restoreAskedBySchema = z.object({ id: z.string().max(100).nullable(), name: z.string().min(1).max(200) });

/** A restore as it is ordered, with everything it may do decided. */
export const restoreOrderSchema = z.object({
  restoreId: z.string().regex(/^restore-[0-9a-f]{16}$/),
  environment: z.string(),
  request: restoreRequestSchema,
  /** Set for an undo: the restore whose disks go back. */
  undoes: z.string().max(90).nullable(),
  askedBy: restoreAskedBySchema,
  /** Where no point is named: the newest good one when it was first planned. It stays that one as long as it is good. */
  newest: z.string().max(64).optional(),
});
export type RestoreOrder = z.infer<typeof restoreOrderSchema>;

export const restoreResultSchema = z.enum([
  /** It is as planned, and the machine came up. */
  'restored',
  /** It went wrong and everything is as it was. */
  'rolled-back',
  /** It went wrong, and so did going back: a person has to look. */
  'failed',
  /** Nothing was changed. */
  'not-applied',
]);
export type RestoreResult = z.infer<typeof restoreResultSchema>;

export const restoreReportSchema = z.object({
  id: z.string(),
  environment: z.string(),
  undoes: z.string().nullable(),
  askedBy: restoreAskedBySchema,
  startedAt: instantSchema,
  finishedAt: instantSchema,
  result: restoreResultSchema,
  reasons: z.array(z.string().max(1024)),
  planHash: z.string().nullable(),
  approvedBy: z.array(z.string()).nullable(),
  phases: z.array(phaseEndSchema),
  /** From the first effect to the answering machine; null when it did not come that far. */
  restoreSeconds: z.number().nullable(),
  /** Disks that nothing is attached to any more and that nobody removes but a person. */
  kept: z.array(resourceIdSchema),
});
export type RestoreReport = z.infer<typeof restoreReportSchema>;

export const restoreOrchestratorName = 'restore-v1';
