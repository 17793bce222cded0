import { z } from 'zod';
import { defineActivity, type RetryPolicy } from '../kernel/activity';
import { seconds } from '../kernel/duration';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import { factsSchema, planSchema, stepSchema, ticketSchema, verificationSchema } from '../runbooks';
import { callsSchema, incidentReportSchema, runReportSchema } from './model';

/** Storage or the platform did not answer: about a quarter of an hour of trying before a person is asked. */
const patientRetry: RetryPolicy = { attempts: 8, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) };

const targetSchema = z.object({
  runId: z.string(),
  target: resourceIdSchema,
  runbook: z.string(),
});

/** What an activity asked of the platform; absent where nobody counts, and in histories of earlier versions. */
const cost = { calls: callsSchema.optional() };

/** Looks at the target and plans. Reads only. The plan is made here, so that its code may change under runs in flight. */
export const observeContract = defineActivity({
  name: 'run-observe',
  input: targetSchema.extend({
    parameters: z.record(z.string(), z.unknown()),
    /** Whose kill switches are asked; absent in runs that began before they were asked here. */
    environment: z.string().optional(),
    rule: z.string().optional(),
    /** The alert's correlation, when there is one: tells whether its `Resolved` came before the incident was opened. */
    correlation: z.string().nullable(),
  }),
  output: z.object({
    plan: planSchema,
    planHash: z.string(),
    alreadyResolved: z.boolean(),
    /** Why nothing is planned at all: a kill switch is engaged. */
    stopped: z.string().nullable().default(null),
    ...cost,
  }),
  retry: patientRetry,
  timeLimit: seconds(60),
});

/**
 * Starts one step. Idempotent by journal: the intention is written before the effect, so a second attempt finds out
 * whether the first one reached the platform instead of asking again. Checks the fencing token right before the effect.
 */
export const applyContract = defineActivity({
  name: 'run-apply',
  input: targetSchema.extend({
    environment: z.string(),
    token: z.number().int(),
    step: stepSchema,
    before: factsSchema,
  }),
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('started'), ticket: ticketSchema, ...cost }),
    z.object({
      kind: z.literal('refused'),
      code: z.string(),
      message: z.string(),
      /** What to do in its place; the run ends without. */
      otherwise: z.array(stepSchema).max(20).optional(),
      ...cost,
    }),
    z.object({ kind: z.literal('later'), retryAfterSeconds: z.number(), reason: z.string(), ...cost }),
    z.object({ kind: z.literal('fenced'), reason: z.string(), ...cost }),
  ]),
  retry: patientRetry,
  timeLimit: seconds(60),
});

/**
 * Asks once how a step is doing, and looks at the target in the same breath when it is over: one activity instead of two
 * for the common case. Reads only.
 */
export const settleContract = defineActivity({
  name: 'run-settle',
  input: targetSchema.extend({
    ticket: ticketSchema,
    before: factsSchema,
    actedAt: instantSchema,
    /** Which step it is about; absent in runs that began before there was more than one way. */
    step: stepSchema.optional(),
  }),
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('running'), retryAfterSeconds: z.number(), ...cost }),
    z.object({
      kind: z.literal('over'),
      /** The platform's word on the operation: null for success. It decides nothing, it only explains. */
      failure: z.string().nullable(),
      verification: verificationSchema,
      undo: z.array(stepSchema),
      /** What to do in the place of a step that failed; the run ends without. */
      otherwise: z.array(stepSchema).max(20).optional(),
      ...cost,
    }),
  ]),
  retry: patientRetry,
  timeLimit: seconds(60),
});

/** Looks at the target and judges it against what it was before. Reads only. */
export const lookContract = defineActivity({
  name: 'run-look',
  input: targetSchema.extend({ before: factsSchema, actedAt: instantSchema }),
  output: z.object({ verification: verificationSchema, undo: z.array(stepSchema), ...cost }),
  retry: { attempts: 4, firstWait: seconds(5), backoff: 2, longestWait: seconds(60) },
  timeLimit: seconds(60),
});

/** Writes reports and ledger entries. Idempotent: documents are keyed by id, ledger entries carry deterministic ids. */
export const recordContract = defineActivity({
  name: 'run-record',
  input: z.object({ runs: z.array(runReportSchema), incident: incidentReportSchema.nullable() }),
  output: z.object({ recorded: z.number().int() }),
  // What was done must be written down: tried for about a day.
  retry: { attempts: 300, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) },
  timeLimit: seconds(60),
});
