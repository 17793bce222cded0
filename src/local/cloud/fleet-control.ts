import { z } from 'zod';
import { groupId, location, platformSubscription, resourceId, tagsFor } from './estate/names';
import type { MachineState } from './model';
import { sameId } from './resource-id';
import type { World } from './world';

/** Levers over many machines at once. */
export interface FleetControl {
  /**
   * Puts machines into a resource group of the platform's subscription, which is made where there is none: `<prefix>-01` and on, over
   * three zones, as if they had always been there.
   */
  addFleet(fleet: {
    resourceGroup: string;
    prefix: string;
    count: number;
    tags?: Record<string, string>;
  }): Promise<MachineState[]>;
  /** Takes a resource group and its machines out of the world. */
  removeFleet(resourceGroup: string): Promise<void>;
}

const zones = ['1', '2', '3'] as const;

/** What the levers take. */
export const fleetParameters = {
  addFleet: z.tuple([
    z.strictObject({
      resourceGroup: z.string().min(1).max(90),
      prefix: z.string().min(1).max(60),
      count: z.number().int().min(1).max(500),
      tags: z.record(z.string(), z.string()).optional(),
    }),
  ]),
  removeFleet: z.tuple([z.string().min(1)]),
} satisfies Record<keyof FleetControl, z.ZodType<unknown[]>>;

/** The levers, in process. */
export function createFleetControl(world: World): FleetControl {
  const { estate, machines, schedule } = world;
  const inGroup = (resourceGroup: string) =>
    machines.all().filter(({ seed }) => sameId(seed.resourceGroup, resourceGroup));
  return {
    async addFleet({ resourceGroup, prefix, count, tags = {} }) {
      schedule.settle();
      if (!estate.resourceGroups.some(({ name }) => sameId(name, resourceGroup))) {
        const own = tagsFor('dev', 'web');
        estate.resourceGroups.push({ subscriptionId: platformSubscription, name: resourceGroup, location, tags: own });
      }
      return Array.from({ length: count }, (_, index) => {
        const name = `${prefix}-${String(index + 1).padStart(2, '0')}`;
        const machine = machines.add({
          subscriptionId: platformSubscription,
          resourceGroup,
          name,
          location,
          zone: zones[index % zones.length] ?? '1',
          size: 'Standard_D2s_v5',
          tags: { ...tagsFor('dev', 'web'), ...tags },
          networkInterfaceId: resourceId(resourceGroup, 'Microsoft.Network/networkInterfaces', `nic-${name}`),
          osDiskId: resourceId(resourceGroup, 'Microsoft.Compute/disks', `osdisk-${name}`),
        });
        return machines.state(machine);
      });
    },
    async removeFleet(resourceGroup) {
      schedule.settle();
      inGroup(resourceGroup).forEach((machine) => machines.remove(machine, world.clock.now()));
      estate.resourceGroups = estate.resourceGroups.filter(
        ({ subscriptionId, name }) =>
          !sameId(`/subscriptions/${subscriptionId}/resourceGroups/${name}`, groupId(resourceGroup)),
      );
    },
  };
}
