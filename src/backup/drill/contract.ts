import { z } from 'zod';
import { defineActivity, type RetryPolicy } from '../../kernel/activity';
import { seconds } from '../../kernel/duration';
import { instantSchema, resourceIdSchema } from '../../kernel/schemas';
import { ownerSchema } from '../../ports/restoring';
import { drillOrderSchema, drillPlanSchema, drillReportSchema } from './model';

const patientRetry: RetryPolicy = { attempts: 8, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) };

/**
 * Picks a point and plans the drill, and writes both down before anything is made, so that whatever dies later leaves a trace of
 * what to remove. Idempotent: the plan that was written first is the plan.
 */
export const planDrillContract = defineActivity({
  name: 'drill-plan',
  input: drillOrderSchema,
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('plan'), plan: drillPlanSchema }),
    z.object({
      kind: z.literal('impossible'),
      fault: z.enum(['point', 'drill']),
      tier: z.string().nullable(),
      point: z.string().nullable(),
      takenAt: instantSchema.nullable(),
      reasons: z.array(z.string().max(512)),
    }),
  ]),
  retry: patientRetry,
  timeLimit: seconds(120),
});

/**
 * Writes the report, marks the point, enters the drill in the ledger, and tells people when a point failed. Idempotent by the
 * drill's id.
 */
export const recordDrillContract = defineActivity({
  name: 'drill-record',
  input: drillReportSchema,
  output: z.object({}),
  // What was found out must be written down: tried for about a day.
  retry: { attempts: 300, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) },
  timeLimit: seconds(60),
});

/** What drills and restores have left behind: marked as theirs, past their time, and nobody works on it. Reads only. */
export const findLeftoversContract = defineActivity({
  name: 'drill-leftovers',
  input: z.object({}),
  output: z.object({
    works: z.array(
      z.object({ owner: ownerSchema, environment: z.string(), resources: z.array(resourceIdSchema).max(80) }),
    ),
  }),
  retry: patientRetry,
  timeLimit: seconds(120),
});

/** Tells what a sweep removed and what it could not. Idempotent by the work's id. */
export const reportSweepContract = defineActivity({
  name: 'drill-swept',
  input: z.object({
    work: z.string(),
    environment: z.string(),
    removed: z.array(resourceIdSchema),
    problem: z.string().max(1024).nullable(),
  }),
  output: z.object({}),
  retry: patientRetry,
  timeLimit: seconds(60),
});
