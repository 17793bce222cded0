import { badRequest, resourceNotFound } from '../errors';
import type { EstateResource } from '../model';
import { parseResourceId, sameId } from '../resource-id';
import type { Machine } from '../machines';
import type { ArmCall, Router } from '../router';
import type { World } from '../world';
import { requireLinked } from '../storage/answers';
import { begin, dnsVersions, networkVersions, operationRoute } from './declared';

const type = 'Microsoft.Network/loadBalancers/backendAddressPools';
const template =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Network/loadBalancers/{balancer}/backendAddressPools/{pool}';

type AdminState = 'Up' | 'Down' | 'None';

interface Address {
  name: string;
  properties: { networkInterfaceIPConfiguration: { id: string }; adminState: AdminState };
}

/** Backend pools of load balancers: whose interfaces are in them, and who is taken out of rotation (admin state). */
export function registerBalancers(router: Router, world: World): void {
  const states = new Map<string, AdminState>();
  for (const machine of world.machines.all()) keepInterface(world, machine);
  world.machines.onChange((machine) => keepInterface(world, machine));
  const poolOf = (call: ArmCall): EstateResource => {
    const id = call.resourceId.slice(0, call.resourceId.toLowerCase().lastIndexOf('/backendaddresspools/'));
    const found = world.estate.resources.find((each) => sameId(each.id, id));
    const pools = (found?.properties['backendAddressPools'] ?? []) as { id: string }[];
    if (found !== undefined && pools.some((pool) => sameId(pool.id, call.resourceId))) return found;
    const { name = '', resourceGroup = '' } = parseResourceId(call.resourceId) ?? {};
    throw resourceNotFound(type, name, resourceGroup);
  };
  const addresses = (poolId: string): Address[] =>
    interfacesOf(world)
      .filter(({ pools }) => pools.some((pool) => sameId(pool, poolId)))
      .map(({ id, name, configuration }) => ({
        name,
        properties: {
          networkInterfaceIPConfiguration: { id: `${id}/ipConfigurations/${configuration}` },
          adminState: states.get(`${poolId} ${name}`.toLowerCase()) ?? 'None',
        },
      }));
  const body = (call: ArmCall): unknown => ({
    id: call.resourceId,
    name: call.params['pool'],
    type,
    properties: { provisioningState: 'Succeeded', loadBalancerBackendAddresses: addresses(call.resourceId) },
  });
  router.add(
    {
      method: 'GET',
      template,
      action: `${type}/read`,
      apiVersions: networkVersions,
      handle(call) {
        poolOf(call);
        return { status: 200, body: body(call) };
      },
    },
    {
      method: 'PUT',
      template,
      action: `${type}/write`,
      apiVersions: networkVersions,
      handle(call) {
        poolOf(call);
        const { properties } = (call.body ?? {}) as { properties?: { loadBalancerBackendAddresses?: unknown } };
        const given = properties?.loadBalancerBackendAddresses;
        if (!Array.isArray(given)) {
          throw badRequest('InvalidRequestFormat', 'properties.loadBalancerBackendAddresses must be given.');
        }
        requireLinked(world, call, `${type}/join/action`, call.resourceId);
        const wanted = given as Address[];
        const known = addresses(call.resourceId);
        const missing = known.find(({ name }) => !wanted.some((one) => sameId(one.name, name)));
        if (missing !== undefined) {
          throw badRequest('InvalidParameter', `The address ${missing.name} of an interface cannot be left out here.`);
        }
        const headers = begin(world, call, 2_000, (error, nothing) => {
          if (error !== undefined || nothing) return;
          for (const { name, properties: one } of wanted) {
            states.set(`${call.resourceId} ${name}`.toLowerCase(), one.adminState);
          }
        });
        return { status: 200, headers, body: body(call) };
      },
    },
    operationRoute(world, 'Microsoft.Network', [...networkVersions, ...dnsVersions]),
  );
}

/** Interfaces with the pools that they are in; those of the instances of scale sets are in the pool of their network profile. */
function interfacesOf(world: World): { id: string; name: string; configuration: string; pools: string[] }[] {
  return world.estate.resources
    .filter((each) => sameId(each.type, 'Microsoft.Network/networkInterfaces'))
    .flatMap(({ id, name, properties }) => {
      const [first] = (properties['ipConfigurations'] ?? []) as {
        name: string;
        properties: { loadBalancerBackendAddressPools?: { id: string }[] };
      }[];
      if (first === undefined) return [];
      const pools = (first.properties.loadBalancerBackendAddressPools ?? []).map((pool) => pool.id);
      return [{ id, name, configuration: first.name, pools }];
    });
}

/** An instance of a scale set comes with an interface in the pool of its group's balancer, and takes it along when it goes. */
function keepInterface(world: World, { seed, id, removedAt }: Machine): void {
  if (seed.scaleSetId === undefined) return;
  const { resources } = world.estate;
  const index = resources.findIndex((each) => sameId(each.id, seed.networkInterfaceId));
  if (removedAt !== undefined) {
    if (index >= 0) resources.splice(index, 1);
    return;
  }
  if (index >= 0) return;
  const group = `/resourcegroups/${seed.resourceGroup.toLowerCase()}/`;
  const near = resources.filter((each) => each.id.toLowerCase().includes(group));
  const balancer = near.find((each) => sameId(each.type, 'Microsoft.Network/loadBalancers'));
  const network = near.find((each) => sameId(each.type, 'Microsoft.Network/virtualNetworks'));
  const pools = (balancer?.properties['backendAddressPools'] ?? []) as { id: string }[];
  const subnets = (network?.properties['subnets'] ?? []) as { id: string }[];
  resources.push({
    id: seed.networkInterfaceId,
    type: 'Microsoft.Network/networkInterfaces',
    name: seed.networkInterfaceId.slice(seed.networkInterfaceId.lastIndexOf('/') + 1),
    location: seed.location,
    tags: { ...seed.tags },
    properties: {
      provisioningState: 'Succeeded',
      primary: true,
      virtualMachine: { id },
      ipConfigurations: [
        {
          name: 'internal',
          properties: {
            privateIPAddress: `10.10.1.${100 + (resources.length % 150)}`,
            privateIPAllocationMethod: 'Dynamic',
            ...(subnets[0] === undefined ? {} : { subnet: { id: subnets[0].id } }),
            loadBalancerBackendAddressPools: pools.map((pool) => ({ id: pool.id })),
          },
        },
      ],
    },
  });
}
