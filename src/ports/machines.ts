import { z } from 'zod';
import type { ResourceId } from '../kernel/resource-id';
import { instantSchema } from '../kernel/schemas';

/** What can be asked of a virtual machine that takes time: the operation is started, then polled. */
export const machineOperationSchema = z.enum(['restart', 'redeploy', 'start', 'resize', 'reimage']);
export type MachineOperation = z.infer<typeof machineOperationSchema>;

export const powerStateSchema = z.enum([
  'running',
  'starting',
  'stopping',
  'stopped',
  'deallocating',
  'deallocated',
  'unknown',
]);
export type PowerState = z.infer<typeof powerStateSchema>;

/** A machine as it was seen at one moment, from its instance view, its resource health and its metrics. */
export const machineObservationSchema = z.object({
  exists: z.literal(true),
  observedAt: instantSchema,
  location: z.string(),
  zone: z.string().nullable(),
  size: z.string(),
  /** The scale set that it is an instance of, and its first network interface. In lower case. */
  scaleSetId: z.string().nullable(),
  networkInterfaceId: z.string().nullable(),
  powerState: powerStateSchema,
  /** The platform's own state of the resource: `succeeded`, `updating`, `failed`, ... in lower case. */
  provisioningState: z.string(),
  /** When the platform last finished (or failed) an operation on the machine; null when it does not say. */
  provisionedAt: instantSchema.nullable(),
  /** Whether the guest's agent reports: a guest that hangs stops reporting while the power state stays `running`. */
  agent: z.enum(['ready', 'not-ready', 'unknown']),
  /** Azure Resource Health. */
  resourceHealth: z.enum(['available', 'unavailable', 'degraded', 'unknown']),
  /** Newest point of the availability metric (1 available, 0 not); null when there is none in the window that was read. */
  availability: z.object({ value: z.number(), at: instantSchema }).nullable(),
});
export type MachineObservation = z.infer<typeof machineObservationSchema>;

/** What looking gave: the machine, or the certainty that there is none. */
export const machineSightingSchema = z.discriminatedUnion('exists', [
  machineObservationSchema,
  z.object({ exists: z.literal(false), observedAt: instantSchema }),
]);
export type MachineSighting = z.infer<typeof machineSightingSchema>;

/** So many characters a ticket's token may have: two of ARM's signed addresses, of some 4,000 each, and room to spare. */
export const longestToken = 16_384;

/**
 * A started operation: data, so that another process can poll it. `token` is opaque to everyone but the adapter and holds
 * no credential.
 */
export const operationTicketSchema = z.object({
  operation: machineOperationSchema,
  /** Empty when the operation's address is not known: then the machine itself is looked at. */
  token: z.string().max(longestToken),
  startedAt: instantSchema,
  retryAfterSeconds: z.number().min(0).max(3600),
});
export type OperationTicket = z.infer<typeof operationTicketSchema>;

/** Why the platform will not do a thing: its own code, and words for a person. Trying the same again changes nothing. */
export const refusalSchema = z.object({ code: z.string(), message: z.string().max(2048) });
export type Refusal = z.infer<typeof refusalSchema>;

export type StartResult =
  | { readonly kind: 'started'; readonly ticket: OperationTicket }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Throttled, or another operation has the resource: nothing was started, ask again not before. */
  | { readonly kind: 'later'; readonly retryAfterSeconds: number; readonly reason: string };

export type PollResult =
  | { readonly kind: 'running'; readonly retryAfterSeconds: number }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly refusal: Refusal };

/**
 * Virtual machines. Every method throws `TransientError` when the platform cannot be reached or answers with a failure of
 * its own, and `PermanentError` when it denies access.
 */
export interface Machines {
  /** Looks at a machine. Reads only. */
  observe(id: ResourceId, abort: AbortSignal): Promise<MachineSighting>;
  /**
   * Starts an operation and returns at once. Not idempotent on the platform's side: `requestId` is sent along so that the
   * request can be found in the activity log, and callers keep a journal so as not to ask twice.
   * @param size what to resize to; for that operation alone.
   */
  start(
    id: ResourceId,
    operation: MachineOperation,
    requestId: string,
    abort: AbortSignal,
    size?: string,
  ): Promise<StartResult>;
  /** Asks once how a started operation is doing. Idempotent. */
  poll(id: ResourceId, ticket: OperationTicket, abort: AbortSignal): Promise<PollResult>;
}
