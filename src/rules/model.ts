import { z } from 'zod';
import type { Seconds } from '../kernel/duration';
import { approvalTermsSchema, environmentApprovalSchema } from './approvals.model';
import { durationSchema, globsSchema, nameSchema } from '../kernel/policy-fields';
import { notificationsSchema } from './notifications.model';
import { breakerSchema, budgetSchema, calendarSchema, groupSchema, recurrenceSchema } from './limits.model';
import { scalingSectionSchema } from '../scaling/model';
import { conditionSchema, severitySchema, signalKindSchema, signalSourceSchema } from '../signal/model';

/** A number of seconds, as durations are held once they are read. */
const secondsSchema = z
  .number()
  .positive()
  .transform((count) => count as Seconds);

export { durationSchema } from '../kernel/policy-fields';
export type { Breaker, Budget, Calendar, Group } from './limits.model';

/** What a rule may do on its own: watch, propose, or act. Ordered. */
export const modeSchema = z.enum(['observe', 'suggest', 'auto']);
export type Mode = z.infer<typeof modeSchema>;

/** Which signals a rule is about. Every field that is given must fit; a list fits when any of its entries does. */
export const matchSchema = z.strictObject({
  source: z.array(signalSourceSchema).min(1).optional(),
  kind: z.array(signalKindSchema).min(1).optional(),
  /** Globs (`*` and `?`) over the alert rule's name, without regard to case. */
  alertRule: globsSchema.optional(),
  severity: z.array(severitySchema).min(1).optional(),
  /**
   * Only `fired` is taken: the end of an alert is told to the incident that it opened, and opens nothing of its own.
   * The field is there so that a policy can say it.
   */
  condition: conditionSchema.default('fired'),
  /** ARM types such as `Microsoft.Compute/virtualMachines`, without regard to case. */
  resourceType: z.array(z.string().min(3).max(260)).min(1).max(100).optional(),
  /** Globs over the resource group's name. */
  resourceGroup: globsSchema.optional(),
  /** Globs over the resource's name. */
  resource: globsSchema.optional(),
  /**
   * Globs over the values of the resource's tags, by the tag's name; every named tag has to be there and fit. Names without regard
   * to case. Where the tags cannot be read, the rule cannot be answered, as for `when`.
   */
  tags: z.record(z.string().min(1).max(512), globsSchema).optional(),
  /** A condition in CEL over the signal and its facts, asked when all else fits; see docs/policy.md for what it can name. */
  when: z.string().min(1).max(1024).optional(),
});
export type Match = z.infer<typeof matchSchema>;

/** The tags of a signal's resource, or why nobody knows them. */
export type SubjectTags =
  | { readonly kind: 'known'; readonly tags: Readonly<Record<string, string>> }
  | { readonly kind: 'unknown'; readonly reason: string };

/** One rung of a ladder: a runbook with its parameters. */
export const rungSchema = z.strictObject({
  runbook: nameSchema,
  parameters: z.record(z.string(), z.unknown()).default({}),
});
export type Rung = z.infer<typeof rungSchema>;

/**
 * Which of several signals are acted on, per rule and key; the end of an alert is never held back.
 * - `once-within`: the first; others are held back for as long as the window.
 * - `once-after`: one, a window after the first, unless its alert is resolved by then.
 * - `accumulate-within`: the one that makes the threshold full within the window; then counting begins anew.
 */
const dedupeFields = z.strictObject({
  take: z.enum(['once-within', 'once-after', 'accumulate-within']),
  window: durationSchema,
  /** For `accumulate-within`: so many distinct signals. */
  threshold: z.number().int().min(2).max(1000).optional(),
  /** What signals have in common that count as one, beside their rule. `rule` alone: all signals of the rule. */
  by: z
    .array(z.enum(['resource', 'resourceGroup', 'alertRule', 'rule']))
    .min(1)
    .max(4)
    .default(['resource']),
});
export const dedupeSchema = dedupeFields.superRefine(({ take, threshold, window }, context) => {
  if (take === 'accumulate-within' && threshold === undefined) {
    context.addIssue({ code: 'custom', path: ['threshold'], message: 'is missing: how many signals are enough' });
  }
  if (take !== 'accumulate-within' && threshold !== undefined) {
    context.addIssue({
      code: 'custom',
      path: ['threshold'],
      message: `is not for ${take}, which acts on one signal; leave it out`,
    });
  }
  if (window > 7 * 86_400) {
    context.addIssue({
      code: 'custom',
      path: ['window'],
      message: 'is longer than 7 days; nobody expects it any more',
    });
  }
});
export type Dedupe = z.infer<typeof dedupeFields>;

