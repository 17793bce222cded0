import { instantSchema } from '../../kernel/schemas';
import type { ResourceId } from '../../kernel/resource-id';
import type { Owner, Slot, Stage } from '../../ports/restoring';

type Of<Kind extends Stage['kind']> = Extract<Stage, { kind: Kind }>;

/** Tags that say whose a resource is and until when it is meant to be there. */
export const ownerTags = { work: 'caretaker-work', until: 'caretaker-until' } as const;

const marked = (owner: Owner): Record<string, string> => ({
  [ownerTags.work]: owner.work,
  [ownerTags.until]: owner.until,
});

/** The owner that a resource's tags name; `undefined` when they name none, or not in the form that is written here. */
export function markOf(tags: Readonly<Record<string, string>> | null | undefined): Owner | undefined {
  const { [ownerTags.work]: work, [ownerTags.until]: text } = tags ?? {};
  const until = instantSchema.safeParse(text);
  return work === undefined || work === '' || !until.success ? undefined : { work, until: until.data };
}

/** The security group of an isolated network: beside it, under its name. */
export function securityGroupOf(network: ResourceId): ResourceId {
  return network.replace('/virtualnetworks/', '/networksecuritygroups/') as ResourceId;
}

/** Name of the one subnet of an isolated network. */
export const isolatedSubnet = 'isolated';

const nameOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

const slots = (dataDisks: readonly Slot[]) =>
  dataDisks.map(({ lun, disk }) => ({
    lun,
    name: nameOf(disk),
    createOption: 'Attach',
    managedDisk: { id: disk },
    deleteOption: 'Detach',
  }));

/** A priority below those of the platform's own rules, so that nothing gets past it. */
const deny = (direction: 'Inbound' | 'Outbound') => ({
  name: `deny-all-${direction.toLowerCase()}`,
  properties: {
    priority: 100,
    direction,
    access: 'Deny',
    protocol: '*',
    sourceAddressPrefix: '*',
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: '*',
  },
});

/** What is written to the platform for each stage: the whole resource as it is meant to be. */
export const desired = {
  securityGroup: ({ location }: Of<'network'>, owner: Owner) => ({
    location,
    tags: marked(owner),
    properties: { securityRules: [deny('Inbound'), deny('Outbound')] },
  }),

  network: ({ id, location, prefix }: Of<'network'>, owner: Owner) => ({
    location,
    tags: marked(owner),
    properties: {
      addressSpace: { addressPrefixes: [prefix] },
      subnets: [
        {
          name: isolatedSubnet,
          properties: {
            addressPrefix: prefix,
            defaultOutboundAccess: false,
            networkSecurityGroup: { id: securityGroupOf(id) },
          },
        },
      ],
    },
  }),

  networkInterface: ({ location, subnet }: Of<'interface'>, owner: Owner) => ({
    location,
    tags: marked(owner),
    properties: {
      ipConfigurations: [
        { name: 'internal', properties: { privateIPAllocationMethod: 'Dynamic', subnet: { id: subnet } } },
      ],
    },
  }),

  disk: ({ location, zone, snapshot, sku, generation, security, encryptionSet, system }: Of<'disk'>, owner: Owner) => ({
    location,
    tags: marked(owner),
    ...(zone === null ? {} : { zones: [zone] }),
    sku: { name: sku },
    properties: {
      creationData: {
        createOption: snapshot.includes('/restorepointcollections/') ? 'Restore' : 'Copy',
        sourceResourceId: snapshot,
      },
      networkAccessPolicy: 'DenyAll',
      publicNetworkAccess: 'Disabled',
      ...(system === null ? {} : { osType: system === 'linux' ? 'Linux' : 'Windows' }),
      ...(generation === null ? {} : { hyperVGeneration: generation }),
      ...(security === null ? {} : { securityProfile: { securityType: security } }),
      ...(encryptionSet === null
        ? {}
        : { encryption: { type: 'EncryptionAtRestWithCustomerKey', diskEncryptionSetId: encryptionSet } }),
    },
  }),

  machine: (stage: Of<'machine'>, owner: Owner) => ({
    location: stage.location,
    tags: marked(owner),
    ...(stage.zone === null ? {} : { zones: [stage.zone] }),
    properties: {
      hardwareProfile: { vmSize: stage.size },
      // The system disk is a machine's own, with its users and keys: it is attached, and nothing is provisioned into it.
      storageProfile: {
        osDisk: {
          name: nameOf(stage.systemDisk),
          createOption: 'Attach',
          osType: stage.system === 'linux' ? 'Linux' : 'Windows',
          managedDisk: { id: stage.systemDisk },
          deleteOption: 'Detach',
        },
        dataDisks: slots(stage.dataDisks),
      },
      networkProfile: {
        networkInterfaces: [{ id: stage.interface, properties: { primary: true, deleteOption: 'Detach' } }],
      },
      ...(stage.security === null
        ? {}
        : {
            securityProfile: {
              securityType: stage.security,
              uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
            },
          }),
      diagnosticsProfile: { bootDiagnostics: { enabled: true } },
    },
  }),

  /**
   * The system disk's other properties are repeated as they are: changing any of them is refused. Its size is the other
   * disk's own.
   */
  exchange: (
    { systemDisk, dataDisks }: Of<'exchange'>,
    { diskSizeGB: _, ...before }: Readonly<Record<string, unknown>>,
  ) => ({
    properties: {
      storageProfile: {
        osDisk: { ...before, name: nameOf(systemDisk), managedDisk: { id: systemDisk } },
        dataDisks: slots(dataDisks),
      },
    },
  }),

  command: ({ location, script, timeLimitSeconds }: Of<'probe'>) => ({
    location,
    properties: { source: { script }, timeoutInSeconds: timeLimitSeconds, asyncExecution: true },
  }),
} as const;
