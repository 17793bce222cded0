import { z } from 'zod';
import { defineActivity, type RetryPolicy } from '../kernel/activity';
import { seconds } from '../kernel/duration';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import { changeOrderSchema, plannedSchema } from './change.model';

/** Storage or Cloudflare did not answer: about a quarter of an hour of trying. */
const patientRetry: RetryPolicy = { attempts: 8, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) };

/** Plans from what is there now, and stores the plan with every pre-image. Planning again replaces a plan that was not begun. */
export const planContract = defineActivity({
  name: 'dns-plan',
  input: z.object({ order: changeOrderSchema }),
  output: plannedSchema,
  retry: patientRetry,
  timeLimit: seconds(180),
});

/** Sends one batch, at most once; after a crash it looks whether it had been heard. */
export const applyContract = defineActivity({
  name: 'dns-apply',
  input: z.object({
    changeId: z.string(),
    batch: z.number().int().min(0),
    hash: z.string(),
    environment: z.string(),
    target: resourceIdSchema,
    token: z.number().int(),
  }),
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('applied'), at: instantSchema }),
    z.object({ kind: z.literal('later'), retryAfterSeconds: z.number().min(0), reason: z.string() }),
    z.object({ kind: z.literal('refused'), reason: z.string(), partly: z.boolean() }),
    z.object({ kind: z.literal('fenced'), reason: z.string() }),
    /** Somebody changed these records since the plan was made. */
    z.object({ kind: z.literal('drifted'), reason: z.string() }),
  ]),
  retry: patientRetry,
  timeLimit: seconds(180),
});

/** Looks at the zone, at its authoritative servers and at public resolvers. */
export const verifyContract = defineActivity({
  name: 'dns-verify',
  input: z.object({ changeId: z.string() }),
  output: z.object({
    verdict: z.enum(['healthy', 'pending', 'blind', 'worse']),
    reasons: z.array(z.string().max(512)).max(20),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  }),
  retry: patientRetry,
  timeLimit: seconds(120),
});

/** Puts back what was there before, as far as the change was carried out. Idempotent. */
export const restoreContract = defineActivity({
  name: 'dns-restore',
  input: z.object({
    changeId: z.string(),
    environment: z.string(),
    target: resourceIdSchema,
    token: z.number().int(),
  }),
  output: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('restored'), text: z.string() }),
    z.object({ kind: z.literal('later'), retryAfterSeconds: z.number().min(0), reason: z.string() }),
    z.object({ kind: z.literal('failed'), text: z.string() }),
  ]),
  retry: patientRetry,
  timeLimit: seconds(180),
});

/** Notes the end of a change for the next plan and tells people where they should hear of it. */
export const concludeContract = defineActivity({
  name: 'dns-conclude',
  input: z.object({
    changeId: z.string(),
    zone: z.string(),
    environment: z.string(),
    cause: z.string(),
    result: z.string(),
    good: z.boolean(),
    reasons: z.array(z.string()).max(20),
  }),
  output: z.object({ told: z.boolean() }),
  retry: patientRetry,
  timeLimit: seconds(60),
});
