import { ArmError, badRequest, conflict } from '../errors';
import type { MachineSeed } from '../model';
import { parseResourceId, sameId } from '../resource-id';
import type { ArmAnswer, ArmCall, Router } from '../router';
import type { World } from '../world';
import { computeApiVersions } from './compute';
import { computePolicies } from './compute-policies';
import { machineBody } from './machine-body';
import { storageChange } from './machine-storage';

const template =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachines/{vmName}';

interface Reference {
  id?: string;
}
interface MachineRequest {
  location?: string;
  zones?: string[];
  tags?: Record<string, string>;
  properties?: {
    hardwareProfile?: { vmSize?: string };
    storageProfile?: {
      osDisk?: { createOption?: string; managedDisk?: Reference };
      dataDisks?: { lun?: number; managedDisk?: Reference }[];
    };
    networkProfile?: { networkInterfaces?: Reference[] };
  };
}

/** Microsoft.Compute/virtualMachines: making one from disks that exist, and deleting one. */
export function registerMadeMachines(router: Router, world: World): void {
  router.add(
    {
      method: 'PUT',
      template,
      action: 'Microsoft.Compute/virtualMachines/write',
      apiVersions: computeApiVersions,
      policy: computePolicies.updateMachine,
      handle: (call) => make(world, call),
    },
    {
      method: 'DELETE',
      template,
      action: 'Microsoft.Compute/virtualMachines/delete',
      apiVersions: computeApiVersions,
      policy: computePolicies.deleteMachine,
      handle(call) {
        const machine = world.machines.byId(call.resourceId);
        if (machine === undefined) return { status: 204 };
        const running = world.operations.runningOn(machine.id);
        if (running?.action === 'delete') return { status: 202 };
        if (running !== undefined) throw conflict();
        const now = world.clock.now();
        const endsAt = now + world.timing.deallocate;
        world.machines.deleteBy(machine, endsAt);
        world.schedule.at(endsAt, () => releaseDisks(world, machine.id));
        operation(world, call, 'delete', machine.seed.location, endsAt);
        return { status: 202, headers: { 'Retry-After': String(world.timing.retryAfterSeconds) } };
      },
    },
  );
}

function operation(world: World, call: ArmCall, action: string, location: string, endsAt: number): void {
  world.operations.start({
    provider: 'Microsoft.Compute',
    subscriptionId: call.subscriptionId,
    location,
    action,
    principal: call.principal.name,
    resourceId: call.resourceId,
    startedAt: world.clock.now(),
    endsAt,
  });
}

/** A machine from a system disk of its own. Nothing is provisioned into the guest: whether it comes up depends on the disk. */
function make(world: World, call: ArmCall): ArmAnswer {
  const existing = world.machines.byId(call.resourceId);
  const seed = seedOf(world, call);
  if (existing !== undefined) {
    if (!sameId(existing.seed.osDiskId, seed.osDiskId)) {
      throw badRequest('PropertyChangeNotAllowed', "Changing property 'osDisk.managedDisk.id' is not allowed.");
    }
    return { status: 200, body: machineBody(world, existing) };
  }
  const effect = call.fault?.effect;
  if (effect?.kind === 'allocation-failed') {
    throw new ArmError(409, 'AllocationFailed', 'Allocation failed. There is not sufficient capacity for the VM size.');
  }
  const factor = effect?.kind === 'slow' ? (effect.factor ?? 1) : 1;
  const endsAt = world.clock.now() + Math.round(world.timing.start * factor);
  const made = world.machines.add(seed, endsAt);
  try {
    const reference = (id: string, lun?: number) => ({ managedDisk: { id }, ...(lun === undefined ? {} : { lun }) });
    // The machine has its system disk from the beginning, so that only its being free and near is asked here.
    storageChange(world, made, {
      osDisk: reference(seed.osDiskId),
      dataDisks: seed.dataDiskIds?.map(reference) ?? [],
    })();
  } catch (error) {
    world.machines.remove(made, world.clock.now());
    throw error;
  }
  if (effect?.kind === 'fail-late') {
    const { code = 'OSProvisioningInternalError', message = 'OS provisioning failed.' } = effect;
    world.machines.failLate(made, endsAt, { code, message });
  }
  operation(world, call, 'create', seed.location, endsAt);
  return {
    status: 201,
    headers: { 'Retry-After': String(world.timing.retryAfterSeconds) },
    body: machineBody(world, made),
  };
}

function seedOf(world: World, call: ArmCall): MachineSeed {
  const body = (call.body ?? {}) as MachineRequest;
  const { hardwareProfile, storageProfile, networkProfile } = body.properties ?? {};
  const osDiskId = storageProfile?.osDisk?.managedDisk?.id;
  const networkInterfaceId = networkProfile?.networkInterfaces?.[0]?.id;
  if (body.location === undefined) {
    throw badRequest('LocationRequired', 'The location property is required for this definition.');
  }
  if (storageProfile?.osDisk?.createOption !== 'Attach' || osDiskId === undefined) {
    throw badRequest(
      'InvalidParameter',
      'Required parameter osDisk.managedDisk.id is missing: here machines are made from disks that exist.',
    );
  }
  if (networkInterfaceId === undefined) {
    throw badRequest('InvalidParameter', 'Required parameter networkProfile is missing (null).');
  }
  const dataDisks = [...(storageProfile.dataDisks ?? [])].sort((a, b) => (a.lun ?? 0) - (b.lun ?? 0));
  const dataDiskIds = dataDisks.map((each) => each.managedDisk?.id ?? '');
  if (!world.estate.resources.some((each) => sameId(each.id, networkInterfaceId))) {
    throw new ArmError(404, 'ResourceNotFound', `The Resource '${networkInterfaceId}' was not found.`);
  }
  const parts = parseResourceId(call.resourceId);
  return {
    subscriptionId: call.subscriptionId,
    resourceGroup: parts?.resourceGroup ?? '',
    name: parts?.name ?? '',
    location: body.location,
    ...(body.zones?.[0] === undefined ? {} : { zone: body.zones[0] }),
    size: hardwareProfile?.vmSize ?? 'Standard_D2s_v5',
    tags: { ...body.tags },
    networkInterfaceId,
    osDiskId,
    dataDiskIds,
  };
}

/** What a machine that is gone had attached is free; nothing is deleted with it. */
function releaseDisks(world: World, machineId: string): void {
  for (const disk of world.storage.disks.all()) {
    if (disk.managedBy !== undefined && sameId(disk.managedBy, machineId)) delete disk.managedBy;
  }
}
