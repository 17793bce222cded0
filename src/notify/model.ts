import { z } from 'zod';
import { instantSchema } from '../kernel/schemas';

/** What routes go by. */
export const kindSchema = z.enum([
  'approval',
  'incident',
  'guard',
  'scaling',
  'backup',
  'rotation',
  'dns',
  'stacks',
  'system',
]);
export const severitySchema = z.enum(['info', 'warning', 'critical']);

/** How a channel is spoken to, and how much it is told. Lengths in seconds. */
export interface ChannelSettings {
  readonly kind: 'teams' | 'slack' | 'webhook';
  /** A second notification with the same key is dropped for so long. */
  readonly windowSeconds: number;
  /** So many messages in `perSeconds`; what comes faster is told together in the last of them. */
  readonly burst: number;
  readonly perSeconds: number;
}

/** Who is told what. Every field that is given must fit. */
export interface Route {
  readonly to: readonly string[];
  readonly environments?: readonly string[] | undefined;
  readonly kinds?: readonly string[] | undefined;
  readonly severities?: readonly string[] | undefined;
}

/** Channels by name, and routes. Every route that fits is taken; a channel is told once. */
export interface NotificationSettings {
  readonly channels: Readonly<Record<string, ChannelSettings>>;
  readonly routes: readonly Route[];
}

/** A notification as it is kept; the port `Notifications` says what the fields mean. */
export const notificationSchema = z.object({
  key: z.string().min(1).max(600),
  kind: kindSchema,
  severity: severitySchema,
  environment: z.string().max(64),
  title: z.string().max(400),
  text: z.string().max(4000),
  facts: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  links: z.array(z.object({ title: z.string(), url: z.url() })).optional(),
  channel: z.string().optional(),
  page: z
    .object({
      kind: z.literal('approval'),
      approvalId: z.string(),
      planHash: z.string(),
      personId: z.string(),
      name: z.string(),
      until: instantSchema,
    })
    .optional(),
});
export type KeptNotification = z.infer<typeof notificationSchema>;

/** A notification that waits to be sent to one channel. */
export const pendingSchema = z.object({
  version: z.literal(1),
  /** The same for every attempt. */
  id: z.string(),
  channel: z.string(),
  keptAt: instantSchema,
  notification: notificationSchema,
});
export type Pending = z.infer<typeof pendingSchema>;

/** What was given up, and why. */
export const undeliveredSchema = pendingSchema.extend({ gaveUpAt: instantSchema, reason: z.string() });
export type Undelivered = z.infer<typeof undeliveredSchema>;

/** How a channel stands. Times in milliseconds since the epoch. */
export const channelStateSchema = z.object({
  version: z.literal(1),
  /** Somebody sends to it until then. */
  busyUntil: z.number(),
  /** When messages went out, oldest first, as far as its limit looks back. */
  sentAt: z.array(z.number()),
  /** Failures in a row. */
  failures: z.number().int().min(0),
  /** Nothing is tried before. */
  notBefore: z.number(),
  /** Why the last attempt failed; null when it did not. */
  problem: z.string().nullable(),
});
export type ChannelState = z.infer<typeof channelStateSchema>;

export const freshChannel: ChannelState = {
  version: 1,
  busyUntil: 0,
  sentAt: [],
  failures: 0,
  notBefore: 0,
  problem: null,
};

/** When a key was last told, by channel: milliseconds since the epoch. */
export const toldSchema = z.object({ key: z.string(), channels: z.record(z.string(), z.number()) });
