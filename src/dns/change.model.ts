import { z } from 'zod';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import { limitsSchema } from '../guard/model';
import { causeSchema, noteSchema, zonePlanSchema } from './model';

/** One change of a zone, as ordered. Deterministic: the same order has the same id and is the same change. */
export const changeOrderSchema = z.object({
  changeId: z.string().regex(/^[a-z0-9-]{1,80}$/),
  zone: z.string(),
  /** Only these names, in normal form; null for the whole zone. */
  names: z.array(z.string()).max(100).nullable(),
  cause: causeSchema,
  mode: z.enum(['auto', 'suggest']),
  environment: z.string(),
  /** What the guard gives a lease on: the zone, spelled as a resource. */
  target: resourceIdSchema,
  limits: limitsSchema,
  patienceSeconds: z.number().int().min(1),
  /** The plan that a person looked at; another one is not carried out. */
  expectedHash: z.string().nullable(),
});
export type ChangeOrder = z.infer<typeof changeOrderSchema>;

/** How one batch stands. `intended` is written before it is sent: whoever comes next looks before sending again. */
export const batchStateSchema = z.object({
  state: z.enum(['waiting', 'intended', 'done', 'refused']),
  at: instantSchema.nullable(),
  /** Number of changes in it. */
  size: z.number().int(),
});
export type BatchState = z.infer<typeof batchStateSchema>;

/** A change as it is stored: the plan with every pre-image, and how far it has come. */
export const storedChangeSchema = z.object({
  version: z.literal(1),
  order: changeOrderSchema,
  plannedAt: instantSchema,
  plan: zonePlanSchema,
  /** The zone as it was found when the change was planned, so that carrying it out asks for it no more. */
  info: z.object({
    id: z.string(),
    name: z.string(),
    free: z.boolean(),
    batchSize: z.number().int().min(1),
    nameServers: z.array(z.string()),
  }),
  batches: z.array(batchStateSchema),
  appliedAt: instantSchema.nullable(),
  restored: batchStateSchema.nullable(),
});
export type StoredChange = z.infer<typeof storedChangeSchema>;

/** What is told of a plan. Small: the plan itself is in the stored change. */
export const plannedSchema = z.discriminatedUnion('kind', [
  /** The zone is as it should be. */
  z.object({ kind: z.literal('nothing'), notes: z.array(noteSchema).max(20) }),
  /** Nothing can be planned: no document, no such zone, no permission. Nothing is deleted for that. */
  z.object({ kind: z.literal('blocked'), reasons: z.array(z.string()) }),
  z.object({
    kind: z.literal('planned'),
    hash: z.string(),
    answer: z.enum(['go', 'ask', 'stop']),
    /** What stands in the way. */
    obstacles: z.array(z.string()),
    summary: z.string(),
    /** The changes as sentences, the first hundred. */
    lines: z.array(z.string()).max(100),
    batches: z.number().int(),
    notes: z.array(noteSchema).max(20),
    counts: zonePlanSchema.shape.counts,
    /** Resolvers may keep an old answer for so long. Seconds. */
    oldTtlSeconds: z.number().int(),
  }),
]);
export type Planned = z.infer<typeof plannedSchema>;
