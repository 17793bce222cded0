import { badRequest, operationNotAllowed, resourceNotFound } from '../errors';
import type { EstateResource } from '../model';
import { parseResourceId, sameId } from '../resource-id';
import type { Router } from '../router';
import type { World } from '../world';
import { begin, declaredRoutes, operationRoute } from './declared';
import { connectionRoutes } from './private-links';

export const managedCacheVersions = ['2025-07-01', '2025-04-01'] as const;
const cacheVersions = ['2024-11-01', '2024-03-01', '2023-08-01'] as const;
const managed = 'Microsoft.Cache/redisEnterprise';
const classic = 'Microsoft.Cache/redis';

/** About what scaling and rebooting take, on the short side. Milliseconds. */
const scaling = 120_000;
const rebooting = 60_000;

/** Microsoft.Cache: Azure Managed Redis, and the older Azure Cache for Redis with nodes to reboot. */
export function registerCaches(router: Router, world: World): void {
  router.add(
    ...declaredRoutes(world, {
      type: managed,
      apiVersions: managedCacheVersions,
      duration: scaling,
      writesOnly: true,
      check: requireSize,
      settle: ({ caches }, resource) => caches.resized(resource),
    }),
    ...declaredRoutes(world, {
      type: classic,
      apiVersions: cacheVersions,
      duration: scaling,
      check: requireSize,
      // ARM takes the size of these in the properties.
      settle({ caches }, resource) {
        const { sku, ...properties } = resource.properties;
        resource.properties = properties;
        if (sku !== undefined) resource.sku = { ...resource.sku, ...(sku as Record<string, unknown>) };
        caches.resized(resource);
      },
      show: (_, resource) => ({ ...resource, properties: { ...resource.properties, sku: resource.sku } }),
    }),
    {
      method: 'POST',
      template: `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${classic}/{name}/forceReboot`,
      action: `${classic}/forceReboot/action`,
      apiVersions: cacheVersions,
      handle(call) {
        const found = world.estate.resources.find((each) => sameId(each.id, call.resourceId));
        if (found === undefined) {
          const { name = '', resourceGroup = '' } = parseResourceId(call.resourceId) ?? {};
          throw resourceNotFound(classic, name, resourceGroup);
        }
        const { rebootType } = (call.body ?? {}) as { rebootType?: unknown };
        if (rebootType !== 'PrimaryNode' && rebootType !== 'SecondaryNode' && rebootType !== 'AllNodes') {
          throw badRequest('InvalidRequestBody', 'rebootType must be PrimaryNode, SecondaryNode or AllNodes.');
        }
        if (found.properties['provisioningState'] !== 'Succeeded') {
          throw operationNotAllowed(`The cache '${found.name}' is busy processing a previous update request.`);
        }
        const headers = begin(world, call, rebooting, (error, nothing) => {
          if (error === undefined && !nothing) world.caches.rebooted(found);
        });
        // The reboot itself answers with a message, and is followed like any other operation.
        return { status: 200, headers, body: { message: 'The reboot was started.' } };
      },
    },
    operationRoute(world, 'Microsoft.Cache', [...managedCacheVersions, ...cacheVersions]),
    ...connectionRoutes(world, managed, managedCacheVersions),
  );
}

function requireSize({ caches }: World, next: EstateResource): void {
  const sku = next.properties['sku'] as Record<string, unknown> | undefined;
  const size = caches.sizeOf(sku === undefined ? next : { ...next, sku: { ...next.sku, ...sku } });
  if (!caches.isSize(size)) throw badRequest('InvalidSku', `The size '${size}' is not one there is.`);
}
