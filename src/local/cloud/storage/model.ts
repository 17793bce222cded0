/** Disks and what is made from them, in the simulated world. Types only. */

/** What is written on a disk, as far as a probe can tell. */
export interface DiskContent {
  /** Stands for all files: what a checksum over a canary file would read. */
  data: string;
  /** Whether a machine comes up from it. */
  boots: boolean;
  /** Some of what is there is not what was written: checksums fail. */
  damaged?: boolean;
}

export interface Disk {
  id: string;
  name: string;
  location: string;
  zones?: string[];
  tags: Record<string, string>;
  sku: Record<string, unknown>;
  osType?: string;
  sizeGB: number;
  encryptionSetId?: string;
  /** Resource id of the machine it is attached to. */
  managedBy?: string;
  createdAt: number;
  /** Until then it is being made. */
  readyAt: number;
  uniqueId: string;
  creationData: Record<string, unknown>;
  content: DiskContent;
  /** Whatever else the estate says of it, shown as it stands. */
  shown: Record<string, unknown>;
}

/** A snapshot of its own, a copy of one in another region, or a disk's part of a restore point. */
export interface Snapshot {
  id: string;
  name: string;
  location: string;
  tags: Record<string, string>;
  sku: Record<string, unknown>;
  osType?: string;
  sizeGB: number;
  encryptionSetId?: string;
  incremental: boolean;
  createOption: 'Copy' | 'CopyStart';
  sourceId: string;
  sourceUniqueId: string;
  /** Id of the disk that it goes back to, in lower case; copies have their source's. */
  diskId: string;
  createdAt: number;
  /** When the platform has finished with it. */
  provisionedAt: number;
  /** When its content is all there. Never, for one that is stuck. */
  completeAt: number;
  /** Per cent it does not get beyond. */
  stuckAt?: number;
  error?: { code: string; message: string };
  content: DiskContent;
}

export interface RestorePoint {
  id: string;
  name: string;
  collectionId: string;
  machineId: string;
  consistencyMode: string;
  createdAt: number;
  provisionedAt: number;
  error?: { code: string; message: string };
  /** Resource ids of the disks' restore points, the system disk first. */
  disks: { diskId: string; restorePointId: string; lun?: number }[];
}

export interface RestorePointCollection {
  id: string;
  name: string;
  location: string;
  tags: Record<string, string>;
  machineId: string;
}

/** A snapshot as levers show it. */
export interface SnapshotState {
  id: string;
  sourceId: string;
  location: string;
  provisioning: string;
  percent: number;
  content: DiskContent;
  tags: Record<string, string>;
}

export interface StorageControl {
  /** Every snapshot, or those whose disk or source is the given one (by resource id). */
  snapshots(ofDisk?: string): Promise<SnapshotState[]>;
  /**
   * Alters a snapshot, or a disk's part of a restore point: what is on it, or that its content comes no further than so many
   * per cent, or that it is gone.
   */
  setSnapshot(
    id: string,
    change: { data?: string; boots?: boolean; damaged?: boolean; stuckAt?: number | null; removed?: true },
  ): Promise<SnapshotState | null>;
  /** Alters a disk, by name or resource id: what is written on it, its size, or that it is gone. */
  setDisk(
    idOrName: string,
    change: { data?: string; boots?: boolean; damaged?: boolean; sizeGB?: number; removed?: true },
  ): Promise<void>;
  /** From now on snapshots of this source come no further than so many per cent; null: as usual again. */
  stickSnapshots(sourceId: string, percent: number | null): Promise<void>;
}
