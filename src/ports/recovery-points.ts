import type { Iso8601 } from '../kernel/clock';
import type { ResourceId } from '../kernel/resource-id';
import type { Refusal } from './machines';

/** A machine as planning sees it. */
export interface MachineListing {
  readonly id: ResourceId;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly systemDisk: ResourceId | null;
  readonly dataDisks: readonly { readonly lun: number; readonly disk: ResourceId }[];
  readonly createdAt: Iso8601 | null;
  /** The scale set that it is an instance of: such a machine is made anew, not restored. */
  readonly scaleSet: ResourceId | null;
}

/** A disk as planning sees it. */
export interface DiskListing {
  readonly id: ResourceId;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  readonly sku: string;
  readonly encryptionSet: ResourceId | null;
  readonly attachedTo: ResourceId | null;
  /** False for what no snapshot can be taken of now: it is being made, or is being written to from outside. */
  readonly readable: boolean;
}

/** A snapshot as it stands. */
export interface SnapshotSighting {
  readonly id: ResourceId;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly source: ResourceId | null;
  readonly incremental: boolean;
  /** Its time by the platform's clock. */
  readonly createdAt: Iso8601 | null;
  /** In lower case: `succeeded`, `updating`, `failed`. */
  readonly provisioningState: string;
  /** How much of its content is there; 100 when the platform says nothing of it. */
  readonly percent: number;
  /** Why its background copy failed; null otherwise. */
  readonly problem: string | null;
  readonly sizeBytes: number;
}

/** What became of asking for something. `remainingWrites`: what the platform said is left of the write bucket. */
export type AskResult = { readonly remainingWrites: number | null } & (
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'later'; readonly retryAfterSeconds: number; readonly reason: string }
);

/** A snapshot to take. The name decides: asking twice for one name takes one. */
export interface SnapshotOrder {
  readonly id: ResourceId;
  readonly source: ResourceId;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a restore point of a machine holds. */
export interface RestorePointSighting {
  readonly id: ResourceId;
  readonly provisioningState: string;
  readonly createdAt: Iso8601 | null;
  readonly disks: readonly { readonly disk: ResourceId; readonly restorePoint: ResourceId }[];
}

/** A part of a long list: so many pages, and where the next one begins; null after the last. The place is opaque. */
export interface Listed<Listing> {
  readonly found: readonly Listing[];
  readonly next: string | null;
  readonly pages: number;
}

/**
 * Recovery points on the platform. Lists come a page at a time from one request each, so that looking at thousands costs a few
 * reads. Every method throws `TransientError` when the platform cannot be reached or answers with a failure of its own (and,
 * when listing, when it is throttled), and `PermanentError` when it denies access.
 */
export interface RecoveryPoints {
  machines(subscriptionId: string, abort: AbortSignal): Promise<readonly MachineListing[]>;
  disks(subscriptionId: string, abort: AbortSignal): Promise<readonly DiskListing[]>;
  /** At most so many pages of the machines, from a place on. For estates that are more than one share of reads. */
  machinePages(
    subscriptionId: string,
    from: string | null,
    most: number,
    abort: AbortSignal,
  ): Promise<Listed<MachineListing>>;
  diskPages(
    subscriptionId: string,
    from: string | null,
    most: number,
    abort: AbortSignal,
  ): Promise<Listed<DiskListing>>;
  /** Every snapshot in a resource group, a page at a time. Ends early without a fault when the consumer stops. */
  snapshots(resourceGroup: ResourceId, abort: AbortSignal): AsyncIterable<readonly SnapshotSighting[]>;
  /** One snapshot; `undefined` when there is certainly none. */
  snapshot(id: ResourceId, abort: AbortSignal): Promise<SnapshotSighting | undefined>;
  /** Takes an incremental snapshot, and returns when the platform has accepted it. Idempotent by name. */
  take(order: SnapshotOrder, requestId: string, abort: AbortSignal): Promise<AskResult>;
  /** Starts copying a snapshot to another region under a new name. Idempotent by name. */
  copy(order: SnapshotOrder, requestId: string, abort: AbortSignal): Promise<AskResult>;
  /** Takes a restore point of a machine, in a collection of the machine's that is made when it is not there. Idempotent by name. */
  takeRestorePoint(
    order: SnapshotOrder & { readonly consistency: 'crash' | 'application' },
    requestId: string,
    abort: AbortSignal,
  ): Promise<AskResult>;
  restorePoint(id: ResourceId, abort: AbortSignal): Promise<RestorePointSighting | undefined>;
}

/** Deletes recovery points, by an identity that can do nothing else. */
export interface RecoveryPointRemoval {
  /** Deletes a snapshot or a restore point; also `accepted` when there is none. */
  remove(id: ResourceId, requestId: string, abort: AbortSignal): Promise<AskResult>;
}
