import { resourceNotFound } from '../errors';
import type { Machine } from '../machines';
import { parseResourceId } from '../resource-id';
import type { Router } from '../router';
import type { World } from '../world';

const apiVersions = [
  '2025-05-01',
  '2025-04-01',
  '2024-02-01',
  '2023-10-01-preview',
  '2022-10-01',
  '2020-05-01',
] as const;

/** Microsoft.ResourceHealth: what the platform holds of a machine's health. */
export function registerResourceHealth(router: Router, world: World): void {
  router.add({
    method: 'GET',
    template: '{+scope}/providers/Microsoft.ResourceHealth/availabilityStatuses/current',
    action: 'Microsoft.ResourceHealth/availabilityStatuses/read',
    apiVersions,
    handle(call) {
      const scope = call.params['scope'] ?? '';
      const machine = world.machines.byId(scope);
      if (machine === undefined) {
        const parts = parseResourceId(scope);
        throw resourceNotFound(parts?.type ?? '', parts?.name ?? '', parts?.resourceGroup ?? '');
      }
      return {
        status: 200,
        body: {
          id: `${machine.id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`,
          name: 'current',
          type: 'Microsoft.ResourceHealth/AvailabilityStatuses',
          location: machine.seed.location,
          properties: availability(world, machine),
        },
      };
    },
  });
}

function availability(world: World, machine: Machine): Record<string, unknown> {
  const since = machine.history.at(-1)?.at ?? machine.createdAt;
  const occuredTime = new Date(Number.isFinite(since) ? since : machine.createdAt).toISOString();
  // `occuredTime` and `reportedTime` are spelled as Azure spells them.
  const times = { occuredTime, reportedTime: new Date(world.clock.now()).toISOString() };
  const user = { reasonType: 'Customer Initiated', category: 'Not Applicable', context: 'Customer Initiated' };
  if (machine.power !== 'running' || machine.rebooting) {
    return {
      availabilityState: 'Unavailable',
      title: machine.power === 'running' ? 'Rebooting' : 'Stopped by user or process',
      summary: 'This virtual machine is changing its state as requested by an authorized user or process.',
      reasonChronicity: 'Persistent',
      ...user,
      ...times,
    };
  }
  switch (machine.breakage?.kind) {
    case 'host-failing':
      return {
        availabilityState: 'Unavailable',
        title: 'Hardware fault',
        summary: "We're sorry, the host of your virtual machine has failed.",
        reasonType: 'Unplanned',
        reasonChronicity: 'Persistent',
        category: 'Unplanned',
        context: 'Platform Initiated',
        ...times,
      };
    case 'guest-hung':
    case 'boot-loop':
      return {
        availabilityState: 'Degraded',
        title: 'Guest operating system not responding',
        summary: 'The guest operating system of your virtual machine does not send a heartbeat.',
        reasonType: 'Unplanned',
        reasonChronicity: 'Persistent',
        category: 'Unplanned',
        context: 'Customer Initiated',
        ...times,
      };
    default:
      return {
        availabilityState: 'Available',
        title: 'Available',
        summary: "There aren't any known Azure platform problems affecting this virtual machine.",
        reasonChronicity: 'Persistent',
        ...times,
      };
  }
}
