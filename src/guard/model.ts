import { z } from 'zod';
import { outcomeSchema } from '../kernel/outcome';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import { isStoredActions, packActions, unpackActions, type StoredActions } from './stored.model';

/** What the guard says to a plan. Ordered by severity: the strictest check decides. */
export const answerSchema = z.enum(['go', 'wait', 'ask', 'stop']);
export type Answer = z.infer<typeof answerSchema>;

export const checkSchema = z.enum([
  'kill-switch',
  'hold',
  'calendar',
  'lease',
  'cooldown',
  'recurrence',
  'breaker',
  'budget',
  'group',
]);
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
  /** The rule it was given out under, so that the rule's kill switch stops its effects too. */
  rule: z.string().optional(),
  /** Names of the groups whose minimum the resource is part of. */
  groups: z.array(z.string()).optional(),
  /** What the action belongs to, such as an incident, when recurrences are counted. */
  occasion: z.string().optional(),
});
export type Lease = z.infer<typeof leaseSchema>;

/** An action that was let through: what budgets and cooldowns count. */
export const actionSchema = z.object({
  /** Empty when it is so long ago that no duplicate of its request can come any more. */
  holder: z.string(),
  target: resourceIdSchema,
  runbook: z.string(),
  rule: z.string(),
  /** Milliseconds since the epoch. Earlier versions stored a text. */
  at: z.union([z.number(), instantSchema.transform((text) => Date.parse(text))]),
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

/**
 * A run that waits for room. `turn` grows with every run that begins to wait: nobody with a higher turn is let through before,
 * where both want the same. Times in milliseconds since the epoch.
 */
export const waiterSchema = z.object({
  turn: z.number().int().positive(),
  target: z.string(),
  since: z.number(),
  /** Without being asked again until then, the run is taken for gone. */
  until: z.number(),
  /** What it has been waiting for: keys of budgets and groups. */
  keys: z.array(z.string()),
});
export type Waiter = z.infer<typeof waiterSchema>;

/** A person's claim on a resource: nothing acts on it until it expires. */
export const holdSchema = z.object({
  target: resourceIdSchema,
  reason: z.string(),
  by: z.string(),
  at: instantSchema,
  expiresAt: instantSchema,
});
export type Hold = z.infer<typeof holdSchema>;

/** A person's leave to act although the calendar says closed. */
export const calendarOverrideSchema = z.object({
  reason: z.string(),
  by: z.string(),
  at: instantSchema,
  expiresAt: instantSchema,
});
export type CalendarOverride = z.infer<typeof calendarOverrideSchema>;

/** Measured outcomes of one runbook, oldest first: when (milliseconds since the epoch) and what. */
export const tallySchema = z.array(z.tuple([z.number(), outcomeSchema]));

/** The occasions on which a rule acted on a resource, oldest first, for as long as the rule looks back. */
export const recurrenceSchema = z.object({
  /** The occasion's name, and when it began (milliseconds since the epoch). */
  occasions: z.array(z.tuple([z.string(), z.number()])),
  /** Forgotten from then on. */
  until: z.number(),
});
export type RecurrenceMemory = z.infer<typeof recurrenceSchema>;

/** Seven days. */
const weekSeconds = 604_800;

/** What the guard of one environment remembers. Durable state: every field added later needs a default. */
export const guardStateSchema = z.object({
  version: z.literal(1),
  nextToken: z.number().int().positive(),
  killSwitch: killSwitchSchema,
  leases: z.record(z.string(), leaseSchema),
  /** In their stored form, or one by one as earlier versions stored them. */
  actions: z.union([
    z.custom<StoredActions>(isStoredActions, 'are no actions').transform(unpackActions),
    z.array(actionSchema),
  ]),
  /**
   * How far back actions are remembered: a week, or the longest window or cooldown that any request so far has asked about.
   * What a window longer than that counts is complete only from its first request on.
   */
  memorySeconds: z.number().int().min(weekSeconds).default(weekSeconds),
  /** Runs that wait for room, by run. */
  waiting: z.record(z.string(), waiterSchema).default({}),
  /** By resource. */
  holds: z.record(z.string(), holdSchema).default({}),
  /** Kill switches of single rules, by rule. Only engaged ones are kept. */
  ruleSwitches: z.record(z.string(), killSwitchSchema).default({}),
  /** By rule and resource, `rule resource`. */
  recurrences: z.record(z.string(), recurrenceSchema).default({}),
  /** By runbook. */
  tallies: z.record(z.string(), tallySchema).default({}),
  calendarOverride: calendarOverrideSchema.nullable().default(null),
  /** What a resource was counted under when it was last acted on, as `tag=value`, by resource; only of tags that budgets count by. */
  labels: z.record(z.string(), z.array(z.string())).default({}),
});
export type GuardState = z.infer<typeof guardStateSchema>;

/** A state as it is stored: {@link guardStateSchema} reads it. */
export type StoredGuardState = Omit<GuardState, 'actions'> & { readonly actions: StoredActions };

/** The stored form of a state. */
export function storedGuard(state: GuardState): StoredGuardState {
  return { ...state, actions: packActions(state.actions) };
}

/** Outcomes kept of each runbook. */
export const mostOutcomes = 50;

/** What is done when a limit is reached: wait for one's turn, ask a person, or give up. */
export const overLimitSchema = z.enum(['queue', 'ask', 'stop']);

/** What a budget counts together: the environment, or each resource group, rule, or value of a tag by itself. */
export const budgetScopeSchema = z.enum(['environment', 'resource-group', 'rule', 'tag']);

export const budgetLimitSchema = z.object({
  name: z.string(),
  windowSeconds: z.number().int().min(1),
  maxResources: z.number().int().min(1),
  /** `environment` when left out. */
  per: budgetScopeSchema.optional(),
  /** For `per: tag`: the tag, and the resource's value of it: empty without the tag, null when nobody can tell. */
  tag: z.object({ name: z.string(), value: z.string().nullable() }).optional(),
  /** `queue` when left out. */
  over: overLimitSchema.optional(),
  /** Where the maximum comes from when it is a share, in words: `20% of 40`. */
  basis: z.string().max(64).optional(),
});
export type BudgetLimit = z.infer<typeof budgetLimitSchema>;

/**
 * Rules that bring budgets of their own. What they do counts in no budget that is not `per: rule`, or a scale set that follows its
 * load all day would use up what repairs may do. No rule of the policy can be called so.
 */
export const apartRulePrefix = 'scaling:';

/** A group of resources that serve together: so many of them may be acted on at the same time. */
export const groupLimitSchema = z.object({
  name: z.string(),
  members: z.number().int().min(1),
  minHealthy: z.number().int().min(0),
});
export type GroupLimit = z.infer<typeof groupLimitSchema>;

/** Times in which a calendar is the opposite of its default, in order and apart from each other. */
export const calendarLimitSchema = z.object({
  name: z.string(),
  default: z.enum(['open', 'closed']),
  /** What a run does while it is closed. */
  whenClosed: z.enum(['wait', 'ask', 'stop']),
  exceptions: z.array(z.object({ from: instantSchema, until: instantSchema, summary: z.string().max(200) })).max(500),
  /** Nothing is known from then on, so it counts as closed. */
  knownUntil: instantSchema,
});
export type CalendarLimit = z.infer<typeof calendarLimitSchema>;

/** The limits that apply to one request, taken from the policy by whoever asks. Lengths in seconds. */
export const limitsSchema = z.object({
  leaseSeconds: z.number().int().min(1),
  cooldownSeconds: z.number().int().min(0),
  budgets: z.array(budgetLimitSchema).min(1),
  /** The groups that the resource belongs to. */
  groups: z.array(groupLimitSchema).max(20).optional(),
  /** The time of this number within so long is not repaired any more: a person has to look for the cause. */
  recurrence: z.object({ times: z.number().int().min(2).max(20), withinSeconds: z.number().int().min(1) }).optional(),
  /** From which share of ineffective and harmful ones among the last runs of a runbook a person is asked, or nothing done. */
  breaker: z
    .object({
      runs: z.number().int().min(2).max(mostOutcomes),
      withinSeconds: z.number().int().min(1),
      askShare: z.number().gt(0).max(1),
      stopShare: z.number().gt(0).max(1),
    })
    .optional(),
  calendar: calendarLimitSchema.optional(),
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
  /** When the run stops asking. It is not made to wait for what comes later. */
  giveUpAt: instantSchema.optional(),
  /** What the action belongs to, such as an incident: all of its actions are one occasion. The run itself when left out. */
  occasion: z.string().min(1).max(200).optional(),
  /** Checks that asked for a person, and whose yes they have; others that ask still do. */
  approved: z
    .object({ id: z.string().max(200), by: z.string().max(1000), checks: z.array(checkSchema).max(20) })
    .optional(),
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
  hold: 'hold',
  unhold: 'unhold',
  overrideCalendar: 'overrideCalendar',
  resetBreaker: 'resetBreaker',
  /** What `acquire` would answer now; changes nothing and gives out no lease. */
  consider: 'consider',
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
  /** What the run turned out to be, when it acted: the measure of its runbook. */
  outcome: outcomeSchema.nullable().optional(),
});

const whySchema = z.string().trim().min(1, 'say why').max(1024);
const whoSchema = z.string().min(1).max(200);

export const setKillSwitchSchema = z.object({
  engaged: z.boolean(),
  reason: whySchema,
  by: whoSchema,
  /** Only this rule's actions; everything in the environment when left out. */
  rule: z.string().min(1).max(200).optional(),
});

/** A hold lasts so long at most: what nobody renews for a month is forgotten, not meant. */
export const longestHoldSeconds = 30 * 86_400;

/** `until` is a point in time, so that an order that comes twice is one. */
export const holdOrderSchema = z.object({
  target: resourceIdSchema,
  reason: whySchema,
  by: whoSchema,
  until: instantSchema,
});
export type HoldOrder = z.infer<typeof holdOrderSchema>;

export const unholdSchema = z.object({ target: resourceIdSchema });

/** As for a hold; `until` in the past ends an override. */
export const overrideCalendarSchema = z.object({ reason: whySchema, by: whoSchema, until: instantSchema });

export const resetBreakerSchema = z.object({ runbook: z.string().min(1).max(200) });

/** What people may order of a guard beside its kill switch, by operation. */
export interface GuardOrders {
  readonly hold: HoldOrder;
  readonly unhold: z.input<typeof unholdSchema>;
  readonly overrideCalendar: z.input<typeof overrideCalendarSchema>;
  readonly resetBreaker: z.input<typeof resetBreakerSchema>;
}

/** What became of an order with a time in it. */
export const orderAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done') }),
  z.object({ kind: z.literal('refused'), reason: z.string() }),
]);
export type OrderAnswer = z.infer<typeof orderAnswerSchema>;

/** The result of renewing a lease: the lease with its new expiry, or that it is no longer held. */
export const renewalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('renewed'), lease: leaseSchema }),
  z.object({ kind: z.literal('lost'), reason: z.string() }),
]);
export type Renewal = z.infer<typeof renewalSchema>;

/** Name of the entity that holds an environment's guard; its key is the environment's name. */
export const guardEntityName = 'guard';

/** Key of the guard that stands above all environments: only its kill switch means anything. No environment can be called so. */
export const everywhere = '-everywhere-';
