import { z } from 'zod';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';

/** A signal that joined an incident, as its decision record tells. */
export const joinSchema = z.object({
  incidentId: z.string(),
  /** What the incident is about. */
  target: resourceIdSchema,
  /** What both are part of; the target itself when the signal is about the same resource. */
  root: resourceIdSchema,
});
export type Join = z.infer<typeof joinSchema>;

/** One signal that joined. */
export const joinedSchema = z.object({
  signalId: z.string(),
  correlation: z.string(),
  target: resourceIdSchema,
  at: instantSchema,
});
export type Joined = z.infer<typeof joinedSchema>;

/**
 * What is remembered of everything that is part of one resource: the incident that is open, and who joined it. Durable state:
 * every field added later needs a default.
 */
export const correlationSchema = z.object({
  version: z.literal(1),
  root: resourceIdSchema,
  open: z
    .object({
      incidentId: z.string(),
      signalId: z.string(),
      target: resourceIdSchema,
      mode: z.enum(['suggest', 'auto']),
      since: instantSchema,
      /** The whole decision, so that another can finish what a crash left; null for one that followed an earlier incident. */
      carried: z.unknown().nullable(),
      /** The incident whose end opened this one. */
      after: z.string().nullable(),
    })
    .nullable(),
  joined: z.array(joinedSchema),
});
export type Correlation = z.infer<typeof correlationSchema>;

/** An incident that wants to be the open one. */
export interface Opening {
  readonly incidentId: string;
  readonly signalId: string;
  readonly correlation: string;
  readonly target: Joined['target'];
  readonly mode: 'suggest' | 'auto';
  readonly root: Correlation['root'];
  readonly carried: unknown;
}

/** The last part of a resource's id, for people. */
export const nameOf = (target: string): string => target.split('/').pop() ?? '';

/** What a signal has in common with the incident that it joins. */
export function sharedText(target: string, join: Join): string {
  if (target === join.target) {
    return 'it is about the same resource';
  }
  return join.root === join.target
    ? `${nameOf(target)} is part of ${nameOf(join.target)}`
    : `${nameOf(target)} and ${nameOf(join.target)} are both part of ${nameOf(join.root)}`;
}
