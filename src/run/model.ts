import { z } from 'zod';
import { termsSchema } from '../approvals/model';
import { verdictSchema, limitsSchema } from '../guard';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import { outcomeSchema } from '../kernel/outcome';
import { planSchema, verificationSchema } from '../runbooks';

/** Who asked for a run. */
export const askedBySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('schedule'), name: z.string() }),
  z.object({ kind: z.literal('signal'), signalId: z.string() }),
  z.object({
    kind: z.literal('operator'),
    name: z.string(),
    /** Object id of the person; null or absent when nobody knows. Who orders does not approve. */
    id: z.string().nullable().optional(),
  }),
]);

/** One execution of a runbook, as ordered. Everything it may do is decided here: nothing is looked up later. */
export const runOrderSchema = z.object({
  /** Deterministic: a duplicate order has the same id and is the same run. At most 90 characters. */
  runId: z.string().min(1).max(90),
  incidentId: z.string().max(90).nullable(),
  environment: z.string(),
  target: resourceIdSchema,
  runbook: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  rule: z.string(),
  /** `suggest` plans and changes nothing. */
  mode: z.enum(['suggest', 'auto']),
  askedBy: askedBySchema,
  limits: limitsSchema,
  verification: z.object({ withinSeconds: z.number().int().min(1), everySeconds: z.number().int().min(1) }),
  /** How long the run waits for its turn, or for somebody else's operation, before a person is asked. */
  patienceSeconds: z.number().int().min(1),
  /** Longest the platform's operation may take before the run stops waiting for it. */
  operationLimitSeconds: z.number().int().min(1),
  /** Whom to ask: about every plan, or only when the guard wants a person. Nobody when left out. */
  approval: z.object({ terms: termsSchema, always: z.boolean() }).optional(),
});
export type RunOrder = z.infer<typeof runOrderSchema>;

/** Why a run changed nothing. */
export const notAppliedSchema = z.enum([
  'nothing-to-do',
  'impossible',
  'suggested',
  'resolved',
  'cooldown',
  'stopped',
  'asked',
  'rejected',
  'unapproved',
  'out-of-patience',
  'refused',
  'fenced',
  'failed',
]);
export type NotApplied = z.infer<typeof notAppliedSchema>;

/** One line of a run's account: when, at which stage of the loop, what. */
export const eventSchema = z.object({
  at: instantSchema,
  stage: z.enum(['observe', 'plan', 'guard', 'ask', 'apply', 'verify', 'undo']),
  text: z.string().max(1024),
});
export type RunEvent = z.infer<typeof eventSchema>;

/** Requests to the platform. */
export const callsSchema = z.object({ reads: z.int().min(0), writes: z.int().min(0) });

/** What became of a run. */
export const runReportSchema = z.object({
  id: z.string(),
  incidentId: z.string().nullable(),
  environment: z.string(),
  target: resourceIdSchema,
  runbook: z.string(),
  rule: z.string(),
  askedBy: askedBySchema,
  startedAt: instantSchema,
  finishedAt: instantSchema,
  /** When the first effect was accepted by the platform; null when nothing was changed. */
  appliedAt: instantSchema.nullable(),
  result: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('applied'), outcome: outcomeSchema }),
    z.object({ kind: z.literal('not-applied'), why: notAppliedSchema }),
  ]),
  reasons: z.array(z.string()),
  plan: planSchema.nullable(),
  planHash: z.string().nullable(),
  guard: verdictSchema.nullable(),
  verification: verificationSchema.nullable(),
  undo: z.object({ done: z.boolean(), text: z.string() }).nullable(),
  /** People's yes to the plan, where one was needed. */
  approval: z.object({ id: z.string(), planHash: z.string(), by: z.string() }).optional(),
  /**
   * What the run asked of the platform. What activities asked whose work broke off and was done again is not in it, and in runs of
   * earlier versions nothing is.
   */
  calls: callsSchema.optional(),
  events: z.array(eventSchema).max(200),
});
export type RunReport = z.infer<typeof runReportSchema>;

