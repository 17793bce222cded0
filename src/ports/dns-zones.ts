import type { RecordInput, ZoneRecord } from '../dns/model';

/** A zone at the provider. */
export interface ZoneInfo {
  readonly id: string;
  readonly name: string;
  /** Changes that one batch takes. */
  readonly batchSize: number;
  /** Whether the plan is one without tags on records. */
  readonly free: boolean;
  /** Host names of the authoritative servers. */
  readonly nameServers: readonly string[];
}

/** Changes that are carried out together or not at all: deletes first, then the overwriting ones, then new records. */
export interface RecordBatch {
  readonly deletes: readonly string[];
  readonly puts: readonly { readonly id: string; readonly record: RecordInput }[];
  readonly posts: readonly RecordInput[];
}

/** What came of a batch. */
export type BatchResult =
  | { readonly kind: 'applied' }
  /** The provider says no. Nothing was changed, if it keeps its word: look. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Certainly not heard: throttled, or our own share of the budget is used up. */
  | { readonly kind: 'later'; readonly retryAfterSeconds: number; readonly reason: string };

/**
 * Zones and their records. Every method throws `TransientError` when the provider does not answer or asks to wait (with
 * `retryAfterSeconds`), and `PermanentError` with code `DnsDenied` when the token may not do it.
 */
export interface DnsZones {
  /** The zone of that name; `undefined` when there is none that the token can see. */
  find(name: string): Promise<ZoneInfo | undefined>;
  /** Every record of the zone, each once. */
  records(zone: ZoneInfo): Promise<readonly ZoneRecord[]>;
  /** Carries a batch out. A `TransientError` means that it may or may not have been heard. */
  apply(zone: ZoneInfo, batch: RecordBatch): Promise<BatchResult>;
}
