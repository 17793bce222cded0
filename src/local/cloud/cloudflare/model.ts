/** The vocabulary of the local Cloudflare: zones, records, tokens, name servers, and the levers on them. Types only. */

/** A record as the API answers it. */
export interface CloudflareRecord {
  id: string;
  type: string;
  name: string;
  content: string;
  /** Seconds; 1 is automatic. */
  ttl: number;
  proxied: boolean;
  proxiable: boolean;
  priority?: number;
  data?: Record<string, unknown>;
  comment: string | null;
  tags: string[];
  created_on: string;
  modified_on: string;
}

export type Plan = 'free' | 'pro' | 'business' | 'enterprise';

/** What a token may do. Names as the permission groups of Cloudflare, in short. */
export type TokenPermission = 'zone:read' | 'dns:read' | 'dns:edit';

export interface CloudflareToken {
  id: string;
  name: string;
  value: string;
  status: 'active' | 'disabled' | 'expired';
  /** RFC 3339; absent for a token that does not expire. */
  expires_on?: string;
  issued_on: string;
  /** By zone id, or `*` for every zone of the account. */
  grants: { zone: string; permissions: TokenPermission[] }[];
}

/** What goes wrong with the calls that it matches. */
export type CloudflareFaultEffect =
  /** Status 200 with `success: false` and this error; nothing happens. */
  | { kind: 'success-false'; code?: number; message?: string }
  /** Answered with this status and error; nothing happens. 429 and 503 carry `Retry-After`. */
  | { kind: 'status'; status: number; code?: number; message?: string; retryAfterSeconds?: number }
  /** Only the first half of a batch is carried out, and the answer says that it failed. What the real one promises not to do. */
  | { kind: 'half-batch' }
  /** Carried out, and the connection is cut instead of an answer. */
  | { kind: 'timeout-after-effect' }
  /** The connection is cut and nothing happens. */
  | { kind: 'connection-reset' }
  /** Answered as if it had been done, and nothing happens. */
  | { kind: 'accept-and-do-nothing' };

export interface CloudflareFault {
  effect: CloudflareFaultEffect;
  /** Glob over `METHOD /path`, such as `POST **\/batch`; every call when left out. */
  call?: string;
  /** Let this many matching calls pass first. */
  skip?: number;
  /** Act on this many calls; until removed when left out. */
  times?: number;
}

/** One call that reached the API. */
export interface CloudflareCall {
  sequence: number;
  at: number;
  method: string;
  path: string;
  /** 0: the connection was cut. */
  status: number;
  success: boolean;
  token?: string;
  fault?: string;
}

/** How a resolver behaves. */
export type ResolverBehaviour =
  /** Answers what the zone says, and keeps it for its TTL. */
  | { kind: 'honest' }
  /** Gives this address to everyone who asks for one. */
  | { kind: 'lies'; address: string }
  /** Takes questions and never answers. */
  | { kind: 'silent' }
  | { kind: 'refuses' }
  | { kind: 'fails' }
  /** Keeps what it knows at least this long, whatever the TTL says. */
  | { kind: 'holds-on'; seconds: number };

/** What a place sees of an origin. */
export interface OriginState {
  /** The origin's address or name, as records have it in their content. */
  address: string;
  healthy: boolean;
  /** Places that see something else, by the name of the vantage point. */
  seenBy?: Record<string, boolean>;
}

export interface DnsRecordInput {
  type: string;
  name: string;
  content?: string;
  ttl?: number;
  proxied?: boolean;
  priority?: number;
  data?: Record<string, unknown>;
  comment?: string;
  tags?: string[];
}

/** Levers on the local Cloudflare, its name servers, and what the world sees of origins. */
export interface DnsControl {
  dnsRecords(zone: string): Promise<CloudflareRecord[]>;
  /** Makes a zone; its name servers answer for it at once. */
  addDnsZone(zone: { name: string; plan?: Plan; records?: DnsRecordInput[] }): Promise<{ id: string }>;
  /** As a person at the dashboard: creates, or changes the record with this id. */
  putDnsRecord(change: { zone: string; id?: string; record: DnsRecordInput }): Promise<CloudflareRecord>;
  removeDnsRecord(change: { zone: string; id: string }): Promise<void>;
  /** A change is seen by the authoritative servers only after so long. */
  setDnsPropagation(lag: { seconds: number }): Promise<void>;
  /** By name: one of the resolvers or of the authoritative servers. */
  setResolver(change: { server: string; behaviour: ResolverBehaviour }): Promise<void>;
  setOrigin(state: OriginState): Promise<void>;
  addCloudflareFault(fault: CloudflareFault): Promise<string>;
  clearCloudflareFaults(): Promise<void>;
  /** People use the dashboard: so many requests of the shared budget are gone. */
  useCloudflareBudget(use: { requests: number }): Promise<void>;
  cloudflareCalls(filter?: { after?: number }): Promise<CloudflareCall[]>;
  /** A token for tests; without grants it may do nothing. */
  addCloudflareToken(token: {
    name: string;
    grants: { zone: string; permissions: TokenPermission[] }[];
  }): Promise<{ id: string; value: string }>;
  setCloudflareToken(change: { id: string; status: CloudflareToken['status'] }): Promise<void>;
  /** Sends a notification as Cloudflare does to a generic webhook; answers the receiver's status. */
  notifyCloudflare(notification: { url: string; secret?: string; body: Record<string, unknown> }): Promise<number>;
}

/** Where the local Cloudflare is. */
export interface RunningCloudflare {
  /** `http://127.0.0.1:PORT/client/v4`: the `baseURL` of clients. */
  readonly endpoint: string;
  /** A token for DNS of every zone in the estate. */
  readonly token: string;
  /** Name of each name server and resolver to where it really listens, and each vantage point's probe address. */
  readonly servers: Readonly<Record<string, string>>;
}
