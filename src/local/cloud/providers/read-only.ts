import { resourceNotFound } from '../errors';
import { parseResourceId, sameId, withinScope } from '../resource-id';
import type { ArmRoute } from '../router';
import type { World } from '../world';
import { page } from './listing';

/** Get, list by group and list by subscription of one resource type that can only be looked at. */
export function readOnlyRoutes<T extends { id: string }>(options: {
  world: World;
  /** `Microsoft.Network/virtualNetworks` */
  type: string;
  apiVersions: readonly string[];
  items: () => readonly T[];
  show: (item: T) => unknown;
}): ArmRoute[] {
  const { world, type, apiVersions, items, show } = options;
  const common = { method: 'GET' as const, action: `${type}/read`, apiVersions };
  const inGroup = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${type}`;
  const within = (scope: string): T[] => items().filter((each) => withinScope(each.id, scope));
  return [
    {
      ...common,
      template: `${inGroup}/{name}`,
      handle(call) {
        const found = items().find((each) => sameId(each.id, call.resourceId));
        if (found !== undefined) return { status: 200, body: show(found) };
        const parts = parseResourceId(call.resourceId);
        throw resourceNotFound(type, parts?.name ?? '', parts?.resourceGroup ?? '');
      },
    },
    { ...common, template: inGroup, handle: (call) => page(call, world.pageSize, within(call.resourceId), show) },
    {
      ...common,
      template: `/subscriptions/{subscriptionId}/providers/${type}`,
      handle: (call) => page(call, world.pageSize, within(`/subscriptions/${call.subscriptionId}`), show),
    },
  ];
}
