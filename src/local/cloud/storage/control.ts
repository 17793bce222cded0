import { sameId } from '../resource-id';
import type { World } from '../world';
import type { StorageControl } from './model';

/** The levers on disks and snapshots, in process. `settled` brings the world up to the clock first. */
export function storageControl(world: World, settled: <T>(act: () => T) => Promise<T>): StorageControl {
  const { storage } = world;
  return {
    snapshots: (ofDisk) =>
      settled(() =>
        storage.snapshots
          .all()
          .filter(({ sourceId, diskId }) => ofDisk === undefined || sameId(sourceId, ofDisk) || sameId(diskId, ofDisk))
          .map((each) => storage.state(each)),
      ),
    setSnapshot: (id, change) =>
      settled(() => {
        const snapshot = storage.requireSnapshot(id);
        if (change.removed === true) {
          storage.snapshots.delete(snapshot.id);
          return null;
        }
        if (change.data !== undefined) snapshot.content.data = change.data;
        if (change.boots !== undefined) snapshot.content.boots = change.boots;
        if (change.damaged !== undefined) snapshot.content.damaged = change.damaged;
        if (change.stuckAt === null) delete snapshot.stuckAt;
        else if (change.stuckAt !== undefined) snapshot.stuckAt = change.stuckAt;
        return storage.state(snapshot);
      }),
    setDisk: (idOrName, change) =>
      settled(() => {
        const disk = storage.requireDisk(idOrName);
        if (change.removed === true) storage.disks.delete(disk.id);
        if (change.data !== undefined) disk.content.data = change.data;
        if (change.boots !== undefined) disk.content.boots = change.boots;
        if (change.damaged !== undefined) disk.content.damaged = change.damaged;
        if (change.sizeGB !== undefined) disk.sizeGB = change.sizeGB;
      }),
    stickSnapshots: (sourceId, percent) =>
      settled(() => {
        if (percent === null) storage.stuckSources.delete(sourceId.toLowerCase());
        else storage.stuckSources.set(sourceId.toLowerCase(), percent);
      }),
  };
}
