import { z } from 'zod';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';

/** What the guard says to a plan. Ordered by severity: the strictest check decides. */
export const answerSchema = z.enum(['go', 'wait', 'ask', 'stop']);
export type Answer = z.infer<typeof answerSchema>;

export const checkSchema = z.enum(['kill-switch', 'lease', 'cooldown', 'budget']);
export type Check = z.infer<typeof checkSchema>;

/** One check's answer with its reason, kept whether or not it stood in the way. */
export const reasonSchema = z.object({
  check: checkSchema,
  answer: answerSchema,
  text: z.string().max(1024),
  /** For `wait`: when it is worth asking again. */
  retryAt: instantSchema.optional(),
});
export type Reason = z.infer<typeof reasonSchema>;

/** A lease on a resource: who may act on it, until when, and the fencing token every effect must carry. */
export const leaseSchema = z.object({
  target: resourceIdSchema,
  holder: z.string().min(1).max(200),
  /** Grows with every lease given out; an effect with an older token is refused. */
  token: z.number().int().positive(),
  runbook: z.string(),
  acquiredAt: instantSchema,
  expiresAt: instantSchema,
});
export type Lease = z.infer<typeof leaseSchema>;

/** An action that was let through: what budgets and cooldowns count. */
export const actionSchema = z.object({
  holder: z.string(),
  target: resourceIdSchema,
  runbook: z.string(),
  rule: z.string(),
  at: instantSchema,
  /**
   * False when the lease was given back and nothing had been done: then it counts for no budget and no cooldown, and stands
   * here only so that a late duplicate of its request is known.
   */
  acted: z.boolean().default(true),
});
export type Action = z.infer<typeof actionSchema>;

export const killSwitchSchema = z.object({
  engaged: z.boolean(),
  reason: z.string().max(1024),
  by: z.string().max(200),
  at: instantSchema.nullable(),
});
export type KillSwitch = z.infer<typeof killSwitchSchema>;

/** Seven days. */
const weekSeconds = 604_800;

/** What the guard of one environment remembers. Durable state: every field added later needs a default. */
export const guardStateSchema = z.object({
  version: z.literal(1),
  nextToken: z.number().int().positive(),
  killSwitch: killSwitchSchema,
  leases: z.record(z.string(), leaseSchema),
  actions: z.array(actionSchema),
  /**
   * How far back actions are remembered: a week, or the longest window or cooldown that any request so far has asked about.
   * What a window longer than that counts is complete only from its first request on.
   */
  memorySeconds: z.number().int().min(weekSeconds).default(weekSeconds),
});
export type GuardState = z.infer<typeof guardStateSchema>;

/** The limits that apply to one request, taken from the policy by whoever asks. Lengths in seconds. */
export const limitsSchema = z.object({
  leaseSeconds: z.number().int().min(1),
  cooldownSeconds: z.number().int().min(0),
  budgets: z
    .array(
      z.object({
        name: z.string(),
        windowSeconds: z.number().int().min(1),
        maxResources: z.number().int().min(1),
      }),
    )
    .min(1),
});
export type Limits = z.infer<typeof limitsSchema>;

/**
 * A request to act on one resource. `holder` is the run's id. Asking again for a run that holds its lease changes nothing, and
 * a run that has given its lease back, or lost it, gets no second one.
 */
export const requestSchema = z.object({
  holder: z.string().min(1).max(200),
  target: resourceIdSchema,
  runbook: z.string(),
  rule: z.string(),
  limits: limitsSchema,
});
export type GuardRequest = z.infer<typeof requestSchema>;

export const verdictSchema = z.object({
  answer: answerSchema,
  reasons: z.array(reasonSchema).min(1),
  /** Present when the answer is `go`. */
  lease: leaseSchema.optional(),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** Operations of the guard's entity, by name. */
export const guardOperations = {
  acquire: 'acquire',
  renew: 'renew',
  release: 'release',
  setKillSwitch: 'setKillSwitch',
} as const;

export const renewSchema = z.object({
  target: resourceIdSchema,
  token: z.number().int(),
  leaseSeconds: z.number().int().min(1),
});

export const releaseSchema = z.object({
  target: resourceIdSchema,
  token: z.number().int(),
  /** False when the lease was taken and nothing was done: the action then counts for no budget and no cooldown. */
  acted: z.boolean(),
});

export const setKillSwitchSchema = z.object({
  engaged: z.boolean(),
  reason: z.string().trim().min(1, 'say why').max(1024),
  by: z.string().min(1).max(200),
});

/** The result of renewing a lease: the lease with its new expiry, or that it is no longer held. */
export const renewalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('renewed'), lease: leaseSchema }),
  z.object({ kind: z.literal('lost'), reason: z.string() }),
]);
export type Renewal = z.infer<typeof renewalSchema>;

/** Name of the entity that holds an environment's guard; its key is the environment's name. */
export const guardEntityName = 'guard';
