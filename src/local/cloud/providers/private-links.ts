import { badRequest, resourceNotFound } from '../errors';
import type { EstateResource } from '../model';
import { parseResourceId, sameId } from '../resource-id';
import type { ArmCall, ArmRoute, Router } from '../router';
import type { World } from '../world';
import { requireLinked } from '../storage/answers';
import { declaredRoutes, dnsVersions, networkVersions } from './declared';

const endpointType = 'Microsoft.Network/privateEndpoints';
const linkType = 'Microsoft.Network/privateDnsZones/virtualNetworkLinks';
const recordType = 'Microsoft.Network/privateDnsZones/A';

interface Connection {
  name: string;
  properties: {
    privateLinkServiceId: string;
    groupIds?: string[];
    privateLinkServiceConnectionState: { status: string; description: string };
  };
}

/** Microsoft.Network: private endpoints, and private DNS zones with their links and records. */
export function registerPrivateLinks(router: Router, world: World): void {
  router.add(
    ...declaredRoutes(world, {
      type: endpointType,
      apiVersions: networkVersions,
      duration: 20_000,
      check: checkEndpoint,
      settle: connect,
    }),
    ...declaredRoutes(world, {
      type: linkType,
      apiVersions: dnsVersions,
      duration: 15_000,
      check(cloud, { properties }, call) {
        const { virtualNetwork } = properties as { virtualNetwork?: { id: string } };
        requireLinked(cloud, call, 'Microsoft.Network/virtualNetworks/join/action', virtualNetwork?.id ?? '');
      },
      settle: (_, link) => {
        link.properties = { ...link.properties, virtualNetworkLinkState: 'Completed' };
      },
    }),
    ...declaredRoutes(world, { type: recordType, apiVersions: dnsVersions, duration: 0 }),
  );
}

function connectionsOf(endpoint: EstateResource): Connection[] {
  return (endpoint.properties['privateLinkServiceConnections'] ?? []) as Connection[];
}

function checkEndpoint(world: World, next: EstateResource, call: ArmCall): void {
  const { subnet } = next.properties as { subnet?: { id: string } };
  if (subnet !== undefined) {
    requireLinked(world, call, 'Microsoft.Network/virtualNetworks/subnets/join/action', subnet.id);
  }
  if (connectionsOf(next).length === 0) {
    throw badRequest('PrivateEndpointMustHaveConnection', 'A private endpoint must have one connection.');
  }
}

/** A new endpoint is approved by itself, as where the same identity may approve, and gets an address and its record. */
function connect(_: World, endpoint: EstateResource): void {
  const { privateIPAddress: address = '10.10.2.4' } = endpoint.properties as { privateIPAddress?: string };
  endpoint.properties = {
    ...endpoint.properties,
    privateLinkServiceConnections: connectionsOf(endpoint).map((one) => ({
      ...one,
      properties: {
        ...one.properties,
        privateLinkServiceConnectionState: { status: 'Approved', description: 'Auto-Approved' },
      },
    })),
    customDnsConfigs: ((endpoint.properties['customDnsConfigs'] ?? []) as { fqdn: string }[]).map(({ fqdn }) => ({
      fqdn,
      ipAddresses: [address],
    })),
  };
}

/** The connections of a service that private endpoints lead to, seen from the service: where they are approved. */
export function connectionRoutes(world: World, service: string, apiVersions: readonly string[]): ArmRoute[] {
  const type = `${service}/privateEndpointConnections`;
  const template = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${service}/{service}/privateEndpointConnections/{name}`;
  const find = (call: ArmCall): { endpoint: EstateResource; connection: Connection } => {
    const id = call.resourceId.slice(0, call.resourceId.toLowerCase().lastIndexOf('/privateendpointconnections/'));
    for (const endpoint of world.estate.resources) {
      if (!sameId(endpoint.type, endpointType)) continue;
      const connection = connectionsOf(endpoint).find(
        ({ name, properties }) =>
          sameId(properties.privateLinkServiceId, id) && sameId(name, call.params['name'] ?? ''),
      );
      if (connection !== undefined) return { endpoint, connection };
    }
    const { name = '', resourceGroup = '' } = parseResourceId(call.resourceId) ?? {};
    throw resourceNotFound(type, name, resourceGroup);
  };
  const show = (call: ArmCall, { endpoint, connection }: ReturnType<typeof find>): unknown => ({
    id: call.resourceId,
    name: connection.name,
    type,
    properties: {
      provisioningState: 'Succeeded',
      privateEndpoint: { id: endpoint.id },
      privateLinkServiceConnectionState: connection.properties.privateLinkServiceConnectionState,
    },
  });
  return [
    {
      method: 'GET',
      template,
      action: `${type}/read`,
      apiVersions,
      handle: (call) => ({ status: 200, body: show(call, find(call)) }),
    },
    {
      method: 'PUT',
      template,
      action: `${type}/write`,
      apiVersions,
      handle(call) {
        const found = find(call);
        const { properties } = (call.body ?? {}) as {
          properties?: { privateLinkServiceConnectionState?: { status?: string; description?: string } };
        };
        const state = properties?.privateLinkServiceConnectionState;
        if (state?.status !== 'Approved' && state?.status !== 'Rejected') {
          throw badRequest(
            'InvalidParameter',
            'privateLinkServiceConnectionState.status must be Approved or Rejected.',
          );
        }
        const effect = call.fault?.effect;
        if (effect?.kind !== 'accept-and-do-nothing') {
          found.connection.properties.privateLinkServiceConnectionState = {
            status: state.status,
            description: state.description ?? '',
          };
        }
        return { status: 200, body: show(call, found) };
      },
    },
  ];
}
