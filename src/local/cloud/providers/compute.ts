import { anotherOperation, ArmError, badRequest, conflict, operationNotAllowed, resourceNotFound } from '../errors';
import type { Machine } from '../machines';
import type { MachineAction } from '../model';
import { operationBody, type OperationError, type OperationRecord, operationStatus } from '../operations';
import { sameId } from '../resource-id';
import type { ArmAnswer, ArmCall, ArmRoute, Router } from '../router';
import type { World } from '../world';
import { computePolicies } from './compute-policies';
import { page } from './listing';
import { instanceView, machineBody, machineETag } from './machine-body';
import { storageChange, type StorageProfile } from './machine-storage';

const provider = 'Microsoft.Compute';
const subscription = '/subscriptions/{subscriptionId}';
const machines = `${subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.Compute/virtualMachines`;
const machine = `${machines}/{vmName}`;

export const computeApiVersions = [
  '2026-04-01',
  '2025-11-01',
  '2025-04-01',
  '2024-11-01',
  '2024-07-01',
  '2024-03-01',
] as const;

/** Microsoft.Compute: virtual machines and the operations on them. */
export function registerCompute(router: Router, world: World): void {
  const find = (call: ArmCall): Machine => {
    const found = world.machines.byId(call.resourceId);
    if (found !== undefined) return found;
    throw resourceNotFound(
      `${provider}/virtualMachines`,
      call.params['vmName'] ?? '',
      call.params['resourceGroup'] ?? '',
    );
  };
  const read: Pick<ArmRoute, 'method' | 'action' | 'apiVersions'> = {
    method: 'GET',
    action: 'Microsoft.Compute/virtualMachines/read',
    apiVersions: computeApiVersions,
  };
  const list = (call: ArmCall, belongs: (each: Machine) => boolean): ArmAnswer => {
    const withStatus =
      call.query.get('statusOnly') === 'true' || call.query.get('$expand')?.toLowerCase() === 'instanceview';
    const scaleSet = scaleSetOf(call);
    const wanted = (each: Machine): boolean =>
      belongs(each) && (scaleSet === undefined || sameId(each.seed.scaleSetId ?? '', scaleSet));
    return page(call, world.pageSize, world.machines.all().filter(wanted), (each) =>
      withStatus ? withInstanceView(world, each) : machineBody(world, each),
    );
  };

  router.add(
    {
      ...read,
      template: machine,
      policy: computePolicies.getMachine,
      handle(call) {
        const found = find(call);
        const expand = call.query.get('$expand');
        if (expand !== null && !['instanceview', 'userdata'].includes(expand.toLowerCase())) {
          throw badRequest('InvalidParameter', `The value '${expand}' of parameter $expand is invalid.`);
        }
        const body =
          expand?.toLowerCase() === 'instanceview' ? withInstanceView(world, found) : machineBody(world, found);
        return { status: 200, headers: { ETag: machineETag(found) }, body };
      },
    },
    {
      ...read,
      template: `${machine}/instanceView`,
      policy: computePolicies.getMachine,
      action: 'Microsoft.Compute/virtualMachines/instanceView/read',
      handle: (call) => ({ status: 200, body: instanceView(world, find(call)) }),
    },
    {
      ...read,
      template: machines,
      policy: computePolicies.list,
      handle: (call) =>
        list(
          call,
          ({ seed }) =>
            sameId(seed.subscriptionId, call.subscriptionId) &&
            sameId(seed.resourceGroup, call.params['resourceGroup'] ?? ''),
        ),
    },
    {
      ...read,
      template: `${subscription}/providers/Microsoft.Compute/virtualMachines`,
      policy: computePolicies.list,
      handle: (call) => shouting(list(call, ({ seed }) => sameId(seed.subscriptionId, call.subscriptionId))),
    },
    {
      ...read,
      template: `${subscription}/providers/Microsoft.Compute/locations/{location}/virtualMachines`,
      policy: computePolicies.list,
      handle: (call) =>
        list(
          call,
          ({ seed }) =>
            sameId(seed.subscriptionId, call.subscriptionId) && sameId(seed.location, call.params['location'] ?? ''),
        ),
    },
    {
      method: 'PATCH',
      template: machine,
      action: 'Microsoft.Compute/virtualMachines/write',
      apiVersions: computeApiVersions,
      policy: computePolicies.updateMachine,
      handle: (call) => update(world, call, find(call)),
    },
    ...powerActions(world, find),
    ...operationRoutes(world),
  );
}

