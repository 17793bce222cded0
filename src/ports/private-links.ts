import { z } from 'zod';
import type { Iso8601 } from '../kernel/clock';
import type { Subject } from './operations';

/** A private endpoint and its connection to the service. */
export interface EndpointSighting {
  readonly observedAt: Iso8601;
  readonly exists: boolean;
  readonly provisioningState: string;
  /** `approved`, `pending`, `rejected`, `disconnected`, in lower case. */
  readonly connection: { readonly name: string; readonly service: string; readonly state: string } | null;
  /** Its address in the spoke. */
  readonly address: string | null;
  /** Whether what it was is kept, so that it can be made again. */
  readonly kept: boolean;
}

export const endpointChangeSchema = z.discriminatedUnion('effect', [
  z.object({ effect: z.literal('approve'), service: z.string(), connection: z.string() }),
  /** Keeps what it is, then deletes it. */
  z.object({ effect: z.literal('remove') }),
  /** Makes it again from what was kept. */
  z.object({ effect: z.literal('create') }),
]);
export type EndpointChange = z.infer<typeof endpointChangeSchema>;
export type PrivateEndpoints = Subject<EndpointSighting, EndpointChange>;

/** A link between a private DNS zone and a network. */
export interface DnsLinkSighting {
  readonly observedAt: Iso8601;
  readonly exists: boolean;
  readonly provisioningState: string;
  /** `completed` when names of the zone resolve in the network. */
  readonly state: string;
  /** In lower case; `null` when there is no link. */
  readonly network: string | null;
}

export const dnsLinkChangeSchema = z.object({ effect: z.literal('link'), network: z.string() });
export type DnsLinkChange = z.infer<typeof dnsLinkChangeSchema>;
export type DnsLinks = Subject<DnsLinkSighting, DnsLinkChange>;
