import { z } from 'zod';
import { instantSchema, resourceIdSchema } from '../../kernel/schemas';
import { exposureSchema, recoveryTimeSchema } from '../exposure/model';

/** How one tier keeps its promise at one moment. */
export const tierStandingSchema = z.object({
  tier: z.string(),
  resources: z.number().int().min(0),
  kept: z.number().int().min(0),
  atRisk: z.number().int().min(0),
  breached: z.number().int().min(0),
  /** Largest age of a newest good point, as a share of the objective: 1 is the breach. Null without resources. */
  worst: z.number().min(0).nullable(),
  /** Resources with a point that a drill has proven. */
  proven: z.number().int().min(0),
});
export type TierStanding = z.infer<typeof tierStandingSchema>;

/** One look, as it is kept for the history. */
export const sampleSchema = z.object({
  at: instantSchema,
  tiers: z.array(tierStandingSchema),
  unprotected: z.number().int().min(0),
});
export type Sample = z.infer<typeof sampleSchema>;

export const historySchema = z.object({ version: z.literal(1), day: z.string(), samples: z.array(sampleSchema) });

export const unprotectedSchema = z.object({ item: resourceIdSchema, reason: z.string() });
export const excludedSchema = z.object({ item: resourceIdSchema, reason: z.string(), until: instantSchema });

/** What is known right after a look. */
export const measurementSchema = z.object({
  version: z.literal(1),
  at: instantSchema,
  tiers: z.array(
    tierStandingSchema.extend({
      rpoSeconds: z.number(),
      rtoSeconds: z.number(),
      recoveryTime: recoveryTimeSchema,
      drillsProven: z.number().int(),
      drillsFailed: z.number().int(),
    }),
  ),
  /** The most exposed first: at most 500 of them. */
  resources: z.array(exposureSchema).max(500),
  unprotected: z.array(unprotectedSchema).max(500),
  excluded: z.array(excludedSchema).max(500),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** The compliance report: how the promises stand, and how they were kept. */
export const complianceSchema = measurementSchema.extend({
  environment: z.string(),
  /** From when on the history tells; oldest sample first. */
  history: z.array(sampleSchema),
  /** Share of samples, by tier, in which no resource was beyond its objective; null without samples. */
  keptShare: z.record(z.string(), z.number().nullable()),
});
export type Compliance = z.infer<typeof complianceSchema>;
