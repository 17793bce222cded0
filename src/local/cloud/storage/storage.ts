import { CloudControlError } from '../errors';
import type { CloudTiming, EstateResource } from '../model';
import type { SeededRandom } from '../random';
import type { Disk, RestorePoint, RestorePointCollection, Snapshot, SnapshotState } from './model';

/** Disks, snapshots and restore points by resource id. Ids are compared in lower case, as Azure does. */
export interface Storage {
  readonly disks: ByResourceId<Disk>;
  readonly snapshots: ByResourceId<Snapshot>;
  /** Disks' parts of restore points. They are no snapshots of their own, and have no route to be listed by. */
  readonly diskRestorePoints: ByResourceId<Snapshot>;
  readonly collections: ByResourceId<RestorePointCollection>;
  readonly restorePoints: ByResourceId<RestorePoint>;
  /** Snapshots of one disk, in the order in which they were made. Copies are not among them. */
  snapshotsOf(diskId: string): readonly Snapshot[];
  /** Copies of a disk's snapshots that are under way to a region. */
  copiesUnderWay(location: string, diskId?: string): number;
  percent(snapshot: Snapshot): number;
  provisioning(snapshot: Snapshot): 'Updating' | 'Succeeded' | 'Failed';
  state(snapshot: Snapshot): SnapshotState;
  /** A disk by id or by name; throws an error that names what is missing. */
  requireDisk(idOrName: string): Disk;
  requireSnapshot(id: string): Snapshot;
  /** Makes every new snapshot that fits stop at so many per cent: by the id of its source, in lower case. */
  readonly stuckSources: Map<string, number>;
}

/** A map over resource ids without regard to case, in the order of insertion. */
export class ByResourceId<Value extends { id: string }> {
  private readonly values = new Map<string, Value>();

  get(id: string): Value | undefined {
    return this.values.get(id.toLowerCase());
  }

  put(value: Value): void {
    this.values.set(value.id.toLowerCase(), value);
  }

  delete(id: string): boolean {
    return this.values.delete(id.toLowerCase());
  }

  all(): Value[] {
    return [...this.values.values()];
  }

  get size(): number {
    return this.values.size;
  }
}

export function createStorage(options: {
  resources: EstateResource[];
  now: () => number;
  random: SeededRandom;
  timing: CloudTiming;
}): Storage {
  const { now, random } = options;
  const disks = new ByResourceId<Disk>();
  const snapshots = new ByResourceId<Snapshot>();
  const diskRestorePoints = new ByResourceId<Snapshot>();
  const stuckSources = new Map<string, number>();
  for (const resource of options.resources) {
    if (resource.type.toLowerCase() === 'microsoft.compute/disks') disks.put(fromEstate(resource, random));
  }
  const percent = (snapshot: Snapshot): number => {
    const { createdAt, completeAt, stuckAt } = snapshot;
    if (stuckAt === undefined && now() >= completeAt) return 100;
    const span = Math.max(1, completeAt - createdAt);
    const reached = Math.min(99, Math.floor(((now() - createdAt) / span) * 100));
    return Math.max(0, stuckAt === undefined ? reached : Math.min(stuckAt, reached));
  };
  const provisioning = (snapshot: Snapshot): 'Updating' | 'Succeeded' | 'Failed' => {
    if (now() < snapshot.provisionedAt) return 'Updating';
    return snapshot.error === undefined ? 'Succeeded' : 'Failed';
  };
  const underWay = (snapshot: Snapshot): boolean =>
    snapshot.createOption === 'CopyStart' && snapshot.error === undefined && percent(snapshot) < 100;
  return {
    disks,
    snapshots,
    diskRestorePoints,
    collections: new ByResourceId(),
    restorePoints: new ByResourceId(),
    snapshotsOf: bySource(snapshots),
    copiesUnderWay: (location, diskId) =>
      snapshots
        .all()
        .filter(
          (each) =>
            each.location === location &&
            (diskId === undefined || each.diskId === diskId.toLowerCase()) &&
            underWay(each),
        ).length,
    percent,
    provisioning,
    state: (snapshot) => ({
      id: snapshot.id,
      sourceId: snapshot.sourceId,
      location: snapshot.location,
      provisioning: provisioning(snapshot),
      percent: percent(snapshot),
      content: { ...snapshot.content },
      tags: { ...snapshot.tags },
    }),
    requireDisk(idOrName) {
      const found =
        disks.get(idOrName) ?? disks.all().find(({ name }) => name.toLowerCase() === idOrName.toLowerCase());
      if (found === undefined) throw new CloudControlError(`no disk has the name or id '${idOrName}'`);
      return found;
    },
    requireSnapshot(id) {
      const found =
        snapshots.get(id) ??
        diskRestorePoints.get(id) ??
        snapshots.all().find(({ name }) => name.toLowerCase() === id.toLowerCase());
      if (found === undefined) throw new CloudControlError(`no snapshot or disk restore point has the id '${id}'`);
      return found;
    },
    stuckSources,
  };
}

/** Looks through the snapshots of one disk without walking over all of them: thousands are made in a simulated night. */
function bySource(snapshots: ByResourceId<Snapshot>): (diskId: string) => Snapshot[] {
  const index = new Map<string, Set<Snapshot>>();
  const put = snapshots.put.bind(snapshots);
  const remove = snapshots.delete.bind(snapshots);
  snapshots.put = (snapshot) => {
    put(snapshot);
    if (snapshot.createOption === 'CopyStart') return;
    const known = index.get(snapshot.diskId) ?? new Set();
    index.set(snapshot.diskId, known.add(snapshot));
  };
  snapshots.delete = (id) => {
    const found = snapshots.get(id);
    if (found !== undefined) index.get(found.diskId)?.delete(found);
    return remove(id);
  };
  return (diskId) => [...(index.get(diskId.toLowerCase()) ?? [])];
}

function fromEstate(resource: EstateResource, random: SeededRandom): Disk {
  const { properties } = resource;
  const encryption = properties['encryption'] as { diskEncryptionSetId?: string } | undefined;
  const created = Date.parse(
    typeof properties['timeCreated'] === 'string' ? properties['timeCreated'] : '2026-03-02T08:00:00Z',
  );
  return {
    id: resource.id,
    name: resource.name,
    location: resource.location,
    ...(resource.zones === undefined ? {} : { zones: [...resource.zones] }),
    tags: { ...resource.tags },
    sku: { ...resource.sku },
    ...(typeof properties['osType'] === 'string' ? { osType: properties['osType'] } : {}),
    sizeGB: Number(properties['diskSizeGB'] ?? 32),
    ...(encryption?.diskEncryptionSetId === undefined ? {} : { encryptionSetId: encryption.diskEncryptionSetId }),
    ...(resource.managedBy === undefined ? {} : { managedBy: resource.managedBy }),
    createdAt: created,
    readyAt: created,
    uniqueId: random.guid(`disk ${resource.id.toLowerCase()}`),
    creationData: { ...(properties['creationData'] as object | undefined) },
    content: { data: `${resource.name} as seeded`, boots: true },
    shown: properties,
  };
}
