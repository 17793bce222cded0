import { z } from 'zod';
import { defineActivity } from '../kernel/activity';
import { seconds } from '../kernel/duration';

/** Writes down what people said about a drift, in the stack's record and in the ledger. Idempotent. */
export const settleDriftContract = defineActivity({
  name: 'stack-drift-settle',
  input: z.object({
    stack: z.string(),
    instanceId: z.string(),
    hash: z.string(),
    kind: z.enum(['approved', 'rejected', 'expired', 'withdrawn']),
    by: z.array(z.string()),
    reasons: z.array(z.string()),
  }),
  output: z.object({ state: z.string() }),
  // An answer that people gave must not be lost: tried for about a day.
  retry: { attempts: 300, firstWait: seconds(5), backoff: 2, longestWait: seconds(300) },
  timeLimit: seconds(60),
});
