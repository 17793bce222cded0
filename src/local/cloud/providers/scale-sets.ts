import { ArmError, badRequest, conflict, resourceNotFound } from '../errors';
import type { Machine } from '../machines';
import type { OperationError } from '../operations';
import { sameId, withinScope } from '../resource-id';
import type { ArmAnswer, ArmCall, ArmRoute, Router } from '../router';
import { capacityOf, provisioningOf, scaleSetType, type ScaleSet } from '../scale-sets';
import type { World } from '../world';
import { computeApiVersions, operationHeaders } from './compute';
import { computePolicies } from './compute-policies';
import { page } from './listing';
import { instanceView, machineBody } from './machine-body';

const provider = 'Microsoft.Compute';
const inGroup = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute';
const sets = `${inGroup}/virtualMachineScaleSets`;
const set = `${sets}/{scaleSetName}`;
const instances = `${set}/virtualMachines`;
const instance = `${instances}/{instanceId}`;
/** As many instances as Azure takes in a scale set of this kind. */
const MOST_INSTANCES = 1000;

/** Microsoft.Compute: scale sets with flexible orchestration, whose instances are virtual machines. */
export function registerScaleSets(router: Router, world: World): void {
  const { scaleSets } = world;
  const find = (call: ArmCall): ScaleSet => {
    const id = call.resourceId.replace(/(\/virtualMachineScaleSets\/[^/]+)\/.*$/i, '$1');
    const found = scaleSets.byId(id);
    if (found !== undefined) return found;
    throw resourceNotFound(scaleSetType, call.params['scaleSetName'] ?? '', call.params['resourceGroup'] ?? '');
  };
  const findInstance = (call: ArmCall): Machine => instanceOf(world, find(call), call.params['instanceId'] ?? '');
  const read: Pick<ArmRoute, 'method' | 'action' | 'apiVersions' | 'policy'> = {
    method: 'GET',
    action: `${scaleSetType}/read`,
    apiVersions: computeApiVersions,
    policy: computePolicies.getScaleSet,
  };
  const post = (name: string, action: string, handle: (call: ArmCall, found: ScaleSet) => ArmAnswer): ArmRoute => ({
    method: 'POST',
    template: `${set}/${name}`,
    action: `${scaleSetType}/${action}`,
    apiVersions: computeApiVersions,
    policy: computePolicies.updateScaleSet,
    handle: (call) => handle(call, find(call)),
  });
  const list = (call: ArmCall, scope: string): ArmAnswer =>
    page(
      call,
      world.pageSize,
      scaleSets.all().filter(({ resource }) => withinScope(resource.id, scope)),
      scaleSetBody,
    );

  router.add(
    {
      ...read,
      template: set,
      handle(call) {
        const found = find(call);
        return { status: 200, headers: { ETag: etagOf(found) }, body: scaleSetBody(found) };
      },
    },
    { ...read, template: sets, policy: computePolicies.list, handle: (call) => list(call, call.resourceId) },
    {
      ...read,
      template: `/subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachineScaleSets`,
      policy: computePolicies.list,
      handle: (call) => list(call, `/subscriptions/${call.subscriptionId}`),
    },
    {
      ...read,
      template: `${set}/instanceView`,
      action: `${scaleSetType}/instanceView/read`,
      handle: (call) => ({ status: 200, body: scaleSetView(world, find(call)) }),
    },
    {
      ...read,
      template: instances,
      action: `${scaleSetType}/virtualMachines/read`,
      policy: computePolicies.list,
      handle: (call) =>
        page(call, world.pageSize, scaleSets.instances(find(call)), (each) =>
          instanceBody(world, find(call), each, call.query.get('$expand')?.toLowerCase() === 'instanceview'),
        ),
    },
    {
      ...read,
      template: instance,
      action: `${scaleSetType}/virtualMachines/read`,
      handle: (call) => ({ status: 200, body: instanceBody(world, find(call), findInstance(call), false) }),
    },
    {
      ...read,
      template: `${instance}/instanceView`,
      action: `${scaleSetType}/virtualMachines/instanceView/read`,
      handle: (call) => ({ status: 200, body: instanceView(world, findInstance(call)) }),
    },
    {
      method: 'PUT',
      template: instance,
      action: `${scaleSetType}/virtualMachines/write`,
      apiVersions: computeApiVersions,
      policy: computePolicies.updateScaleSet,
      handle: (call) => protect(world, call, find(call), findInstance(call)),
    },
    {
      method: 'PATCH',
      template: set,
      action: `${scaleSetType}/write`,
      apiVersions: computeApiVersions,
      policy: computePolicies.updateScaleSet,
      handle: (call) => update(world, call, find(call)),
    },
    post('delete', 'delete/action', (call, found) => {
      const chosen = chosenInstances(world, call, found);
      return begin(world, call, found, 'delete', world.timing.drain, (endsAt) => {
        scaleSets.deleteInstances(found, chosen, endsAt);
        return undefined;
      });
    }),
    post('reimage', 'reimage/action', (call, found) => {
      const chosen = chosenInstances(world, call, found);
      return begin(world, call, found, 'reimage', world.timing.reimage, (endsAt) => {
        scaleSets.reimage(found, chosen, endsAt);
        return undefined;
      });
    }),
    post('setOrchestrationServiceState', 'setOrchestrationServiceState/action', (call, found) => {
      const { serviceName, action } = (call.body ?? {}) as { serviceName?: unknown; action?: unknown };
      if (serviceName !== 'AutomaticRepairs' || (action !== 'Resume' && action !== 'Suspend')) {
        throw badRequest('InvalidParameter', 'serviceName must be AutomaticRepairs and action Resume or Suspend.');
      }
      return begin(world, call, found, 'update', world.timing.update, () => {
        found.repairs = action === 'Resume' ? 'Running' : 'Suspended';
        return undefined;
      });
    }),
  );
}

