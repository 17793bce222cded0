import { ArmError, badRequest, conflict, operationNotAllowed, resourceNotFound } from '../errors';
import { parseResourceId, sameId, withinScope } from '../resource-id';
import type { ArmAnswer, ArmCall, ArmRoute, Router } from '../router';
import {
  diskApiVersions,
  diskOperationRoute,
  objectBody,
  requireLinked,
  stamp,
  startOperation,
  tagsOf,
  textOf,
} from '../storage/answers';
import type { Disk, Snapshot } from '../storage/model';
import type { World } from '../world';
import { page } from './listing';

const type = 'Microsoft.Compute/disks';
const group = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${type}`;
const one = `${group}/{diskName}`;

/** Microsoft.Compute/disks: made from snapshots and restore points, resized, detached and deleted. */
export function registerDisks(router: Router, world: World): void {
  const { storage } = world;
  const read = { method: 'GET' as const, action: `${type}/read`, apiVersions: diskApiVersions };
  const write = { action: `${type}/write`, apiVersions: diskApiVersions };
  const show = (disk: Disk): Record<string, unknown> => diskBody(world, disk);
  const find = (call: ArmCall): Disk => {
    const found = storage.disks.get(call.resourceId);
    if (found !== undefined) return found;
    throw notFound(type, call.resourceId);
  };
  const list = (call: ArmCall, scope: string): ArmAnswer =>
    page(
      call,
      world.pageSize,
      storage.disks.all().filter(({ id }) => withinScope(id, scope)),
      show,
    );
  const routes: ArmRoute[] = [
    { ...read, template: one, handle: (call) => ({ status: 200, body: show(find(call)) }) },
    { ...read, template: group, handle: (call) => list(call, call.resourceId) },
    {
      ...read,
      template: `/subscriptions/{subscriptionId}/providers/${type}`,
      handle: (call) => list(call, `/subscriptions/${call.subscriptionId}`),
    },
    { ...write, method: 'PUT', template: one, handle: (call) => create(world, call) },
    { ...write, method: 'PATCH', template: one, handle: (call) => update(world, call, find(call)) },
    {
      method: 'DELETE',
      template: one,
      action: `${type}/delete`,
      apiVersions: diskApiVersions,
      handle(call) {
        const disk = storage.disks.get(call.resourceId);
        if (disk === undefined) return { status: 204 };
        if (disk.managedBy !== undefined) {
          throw operationNotAllowed(`Disk ${disk.name} is attached to VM ${disk.managedBy} and cannot be deleted.`);
        }
        const { headers, pretended } = startOperation(world, call, {
          resourceId: disk.id,
          location: disk.location,
          action: 'delete',
          duration: 1_000,
        });
        if (!pretended) storage.disks.delete(disk.id);
        return { status: 202, headers };
      },
    },
    diskOperationRoute(world),
  ];
  router.add(...routes);
}

export function notFound(resourceType: string, id: string): ArmError {
  const parts = parseResourceId(id);
  return resourceNotFound(resourceType, parts?.name ?? '', parts?.resourceGroup ?? '');
}

export function diskBody(world: World, disk: Disk): Record<string, unknown> {
  const now = world.clock.now();
  return {
    name: disk.name,
    id: disk.id,
    type,
    location: disk.location,
    ...(disk.zones === undefined ? {} : { zones: disk.zones }),
    tags: { ...disk.tags },
    sku: disk.sku,
    ...(disk.managedBy === undefined ? {} : { managedBy: disk.managedBy }),
    properties: {
      ...disk.shown,
      ...(disk.osType === undefined ? {} : { osType: disk.osType }),
      creationData: disk.creationData,
      diskSizeGB: disk.sizeGB,
      diskSizeBytes: disk.sizeGB * 2 ** 30,
      encryption:
        disk.encryptionSetId === undefined
          ? { type: 'EncryptionAtRestWithPlatformKey' }
          : { type: 'EncryptionAtRestWithCustomerKey', diskEncryptionSetId: disk.encryptionSetId },
      provisioningState: now < disk.readyAt ? 'Updating' : 'Succeeded',
      diskState: disk.managedBy === undefined ? 'Unattached' : 'Attached',
      timeCreated: stamp(disk.createdAt),
      uniqueId: disk.uniqueId,
    },
  };
}

/** PUT: an empty disk, or one from a snapshot (`Copy`) or from a disk's restore point (`Restore`). */
function create(world: World, call: ArmCall): ArmAnswer {
  const { storage } = world;
  const existing = storage.disks.get(call.resourceId);
  if (existing !== undefined) {
    // What a disk was made of cannot be changed; the same request again finds it made.
    return { status: 200, body: diskBody(world, existing) };
  }
  const body = objectBody(call);
  const creationData = (body.properties['creationData'] ?? {}) as { createOption?: string; sourceResourceId?: string };
  const location = textOf(body['location']);
  if (location === '') throw badRequest('LocationRequired', 'The location property is required for this definition.');
  const source = sourceOf(world, call, creationData);
  if (source !== undefined && !sameId(source.location, location)) {
    throw badRequest('InvalidParameter', `The disk and its source '${source.id}' must be in the same location.`);
  }
  if (source !== undefined && (storage.provisioning(source) !== 'Succeeded' || storage.percent(source) < 100)) {
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The source '${source.id}' cannot be read before its background copy is complete.`,
    );
  }
  const asked = Number(body.properties['diskSizeGB'] ?? 0);
  if (source !== undefined && asked > 0 && asked < source.sizeGB) {
    throw badRequest('InvalidParameter', `A disk cannot be smaller than its source, which has ${source.sizeGB} GB.`);
  }
  const sizeGB = Math.max(asked, source?.sizeGB ?? 0);
  if (sizeGB < 1) throw badRequest('InvalidParameter', "The value of parameter 'diskSizeGB' is invalid.");
  const zones = Array.isArray(body['zones']) ? body['zones'].map(String) : undefined;
  const now = world.clock.now();
  const { headers, record, pretended } = startOperation(world, call, {
    resourceId: call.resourceId,
    location,
    action: 'create',
    duration: world.timing.createDisk,
  });
  const osType = source?.osType ?? (body.properties['osType'] as string | undefined);
  const encryption = body.properties['encryption'] as { diskEncryptionSetId?: string } | undefined;
  const encryptionSetId = encryption?.diskEncryptionSetId ?? source?.encryptionSetId;
  const disk: Disk = {
    id: call.resourceId,
    name: call.params['diskName'] ?? '',
    location,
    ...(zones === undefined ? {} : { zones }),
    tags: tagsOf(body['tags']),
    sku: (body['sku'] as Record<string, unknown> | undefined) ?? { name: 'Standard_LRS', tier: 'Standard' },
    ...(osType === undefined ? {} : { osType }),
    sizeGB,
    ...(encryptionSetId === undefined ? {} : { encryptionSetId }),
    createdAt: now,
    readyAt: record.endsAt,
    uniqueId: world.random.guid(`disk ${call.resourceId.toLowerCase()} ${now}`),
    creationData: { ...creationData },
    content: source === undefined ? { data: '', boots: false } : { ...source.content },
    shown: { networkAccessPolicy: 'DenyAll', publicNetworkAccess: 'Disabled' },
  };
  if (!pretended && record.error === undefined) storage.disks.put(disk);
  return { status: 202, headers, body: diskBody(world, disk) };
}

