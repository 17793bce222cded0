import { z } from 'zod';
import { defineActivity, type RetryPolicy } from '../../kernel/activity';
import { seconds } from '../../kernel/duration';
import { resourceIdSchema } from '../../kernel/schemas';
import { limitsSchema } from '../../guard/model';
import { ownerSchema, stageSchema } from '../../ports/restoring';
import { restoreOrderSchema, restorePlanSchema, restoreReportSchema } from './model';

/** Storage or the platform did not answer: about a quarter of an hour of trying. */
const patientRetry: RetryPolicy = { attempts: 8, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) };

/** Under whose leave effects happen: the guard that gave the lease, and every environment whose kill switch stops them. */
export const leaveSchema = z.object({
  /** Key of the guard's entity that gave the lease. */
  guard: z.string(),
  /** The environment whose kill switch counts. */
  environment: z.string(),
  target: resourceIdSchema,
  /** Fencing token; null when only kill switches count, as for clearing up what is ours alone. */
  token: z.number().int().nullable(),
  rule: z.string(),
});
export type Leave = z.infer<typeof leaveSchema>;

/**
 * Brings a stage one look further: looks at how far it is, and asks for it when it has not begun. Idempotent: what is there is
 * not asked for again, and asking twice makes nothing twice. The leave is checked right before the asking.
 */
export const stageContract = defineActivity({
  name: 'restore-stage',
  input: z.object({
    stage: stageSchema,
    owner: ownerSchema,
    leave: leaveSchema,
    /** How often it has been asked for already: what is taken and never comes about is given up. */
    asked: z.number().int().min(0),
  }),
  output: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('done'),
      script: z.object({ exitCode: z.number().int(), output: z.string() }).nullable(),
    }),
    z.object({ kind: z.literal('running'), retryAfterSeconds: z.number(), asked: z.number().int() }),
    z.object({ kind: z.literal('failed'), code: z.string(), message: z.string() }),
  ]),
  retry: patientRetry,
  timeLimit: seconds(60),
});

/** Plans a restore, or an undo, from the catalogue and the platform. Reads only. */
export const planRestoreContract = defineActivity({
  name: 'restore-plan',
  input: restoreOrderSchema,
  output: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('plan'),
      plan: restorePlanSchema,
      planHash: z.string(),
      limits: limitsSchema,
      patienceSeconds: z.number().int().min(1),
    }),
    z.object({ kind: z.literal('busy'), reasons: z.array(z.string()) }),
    z.object({ kind: z.literal('impossible'), reasons: z.array(z.string()) }),
  ]),
  retry: patientRetry,
  timeLimit: seconds(120),
});

/** Writes down what is about to be done, with everything that undo needs, before anything is. Idempotent by the order's id. */
export const noteRestoreContract = defineActivity({
  name: 'restore-note',
  input: z.object({ order: restoreOrderSchema, plan: restorePlanSchema, planHash: z.string() }),
  output: z.object({}),
  retry: patientRetry,
  timeLimit: seconds(60),
});

/** Writes the report and enters it in the ledger; tells people of what went wrong. Idempotent by the report's id. */
export const recordRestoreContract = defineActivity({
  name: 'restore-record',
  input: z.object({ report: restoreReportSchema, order: restoreOrderSchema, plan: restorePlanSchema.nullable() }),
  output: z.object({}),
  retry: { attempts: 300, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) },
  timeLimit: seconds(60),
});
