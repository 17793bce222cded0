import { ArmError, badRequest } from '../errors';
import type { EstateResource } from '../model';
import { parseResourceId, sameId } from '../resource-id';
import type { ArmAnswer, ArmCall, ArmRoute, Router } from '../router';
import type { World } from '../world';
import { requireLinked } from '../storage/answers';
import { begin } from './declared';
import { readOnlyRoutes } from './read-only';

export const networkApiVersions = ['2025-01-01', '2024-07-01', '2024-05-01'] as const;

const group = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}';

interface Reference {
  id?: string;
}
interface NetworkBody {
  location?: unknown;
  tags?: Record<string, string>;
  properties?: Record<string, unknown> & {
    subnets?: { name?: string; properties?: Record<string, unknown> & { networkSecurityGroup?: Reference } }[];
    ipConfigurations?: { name?: string; properties?: Record<string, unknown> & { subnet?: Reference } }[];
  };
}

/** Microsoft.Network, as far as networks, security groups and interfaces are made and removed. Reading networks and interfaces is elsewhere. */
export function registerNetworks(router: Router, world: World): void {
  const securityGroups = (): EstateResource[] =>
    world.estate.resources.filter((each) => sameId(each.type, 'Microsoft.Network/networkSecurityGroups'));
  router.add(
    ...readOnlyRoutes({
      world,
      type: 'Microsoft.Network/networkSecurityGroups',
      apiVersions: networkApiVersions,
      items: securityGroups,
      show: (each) => each,
    }),
    ...writeRoutes(world, 'networkSecurityGroups', () => undefined),
    ...writeRoutes(world, 'virtualNetworks', checkedNetwork),
    ...writeRoutes(world, 'networkInterfaces', checkedInterface),
  );
}

/** Put and delete of one type. What is made is there at once; Azure takes a few seconds. */
function writeRoutes(
  world: World,
  type: string,
  check: (world: World, id: string, body: NetworkBody) => void,
): ArmRoute[] {
  const full = `Microsoft.Network/${type}`;
  const common = { template: `${group}/providers/${full}/{name}`, apiVersions: networkApiVersions };
  return [
    {
      ...common,
      method: 'PUT',
      action: `${full}/write`,
      handle(call) {
        const body = (call.body ?? {}) as NetworkBody;
        if (typeof body.location !== 'string') {
          throw badRequest('LocationRequired', 'The location property is required for this definition.');
        }
        check(world, call.resourceId, body);
        requireJoins(world, call, body);
        const effect = call.fault?.effect.kind;
        if (effect === 'accept-and-do-nothing' || effect === 'fail-late' || effect === 'allocation-failed') {
          return { status: 200, headers: begin(world, call, 2_000, () => undefined), body };
        }
        const made = kept(world, call, full, body);
        return { status: made.isNew ? 201 : 200, body: made.resource };
      },
    },
    {
      ...common,
      method: 'DELETE',
      action: `${full}/delete`,
      handle: (call) => removed(world, call, full),
    },
  ];
}

function kept(
  world: World,
  call: ArmCall,
  type: string,
  body: NetworkBody,
): { isNew: boolean; resource: EstateResource } {
  const { resources } = world.estate;
  const index = resources.findIndex((each) => sameId(each.id, call.resourceId));
  const before = index < 0 ? undefined : resources[index];
  const resource: EstateResource = {
    id: before?.id ?? call.resourceId,
    type,
    name: before?.name ?? parseResourceId(call.resourceId)?.name ?? '',
    location: String(body.location),
    tags: { ...body.tags },
    properties: { ...body.properties, provisioningState: 'Succeeded' },
  };
  if (index < 0) resources.push(resource);
  else resources[index] = resource;
  return { isNew: index < 0, resource };
}

/** Codes with which Network refuses to delete what is used. */
const inUse: Record<string, string> = {
  'Microsoft.Network/virtualNetworks': 'InUseSubnetCannotBeDeleted',
  'Microsoft.Network/networkInterfaces': 'NicInUse',
  'Microsoft.Network/networkSecurityGroups': 'InUseNetworkSecurityGroupCannotBeDeleted',
};

/** What uses a resource keeps it: a network with interfaces, an interface of a machine, a security group of a subnet. */
function removed(world: World, call: ArmCall, type: string): ArmAnswer {
  const { resources } = world.estate;
  const index = resources.findIndex((each) => sameId(each.id, call.resourceId));
  if (index < 0) return { status: 204 };
  const user = userOf(world, call.resourceId);
  if (user !== undefined) {
    throw new ArmError(
      400,
      inUse[type] ?? 'InUse',
      `Resource ${call.resourceId} is in use by ${user} and cannot be deleted.`,
    );
  }
  resources.splice(index, 1);
  return { status: 200 };
}

function userOf(world: World, id: string): string | undefined {
  const machine = world.machines.all().find(({ seed }) => sameId(seed.networkInterfaceId, id));
  if (machine !== undefined) return machine.id;
  return world.estate.resources.find((each) => {
    const { subnets, ipConfigurations } = each.properties as NonNullable<NetworkBody['properties']>;
    return (
      subnets?.some((one) => sameId(one.properties?.networkSecurityGroup?.id ?? '', id)) === true ||
      ipConfigurations?.some((one) => one.properties?.subnet?.id?.toLowerCase().startsWith(`${id.toLowerCase()}/`)) ===
        true
    );
  })?.id;
}

/** What an interface is put into asks for a right of its own: its subnets, its security group. */
function requireJoins(world: World, call: ArmCall, { properties }: NetworkBody): void {
  for (const { properties: one } of properties?.ipConfigurations ?? []) {
    if (one?.subnet?.id !== undefined) {
      requireLinked(world, call, 'Microsoft.Network/virtualNetworks/subnets/join/action', one.subnet.id);
    }
  }
  const group = (properties?.['networkSecurityGroup'] as Reference | undefined)?.id;
  if (group !== undefined) {
    requireLinked(world, call, 'Microsoft.Network/networkSecurityGroups/join/action', group);
  }
}

function exists(world: World, id: string): boolean {
  return world.estate.resources.some((each) => sameId(each.id, id));
}

function checkedNetwork(world: World, id: string, body: NetworkBody): void {
  for (const subnet of body.properties?.subnets ?? []) {
    Object.assign(subnet, { id: `${id}/subnets/${subnet.name ?? ''}` });
    const groupId = subnet.properties?.networkSecurityGroup?.id;
    if (groupId !== undefined && !exists(world, groupId)) throw invalidReference(groupId, id);
  }
}

function checkedInterface(world: World, id: string, body: NetworkBody): void {
  const subnets = (body.properties?.ipConfigurations ?? []).map((one) => one.properties?.subnet?.id ?? '');
  for (const subnet of subnets) {
    const network = subnet.slice(0, subnet.toLowerCase().lastIndexOf('/subnets/'));
    const found = world.estate.resources.find((each) => sameId(each.id, network));
    const known = (found?.properties['subnets'] ?? []) as { name?: string }[];
    const name = subnet.slice(subnet.lastIndexOf('/') + 1).toLowerCase();
    if (!known.some((each) => each.name?.toLowerCase() === name)) throw invalidReference(subnet, id);
  }
}

function invalidReference(reference: string, id: string): ArmError {
  return badRequest(
    'InvalidResourceReference',
    `Resource ${reference} referenced by resource ${id} was not found. Please make sure that the referenced resource exists.`,
  );
}
