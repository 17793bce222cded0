import { ArmError, badRequest, operationNotAllowed } from '../errors';
import { parseResourceId, sameId, withinScope } from '../resource-id';
import type { ArmAnswer, ArmCall, ArmRoute, Router } from '../router';
import { diskApiVersions, objectBody, requireLinked, stamp, startOperation, tagsOf, textOf } from '../storage/answers';
import type { Disk, Snapshot } from '../storage/model';
import type { World } from '../world';
import { notFound } from './disks';
import { page } from './listing';

const type = 'Microsoft.Compute/snapshots';
const group = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${type}`;
const one = `${group}/{snapshotName}`;

/** Source: Azure documentation, "Create an incremental snapshot for managed disks" (limitations). */
const mostSnapshotsOfDisk = 500;
const burst = { most: 7, within: 5 * 60_000 };
/** Source: Azure documentation, "Copy an incremental snapshot to a new region" (restrictions). */
const mostCopiesToRegion = 100;

/** Microsoft.Compute/snapshots: incremental ones, copies to other regions, and the published limits on both. */
export function registerSnapshots(router: Router, world: World): void {
  const { storage } = world;
  const read = { method: 'GET' as const, action: `${type}/read`, apiVersions: diskApiVersions };
  const write = { action: `${type}/write`, apiVersions: diskApiVersions };
  const show = (snapshot: Snapshot): Record<string, unknown> => snapshotBody(world, snapshot);
  const find = (call: ArmCall): Snapshot => {
    const found = storage.snapshots.get(call.resourceId);
    if (found !== undefined) return found;
    throw notFound(type, call.resourceId);
  };
  const list = (call: ArmCall, scope: string): ArmAnswer =>
    page(
      call,
      world.pageSize,
      storage.snapshots.all().filter(({ id }) => withinScope(id, scope)),
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
    {
      ...write,
      method: 'PATCH',
      template: one,
      handle(call) {
        const snapshot = find(call);
        const body = objectBody(call);
        if (body['tags'] !== undefined) snapshot.tags = tagsOf(body['tags']);
        return { status: 200, body: show(snapshot) };
      },
    },
    {
      method: 'DELETE',
      template: one,
      action: `${type}/delete`,
      apiVersions: diskApiVersions,
      handle(call) {
        const snapshot = storage.snapshots.get(call.resourceId);
        if (snapshot === undefined) return { status: 204 };
        const { headers, pretended } = startOperation(world, call, {
          resourceId: snapshot.id,
          location: snapshot.location,
          action: 'delete',
          duration: 1_000,
        });
        if (!pretended) remove(world, snapshot);
        return { status: 202, headers };
      },
    },
  ];
  router.add(...routes);
}

/** A copy whose source goes before it is done fails: the platform says to keep the source until then. */
function remove(world: World, snapshot: Snapshot): void {
  const { storage } = world;
  storage.snapshots.delete(snapshot.id);
  for (const copy of storage.snapshots.all()) {
    if (copy.createOption === 'CopyStart' && sameId(copy.sourceId, snapshot.id) && storage.percent(copy) < 100) {
      copy.stuckAt = storage.percent(copy);
      copy.error = { code: 'CopySourceNotFound', message: 'The source of the copy was deleted.' };
    }
  }
}

export function snapshotBody(world: World, snapshot: Snapshot): Record<string, unknown> {
  const { storage } = world;
  const failed = snapshot.error !== undefined && snapshot.createOption === 'CopyStart';
  return {
    name: snapshot.name,
    id: snapshot.id,
    type,
    location: snapshot.location,
    tags: { ...snapshot.tags },
    sku: snapshot.sku,
    properties: {
      ...(snapshot.osType === undefined ? {} : { osType: snapshot.osType }),
      creationData: {
        createOption: snapshot.createOption,
        sourceResourceId: snapshot.sourceId,
        sourceUniqueId: snapshot.sourceUniqueId,
      },
      diskSizeGB: snapshot.sizeGB,
      diskSizeBytes: snapshot.sizeGB * 2 ** 30,
      incremental: snapshot.incremental,
      incrementalSnapshotFamilyId: world.random.guid(`family ${snapshot.diskId}`),
      encryption:
        snapshot.encryptionSetId === undefined
          ? { type: 'EncryptionAtRestWithPlatformKey' }
          : { type: 'EncryptionAtRestWithCustomerKey', diskEncryptionSetId: snapshot.encryptionSetId },
      networkAccessPolicy: 'DenyAll',
      publicNetworkAccess: 'Disabled',
      provisioningState: failed ? 'Succeeded' : storage.provisioning(snapshot),
      completionPercent: storage.percent(snapshot),
      ...(failed
        ? { copyCompletionError: { errorCode: snapshot.error?.code, errorMessage: snapshot.error?.message } }
        : {}),
      diskState: storage.percent(snapshot) < 100 ? 'ActiveCopy' : 'Unattached',
      timeCreated: stamp(snapshot.createdAt),
    },
  };
}

function create(world: World, call: ArmCall): ArmAnswer {
  const { storage } = world;
  const existing = storage.snapshots.get(call.resourceId);
  // What a snapshot was made of cannot be changed: the same request again takes no second one.
  if (existing !== undefined) return { status: 200, body: snapshotBody(world, existing) };
  const body = objectBody(call);
  const { createOption, sourceResourceId = '' } = (body.properties['creationData'] ?? {}) as {
    createOption?: string;
    sourceResourceId?: string;
  };
  const location = textOf(body['location']);
  const incremental = body.properties['incremental'] === true;
  if (location === '') throw badRequest('LocationRequired', 'The location property is required for this definition.');
  const copies = createOption === 'CopyStart';
  if (!copies && createOption !== 'Copy') {
    throw badRequest('InvalidParameter', `The value '${createOption}' of parameter 'createOption' is invalid.`);
  }
  const made = copies
    ? copyOf(world, call, sourceResourceId, location, incremental)
    : snapshotOf(world, call, sourceResourceId, location);
  const { timing } = world;
  const stuckAt = storage.stuckSources.get(made.sourceId.toLowerCase());
  const { headers, record, pretended } = startOperation(world, call, {
    resourceId: call.resourceId,
    location,
    action: 'create',
    duration: timing.snapshot,
  });
  const snapshot: Snapshot = {
    id: call.resourceId,
    name: call.params['snapshotName'] ?? '',
    location,
    tags: tagsOf(body['tags']),
    sku: (body['sku'] as Record<string, unknown> | undefined) ?? { name: 'Standard_LRS', tier: 'Standard' },
    incremental,
    ...made,
    createdAt: record.startedAt,
    provisionedAt: record.endsAt,
    completeAt: copies ? record.endsAt + timing.snapshotCopy : record.endsAt,
    ...(stuckAt === undefined ? {} : { stuckAt }),
    ...(record.error === undefined ? {} : { error: record.error }),
  };
  if (!pretended) storage.snapshots.put(snapshot);
  return { status: 202, headers, body: snapshotBody(world, snapshot) };
}

type Origin = Pick<
  Snapshot,
  'createOption' | 'sourceId' | 'sourceUniqueId' | 'diskId' | 'osType' | 'sizeGB' | 'encryptionSetId' | 'content'
>;

function snapshotOf(world: World, call: ArmCall, sourceId: string, location: string): Origin {
  const { storage } = world;
  const disk = storage.disks.get(sourceId);
  if (disk === undefined) throw notFound('Microsoft.Compute/disks', sourceId);
  requireLinked(world, call, 'Microsoft.Compute/disks/beginGetAccess/action', disk.id);
  if (!sameId(disk.location, location)) {
    throw badRequest('InvalidParameter', `The snapshot and its source '${disk.id}' must be in the same location.`);
  }
  const own = storage.snapshotsOf(disk.id);
  if (own.length >= mostSnapshotsOfDisk) {
    throw operationNotAllowed(
      `Disk ${disk.name} has ${own.length} incremental snapshots; at most ${mostSnapshotsOfDisk} are allowed.`,
    );
  }
  const since = world.clock.now() - burst.within;
  // Under the same status as a concurrent change: the next one is possible later.
  if (own.filter(({ createdAt }) => createdAt > since).length >= burst.most) {
    throw new ArmError(
      409,
      'SnapshotCreationRateExceeded',
      `At most ${burst.most} incremental snapshots of a disk can be created in five minutes.`,
      { 'Retry-After': '60' },
    );
  }
  return { createOption: 'Copy', sourceId: disk.id, diskId: disk.id.toLowerCase(), ...fromDisk(disk) };
}

export function fromDisk(
  disk: Disk,
): Pick<Snapshot, 'sourceUniqueId' | 'osType' | 'sizeGB' | 'encryptionSetId' | 'content'> {
  return {
    sourceUniqueId: disk.uniqueId,
    ...(disk.osType === undefined ? {} : { osType: disk.osType }),
    sizeGB: disk.sizeGB,
    ...(disk.encryptionSetId === undefined ? {} : { encryptionSetId: disk.encryptionSetId }),
    content: { ...disk.content },
  };
}

function copyOf(world: World, call: ArmCall, sourceId: string, location: string, incremental: boolean): Origin {
  const { storage } = world;
  const source = storage.snapshots.get(sourceId);
  if (source === undefined) throw notFound(type, sourceId);
  requireLinked(world, call, `${type}/beginGetAccess/action`, source.id);
  if (!incremental || !source.incremental) {
    throw badRequest('InvalidParameter', 'Only incremental snapshots can be copied to another region by CopyStart.');
  }
  if (
    !sameId(parseResourceId(call.resourceId)?.subscriptionId ?? '', parseResourceId(sourceId)?.subscriptionId ?? '')
  ) {
    throw badRequest('InvalidParameter', 'Source and copy must be in the same subscription.');
  }
  if (storage.percent(source) < 100 || storage.provisioning(source) !== 'Succeeded') {
    throw operationNotAllowed(`The source '${source.id}' is not complete.`);
  }
  if (storage.copiesUnderWay(location, source.diskId) > 0) {
    throw new ArmError(
      409,
      'CopyInProgress',
      `Another snapshot of the same disk is being copied to ${location}; copies run one at a time, in creation order.`,
      { 'Retry-After': '60' },
    );
  }
  if (storage.copiesUnderWay(location) >= mostCopiesToRegion) {
    throw new ArmError(
      409,
      'TooManyCopies',
      `${mostCopiesToRegion} snapshots are being copied to ${location} already.`,
      {
        'Retry-After': '60',
      },
    );
  }
  const { diskId, sourceUniqueId, osType, sizeGB, encryptionSetId, content } = source;
  return {
    createOption: 'CopyStart',
    sourceId: source.id,
    sourceUniqueId,
    diskId,
    sizeGB,
    ...(osType === undefined ? {} : { osType }),
    ...(encryptionSetId === undefined ? {} : { encryptionSetId }),
    content: { ...content },
  };
}
