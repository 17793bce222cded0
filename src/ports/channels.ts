import type { Notification } from './notifications';

/** A message as it goes out: one notification, or many that came too fast for one each. */
export interface OutgoingMessage {
  /** The same for every attempt at this message, so that a receiver can tell a repeated one. */
  readonly id: string;
  /** When it was taken over, ISO 8601. */
  readonly at: string;
  readonly environment: string;
  readonly kind: Notification['kind'] | 'digest';
  readonly severity: Notification['severity'];
  readonly title: string;
  readonly text: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Pages that help. An address may carry a token for the person whose channel this is. */
  readonly links: readonly { readonly title: string; readonly url: string }[];
}

/**
 * What became of one attempt. `later`: the same message may do another time. `refused`: it never will, and the next one may.
 * Reasons hold nothing of the address, which is a secret.
 */
export type Delivery =
  | { readonly kind: 'sent' }
  | { readonly kind: 'later'; readonly reason: string; readonly retryAfterSeconds?: number }
  | { readonly kind: 'refused'; readonly reason: string };

/** A place where people read. Never throws: whatever goes wrong is a delivery. */
export interface Channel {
  send(message: OutgoingMessage, abort: AbortSignal): Promise<Delivery>;
}

/** How a channel is spoken to. */
export type ChannelKind = 'teams' | 'slack' | 'webhook';

/** The channels whose addresses are known. */
export interface Channels {
  /** `undefined` when no address is set for this name. */
  named(name: string, kind: ChannelKind): Channel | undefined;
}
