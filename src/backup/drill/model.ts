import { z } from 'zod';
import { limitsSchema } from '../../guard/model';
import { instantSchema, resourceIdSchema } from '../../kernel/schemas';
import { ownerSchema } from '../../ports/restoring';
import { exposureSchema } from '../exposure/model';
import { phaseEndSchema, phaseSchema, restoreAskedBySchema } from '../restore/model';

/** Which point is tried: the one a restore would take, any one of those there are, or one that somebody names. */
export const pickSchema = z.enum(['latest', 'random', 'named']);
export type Pick = z.infer<typeof pickSchema>;

/** A drill as ordered. */
export const drillOrderSchema = z.object({
  drillId: z.string().regex(/^drill-[0-9a-f]{16}$/),
  environment: z.string(),
  item: resourceIdSchema,
  pick: pickSchema,
  /** For `named`. */
  point: z.string().max(64).nullable(),
  /** A person, or the schedule, which has no id. */
  askedBy: restoreAskedBySchema,
});
export type DrillOrder = z.infer<typeof drillOrderSchema>;

/** A drill as it will be carried out: everything it makes is named here before anything is made. */
export const drillPlanSchema = z.object({
  tier: z.string(),
  point: z.string(),
  takenAt: instantSchema,
  promisedSeconds: z.number(),
  /** What the lease is on: the machine (or the disk) of the drill itself. */
  target: resourceIdSchema,
  phases: z.array(phaseSchema).min(1).max(10),
  makes: z.array(resourceIdSchema).max(80),
  owner: ownerSchema,
  limits: limitsSchema,
  patienceSeconds: z.number().int().min(1),
});
export type DrillPlan = z.infer<typeof drillPlanSchema>;

/**
 * - `proven`: a machine came up from the point, and every probe answered.
 * - `failed`: the point could not be read, or what came up from it does not answer: it is no recovery point.
 * - `inconclusive`: the drill itself could not be carried out; nothing is said about the point.
 */
export const drillResultSchema = z.enum(['proven', 'failed', 'inconclusive']);
export type DrillResult = z.infer<typeof drillResultSchema>;

export const drillReportSchema = z.object({
  id: z.string(),
  environment: z.string(),
  item: resourceIdSchema,
  tier: z.string().nullable(),
  pick: pickSchema,
  point: z.string().nullable(),
  takenAt: instantSchema.nullable(),
  askedBy: restoreAskedBySchema,
  startedAt: instantSchema,
  finishedAt: instantSchema,
  result: drillResultSchema,
  reasons: z.array(z.string().max(1024)),
  phases: z.array(phaseEndSchema),
  /** From the first disk to the last answered probe; null when it did not come that far. */
  restoreSeconds: z.number().nullable(),
  promisedSeconds: z.number().nullable(),
  /** What could not be removed; the sweep removes it later. */
  left: z.array(resourceIdSchema),
});
export type DrillReport = z.infer<typeof drillReportSchema>;

/** A drill on record: from the moment it is planned, so that what it makes is known before it is made. */
export const drillDocumentSchema = z.object({
  version: z.literal(1),
  order: drillOrderSchema,
  plan: drillPlanSchema.nullable(),
  plannedAt: instantSchema,
  report: drillReportSchema.nullable(),
  /** What the outcome did to the promise: the same resource right before and right after its point was marked. */
  promise: z.object({ before: exposureSchema, after: exposureSchema }).nullable(),
});
export type DrillDocument = z.infer<typeof drillDocumentSchema>;

/** What is kept of a drill for schedules and measurements. */
export const drillNoteSchema = z.object({
  id: z.string(),
  at: instantSchema,
  result: drillResultSchema,
  pick: pickSchema,
  point: z.string().nullable(),
  restoreSeconds: z.number().nullable(),
});
export type DrillNote = z.infer<typeof drillNoteSchema>;

/** The newest drills of each item, oldest first. */
export const drillIndexSchema = z.object({
  version: z.literal(1),
  items: z.record(z.string(), z.object({ tier: z.string().nullable(), drills: z.array(drillNoteSchema) })),
});
export type DrillIndex = z.infer<typeof drillIndexSchema>;

export const drillOrchestratorName = 'drill-v1';
export const sweepOrchestratorName = 'drill-sweep-v1';
/** Rule under which drills act, for the guard's memory and its kill switches. */
export const drillRule = 'drills';
/** Key of the guard that keeps the drills' own budget. No environment can be called so. */
export const drillGuard = (environment: string): string => `${environment}.drills`;
