import { badRequest, conflict, operationNotAllowed } from '../errors';
import { sameId, withinScope } from '../resource-id';
import type { ArmAnswer, ArmCall, ArmRoute, Router } from '../router';
import { objectBody, stamp, startOperation, tagsOf, textOf } from '../storage/answers';
import type { RestorePoint, RestorePointCollection, Snapshot } from '../storage/model';
import type { World } from '../world';
import { computeApiVersions } from './compute';
import { notFound } from './disks';
import { fromDisk } from './disks-snapshots';
import { page } from './listing';

const type = 'Microsoft.Compute/restorePointCollections';
const group = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${type}`;
const collection = `${group}/{collectionName}`;
const point = `${collection}/restorePoints/{pointName}`;
const apiVersions = computeApiVersions;

/** Source: Azure documentation, "Overview of VM restore points" (limitations): so many a machine. */
const mostPointsOfMachine = 500;

/** Microsoft.Compute/restorePointCollections: all disks of a machine at one moment. */
export function registerRestorePoints(router: Router, world: World): void {
  const { storage } = world;
  const findCollection = (call: ArmCall): RestorePointCollection => {
    const id = call.resourceId.replace(/\/restorePoints\/.*$/i, '');
    const found = storage.collections.get(id);
    if (found !== undefined) return found;
    throw notFound(type, id);
  };
  const find = (call: ArmCall): RestorePoint => {
    const found = storage.restorePoints.get(call.resourceId);
    if (found !== undefined) return found;
    throw notFound(`${type}/restorePoints`, call.resourceId);
  };
  const show = (each: RestorePointCollection): Record<string, unknown> => ({
    id: each.id,
    name: each.name,
    type,
    location: each.location,
    tags: { ...each.tags },
    properties: {
      source: { id: each.machineId, location: each.location },
      provisioningState: 'Succeeded',
      restorePoints: storage.restorePoints
        .all()
        .filter(({ collectionId }) => sameId(collectionId, each.id))
        .map((one) => pointBody(world, one)),
    },
  });
  const routes: ArmRoute[] = [
    {
      method: 'GET',
      template: collection,
      action: `${type}/read`,
      apiVersions,
      handle: (call) => ({ status: 200, body: show(findCollection(call)) }),
    },
    {
      method: 'GET',
      template: group,
      action: `${type}/read`,
      apiVersions,
      handle: (call) =>
        page(
          call,
          world.pageSize,
          storage.collections.all().filter(({ id }) => withinScope(id, call.resourceId)),
          show,
        ),
    },
    {
      method: 'PUT',
      template: collection,
      action: `${type}/write`,
      apiVersions,
      handle(call) {
        const known = storage.collections.get(call.resourceId);
        if (known !== undefined) return { status: 200, body: show(known) };
        const body = objectBody(call);
        const machineId = String((body.properties['source'] as { id?: string } | undefined)?.id ?? '');
        const machine = world.machines.byId(machineId);
        if (machine === undefined) throw notFound('Microsoft.Compute/virtualMachines', machineId);
        const made: RestorePointCollection = {
          id: call.resourceId,
          name: call.params['collectionName'] ?? '',
          location: textOf(body['location']),
          tags: tagsOf(body['tags']),
          machineId: machine.id,
        };
        storage.collections.put(made);
        return { status: 201, body: show(made) };
      },
    },
    {
      method: 'GET',
      template: point,
      action: `${type}/restorePoints/read`,
      apiVersions,
      handle: (call) => ({ status: 200, body: pointBody(world, find(call)) }),
    },
    {
      method: 'PUT',
      template: point,
      action: `${type}/restorePoints/write`,
      apiVersions,
      handle: (call) => create(world, call, findCollection(call)),
    },
    {
      method: 'DELETE',
      template: point,
      action: `${type}/restorePoints/delete`,
      apiVersions,
      handle(call) {
        const found = storage.restorePoints.get(call.resourceId);
        if (found === undefined) return { status: 204 };
        const { headers, pretended } = startOperation(world, call, {
          resourceId: found.id,
          location: storage.collections.get(found.collectionId)?.location ?? '',
          action: 'delete',
          duration: 1_000,
        });
        if (!pretended) {
          storage.restorePoints.delete(found.id);
          for (const { restorePointId } of found.disks) storage.diskRestorePoints.delete(restorePointId);
        }
        return { status: 202, headers };
      },
    },
  ];
  router.add(...routes);
}

function pointBody(world: World, each: RestorePoint): Record<string, unknown> {
  const { storage } = world;
  const now = world.clock.now();
  const show = ({ diskId, restorePointId, lun }: RestorePoint['disks'][number]): Record<string, unknown> => ({
    ...(lun === undefined ? { osType: 'Linux' } : { lun }),
    name: diskId.slice(diskId.lastIndexOf('/') + 1),
    diskSizeGB: storage.diskRestorePoints.get(restorePointId)?.sizeGB ?? 0,
    managedDisk: { id: diskId, storageAccountType: 'Premium_LRS' },
    diskRestorePoint: { id: restorePointId },
  });
  return {
    id: each.id,
    name: each.name,
    type: `${type}/restorePoints`,
    properties: {
      provisioningState: now < each.provisionedAt ? 'Creating' : each.error === undefined ? 'Succeeded' : 'Failed',
      consistencyMode: each.consistencyMode,
      timeCreated: stamp(each.createdAt),
      sourceMetadata: {
        storageProfile: {
          osDisk: each.disks.filter(({ lun }) => lun === undefined).map(show)[0],
          dataDisks: each.disks.filter(({ lun }) => lun !== undefined).map(show),
        },
      },
    },
  };
}

function create(world: World, call: ArmCall, within: RestorePointCollection): ArmAnswer {
  const { storage } = world;
  const known = storage.restorePoints.get(call.resourceId);
  if (known !== undefined) return { status: 200, body: pointBody(world, known) };
  const machine = world.machines.byId(within.machineId);
  if (machine === undefined) throw notFound('Microsoft.Compute/virtualMachines', within.machineId);
  const own = storage.restorePoints.all().filter(({ collectionId }) => sameId(collectionId, within.id));
  if (own.length >= mostPointsOfMachine) {
    throw operationNotAllowed(`The machine has ${own.length} restore points; ${mostPointsOfMachine} are allowed.`);
  }
  // One at a time a machine.
  if (own.some(({ provisionedAt }) => world.clock.now() < provisionedAt)) throw conflict();
  const body = objectBody(call);
  const asked = body.properties['consistencyMode'];
  if (asked !== undefined && asked !== 'CrashConsistent' && asked !== 'ApplicationConsistent') {
    throw badRequest(
      'InvalidParameter',
      `The value '${JSON.stringify(asked)}' of parameter 'consistencyMode' is invalid.`,
    );
  }
  // The guest has to be there to come to rest.
  if (asked === 'ApplicationConsistent' && world.machines.agent(machine) !== 'ready') {
    throw operationNotAllowed(
      `The guest agent of '${machine.seed.name}' does not report: no application consistent restore point can be taken.`,
    );
  }
  const { record, headers, pretended } = startOperation(world, call, {
    resourceId: call.resourceId,
    location: within.location,
    action: 'create',
    duration: world.timing.snapshot,
  });
  const disks = [machine.seed.osDiskId, ...(machine.seed.dataDiskIds ?? [])].map((diskId, index) => ({
    diskId,
    restorePointId: `${call.resourceId}/diskRestorePoints/${diskId.slice(diskId.lastIndexOf('/') + 1)}`,
    ...(index === 0 ? {} : { lun: index - 1 }),
  }));
  const made: RestorePoint = {
    id: call.resourceId,
    name: call.params['pointName'] ?? '',
    collectionId: within.id,
    machineId: within.machineId,
    consistencyMode: asked ?? 'ApplicationConsistent',
    createdAt: record.startedAt,
    provisionedAt: record.endsAt,
    disks,
    ...(record.error === undefined ? {} : { error: record.error }),
  };
  if (!pretended) {
    storage.restorePoints.put(made);
    for (const { diskId, restorePointId } of disks) {
      const disk = storage.disks.get(diskId);
      if (disk === undefined) continue;
      const part: Snapshot = {
        id: restorePointId,
        name: disk.name,
        location: within.location,
        tags: {},
        sku: disk.sku,
        incremental: true,
        createOption: 'Copy',
        sourceId: disk.id,
        diskId: disk.id.toLowerCase(),
        ...fromDisk(disk),
        createdAt: record.startedAt,
        provisionedAt: record.endsAt,
        completeAt: record.endsAt,
      };
      storage.diskRestorePoints.put(part);
    }
  }
  return { status: 201, headers, body: pointBody(world, made) };
}
