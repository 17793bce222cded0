import { z } from 'zod';
import type { ResourceId } from '../kernel/resource-id';
import { instantSchema } from '../kernel/schemas';
import { longestToken, type PollResult, type Refusal } from './machines';

/** A flat set of small facts: what was there before a change. */
export type KnownFacts = Readonly<Record<string, string | number | boolean | null>>;

/** A started change as data, so that another process can poll it. `token` is the adapter's own and holds no credential. */
export const changeTicketSchema = z.object({
  operation: z.string().max(64),
  /** Empty when the operation's address is not known: then the subject itself is looked at. */
  token: z.string().max(longestToken),
  startedAt: instantSchema,
  retryAfterSeconds: z.number().min(0).max(3600),
});
export type ChangeTicket = z.infer<typeof changeTicketSchema>;

export type ChangeResult =
  | { readonly kind: 'started'; readonly ticket: ChangeTicket }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Throttled, or another operation has the resource: nothing was started, ask again not before. */
  | { readonly kind: 'later'; readonly retryAfterSeconds: number; readonly reason: string };

/**
 * Something on the platform that can be looked at and changed. Every method throws `TransientError` when the platform cannot be
 * reached or answers with a failure of its own, and `PermanentError` when it denies access.
 */
export interface Subject<Sighting, Change> {
  /** Looks. Reads only. `before` is the state before a run's first change; it says where to look for what the change replaced. */
  observe(id: ResourceId, abort: AbortSignal, before?: KnownFacts): Promise<Sighting>;
  /**
   * Starts a change and returns at once. `requestId` is the same for every attempt at one change, and goes along to the
   * platform. Not idempotent by itself: callers keep a journal so as not to ask twice.
   */
  start(id: ResourceId, change: Change, requestId: string, abort: AbortSignal): Promise<ChangeResult>;
  /** Asks once how a started change is doing. Idempotent. */
  poll(id: ResourceId, ticket: ChangeTicket, abort: AbortSignal): Promise<PollResult>;
}
