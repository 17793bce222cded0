import type { EstateResource, MachineSeed } from '../model';
import {
  environments,
  groupId,
  location,
  platformSubscription,
  resourceId,
  sandboxGroup,
  sandboxSubscription,
  tagsFor,
} from './names';

const diskType = 'Microsoft.Compute/disks';
const zones = ['1', '2', '3'] as const;

/** Web machines, spread over three zones, and one machine in a subscription that nobody here looks after. */
export function machineSeeds(): MachineSeed[] {
  const web = environments.flatMap(({ environment, group, machines }) =>
    Array.from({ length: machines }, (_, index): MachineSeed => {
      const name = machineName(environment, index);
      return {
        subscriptionId: platformSubscription,
        resourceGroup: group,
        name,
        location,
        zone: zoneOf(index),
        size: environment === 'prod' ? 'Standard_D4s_v5' : 'Standard_D2s_v5',
        tags: machineTags(environment),
        networkInterfaceId: resourceId(group, 'Microsoft.Network/networkInterfaces', `nic-${name}`),
        osDiskId: resourceId(group, diskType, `osdisk-${name}`),
        dataDiskIds: [resourceId(group, diskType, `datadisk-${name}`)],
      };
    }),
  );
  const sandbox = groupId(sandboxGroup, sandboxSubscription);
  return [
    ...web,
    {
      subscriptionId: sandboxSubscription,
      resourceGroup: sandboxGroup,
      name: 'vm-sandbox-weu-01',
      location,
      size: 'Standard_B2s',
      tags: tagsFor('dev', 'sandbox'),
      networkInterfaceId: `${sandbox}/providers/Microsoft.Network/networkInterfaces/nic-vm-sandbox-weu-01`,
      osDiskId: `${sandbox}/providers/${diskType}/osdisk-vm-sandbox-weu-01`,
    },
  ];
}

/** Disks, network interfaces and a scale set, as data. */
export function computeResources(): EstateResource[] {
  const web = environments.flatMap(({ environment, group, network, octet, machines }) =>
    Array.from({ length: machines }, (_, index) => index).flatMap((index): EstateResource[] => {
      const name = machineName(environment, index);
      const machine = resourceId(group, 'Microsoft.Compute/virtualMachines', name);
      const subnet = `${resourceId(group, 'Microsoft.Network/virtualNetworks', network)}/subnets/snet-web`;
      return [
        disk(group, `osdisk-${name}`, machine, environment, index, 30, 'Linux'),
        disk(group, `datadisk-${name}`, machine, environment, index, 128, undefined),
        {
          id: resourceId(group, 'Microsoft.Network/networkInterfaces', `nic-${name}`),
          type: 'Microsoft.Network/networkInterfaces',
          name: `nic-${name}`,
          location,
          tags: machineTags(environment),
          properties: {
            provisioningState: 'Succeeded',
            primary: true,
            virtualMachine: { id: machine },
            ipConfigurations: [
              {
                name: 'internal',
                properties: {
                  privateIPAddress: `10.${octet}.1.${10 + index}`,
                  privateIPAllocationMethod: 'Dynamic',
                  subnet: { id: subnet },
                },
              },
            ],
          },
        },
      ];
    }),
  );
  return [...web, scaleSet()];
}

function machineName(environment: string, index: number): string {
  return `vm-web-${environment}-weu-${String(index + 1).padStart(2, '0')}`;
}

function zoneOf(index: number): string {
  return zones[index % zones.length] ?? '1';
}

function machineTags(environment: 'dev' | 'prod'): Record<string, string> {
  return tagsFor(environment, 'web', {
    service: 'storefront',
    tier: 'web',
    'caretaker-backup': environment === 'prod' ? 'gold' : 'bronze',
  });
}

function disk(
  group: string,
  name: string,
  managedBy: string,
  environment: 'dev' | 'prod',
  index: number,
  diskSizeGB: number,
  osType: string | undefined,
): EstateResource {
  return {
    id: resourceId(group, diskType, name),
    type: diskType,
    name,
    location,
    zones: [zoneOf(index)],
    tags: machineTags(environment),
    sku: { name: 'Premium_LRS', tier: 'Premium' },
    managedBy,
    properties: {
      ...(osType === undefined ? {} : { osType, hyperVGeneration: 'V2' }),
      creationData: { createOption: osType === undefined ? 'Empty' : 'FromImage' },
      diskSizeGB,
      diskSizeBytes: diskSizeGB * 2 ** 30,
      diskIOPSReadWrite: 500,
      diskMBpsReadWrite: 100,
      encryption: { type: 'EncryptionAtRestWithPlatformKey' },
      networkAccessPolicy: 'DenyAll',
      publicNetworkAccess: 'Disabled',
      provisioningState: 'Succeeded',
      diskState: 'Attached',
      timeCreated: '2026-03-02T08:00:00.0000000+00:00',
    },
  };
}

function scaleSet(): EstateResource {
  const group = environments[1]?.group ?? '';
  const name = 'vmss-web-prod-weu-001';
  return {
    id: resourceId(group, 'Microsoft.Compute/virtualMachineScaleSets', name),
    type: 'Microsoft.Compute/virtualMachineScaleSets',
    name,
    location,
    zones: [...zones],
    tags: machineTags('prod'),
    sku: { name: 'Standard_D4s_v5', tier: 'Standard', capacity: 3 },
    properties: {
      orchestrationMode: 'Flexible',
      platformFaultDomainCount: 1,
      singlePlacementGroup: false,
      zoneBalance: true,
      automaticRepairsPolicy: { enabled: true, gracePeriod: 'PT10M', repairAction: 'Replace' },
      provisioningState: 'Succeeded',
      uniqueId: '5b0f3c52-64a1-4d83-9a1e-2f0c7d9be411',
      timeCreated: '2026-03-02T08:00:00.0000000+00:00',
    },
  };
}
