import type { EstateResource } from '../model';
import { environments, hubGroup, location, resourceId, tagsFor } from './names';

const networkType = 'Microsoft.Network/virtualNetworks';
const hubNetwork = resourceId(hubGroup, networkType, 'vnet-hub-weu-001');

/** Hub and spokes with their peerings, private DNS zones, load balancers. */
export function networkResources(): EstateResource[] {
  const hub = network(hubNetwork, 'vnet-hub-weu-001', ['10.0.0.0/20'], tagsFor('prod', 'platform'), [
    ['snet-resolver-inbound', '10.0.0.0/28'],
    ['snet-private-endpoints', '10.0.1.0/24'],
    ['AzureBastionSubnet', '10.0.2.0/26'],
  ]);
  const spokes = environments.flatMap(({ environment, group, network: name, octet }) => [
    network(resourceId(group, networkType, name), name, [`10.${octet}.0.0/16`], tagsFor(environment, 'web'), [
      ['snet-web', `10.${octet}.1.0/24`],
      ['snet-private-endpoints', `10.${octet}.2.0/24`],
    ]),
    loadBalancer(group, environment),
  ]);
  const zones = ['privatelink.redis.azure.net', 'privatelink.vaultcore.azure.net', 'privatelink.blob.core.windows.net'];
  return [
    hub,
    ...spokes,
    ...zones.map((name) => ({
      id: resourceId(hubGroup, 'Microsoft.Network/privateDnsZones', name),
      type: 'Microsoft.Network/privateDnsZones',
      name,
      location: 'global',
      tags: tagsFor('prod', 'platform'),
      properties: { numberOfRecordSets: 2, numberOfVirtualNetworkLinks: 3, provisioningState: 'Succeeded' },
    })),
  ];
}

function network(
  id: string,
  name: string,
  addressPrefixes: string[],
  tags: Record<string, string>,
  subnets: [name: string, prefix: string][],
): EstateResource {
  const peers =
    id === hubNetwork ? environments.map((each) => resourceId(each.group, networkType, each.network)) : [hubNetwork];
  return {
    id,
    type: networkType,
    name,
    location,
    tags,
    properties: {
      provisioningState: 'Succeeded',
      addressSpace: { addressPrefixes },
      subnets: subnets.map(([subnet, addressPrefix]) => ({
        id: `${id}/subnets/${subnet}`,
        name: subnet,
        properties: { addressPrefix, provisioningState: 'Succeeded', defaultOutboundAccess: false },
      })),
      virtualNetworkPeerings: peers.map((remote) => {
        const peering = `peer-to-${remote.slice(remote.lastIndexOf('/') + 1)}`;
        return {
          id: `${id}/virtualNetworkPeerings/${peering}`,
          name: peering,
          properties: {
            peeringState: 'Connected',
            remoteVirtualNetwork: { id: remote },
            allowVirtualNetworkAccess: true,
            allowForwardedTraffic: true,
          },
        };
      }),
    },
  };
}

function loadBalancer(group: string, environment: 'dev' | 'prod'): EstateResource {
  const name = `lb-web-${environment}-weu-001`;
  const id = resourceId(group, 'Microsoft.Network/loadBalancers', name);
  return {
    id,
    type: 'Microsoft.Network/loadBalancers',
    name,
    location,
    tags: tagsFor(environment, 'web'),
    sku: { name: 'Standard', tier: 'Regional' },
    properties: {
      provisioningState: 'Succeeded',
      backendAddressPools: [{ id: `${id}/backendAddressPools/web`, name: 'web' }],
      probes: [
        {
          id: `${id}/probes/health`,
          name: 'health',
          properties: { protocol: 'Https', port: 443, requestPath: '/health' },
        },
      ],
    },
  };
}
