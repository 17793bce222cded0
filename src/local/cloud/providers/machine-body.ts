import type { Machine } from '../machines';
import type { PowerState } from '../model';
import type { World } from '../world';

/** A virtual machine as Compute answers it, without runtime status. */
export function machineBody(world: World, machine: Machine): Record<string, unknown> {
  const { seed } = machine;
  return {
    name: seed.name,
    id: machine.id,
    type: 'Microsoft.Compute/virtualMachines',
    location: seed.location,
    tags: { ...machine.tags },
    ...(seed.zone === undefined ? {} : { zones: [seed.zone] }),
    etag: machineETag(machine),
    identity: {
      type: 'SystemAssigned',
      principalId: world.random.guid(`vm identity ${machine.id}`),
      tenantId: world.estate.tenantId,
    },
    properties: {
      hardwareProfile: { vmSize: seed.size },
      provisioningState: machine.provisioning,
      vmId: machine.vmId,
      ...(seed.scaleSetId === undefined ? {} : { virtualMachineScaleSet: { id: seed.scaleSetId } }),
      storageProfile: {
        imageReference: {
          publisher: 'Canonical',
          offer: 'ubuntu-24_04-lts',
          sku: 'server',
          version: 'latest',
          exactVersion: '24.04.202609010',
        },
        osDisk: {
          osType: 'Linux',
          name: lastSegment(seed.osDiskId),
          createOption: 'FromImage',
          caching: 'ReadWrite',
          managedDisk: { storageAccountType: 'Premium_LRS', id: seed.osDiskId },
          deleteOption: 'Detach',
          diskSizeGB: 30,
        },
        dataDisks: (seed.dataDiskIds ?? []).map((id, lun) => ({
          lun,
          name: lastSegment(id),
          createOption: 'Attach',
          caching: 'ReadOnly',
          managedDisk: { storageAccountType: 'Premium_LRS', id },
          deleteOption: 'Detach',
          toBeDetached: false,
        })),
      },
      osProfile: {
        computerName: seed.name,
        adminUsername: 'azureuser',
        linuxConfiguration: {
          disablePasswordAuthentication: true,
          provisionVMAgent: true,
          patchSettings: { patchMode: 'ImageDefault', assessmentMode: 'ImageDefault' },
        },
        secrets: [],
        allowExtensionOperations: true,
        requireGuestProvisionSignal: true,
      },
      securityProfile: { uefiSettings: { secureBootEnabled: true, vTpmEnabled: true }, securityType: 'TrustedLaunch' },
      networkProfile: { networkInterfaces: [{ id: seed.networkInterfaceId, properties: { primary: true } }] },
      diagnosticsProfile: { bootDiagnostics: { enabled: true } },
      timeCreated: new Date(machine.createdAt).toISOString(),
    },
  };
}

export function machineETag(machine: Machine): string {
  return `"${machine.version}"`;
}

const powerDisplay: Record<PowerState, string> = {
  running: 'VM running',
  starting: 'VM starting',
  stopping: 'VM stopping',
  stopped: 'VM stopped',
  deallocating: 'VM deallocating',
  deallocated: 'VM deallocated',
};

/** Runtime status. What only the guest agent knows is missing while it does not report. */
export function instanceView(world: World, machine: Machine): Record<string, unknown> {
  const agent = world.machines.agent(machine);
  const now = new Date(world.clock.now()).toISOString();
  const disks = [machine.seed.osDiskId, ...(machine.seed.dataDiskIds ?? [])];
  return {
    ...(agent === 'ready'
      ? { computerName: machine.seed.name, osName: 'ubuntu', osVersion: '24.04', hyperVGeneration: 'V2' }
      : { hyperVGeneration: 'V2' }),
    ...(agent === 'absent' ? {} : { vmAgent: agent === 'ready' ? agentReady(now) : agentSilent(now) }),
    disks: disks.map((id) => ({
      name: lastSegment(id),
      statuses: [
        {
          code: 'ProvisioningState/succeeded',
          level: 'Info',
          displayStatus: 'Provisioning succeeded',
          time: new Date(machine.createdAt).toISOString(),
        },
      ],
    })),
    bootDiagnostics: {},
    // The instances of the scale set have the health extension.
    ...(machine.seed.scaleSetId === undefined
      ? {}
      : {
          vmHealth: {
            status: {
              code: `HealthState/${world.machines.healthy(machine) ? 'healthy' : 'unhealthy'}`,
              level: 'Info',
              displayStatus: world.machines.healthy(machine) ? 'Healthy' : 'Unhealthy',
            },
          },
        }),
    statuses: [provisioningStatus(machine), powerStatus(machine)],
  };
}

function agentReady(time: string): Record<string, unknown> {
  return {
    vmAgentVersion: '2.14.0.1',
    statuses: [
      {
        code: 'ProvisioningState/succeeded',
        level: 'Info',
        displayStatus: 'Ready',
        message: 'Guest Agent is running',
        time,
      },
    ],
    extensionHandlers: [],
  };
}

function agentSilent(time: string): Record<string, unknown> {
  return {
    vmAgentVersion: 'Unknown',
    statuses: [
      {
        code: 'ProvisioningState/Unavailable',
        level: 'Warning',
        displayStatus: 'Not Ready',
        message: 'VM status blob is found but not yet populated.',
        time,
      },
    ],
  };
}

function provisioningStatus(machine: Machine): Record<string, unknown> {
  const time = new Date(machine.provisioningSince).toISOString();
  if (machine.provisioning === 'Updating') {
    return { code: 'ProvisioningState/updating', level: 'Info', displayStatus: 'Updating', time };
  }
  if (machine.provisioning === 'Failed') {
    return {
      code: `ProvisioningState/failed/${machine.provisioningError?.code ?? 'InternalExecutionError'}`,
      level: 'Error',
      displayStatus: 'Provisioning failed',
      message: machine.provisioningError?.message ?? '',
      time,
    };
  }
  return { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded', time };
}

function powerStatus(machine: Machine): Record<string, unknown> {
  return { code: `PowerState/${machine.power}`, level: 'Info', displayStatus: powerDisplay[machine.power] };
}

function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