/** An incident as it is opened: one alert occurrence on one resource, with the ladder that its rule gave it. */
export const incidentOrderSchema = z.object({
  incidentId: z.string().min(1).max(80),
  environment: z.string(),
  signalId: z.string(),
  correlation: z.string(),
  target: resourceIdSchema,
  /** The outermost resource that the target is part of: signals about anything else that is part of it join. Nothing joins without. */
  root: resourceIdSchema.optional(),
  alertRule: z.string(),
  severity: z.string(),
  summary: z.string(),
  occurredAt: instantSchema,
  rule: z.string(),
  policyVersion: z.string(),
  mode: z.enum(['suggest', 'auto']),
  ladder: z
    .array(
      z.object({
        runbook: z.string(),
        parameters: z.record(z.string(), z.unknown()),
        operationLimitSeconds: z.number().int().min(1),
        /** Whether people are asked about this rung in any case. */
        asks: z.boolean().optional(),
      }),
    )
    .min(1)
    .max(8),
  limits: limitsSchema,
  verification: z.object({ withinSeconds: z.number().int().min(1), everySeconds: z.number().int().min(1) }),
  patienceSeconds: z.number().int().min(1),
  /** Whom to ask; nobody when left out. */
  approval: termsSchema.optional(),
});
export type IncidentOrder = z.infer<typeof incidentOrderSchema>;

/**
 * How an incident ended.
 * - `repaired`: a rung was verified.
 * - `healthy`: the resource was found healthy before anything was done.
 * - `resolved`: the alert was resolved by itself or by somebody else.
 * - `handed-over`: a person has it now; `reasons` say why.
 */
export const incidentEndSchema = z.enum(['repaired', 'healthy', 'resolved', 'handed-over']);
export type IncidentEnd = z.infer<typeof incidentEndSchema>;

/** What became of an incident. */
export const incidentReportSchema = z.object({
  id: z.string(),
  order: incidentOrderSchema,
  openedAt: instantSchema,
  closedAt: instantSchema,
  end: incidentEndSchema,
  reasons: z.array(z.string()),
  /** From the alert's firing to the verified repair; null when it was not repaired by us. Seconds. */
  timeToRepairSeconds: z.number().nullable(),
  runs: z.array(runReportSchema),
});
export type IncidentReport = z.infer<typeof incidentReportSchema>;

/** A line of what a run did, while it goes on. */
export const liveStepSchema = eventSchema.extend({ rung: z.number().int().min(0) });
export type LiveStep = z.infer<typeof liveStepSchema>;

/** What a running incident tells while it runs (the durable custom status). */
export const incidentStatusSchema = z.object({
  target: z.string(),
  /** Of the alert that opened it; absent in what earlier versions opened. */
  severity: z.string().optional(),
  summary: z.string().max(300).optional(),
  environment: z.string(),
  rule: z.string(),
  rung: z.number().int().min(0),
  ladder: z.array(z.string()),
  stage: z.string(),
  runs: z.array(z.object({ runbook: z.string(), result: z.string(), reasons: z.array(z.string()) })),
  /** The newest of what its runs did so far, oldest first; absent in what earlier versions opened. */
  steps: z.array(liveStepSchema).optional(),
});
export type IncidentStatus = z.infer<typeof incidentStatusSchema>;

/** Registered function names. Renaming one breaks what is in flight. */
export const runOrchestratorName = 'run-v1';
export const incidentOrchestratorName = 'incident-v1';
/** The external event that tells an incident that its alert was resolved. Its data is `{ signalId, at }`. */
export const resolvedEventName = 'resolved';
/** What the durable adapter has to know to open an incident and to tell it news. */
export const incidentNames = { orchestrator: incidentOrchestratorName, resolvedEvent: resolvedEventName } as const;
