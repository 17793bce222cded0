import { z } from 'zod';
import type { Iso8601 } from '../kernel/clock';
import type { Permissions } from '../kernel/permissions';
import type { ResourceId } from '../kernel/resource-id';
import { instantSchema } from '../kernel/schemas';

/** What a runbook does to its target while it works: nothing, an interruption, or something that cannot be taken back. */
export const impactSchema = z.enum(['none', 'disruptive', 'destructive']);
export type Impact = z.infer<typeof impactSchema>;

/** Flat, small facts about a resource, shown to people beside a plan and kept as its pre-image. */
export const factsSchema = z.record(
  z.string().max(64),
  z.union([z.string().max(512), z.number(), z.boolean(), z.null()]),
);
export type Facts = z.infer<typeof factsSchema>;

/** One effect of a plan: what is asked of the platform, and what it changes. */
export const stepSchema = z.object({
  /** Unique within the plan; part of the key under which the effect is journaled. */
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** Name of the effect, in the words of the port that carries it out. */
  effect: z.string().min(1).max(64),
  summary: z.string().max(512),
  /** What the effect needs to know, such as a size. Small, and no secret: it is part of the history. */
  arguments: factsSchema.optional(),
});
export type Step = z.infer<typeof stepSchema>;

/** What a runbook wants to do, decided from what was observed. */
export const planSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('act'),
    summary: z.string().max(512),
    reasons: z.array(z.string().max(512)),
    steps: z.array(stepSchema).min(1).max(20),
    /** The state before, as far as undo and people need it. */
    before: factsSchema,
    /**
     * What is to be otherwise afterwards, in the names of `before`, as far as it is known: what verification looks for. For people; it follows
     * from the rest, so it is no part of the plan's identity.
     */
    after: factsSchema.optional(),
  }),
  /** The target is as it should be. */
  z.object({ kind: z.literal('nothing-to-do'), reasons: z.array(z.string().max(512)) }),
  /** Somebody else is changing the target; look again later. */
  z.object({
    kind: z.literal('busy'),
    reasons: z.array(z.string().max(512)),
    retryAfterSeconds: z.number().min(1).max(3600),
  }),
  /** This runbook cannot help here; another may. */
  z.object({ kind: z.literal('impossible'), reasons: z.array(z.string().max(512)) }),
]);
export type Plan = z.infer<typeof planSchema>;
export type ActPlan = Extract<Plan, { kind: 'act' }>;

/** Facts that differ with every look: times and measurements. An average that goes from a third to nothing is no other machine. */
const measured = /(?:At|Percent)$|^availability$/;

/**
 * What makes a plan the plan it is: its kind, its steps and the state that it starts from. When something was looked at or
 * measured is not part of it, nor are the words of its reasons: two looks at an unchanged resource give the same identity.
 */
export function planIdentity(plan: Plan): unknown {
  if (plan.kind !== 'act') {
    return { kind: plan.kind };
  }
  const state = Object.entries(plan.before).filter(([name]) => !measured.test(name));
  return { kind: plan.kind, steps: plan.steps, before: Object.fromEntries(state) };
}

/**
 * What looking again told.
 * - `healthy`: as it should be, on evidence newer than the action.
 * - `pending`: not yet; it may still come.
 * - `blind`: nothing speaks against it, but evidence newer than the action is missing.
 * - `worse`: worse than before the action.
 */
export const verificationSchema = z.object({
  verdict: z.enum(['healthy', 'pending', 'blind', 'worse']),
  reasons: z.array(z.string().max(512)),
  facts: factsSchema,
});
export type Verification = z.infer<typeof verificationSchema>;

/** A started operation, as data: another process can poll it. Holds no credential. */
export const ticketSchema = z.object({
  operation: z.string().max(64),
  token: z.string().max(16_384),
  startedAt: instantSchema,
  retryAfterSeconds: z.number().min(0).max(3600),
});
export type Ticket = z.infer<typeof ticketSchema>;

/** Why the platform would not do a step, or could not: its own code, and words for a person. */
export interface StepFailure {
  readonly code: string;
  readonly message: string;
}

/** What a runbook does, in words, for its page in the documentation and for whoever approves it. */
export interface Explanation {
  /** What must hold, or nothing is done. */
  readonly preconditions: readonly string[];
  readonly plan: string;
  readonly verification: string;
  /** What is done when the outcome is harmful; says so when nothing can be. */
  readonly undo: string;
}

/**
 * A named, versioned procedure: how to plan from what was observed, how to judge the outcome, how to undo.
 * All functions are pure. `Observation` is what the runbook's effects see (see {@link Effects}).
 */
