import type { CloudControl, EstateResource } from '../../../src/local/cloud';

const subscription = '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';
export const group = `${subscription}/resourceGroups/rg-web-prod-weu-001/providers`;
const machine = (number: number): string => `${group}/Microsoft.Compute/virtualMachines/vm-web-prod-weu-0${number}`;
export const scaleSetId = `${group}/Microsoft.Compute/virtualMachineScaleSets/vmss-web-prod-weu-001`;
export const cacheId = `${group}/Microsoft.Cache/redisEnterprise/amr-web-prod-weu-001`;
export const classicId = `${group}/Microsoft.Cache/redis/redis-web-prod-weu-001`;
export const endpointId = `${group}/Microsoft.Network/privateEndpoints/pe-amr-web-prod-weu-001`;
const zone = 'privatelink.redis.azure.net';
export const linkId = `${group}/Microsoft.Network/privateDnsZones/${zone}/virtualNetworkLinks/link-web-prod`;
const network = `${group}/Microsoft.Network/virtualNetworks/vnet-web-prod-weu-001`;
export const isolatingGroup = `${group}/Microsoft.Network/networkSecurityGroups/nsg-quarantine-prod-weu-001`;
const bastion = '10.0.2.0/26';
const name = 'amr-web-prod-weu-001.westeurope.redis.azure.net';
const location = 'westeurope';

/** One runbook in a situation where it is right to act. */
export interface Scenario {
  readonly name: string;
  readonly runbook: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The call that is to fail: the runbook's main effect. */
  readonly effect: string;
  /** Where an allocation failure shows, when that is another call. */
  readonly allocation?: string;
  /** Brings the world into the situation and says which resource it is about. */
  prepare(control: CloudControl): Promise<string>;
}

const hung = async (control: CloudControl, number: number, healedBy: 'restart' | 'redeploy'): Promise<string> => {
  await control.breakMachine(`vm-web-prod-weu-0${number}`, { kind: 'guest-hung', healedBy });
  return machine(number);
};

/** An instance of the scale set that hangs, with the set's own repairs out of the way. */
export async function hungInstance(control: CloudControl): Promise<string> {
  await control.setRepairs('vmss-web-prod-weu-001', 'Suspended');
  const { instances } = await control.scaleSet('vmss-web-prod-weu-001');
  const [first] = instances;
  if (first === undefined || instances.length !== 3) {
    throw new Error(`the scale set has ${instances.length} instances; the story before did not put it back`);
  }
  await control.breakMachine(first.name, { kind: 'guest-hung', healedBy: 'replace' });
  return `${group}/Microsoft.Compute/virtualMachines/${first.name}`;
}

export const privateEndpoint = (status: 'Approved' | 'Pending' | 'Disconnected'): EstateResource => ({
  id: endpointId,
  type: 'Microsoft.Network/privateEndpoints',
  name: 'pe-amr-web-prod-weu-001',
  location,
  tags: {},
  properties: {
    provisioningState: 'Succeeded',
    subnet: { id: `${network}/subnets/snet-private-endpoints` },
    privateLinkServiceConnections: [
      {
        name: 'amr',
        properties: {
          privateLinkServiceId: cacheId,
          groupIds: ['redisEnterprise'],
          privateLinkServiceConnectionState: { status, description: '' },
        },
      },
    ],
    customDnsConfigs: [{ fqdn: name, ipAddresses: ['10.10.2.4'] }],
  },
});

const dnsLink: EstateResource = {
  id: linkId,
  type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
  name: 'link-web-prod',
  location: 'global',
  tags: {},
  properties: {
    provisioningState: 'Succeeded',
    virtualNetworkLinkState: 'Completed',
    virtualNetwork: { id: network },
    registrationEnabled: false,
  },
};

const rule = (access: 'Allow' | 'Deny', direction: 'Inbound' | 'Outbound', priority: number, source: string) => ({
  name: `${access}${direction}${priority}`,
  properties: {
    access,
    direction,
    priority,
    protocol: '*',
    sourceAddressPrefix: source,
    destinationAddressPrefix: '*',
    sourcePortRange: '*',
    destinationPortRange: '*',
  },
});

export const quarantineGroup: EstateResource = {
  id: isolatingGroup,
  type: 'Microsoft.Network/networkSecurityGroups',
  name: 'nsg-quarantine-prod-weu-001',
  location,
  tags: {},
  properties: {
    provisioningState: 'Succeeded',
    securityRules: [
      rule('Allow', 'Inbound', 100, bastion),
      rule('Deny', 'Inbound', 4000, '*'),
      rule('Deny', 'Outbound', 4000, '*'),
    ],
  },
};

export const classicCache: EstateResource = {
  id: classicId,
  type: 'Microsoft.Cache/redis',
  name: 'redis-web-prod-weu-001',
  location,
  tags: {},
  sku: { name: 'Premium', family: 'P', capacity: 1 },
  properties: { provisioningState: 'Succeeded', hostName: 'redis-web-prod-weu-001.redis.cache.windows.net' },
};

const interfaceOf = (number: number): string =>
  `${group}/Microsoft.Network/networkInterfaces/nic-vm-web-prod-weu-0${number}`;

