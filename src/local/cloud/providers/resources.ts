import type { EstateResource, ResourceGroup } from '../model';
import { sameId } from '../resource-id';
import type { ArmRoute, Router } from '../router';
import type { World } from '../world';
import { page } from './listing';
import { readOnlyRoutes } from './read-only';

const apiVersions = ['2025-04-01', '2024-11-01', '2024-03-01', '2022-12-01', '2022-09-01', '2021-04-01'] as const;
const subscription = '/subscriptions/{subscriptionId}';

/** Types of the estate that are shown as they stand, with the versions their routes answer to. */
const shownTypes: { type: string; apiVersions: string[] }[] = [
  { type: 'Microsoft.Network/virtualNetworks', apiVersions: ['2025-01-01', '2024-07-01', '2024-05-01'] },
  { type: 'Microsoft.Network/loadBalancers', apiVersions: ['2025-01-01', '2024-07-01', '2024-05-01'] },
  { type: 'Microsoft.Network/networkInterfaces', apiVersions: ['2025-01-01', '2024-07-01', '2024-05-01'] },
  { type: 'Microsoft.Network/privateDnsZones', apiVersions: ['2024-06-01', '2020-06-01'] },
  { type: 'Microsoft.Cache/redisEnterprise', apiVersions: ['2025-07-01', '2025-04-01'] },
  { type: 'Microsoft.KeyVault/vaults', apiVersions: ['2025-05-01', '2024-11-01', '2023-07-01'] },
  { type: 'Microsoft.OperationalInsights/workspaces', apiVersions: ['2025-02-01', '2023-09-01'] },
  { type: 'Microsoft.Web/sites', apiVersions: ['2024-11-01', '2024-04-01'] },
];

/** Microsoft.Resources, and the read-only parts of the estate: subscriptions, groups, and resources kept as data. */
export function registerResources(router: Router, world: World): void {
  router.add(
    ...subscriptionRoutes(world),
    ...groupRoutes(world),
    ...shownTypes.flatMap(({ type, apiVersions: versions }) => {
      const items = (): EstateResource[] => world.estate.resources.filter((each) => sameId(each.type, type));
      return readOnlyRoutes({ world, type, apiVersions: versions, items, show: (each) => each });
    }),
  );
}

function subscriptionRoutes(world: World): ArmRoute[] {
  const show = (each: World['estate']['subscriptions'][number]): Record<string, unknown> => ({
    id: `/subscriptions/${each.subscriptionId}`,
    subscriptionId: each.subscriptionId,
    tenantId: each.tenantId,
    displayName: each.displayName,
    state: 'Enabled',
  });
  return [
    {
      method: 'GET',
      template: '/subscriptions',
      apiVersions,
      handle: (call) =>
        page(
          call,
          world.pageSize,
          world.estate.subscriptions.filter((each) =>
            world.access.allows(
              call.principal.name,
              'Microsoft.Resources/subscriptions/read',
              `/subscriptions/${each.subscriptionId}`,
            ),
          ),
          show,
        ),
    },
    {
      method: 'GET',
      template: subscription,
      action: 'Microsoft.Resources/subscriptions/read',
      apiVersions,
      handle(call) {
        const found = world.estate.subscriptions.find((each) => sameId(each.subscriptionId, call.subscriptionId));
        return { status: 200, body: found === undefined ? {} : show(found) };
      },
    },
  ];
}

function groupRoutes(world: World): ArmRoute[] {
  const show = (group: ResourceGroup): Record<string, unknown> => ({
    id: `/subscriptions/${group.subscriptionId}/resourceGroups/${group.name}`,
    name: group.name,
    type: 'Microsoft.Resources/resourceGroups',
    location: group.location,
    tags: group.tags,
    properties: { provisioningState: 'Succeeded' },
  });
  const action = 'Microsoft.Resources/subscriptions/resourceGroups/read';
  const within = (subscriptionId: string): ResourceGroup[] =>
    world.estate.resourceGroups.filter((group) => sameId(group.subscriptionId, subscriptionId));
  return [
    {
      method: 'GET',
      template: `${subscription}/resourceGroups`,
      action,
      apiVersions,
      handle: (call) => page(call, world.pageSize, within(call.subscriptionId), show),
    },
    {
      method: 'GET',
      template: `${subscription}/resourceGroups/{resourceGroup}`,
      action,
      apiVersions,
      handle(call) {
        const name = call.params['resourceGroup'] ?? '';
        const found = within(call.subscriptionId).find((group) => sameId(group.name, name));
        return { status: 200, body: found === undefined ? {} : show(found) };
      },
    },
  ];
}
