import { badRequest, operationNotAllowed } from '../errors';
import type { Machine } from '../machines';
import { sameId } from '../resource-id';
import type { Disk } from '../storage/model';
import type { World } from '../world';
import { notFound } from './disks';

interface DiskReference {
  lun?: number;
  name?: string;
  createOption?: string;
  toBeDetached?: boolean;
  managedDisk?: { id?: string };
}

/** The part of a machine's model that says which disks it has. */
export interface StorageProfile {
  osDisk?: DiskReference;
  dataDisks?: DiskReference[];
}

/**
 * Checks a change of a machine's disks as PATCH takes it, and gives what carries it out. The system disk is exchanged only
 * while the machine is deallocated; data disks come and go while it runs. A list of data disks is the whole of it: what is not
 * in it is detached, and nothing is deleted.
 */
export function storageChange(world: World, machine: Machine, profile: StorageProfile): () => void {
  const { storage } = world;
  const attachable = (reference: DiskReference): Disk => {
    const id = reference.managedDisk?.id ?? '';
    const disk = storage.disks.get(id);
    if (disk === undefined) throw notFound('Microsoft.Compute/disks', id);
    if (disk.managedBy !== undefined && !sameId(disk.managedBy, machine.id)) {
      throw operationNotAllowed(`Disk '${disk.name}' is attached to '${disk.managedBy}' already.`);
    }
    if (!sameId(disk.location, machine.seed.location)) {
      throw badRequest('InvalidParameter', `Disk '${disk.name}' is not in the location of the VM.`);
    }
    if (disk.zones?.[0] !== undefined && machine.seed.zone !== undefined && disk.zones[0] !== machine.seed.zone) {
      throw badRequest('InvalidParameter', `Disk '${disk.name}' is not in the zone of the VM.`);
    }
    if (world.clock.now() < disk.readyAt) throw operationNotAllowed(`Disk '${disk.name}' is still being made.`);
    return disk;
  };
  const system = profile.osDisk?.managedDisk === undefined ? undefined : attachable(profile.osDisk);
  if (system !== undefined && !sameId(system.id, machine.seed.osDiskId)) {
    if (machine.power !== 'deallocated') {
      throw operationNotAllowed(
        `The OS disk of VM '${machine.seed.name}' can be exchanged only while the VM is deallocated; it is ${machine.power}.`,
      );
    }
    if (system.osType === undefined) {
      throw badRequest('InvalidParameter', `Disk '${system.name}' holds no operating system.`);
    }
  }
  const data = profile.dataDisks
    ?.filter(({ toBeDetached }) => toBeDetached !== true)
    .sort((a, b) => (a.lun ?? 0) - (b.lun ?? 0))
    .map(attachable);
  return () => {
    const { seed } = machine;
    const before = [seed.osDiskId, ...(seed.dataDiskIds ?? [])];
    if (system !== undefined) seed.osDiskId = system.id;
    if (data !== undefined) seed.dataDiskIds = data.map(({ id }) => id);
    const after = [seed.osDiskId, ...(seed.dataDiskIds ?? [])];
    for (const id of before.filter((each) => !after.some((other) => sameId(each, other)))) {
      delete storage.disks.get(id)?.managedBy;
    }
    for (const id of after) {
      const disk = storage.disks.get(id);
      if (disk !== undefined) disk.managedBy = machine.id;
    }
  };
}
