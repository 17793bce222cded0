import { z } from 'zod';
import { defineActivity, type RetryPolicy } from '../kernel/activity';
import { seconds } from '../kernel/duration';
import { approvalRequestSchema, approvalViewSchema } from './model';

/** Storage that does not answer is no answer of people: about an hour of trying. */
const patientRetry: RetryPolicy = { attempts: 20, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) };

/** Stores a request and tells those who are asked. Idempotent by the request's id. */
export const openApprovalContract = defineActivity({
  name: 'approval-open',
  input: z.object({ request: approvalRequestSchema, instanceId: z.string() }),
  output: approvalViewSchema,
  retry: patientRetry,
  timeLimit: seconds(60),
});

/** Looks how an approval stands; asks the next stage when the time of the one before is over. Idempotent. */
export const lookAtApprovalContract = defineActivity({
  name: 'approval-look',
  input: z.object({ id: z.string() }),
  output: approvalViewSchema,
  retry: patientRetry,
  timeLimit: seconds(60),
});

/** Ends an approval of which nothing is wanted any more. Idempotent. */
export const closeApprovalContract = defineActivity({
  name: 'approval-close',
  input: z.object({ id: z.string(), reason: z.string().max(1024) }),
  output: approvalViewSchema,
  retry: patientRetry,
  timeLimit: seconds(60),
});
