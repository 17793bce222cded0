import { z } from 'zod';
import type { EpochMillis } from '../kernel/clock';

/**
 * The bucket of requests that ARM keeps for our identity, kept in step with it: whoever wants to ask for many things takes a
 * share, and is told from when on it may. In one entity for each subscription and kind of request, so that cycles, copies and
 * deletions that run at the same time never ask for more than there is.
 */
export const paceEntityName = 'arm-pace';

/** ARM's buckets: what they hold, and what comes back each second (Azure Resource Manager, "request limits and throttling"). */
const buckets = {
  reads: { capacity: 250, refillPerSecond: 25 },
  writes: { capacity: 200, refillPerSecond: 10 },
  deletes: { capacity: 200, refillPerSecond: 10 },
} as const;
export type PaceKind = keyof typeof buckets;

export const paceStateSchema = z.object({
  /** What is left when all shares given so far are used; below 0 when shares lie in the future. */
  level: z.number(),
  /** Epoch ms at which it was so. */
  at: z.number(),
});
export type PaceState = z.infer<typeof paceStateSchema>;

export const shareRequestSchema = z.object({
  kind: z.enum(['reads', 'writes', 'deletes']),
  count: z.number().int().min(1).max(200),
  /** Requests that are left for others. */
  reserve: z.number().int().min(0).max(150),
  /** What ARM said of its own bucket, and when (epoch ms). Others use it as well. */
  seen: z.object({ remaining: z.number(), at: z.number() }).nullable(),
  /** ARM refused: nothing is left, and it may not be asked before then (epoch ms). */
  refusedUntil: z.number().nullable(),
});
export type ShareRequest = z.infer<typeof shareRequestSchema>;

/** Name of the entity's one operation. Its answer is the instant (epoch ms) from which the share may be used. */
export const takeShare = 'take-share';

/** Key of the entity of a subscription's reads and writes, or of its deletes by the other identity. */
export function paceKey(subscriptionId: string, kind: PaceKind): string {
  return `${subscriptionId}-${kind}`;
}

/** Takes a share. Pure. */
export function takeFrom(
  state: PaceState | undefined,
  request: ShareRequest,
  now: EpochMillis,
): { readonly state: PaceState; readonly from: number } {
  const { capacity, refillPerSecond } = buckets[request.kind];
  const grown = (level: number, since: number): number =>
    Math.min(capacity, level + (Math.max(0, now - since) / 1000) * refillPerSecond);
  let level = state === undefined ? capacity : grown(state.level, state.at);
  const { seen, refusedUntil, count, reserve } = request;
  if (seen !== null) {
    // The header is cut to whole requests; taken at its word each time, a request would be lost each time.
    level = Math.min(level, grown(seen.remaining + 1, seen.at));
  }
  if (refusedUntil !== null) {
    level = Math.min(level, (-Math.max(0, refusedUntil - now) / 1000) * refillPerSecond);
  }
  const missing = Math.max(0, count + Math.min(reserve, capacity - count) - level);
  return { state: { level: level - count, at: now }, from: now + Math.ceil((missing / refillPerSecond) * 1000) };
}