export const ruleSchema = z.strictObject({
  name: nameSchema,
  description: z.string().max(1024).optional(),
  match: matchSchema,
  mode: modeSchema,
  /** Tried in order, each verified, until one heals the resource. */
  ladder: z.array(rungSchema).min(1).max(8),
  verification: z
    .strictObject({
      /** How long after an action the resource may take to be healthy again. */
      within: durationSchema,
      /** How often to look in that time. */
      every: durationSchema,
    })
    .optional(),
  /** Least time between two actions of one runbook on one resource. */
  cooldown: durationSchema.optional(),
  /** From how many times on the rule's repair of one resource is a person's matter; never when left out. */
  recurrence: recurrenceSchema.optional(),
  dedupe: dedupeSchema.optional(),
  /**
   * Name of terms under `approvals`: people are asked about every action of this rule. With `suggest` as the mode that holds,
   * what they approve is done.
   */
  approval: nameSchema.optional(),
});
export type Rule = z.infer<typeof ruleSchema>;

export const environmentSchema = z.strictObject({
  /** Where the environment's resources live: subscription ids, and globs over resource groups (all when left out). */
  subscriptions: z.array(z.guid()).min(1).max(100),
  resourceGroups: globsSchema.optional(),
  /** No rule may do more than this here. */
  ceiling: modeSchema,
  budgets: z.array(budgetSchema).min(1).max(20),
  /** Resources of which enough have to stay at any time. */
  groups: z.array(groupSchema).min(1).max(50).optional(),
  /** Name of the calendar that says when changes may be made here; at any time when left out. */
  calendar: nameSchema.optional(),
  /** When people are asked here, and who; where the guard wants a person it is handed over when left out. */
  approval: environmentApprovalSchema.optional(),
});

/** The policy document: which signals lead to which runbooks, in which mode, within which limits. */
export const policySchema = z.strictObject({
  version: z.literal(1),
  defaults: z
    .strictObject({
      verification: z
        .strictObject({ within: durationSchema, every: durationSchema })
        .prefault({ within: '10m', every: '30s' }),
      cooldown: durationSchema.prefault('15m'),
      /** How long a lease on a resource lasts without renewal; longer than any single step of a runbook. */
      lease: durationSchema.prefault('30m'),
      /** How long a run waits for its turn before a person is asked. */
      patience: durationSchema.prefault('30m'),
      /**
       * Which signals join an incident that is open: those about a resource that is part of the same one (`related`, when left out),
       * about the very same resource, or none.
       */
      correlate: z.enum(['related', 'resource', 'none']).optional(),
      /** When a runbook that does not help is demoted; never when left out. */
      breaker: breakerSchema.optional(),
    })
    .prefault({}),
  calendars: z.record(nameSchema, calendarSchema).optional(),
  /** How people are asked, by name. */
  approvals: z.record(nameSchema, approvalTermsSchema).optional(),
  /** Who is told what; nobody when left out. */
  notifications: notificationsSchema.optional(),
  environments: z.record(nameSchema, environmentSchema),
  /** What is made larger and smaller, by which metrics and within which bounds; nothing when left out. */
  scaling: scalingSectionSchema.optional(),
  rules: z.array(ruleSchema).min(1).max(1000),
});
/** A policy as written: durations are text, defaults may be missing. */
export type PolicyDocument = z.input<typeof policySchema>;
/** A policy as used. */
export type Policy = z.infer<typeof policySchema>;

/** What comes of a signal. */
export const actionSchema = z.enum(['open-incident', 'close-incident', 'suggest', 'observe', 'none']);
export type Action = z.infer<typeof actionSchema>;

/** What a rule said to a signal. */
export const consideredSchema = z.object({
  rule: z.string(),
  matched: z.boolean(),
  /** For a match what fitted; otherwise the first field that did not, in words. */
  reasons: z.array(z.string()),
});
export type Considered = z.infer<typeof consideredSchema>;

/** The rule that was chosen, with the policy's defaults filled in. Durations are seconds. */
export const chosenRuleSchema = z.object({
  rule: z.string(),
  ladder: z.array(rungSchema),
  verification: z.object({ within: secondsSchema, every: secondsSchema }),
  cooldown: secondsSchema,
  dedupe: dedupeFields.extend({ window: secondsSchema }).optional(),
});
export type ChosenRule = z.infer<typeof chosenRuleSchema>;

/**
 * What is done about a signal, and why. Names every rule of the policy, so with many rules it is too large for a durable
 * history: keep it in the ledger and pass on what is needed.
 */
export const decisionSchema = z.object({
  policyVersion: z.string(),
  /** The environment of the policy that the target lies in. */
  environment: z.string().nullable(),
  considered: z.array(consideredSchema),
  /** The first rule that matched; for a resolved signal the one its incident runs under, as long as the policy is the same. */
  chosen: chosenRuleSchema.nullable(),
  /** The rule's mode, or the environment's ceiling where that is lower. */
  mode: modeSchema.nullable(),
  modeReason: z.string(),
  action: actionSchema,
  sentence: z.string(),
});
export type Decision = z.infer<typeof decisionSchema>;
