import { z } from 'zod';
import { instantSchema } from '../kernel/schemas';

/** What one place saw of one origin in one round. */
export const sightingSchema = z.object({
  vantage: z.string(),
  origin: z.string(),
  seen: z.enum(['healthy', 'unhealthy', 'unknown']),
  detail: z.string().max(300),
});
export type OriginSighting = z.infer<typeof sightingSchema>;

/** What most places agree on; `disputed` when they do not, `unknown` when too few could look. */
export const agreementSchema = z.enum(['up', 'down', 'disputed', 'unknown']);
export type Agreement = z.infer<typeof agreementSchema>;

export const originStateSchema = z.object({
  agreement: agreementSchema,
  consecutiveUp: z.number().int().min(0),
  consecutiveDown: z.number().int().min(0),
  /** Since when every round said up; null otherwise. */
  upSince: instantSchema.nullable(),
  /** Who said what in the last round, for people. */
  votes: z.object({ healthy: z.number().int(), unhealthy: z.number().int(), unknown: z.number().int() }),
  /** The same by place, with what each saw. Rounds before it was kept have none. */
  seen: z.array(sightingSchema.omit({ origin: true })).default([]),
});
export type OriginState = z.infer<typeof originStateSchema>;

/** A word from somebody else about an origin, such as a Cloudflare health check; counts as one more place until it expires. */
export const hearsaySchema = z.object({
  origin: z.string(),
  seen: z.enum(['healthy', 'unhealthy']),
  from: z.string().max(200),
  at: instantSchema,
  until: instantSchema,
});
export type Hearsay = z.infer<typeof hearsaySchema>;

export const moveSchema = z.object({
  at: instantSchema,
  from: z.string(),
  to: z.string(),
  kind: z.enum(['failover', 'failback', 'order']),
  reason: z.string(),
});
export type Move = z.infer<typeof moveSchema>;

/** What is known about one failover group. Durable state: every field added later needs a default. */
export const failoverStateSchema = z.object({
  version: z.literal(1),
  /** Grows with every change of what is wanted: the identity of the change set that follows. */
  generation: z.number().int().min(0),
  active: z.string(),
  /** Low TTL, because something may move soon or has moved. */
  watchful: z.boolean(),
  origins: z.record(z.string(), originStateSchema),
  /** Every origin is down: what stands there stays. */
  allDown: z.boolean(),
  /** No move before. */
  holdUntil: instantSchema.nullable(),
  moves: z.array(moveSchema),
  frozen: z.object({ at: instantSchema, reason: z.string() }).nullable(),
  hearsay: z.array(hearsaySchema),
  /** When the last round was. */
  roundAt: instantSchema.nullable(),
  /** Last generation whose change set was begun. */
  begun: z.number().int().min(0),
});
export type FailoverState = z.infer<typeof failoverStateSchema>;
