import { withinScope } from '../resource-id';
import type { Router } from '../router';
import type { World } from '../world';
import { page } from './listing';

const versions = ['2025-04-01', '2024-11-01', '2024-03-01', '2022-09-01', '2021-04-01'] as const;

interface Listed {
  id: string;
  name: string;
  type: string;
  location: string;
  tags: Record<string, string>;
  zones?: string[];
  /** What it is part of: a disk's machine, a machine's scale set. */
  managedBy?: string;
}

/** Everything in a resource group, whatever its provider: what ARM itself knows of a resource, without its properties. */
export function registerGroupResources(router: Router, world: World): void {
  router.add({
    method: 'GET',
    template: '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/resources',
    action: 'Microsoft.Resources/subscriptions/resourceGroups/resources/read',
    apiVersions: versions,
    handle(call) {
      const scope = call.path.replace(/\/resources$/i, '');
      const disks = new Set(world.storage.disks.all().map(({ id }) => id.toLowerCase()));
      const all: Listed[] = [
        ...world.machines.all().map(({ id, seed, tags }) => ({
          id,
          name: seed.name,
          type: 'Microsoft.Compute/virtualMachines',
          location: seed.location,
          tags,
          ...(seed.zone === undefined ? {} : { zones: [seed.zone] }),
          ...(seed.scaleSetId === undefined ? {} : { managedBy: seed.scaleSetId }),
        })),
        ...world.storage.disks.all().map((each) => ({ ...listed(each), type: 'Microsoft.Compute/disks' })),
        ...world.storage.snapshots.all().map((each) => ({ ...listed(each), type: 'Microsoft.Compute/snapshots' })),
        // Disks that the estate began with have a store of their own since.
        ...world.estate.resources
          .filter(({ id, type }) => type.toLowerCase() !== 'microsoft.compute/disks' && !disks.has(id.toLowerCase()))
          .map((each) => ({ ...listed(each), type: each.type })),
      ];
      return page(
        call,
        world.pageSize,
        all.filter(({ id }) => withinScope(id, scope)),
        (each) => each,
      );
    },
  });
}

function listed({ id, name, location, tags, zones, managedBy }: Omit<Listed, 'type'>): Omit<Listed, 'type'> {
  const more = { ...(zones === undefined ? {} : { zones }), ...(managedBy === undefined ? {} : { managedBy }) };
  return { id, name, location, tags: { ...tags }, ...more };
}