/** The one filter that the list takes: the instances of a scale set. */
function scaleSetOf(call: ArmCall): string | undefined {
  const filter = call.query.get('$filter');
  if (filter === null) return undefined;
  const id = /^'?virtualMachineScaleSet\/id'? eq '?([^']+)'?$/i.exec(filter.trim())?.[1];
  if (id === undefined) {
    throw badRequest(
      'InvalidParameter',
      `The value '${filter}' of parameter $filter is invalid: only 'virtualMachineScaleSet/id' eq is allowed.`,
    );
  }
  return id;
}

/**
 * In the list of a whole subscription Compute writes the resource group of the ids in upper case. Kept, because callers
 * that compare ids as text break on it.
 */
function shouting(answer: ArmAnswer): ArmAnswer {
  const body = answer.body as { value: { id: string }[] };
  const value = body.value.map((each) => ({
    ...each,
    id: each.id.replace(/\/resourceGroups\/[^/]+/, (part) => `/resourceGroups/${part.slice(16).toUpperCase()}`),
  }));
  return { ...answer, body: { ...body, value } };
}

function withInstanceView(world: World, each: Machine): Record<string, unknown> {
  const body = machineBody(world, each);
  return { ...body, properties: { ...(body['properties'] as object), instanceView: instanceView(world, each) } };
}

function powerActions(world: World, find: (call: ArmCall) => Machine): ArmRoute[] {
  const { timing } = world;
  const action = (name: MachineAction, duration: (call: ArmCall) => number): ArmRoute => ({
    method: 'POST',
    template: `${machine}/${name}`,
    action: `Microsoft.Compute/virtualMachines/${name}/action`,
    apiVersions: computeApiVersions,
    policy: name === 'deallocate' ? computePolicies.deleteMachine : computePolicies.updateMachine,
    handle: (call) => begin(world, call, find(call), name, duration(call)),
  });
  return [
    action('restart', () => timing.restart),
    action('redeploy', () => timing.redeploy),
    action('start', () => timing.start),
    action('powerOff', (call) =>
      call.query.get('skipShutdown') === 'true' ? timing.powerOffSkipShutdown : timing.powerOff,
    ),
    action('deallocate', () => timing.deallocate),
  ];
}

function begin(world: World, call: ArmCall, target: Machine, action: MachineAction, duration: number): ArmAnswer {
  if (world.operations.runningOn(target.id) !== undefined) throw conflict();
  refuseByState(target, action);
  return start(world, call, target, action, duration);
}

/** Restart and redeploy act on a machine that is there; what is stopped has to be started. */
function refuseByState(target: Machine, action: MachineAction): void {
  const { power } = target;
  if ((action === 'restart' || action === 'redeploy') && power !== 'running') {
    throw operationNotAllowed(
      `Operation '${action}' is not allowed on VM '${target.seed.name}' since the VM is ${power}. ` +
        'Start the VM and try again.',
    );
  }
}

function start(
  world: World,
  call: ArmCall,
  target: Machine,
  action: MachineAction,
  duration: number,
  tags?: Record<string, string>,
): ArmAnswer {
  const now = world.clock.now();
  const effect = call.fault?.effect;
  const factor = effect?.kind === 'slow' ? (effect.factor ?? 1) : 1;
  const endsAt = now + Math.round(duration * factor);
  let error: OperationError | undefined;
  if (effect?.kind === 'fail-late') {
    error = {
      code: effect.code ?? 'InternalExecutionError',
      message: effect.message ?? 'An internal execution error occurred. Please retry later.',
    };
  } else if (effect?.kind === 'allocation-failed' && ['start', 'redeploy', 'restart'].includes(action)) {
    error = allocationError(target);
  }
  if (error !== undefined) world.machines.failLate(target, endsAt, error);
  else if (effect?.kind === 'accept-and-do-nothing') world.machines.pretend(target, endsAt);
  else world.machines.carryOut(target, action, endsAt, tags);
  const record = world.operations.start({
    provider,
    subscriptionId: call.subscriptionId,
    location: target.seed.location,
    action,
    principal: call.principal.name,
    resourceId: target.id,
    startedAt: now,
    endsAt,
    ...(error === undefined ? {} : { error }),
  });
  return { status: 202, headers: operationHeaders(world, call, record) };
}

function allocationError(target: Machine): OperationError {
  return target.seed.zone === undefined
    ? {
        code: 'AllocationFailed',
        message:
          'Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Read more ' +
          'about improving likelihood of allocation success at https://aka.ms/allocation-guidance',
      }
    : {
        code: 'ZonalAllocationFailed',
        message:
          'Allocation failed. We do not have sufficient capacity for the requested VM size in this zone. Read more ' +
          'about improving likelihood of allocation success at https://aka.ms/allocation-guidance',
      };
}