export interface Runbook<Parameters, Observation> {
  readonly name: string;
  /** Grows when the meaning of plan or verification changes; recorded with every run. */
  readonly version: number;
  readonly summary: string;
  readonly explanation: Explanation;
  readonly impact: Impact;
  /** ARM resource types it applies to, in lower case. */
  readonly resourceTypes: readonly string[];
  readonly parameters: z.ZodType<Parameters>;
  readonly permissions: Permissions;
  /** Alerts that suit it, for the catalogue. */
  readonly suits: readonly string[];
  /** Longest an operation of this runbook may take before the run stops waiting for it, in seconds. */
  readonly operationLimitSeconds: number;
  plan(observation: Observation, parameters: Parameters): Plan;
  /** Judges the outcome. Evidence older than `actedAt` proves nothing. */
  verify(before: Facts, after: Observation, actedAt: Iso8601): Verification;
  /** What to do when the outcome is harmful; empty when nothing can be done by a machine. */
  undo(before: Facts, after: Observation): readonly Step[];
  /**
   * Steps in place of one that failed or was refused and of all after it, such as the same in another zone. Empty, or no
   * such function: the run ends there. The ids of the steps must be new, because each effect is journaled once.
   */
  otherwise?(failure: StepFailure, step: Step, before: Facts): readonly Step[];
}

/** What started, or why not. See the port that carries the effect out. */
export type EffectResult =
  | { readonly kind: 'started'; readonly ticket: Ticket }
  | { readonly kind: 'refused'; readonly refusal: { readonly code: string; readonly message: string } }
  | { readonly kind: 'later'; readonly retryAfterSeconds: number; readonly reason: string };

export type EffectStatus =
  | { readonly kind: 'running'; readonly retryAfterSeconds: number }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly refusal: { readonly code: string; readonly message: string } };

/** The hands of a runbook: thin, over ports. Throws only transient failures and denied access. */
export interface Effects<Observation> {
  /**
   * Looks. `before` is what is known: the plain parameters of the order at first, then the state before the run's first effect.
   * It may say where to look.
   */
  observe(target: ResourceId, abort: AbortSignal, before?: Facts): Promise<Observation>;
  /** Starts a step. `before` is the state that it starts from, as far as the plan and the steps before it know. */
  start(target: ResourceId, step: Step, requestId: string, abort: AbortSignal, before: Facts): Promise<EffectResult>;
  poll(target: ResourceId, ticket: Ticket, abort: AbortSignal): Promise<EffectStatus>;
  /**
   * Whether a step that was asked for, and whose answer never came, took effect: judged from what was there before and
   * what is there now. `unknown` means that more time must pass.
   */
  landed(before: Facts, now: Observation, step: Step): 'yes' | 'no' | 'unknown';
}

/** What a runbook says of itself, without its judgements. */
export type Declaration = Omit<Runbook<unknown, unknown>, 'plan' | 'verify' | 'undo' | 'otherwise'>;

/** A runbook together with its hands. Parameters and observation are hidden: whoever holds one needs not know them. */
export interface Procedure {
  readonly runbook: Declaration;
  /** Looks at the target; `before` as for {@link Effects.observe}. */
  look(target: ResourceId, abort: AbortSignal, before?: Facts): Promise<Sighting>;
  /** See {@link Runbook.otherwise}. */
  otherwise(failure: StepFailure, step: Step, before: Facts): readonly Step[];
  readonly effects: Omit<Effects<unknown>, 'observe' | 'landed'>;
}

/** One look at a target, with the runbook's judgements about it at hand. */
export interface Sighting {
  plan(parameters: unknown): Plan;
  verify(before: Facts, actedAt: Iso8601): Verification;
  undo(before: Facts): readonly Step[];
  landed(before: Facts, step: Step): 'yes' | 'no' | 'unknown';
}

/** The plain parameters of an order, as what is known before anything was seen. */
export function knownFrom(parameters: unknown): Facts {
  const members = typeof parameters === 'object' && parameters !== null ? Object.entries(parameters) : [];
  return Object.fromEntries(
    members.filter(
      (member): member is [string, string | number | boolean] =>
        ['number', 'boolean'].includes(typeof member[1]) || (typeof member[1] === 'string' && member[1].length <= 512),
    ),
  );
}

/** Binds a runbook to its hands. Parameters are checked against the runbook's schema at every plan. */
export function procedure<Parameters, Observation>(
  runbook: Runbook<Parameters, Observation>,
  effects: Effects<Observation>,
): Procedure {
  return {
    runbook,
    effects,
    // eslint-disable-next-line caretaker/deterministic -- looks from within activities; stands here beside the types that it binds
    look: async (target, abort, known) => {
      const observation = await effects.observe(target, abort, known);
      return {
        plan: (parameters) => runbook.plan(observation, runbook.parameters.parse(parameters)),
        verify: (before, actedAt) => runbook.verify(before, observation, actedAt),
        undo: (before) => runbook.undo(before, observation),
        landed: (before, step) => effects.landed(before, observation, step),
      };
    },
    otherwise: (failure, step, before) => runbook.otherwise?.(failure, step, before) ?? [],
  };
}
