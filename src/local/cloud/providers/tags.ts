import { badRequest, resourceNotFound } from '../errors';
import { sameId } from '../resource-id';
import type { ArmCall, ArmRoute, Router } from '../router';
import type { World } from '../world';

const apiVersions = ['2025-04-01', '2024-11-01', '2022-09-01', '2021-04-01'] as const;

/** Microsoft.Resources: the tags of any resource by themselves. */
export function registerTags(router: Router, world: World): void {
  router.add(...tagRoutes(world));
}

/** Where a resource's tags are kept, to read and to change. */
function tagged(world: World, scope: string) {
  const machine = world.machines.byId(scope);
  if (machine !== undefined) {
    return { tags: machine.tags, set: (tags: Record<string, string>) => world.machines.setTags(machine, tags) };
  }
  const resource =
    world.storage.disks.get(scope) ??
    world.estate.resources.find(({ id }) => sameId(id, scope)) ??
    world.estate.resourceGroups.find(({ subscriptionId, name }) =>
      sameId(`/subscriptions/${subscriptionId}/resourceGroups/${name}`, scope),
    );
  if (resource === undefined) {
    const parts = scope.split('/');
    throw resourceNotFound(parts.slice(6, -1).join('/'), parts.at(-1) ?? '', parts[4] ?? '');
  }
  return {
    tags: resource.tags,
    set: (tags: Record<string, string>) => {
      resource.tags = tags;
    },
  };
}

function tagRoutes(world: World): ArmRoute[] {
  const template = '{+scope}/providers/Microsoft.Resources/tags/default';
  const body = (scope: string, tags: Record<string, string>) => ({
    id: `${scope}/providers/Microsoft.Resources/tags/default`,
    name: 'default',
    type: 'Microsoft.Resources/tags',
    properties: { tags },
  });
  return [
    {
      method: 'GET',
      template,
      action: 'Microsoft.Resources/tags/read',
      apiVersions,
      handle: ({ params }) => {
        const scope = params['scope'] ?? '';
        return { status: 200, body: body(scope, tagged(world, scope).tags) };
      },
    },
    {
      method: 'PATCH',
      template,
      action: 'Microsoft.Resources/tags/write',
      apiVersions,
      handle: (call) => {
        const scope = call.params['scope'] ?? '';
        const { tags, set } = tagged(world, scope);
        const next = changed(tags, call);
        set(next);
        return { status: 200, body: body(scope, next) };
      },
    },
  ];
}

/** The tags after a PATCH: `Merge`, `Replace`, or `Delete`, which removes those whose name and value are given. */
function changed(tags: Record<string, string>, { body }: ArmCall): Record<string, string> {
  const { operation, properties } = (body ?? {}) as {
    operation?: unknown;
    properties?: { tags?: Record<string, string> };
  };
  const given = properties?.tags;
  if (given === undefined || typeof operation !== 'string') {
    throw badRequest(
      'InvalidRequestContent',
      'The request content was invalid: operation and properties.tags are required.',
    );
  }
  const names = new Map(Object.keys(tags).map((name) => [name.toLowerCase(), name]));
  const nameOf = (name: string): string => names.get(name.toLowerCase()) ?? name;
  switch (operation.toLowerCase()) {
    case 'merge':
      return { ...tags, ...Object.fromEntries(Object.entries(given).map(([name, value]) => [nameOf(name), value])) };
    case 'replace':
      return { ...given };
    case 'delete': {
      const gone = new Set(
        Object.entries(given).flatMap(([name, value]) => (tags[nameOf(name)] === value ? [nameOf(name)] : [])),
      );
      return Object.fromEntries(Object.entries(tags).filter(([name]) => !gone.has(name)));
    }
    default:
      throw badRequest('InvalidRequestContent', `The operation '${operation}' is not one of Merge, Replace, Delete.`);
  }
}