/** Where a caller asks how an operation is doing. */
export function operationHeaders(world: World, call: ArmCall, record: OperationRecord): Record<string, string> {
  const version = call.query.get('api-version') ?? '';
  const url =
    `${call.origin}/subscriptions/${record.subscriptionId}/providers/Microsoft.Compute/locations/${record.location}` +
    `/operations/${record.id}?p=${world.random.guid(`partition ${record.id}`)}`;
  return {
    'Azure-AsyncOperation': `${url}&api-version=${version}`,
    Location: `${url}&monitor=true&api-version=${version}`,
    'Retry-After': String(world.timing.retryAfterSeconds),
  };
}

/** PATCH: the tags and the disks. Of the rest of the model nothing can be changed yet, and asking for it is an error. */
function update(world: World, call: ArmCall, target: Machine): ArmAnswer {
  const running = world.operations.runningOn(target.id);
  if (running !== undefined) {
    throw anotherOperation(`UpdateVM ${target.seed.name}`, running.id, world.timing.retryAfterSeconds);
  }
  const expected = call.headers['if-match'];
  if (expected !== undefined && expected !== '*' && expected !== machineETag(target)) {
    throw new ArmError(
      412,
      'PreconditionFailed',
      `The condition '${expected}' in the If-Match header was not satisfied. The current etag is ${machineETag(target)}.`,
    );
  }
  const body = call.body;
  if (typeof body !== 'object' || body === null) {
    throw badRequest('InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  }
  const {
    properties,
    tags = properties === undefined ? undefined : target.tags,
    ...rest
  } = body as {
    tags?: unknown;
    properties?: { storageProfile?: StorageProfile; hardwareProfile?: { vmSize?: string } };
  };
  const other = Object.entries(rest).find(([, value]) => value !== undefined && !isEmptyObject(value));
  if (other !== undefined) {
    throw badRequest('PropertyChangeNotAllowed', `Changing property '${other[0]}' is not allowed.`);
  }
  const { storageProfile, hardwareProfile, ...otherProperties } = properties ?? {};
  const property = Object.keys(otherProperties)[0];
  if (property !== undefined) {
    throw badRequest('PropertyChangeNotAllowed', `Changing property '${property}' is not allowed.`);
  }
  if (!isTags(tags)) throw badRequest('InvalidTags', "The property 'tags' must be an object of strings.");
  const exchange = storageProfile === undefined ? undefined : storageChange(world, target, storageProfile);
  const size = hardwareProfile?.vmSize;
  if (size !== undefined && size !== target.seed.size && target.power !== 'deallocated') {
    throw operationNotAllowed(`Unable to resize the VM '${target.seed.name}' since it is ${target.power}.`);
  }
  const answer = start(world, call, target, 'update', world.timing.update, tags);
  const effect = call.fault?.effect.kind;
  if (effect !== 'accept-and-do-nothing' && effect !== 'fail-late') {
    exchange?.();
    if (size !== undefined) target.seed.size = size;
  }
  // PATCH answers 200 with the model as it will be, and a status to poll. There is no Location: the result is the model.
  const { Location: _none, ...headers } = answer.headers ?? {};
  return {
    status: 200,
    headers: { ...headers, ETag: machineETag(target) },
    body: { ...machineBody(world, target), tags },
  };
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function isTags(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string')
  );
}

function operationRoutes(world: World): ArmRoute[] {
  return [
    {
      method: 'GET',
      template: `${subscription}/providers/Microsoft.Compute/locations/{location}/operations/{operationId}`,
      action: 'Microsoft.Compute/locations/operations/read',
      authorizesItself: true,
      apiVersions: computeApiVersions,
      policy: computePolicies.operationStatus,
      handle(call) {
        const id = call.params['operationId'] ?? '';
        const record = world.operations.find(provider, call.subscriptionId, id);
        // Who started an operation may ask for it; others need the right to read operations.
        const allowed =
          record?.principal === call.principal.name ||
          world.access.allows(
            call.principal.name,
            'Microsoft.Compute/locations/operations/read',
            `/subscriptions/${call.subscriptionId}`,
          );
        if (record === undefined || !allowed) {
          throw new ArmError(404, 'NotFound', `The operation '${id}' could not be found.`);
        }
        const now = world.clock.now();
        const inProgress = operationStatus(record, now) === 'InProgress';
        const headers: Record<string, string> = inProgress ? operationHeaders(world, call, record) : {};
        if (call.query.get('monitor') !== 'true') return { status: 200, headers, body: operationBody(record, now) };
        if (inProgress) return { status: 202, headers };
        if (record.error !== undefined) throw new ArmError(409, record.error.code, record.error.message);
        return { status: 200 };
      },
    },
  ];
}
