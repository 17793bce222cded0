import type { DomainPermissions } from '../kernel/permissions';

/** What taking, copying and looking needs. Reading a disk out is a right on the disk, apart from that on its snapshot. */
export const backupPermissions: DomainPermissions = {
  holder: 'writer',
  actions: [
    'Microsoft.Compute/disks/beginGetAccess/action',
    'Microsoft.Compute/disks/read',
    'Microsoft.Compute/restorePointCollections/read',
    'Microsoft.Compute/restorePointCollections/restorePoints/read',
    'Microsoft.Compute/restorePointCollections/restorePoints/write',
    'Microsoft.Compute/restorePointCollections/write',
    'Microsoft.Compute/snapshots/beginGetAccess/action',
    'Microsoft.Compute/snapshots/read',
    'Microsoft.Compute/snapshots/write',
    'Microsoft.Compute/virtualMachines/read',
  ],
  dataActions: [],
};

/** What deleting needs. The writer has none of it. */
export const pruningPermissions: DomainPermissions = {
  holder: 'pruner',
  actions: [
    'Microsoft.Compute/restorePointCollections/restorePoints/delete',
    'Microsoft.Compute/restorePointCollections/restorePoints/read',
    'Microsoft.Compute/snapshots/delete',
    'Microsoft.Compute/snapshots/read',
  ],
  dataActions: [],
};
