import { z } from 'zod';

/**
 * What a run turned out to be, decided by looking at the target again and never by an API's answer.
 *
 * - `verified`: the target is healthy now.
 * - `ineffective`: the action was carried out, or accepted, and the target is no better.
 * - `harmful`: the target is worse than before; undo follows.
 * - `unverifiable`: the target could not be observed afterwards.
 */
export const outcomeSchema = z.enum(['verified', 'ineffective', 'harmful', 'unverifiable']);
export type Outcome = z.infer<typeof outcomeSchema>;