function etagOf(found: ScaleSet): string {
  return `"${found.version}"`;
}

function scaleSetBody(found: ScaleSet): Record<string, unknown> {
  return { ...found.resource, etag: etagOf(found) };
}

/** Summary of the instances, and whether automatic repairs run. */
function scaleSetView(world: World, found: ScaleSet): Record<string, unknown> {
  const counts = new Map<string, number>();
  for (const machine of world.scaleSets.instances(found)) {
    const code = `PowerState/${machine.power}`;
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return {
    virtualMachine: { statusesSummary: [...counts].map(([code, count]) => ({ code, count })) },
    statuses: [
      {
        code: `ProvisioningState/${provisioningOf(found).toLowerCase()}`,
        level: 'Info',
        displayStatus: provisioningOf(found),
      },
    ],
    orchestrationServices: [{ serviceName: 'AutomaticRepairs', serviceState: found.repairs }],
  };
}

function instanceBody(world: World, found: ScaleSet, machine: Machine, withView: boolean): Record<string, unknown> {
  const body = machineBody(world, machine);
  const protectFromScaleIn = found.protectedFromScaleIn.has(machine.id.toLowerCase());
  return {
    ...body,
    id: `${found.resource.id}/virtualMachines/${machine.seed.name}`,
    instanceId: machine.seed.name,
    type: `${scaleSetType}/virtualMachines`,
    sku: found.resource.sku,
    properties: {
      ...(body['properties'] as object),
      latestModelApplied: true,
      ...(protectFromScaleIn ? { protectionPolicy: { protectFromScaleIn } } : {}),
      ...(withView ? { instanceView: instanceView(world, machine) } : {}),
    },
  };
}

function instanceOf(world: World, found: ScaleSet, id: string): Machine {
  const machine = world.scaleSets.instances(found).find(({ seed }) => sameId(seed.name, id));
  if (machine !== undefined) return machine;
  throw new ArmError(
    404,
    'InvalidParameter',
    `The provided instanceId ${id} is not an active Virtual Machine Scale Set VM instanceId.`,
  );
}

function chosenInstances(world: World, call: ArmCall, found: ScaleSet): Machine[] {
  const { instanceIds } = (call.body ?? {}) as { instanceIds?: unknown };
  if (!Array.isArray(instanceIds) || instanceIds.length === 0) {
    throw badRequest('InvalidParameter', "Required parameter 'instanceIds' is missing (null).");
  }
  return instanceIds.map((id) => instanceOf(world, found, String(id)));
}

/** PUT of an instance: its protection from scale-in. Of the rest of the model nothing can be changed. */
function protect(world: World, call: ArmCall, found: ScaleSet, machine: Machine): ArmAnswer {
  const { properties } = (call.body ?? {}) as {
    properties?: { protectionPolicy?: { protectFromScaleIn?: unknown } };
  };
  const wanted = properties?.protectionPolicy?.protectFromScaleIn;
  if (typeof wanted !== 'boolean') {
    throw badRequest(
      'InvalidParameter',
      "The property 'properties.protectionPolicy.protectFromScaleIn' must be true or false.",
    );
  }
  if (call.fault?.effect.kind !== 'accept-and-do-nothing') {
    if (wanted) found.protectedFromScaleIn.add(machine.id.toLowerCase());
    else found.protectedFromScaleIn.delete(machine.id.toLowerCase());
  }
  return { status: 200, body: instanceBody(world, found, machine, false) };
}

/** PATCH: capacity or size, and tags. Of the rest of the model nothing can be changed, and asking for it is an error. */
function update(world: World, call: ArmCall, found: ScaleSet): ArmAnswer {
  const expected = call.headers['if-match'];
  if (expected !== undefined && expected !== '*' && expected !== etagOf(found)) {
    throw new ArmError(
      412,
      'PreconditionFailed',
      `The condition '${expected}' in the If-Match header was not satisfied. The current etag is ${etagOf(found)}.`,
    );
  }
  if (typeof call.body !== 'object' || call.body === null) {
    throw badRequest('InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  }
  const { sku, tags, properties, ...rest } = call.body as {
    sku?: { capacity?: unknown; name?: unknown };
    tags?: unknown;
    properties?: { zoneBalance?: unknown };
  };
  const other = Object.keys(rest).find((key) => rest[key as keyof typeof rest] !== undefined);
  if (other !== undefined) throw badRequest('PropertyChangeNotAllowed', `Changing property '${other}' is not allowed.`);
  const capacity = sku?.capacity ?? capacityOf(found);
  if (typeof capacity !== 'number' || !Number.isInteger(capacity) || capacity < 0 || capacity > MOST_INSTANCES) {
    throw badRequest(
      'InvalidParameter',
      `The value of parameter sku.capacity is invalid. It must be a whole number from 0 to ${MOST_INSTANCES}.`,
    );
  }
  const { timing, scaleSets } = world;
  const before = capacityOf(found);
  const duration = capacity > before ? timing.scaleOut : capacity < before ? timing.drain : timing.update;
  const answer = begin(world, call, found, 'update', duration, (endsAt) => {
    scaleSets.update(found, (resource) => {
      if (tags !== undefined) resource.tags = { ...(tags as Record<string, string>) };
      if (typeof sku?.name === 'string') resource.sku = { ...resource.sku, name: sku.name };
      if (typeof properties?.zoneBalance === 'boolean') {
        resource.properties = { ...resource.properties, zoneBalance: properties.zoneBalance };
      }
    });
    return scaleSets.resize(found, capacity, endsAt);
  });
  const { Location: _none, ...headers } = answer.headers ?? {};
  return { status: 200, headers: { ...headers, ETag: etagOf(found) }, body: scaleSetBody(found) };
}

/** Starts an operation on a set: refused while another one runs, and carried out as the fault of the call wants it. */
function begin(
  world: World,
  call: ArmCall,
  found: ScaleSet,
  action: string,
  duration: number,
  carryOut: (endsAt: number) => OperationError | undefined,
): ArmAnswer {
  if (world.operations.runningOn(found.resource.id) !== undefined) throw conflict();
  const now = world.clock.now();
  const effect = call.fault?.effect;
  const endsAt = now + Math.round(duration * (effect?.kind === 'slow' ? (effect.factor ?? 1) : 1));
  let error: OperationError | undefined;
  if (effect?.kind === 'fail-late') {
    error = {
      code: effect.code ?? 'InternalExecutionError',
      message: effect.message ?? 'An internal execution error occurred. Please retry later.',
    };
  } else if (effect?.kind === 'allocation-failed') {
    error = {
      code: (found.resource.zones ?? []).length > 0 ? 'ZonalAllocationFailed' : 'AllocationFailed',
      message: 'Allocation failed. We do not have sufficient capacity for the requested VM size in this zone.',
    };
  } else if (effect?.kind !== 'accept-and-do-nothing') {
    error = carryOut(endsAt);
  }
  world.scaleSets.setProvisioning(found, 'Updating');
  world.schedule.at(endsAt, () => world.scaleSets.setProvisioning(found, error === undefined ? 'Succeeded' : 'Failed'));
  const record = world.operations.start({
    provider,
    subscriptionId: call.subscriptionId,
    location: found.resource.location,
    action,
    principal: call.principal.name,
    resourceId: found.resource.id,
    startedAt: now,
    endsAt,
    ...(error === undefined ? {} : { error }),
  });
  return { status: 202, headers: operationHeaders(world, call, record) };
}