/** Every runbook, in at least one situation. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'start-vm',
    runbook: 'start-vm',
    parameters: { sizes: ['Standard_D4as_v5'] },
    effect: 'Microsoft.Compute/virtualMachines/start/action',
    async prepare(control) {
      await control.setMachine('vm-web-prod-weu-01', { power: 'deallocated' });
      return machine(1);
    },
  },
  {
    name: 'restart-vm',
    runbook: 'restart-vm',
    effect: 'Microsoft.Compute/virtualMachines/restart/action',
    prepare: (control) => hung(control, 1, 'restart'),
  },
  {
    name: 'redeploy-vm',
    runbook: 'redeploy-vm',
    effect: 'Microsoft.Compute/virtualMachines/redeploy/action',
    prepare: (control) => hung(control, 1, 'redeploy'),
  },
  {
    name: 'reimage-instance',
    runbook: 'reimage-instance',
    effect: 'Microsoft.Compute/virtualMachines/reimage/action',
    prepare: hungInstance,
  },
  {
    name: 'replace-instance',
    runbook: 'replace-instance',
    effect: 'Microsoft.Compute/virtualMachineScaleSets/delete/action',
    allocation: 'Microsoft.Compute/virtualMachineScaleSets/write',
    prepare: hungInstance,
  },
  {
    name: 'run-command-on-vm',
    runbook: 'run-command-on-vm',
    parameters: { script: 'free-disk-space' },
    effect: 'Microsoft.Compute/virtualMachines/runCommands/write',
    async prepare(control) {
      await control.addScriptOutcome({
        contains: 'df --output=pcent',
        exitCode: 0,
        output: 'caretaker:used-percent=61\nDB_PASSWORD=hunter2-not-for-logs\n',
      });
      return machine(2);
    },
  },
  {
    name: 'expand-disk',
    runbook: 'expand-disk',
    parameters: { capGb: 16_384 },
    effect: 'Microsoft.Compute/disks/write',
    async prepare(control) {
      await control.injectMetric({ resourceId: machine(3), metricName: 'disk/used_percent', value: 93 });
      await control.setDisk('datadisk-vm-web-prod-weu-03', { sizeGB: 128 });
      return `${group}/Microsoft.Compute/disks/datadisk-vm-web-prod-weu-03`;
    },
  },
  {
    name: 'relieve-redis, size',
    runbook: 'relieve-redis',
    parameters: { largest: 'Balanced_B50' },
    effect: 'Microsoft.Cache/redisEnterprise/write',
    async prepare(control) {
      await control.setResource(cacheId, { sku: { name: 'Balanced_B10' }, properties: { resourceState: 'Running' } });
      await control.setCacheLoad(cacheId, { memoryGB: 11 });
      return cacheId;
    },
  },
  {
    name: 'relieve-redis, classic size',
    runbook: 'relieve-redis',
    parameters: { largest: 'P3' },
    effect: 'Microsoft.Cache/redis/write',
    async prepare(control) {
      await control.addResource(classicCache);
      await control.setCacheLoad(classicId, { memoryGB: 5.5 });
      return classicId;
    },
  },
  {
    name: 'relieve-redis, reboot',
    runbook: 'relieve-redis',
    parameters: { by: 'reboot' },
    effect: 'Microsoft.Cache/redis/forceReboot/action',
    async prepare(control) {
      await control.addResource(classicCache);
      await control.setCacheLoad(classicId, { memoryGB: 5.5, relievedBy: 'reboot' });
      return classicId;
    },
  },
  {
    name: 'repair-private-endpoint, pending',
    runbook: 'repair-private-endpoint',
    parameters: { probe: machine(4), name },
    effect: 'Microsoft.Cache/redisEnterprise/privateEndpointConnections/write',
    async prepare(control) {
      await control.addResource(privateEndpoint('Pending'));
      await control.addResource(dnsLink);
      return endpointId;
    },
  },
  {
    name: 'repair-private-endpoint, disconnected',
    runbook: 'repair-private-endpoint',
    parameters: { probe: machine(4), name },
    effect: 'Microsoft.Network/privateEndpoints/write',
    async prepare(control) {
      await control.addResource(privateEndpoint('Disconnected'));
      await control.addResource(dnsLink);
      return endpointId;
    },
  },
  {
    name: 'repair-dns-link',
    runbook: 'repair-dns-link',
    parameters: { probe: machine(4), name, network, address: '10.10.2.4' },
    effect: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks/write',
    async prepare(control) {
      await control.addResource(privateEndpoint('Approved'));
      await control.addResource(dnsLink);
      await control.removeResource(linkId);
      return linkId;
    },
  },
  {
    name: 'quarantine-vm',
    runbook: 'quarantine-vm',
    parameters: { group: isolatingGroup, bastion, reason: 'Defender: suspicious process' },
    effect: 'Microsoft.Network/networkInterfaces/write',
    async prepare(control) {
      await control.addResource(quarantineGroup);
      const { properties, ...rest } = await control.resource(interfaceOf(5));
      const { networkSecurityGroup: _, ...free } = properties;
      await control.addResource({ ...rest, properties: free });
      await control.setMachine('vm-web-prod-weu-05', { tags: {} });
      return machine(5);
    },
  },
  {
    name: 'collect-diagnostics',
    runbook: 'collect-diagnostics',
    effect: 'Microsoft.Insights/eventtypes/management/values/read',
    prepare: () => Promise.resolve(machine(6)),
  },
];
