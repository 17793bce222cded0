import { z } from 'zod';
import { instantSchema, resourceIdSchema } from '../../kernel/schemas';

const newestSchema = z.object({ id: z.string(), takenAt: instantSchema });

/** A resource with the promise it is under, and what is known of its points. Lengths in seconds. */
export const promisedResourceSchema = z.object({
  resource: resourceIdSchema,
  tier: z.string(),
  rpoSeconds: z.number().positive(),
  rtoSeconds: z.number().positive(),
  /** When the promise began: when the resource came under the policy. Until a first point exists, age counts from here. */
  since: instantSchema,
  /** The newest complete point that no drill has found wanting. */
  newest: newestSchema.nullable(),
  /** The newest one from which a machine came up in a drill. */
  newestProven: newestSchema.nullable(),
  /** How long takings took, from start to complete, of the newest points. */
  takingSeconds: z.array(z.number().min(0)),
  /** When the next point is due by the schedule; people are not alarmed before it had its chance. Null when nobody knows. */
  dueAt: instantSchema.nullable(),
  /** How long each restore in a drill took until the machine answered, oldest first. */
  restoreSeconds: z.array(z.number().min(0)),
});
export type PromisedResource = z.infer<typeof promisedResourceSchema>;

/**
 * How a resource stands to its recovery point objective.
 * - `kept`: its newest good point is young enough, and there is time to take the next.
 * - `at-risk`: not broken yet, and it will be unless a point is complete very soon.
 * - `breached`: the newest good point is older than promised.
 */
export const standingSchema = z.enum(['kept', 'at-risk', 'breached']);
export type Standing = z.infer<typeof standingSchema>;

/** Measured recovery times beside what is promised. `unmeasured` until a drill has ended well. */
export const recoveryTimeSchema = z.object({
  promisedSeconds: z.number(),
  drills: z.number().int().min(0),
  p50Seconds: z.number().nullable(),
  p95Seconds: z.number().nullable(),
  standing: z.enum(['met', 'missed', 'unmeasured']),
});
export type RecoveryTime = z.infer<typeof recoveryTimeSchema>;

/** How exposed one resource is at one moment. */
export const exposureSchema = z.object({
  resource: resourceIdSchema,
  tier: z.string(),
  standing: standingSchema,
  /** The newest point that counts; null when there is none. */
  newestPoint: z.string().nullable(),
  newestAt: instantSchema.nullable(),
  /** Seconds of work that would be lost now. */
  ageSeconds: z.number().min(0),
  rpoSeconds: z.number(),
  /** When the objective is broken if nothing is taken. */
  breachAt: instantSchema,
  /** The last moment at which a taking can begin and still be complete by then, by measured durations. */
  lastChanceAt: instantSchema,
  /** When people are told, before it is too late. */
  alertAt: instantSchema,
  /** What a taking takes, by measurement (the 95th percentile), or the assumption when there is none. */
  takingSeconds: z.number(),
  takingMeasured: z.boolean(),
  /** The newest point from which a machine came up in a drill. */
  provenPoint: z.string().nullable(),
  provenAt: instantSchema.nullable(),
  recoveryTime: recoveryTimeSchema,
  reasons: z.array(z.string().max(512)),
});
export type Exposure = z.infer<typeof exposureSchema>;
