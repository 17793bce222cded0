import { z } from 'zod';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';

export const severitySchema = z.enum(['Sev0', 'Sev1', 'Sev2', 'Sev3', 'Sev4']);
export type Severity = z.infer<typeof severitySchema>;

export const conditionSchema = z.enum(['fired', 'resolved']);
export type Condition = z.infer<typeof conditionSchema>;

/** Who told of it. */
export const signalSourceSchema = z.enum(['azure-monitor', 'spacelift', 'hcp-terraform']);

/** What it is about. `stack-run` is a Terraform run that failed, `stack-drift` a difference between state and world. */
export const signalKindSchema = z.enum([
  'metric',
  'log',
  'activity-log',
  'resource-health',
  'service-health',
  'stack-run',
  'stack-drift',
]);

/**
 * One thing that happened to one resource, normalized. The payload it came from is never trusted as the resource's state:
 * it says where to look, not what is there.
 */
export const signalSchema = z.object({
  /** Identity: a pure function of the content, so a duplicate delivery has the same id. 32 hexadecimal digits. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** The same for every signal about one occurrence on one resource: `Fired` and its `Resolved` share it. */
  correlation: z.string().regex(/^[0-9a-f]{32}$/),
  source: signalSourceSchema,
  kind: signalKindSchema,
  /** Name of the alert rule; for a stack's run the stack's. */
  rule: z.string().min(1).max(260),
  severity: severitySchema,
  condition: conditionSchema,
  target: resourceIdSchema,
  occurredAt: instantSchema,
  summary: z.string().max(1024),
  /** The few facts of the payload that rules and people use, flat. Values of secrets never get here. */
  facts: z.record(z.string().max(120), z.union([z.string().max(1024), z.number(), z.boolean()])),
});
export type Signal = z.infer<typeof signalSchema>;

/** The kinds that an alert can have; the others come from stacks' runs. */
export type AlertKind = Exclude<Signal['kind'], 'stack-run' | 'stack-drift'>;