function sourceOf(
  world: World,
  call: ArmCall,
  { createOption, sourceResourceId = '' }: { createOption?: string; sourceResourceId?: string },
): Snapshot | undefined {
  if (createOption === 'Empty') return undefined;
  if (createOption !== 'Copy' && createOption !== 'Restore') {
    throw badRequest('InvalidParameter', `The value '${createOption}' of parameter 'createOption' is invalid.`);
  }
  const restores = createOption === 'Restore';
  const source = (restores ? world.storage.diskRestorePoints : world.storage.snapshots).get(sourceResourceId);
  const sourceType = restores
    ? 'Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints'
    : 'Microsoft.Compute/snapshots';
  if (source === undefined) throw notFound(sourceType, sourceResourceId);
  requireLinked(world, call, `${sourceType}/beginGetAccess/action`, source.id);
  return source;
}

/** PATCH: size (only up), storage, tags. */
function update(world: World, call: ArmCall, disk: Disk): ArmAnswer {
  const body = objectBody(call);
  const size = body.properties['diskSizeGB'];
  if (world.operations.runningOn(disk.id) !== undefined) throw conflict();
  if (size !== undefined && (typeof size !== 'number' || size < disk.sizeGB)) {
    throw badRequest(
      'InvalidParameter',
      `Disk ${disk.name} has ${disk.sizeGB} GB and cannot be made smaller (${JSON.stringify(size)}).`,
    );
  }
  const { headers, record, pretended } = startOperation(world, call, {
    resourceId: disk.id,
    location: disk.location,
    action: 'update',
    duration: world.timing.update,
  });
  if (!pretended && record.error === undefined) {
    if (typeof size === 'number') {
      // Seen when the operation ends, as with machines.
      world.schedule.at(record.endsAt, () => {
        disk.sizeGB = size;
      });
    }
    if (body['tags'] !== undefined) disk.tags = tagsOf(body['tags']);
    if (body['sku'] !== undefined) disk.sku = body['sku'] as Record<string, unknown>;
  }
  return { status: 202, headers, body: diskBody(world, disk) };
}
