import type { Disk, Snapshot, VirtualMachine } from '@azure/arm-compute';
import { isoOf, type EpochMillis, type Iso8601 } from '../../kernel/clock';
import { PermanentError } from '../../kernel/errors';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type {
  AskResult,
  DiskListing,
  Listed,
  MachineListing,
  RecoveryPointRemoval,
  RecoveryPoints,
  RestorePointSighting,
  SnapshotOrder,
  SnapshotSighting,
} from '../../ports/recovery-points';
import type { AzureClients } from './azure-clients';
import { classify, failureOf, startFailure } from './classify';

/** Header with what is left of an identity's bucket of writes: ARM documentation, "request limits and throttling". */
const remainingWrites = 'x-ms-ratelimit-remaining-subscription-writes';
const remainingDeletes = 'x-ms-ratelimit-remaining-subscription-deletes';

/** States in which a disk's content is not at rest: being uploaded to, or read out through a link. */
const unreadable: ReadonlySet<string> = new Set(['activeupload', 'readytoupload', 'activesas', 'activesasfrozen']);

/** `RecoveryPoints` over Azure Resource Manager. One request a page, one write a snapshot. */
export function createAzureDisks(options: { readonly clients: AzureClients }): RecoveryPoints {
  const { clients } = options;
  return {
    async machines(subscriptionId, abort) {
      const found: MachineListing[] = [];
      for await (const page of pages(clients.compute(subscriptionId).virtualMachines.listAll({ abortSignal: abort }))) {
        found.push(...page.flatMap(machineListing));
      }
      return found;
    },

    async disks(subscriptionId, abort) {
      const found: DiskListing[] = [];
      for await (const page of pages(clients.compute(subscriptionId).disks.list({ abortSignal: abort }))) {
        found.push(...page.flatMap(diskListing));
      }
      return found;
    },

    machinePages: (subscriptionId, from, most, abort) =>
      part(clients.compute(subscriptionId).virtualMachines.listAll({ abortSignal: abort }), machineListing, from, most),

    diskPages: (subscriptionId, from, most, abort) =>
      part(clients.compute(subscriptionId).disks.list({ abortSignal: abort }), diskListing, from, most),

    async *snapshots(resourceGroup, abort) {
      const { subscriptionId, name } = parsed(resourceGroup);
      const listed = clients.compute(subscriptionId).snapshots.listByResourceGroup(name, { abortSignal: abort });
      for await (const page of pages(listed)) {
        yield page.flatMap(snapshotSighting);
      }
    },

    async snapshot(id, abort) {
      const { subscriptionId, resourceGroup, name } = parsed(id);
      const { snapshots } = clients.compute(subscriptionId);
      const found = await orAbsent(snapshots.get(resourceGroup, name, { abortSignal: abort }));
      return found === undefined ? undefined : snapshotSighting(found)[0];
    },

    take: (order, requestId, abort) => createSnapshot(clients, order, 'Copy', requestId, abort),

    copy: (order, requestId, abort) => createSnapshot(clients, order, 'CopyStart', requestId, abort),

    async takeRestorePoint(order, requestId, abort) {
      const { subscriptionId, resourceGroup, name } = parsed(order.id);
      const collection = collectionOf(order.id);
      const { restorePoints, restorePointCollections } = clients.compute(subscriptionId);
      const consistencyMode = order.consistency === 'application' ? 'ApplicationConsistent' : 'CrashConsistent';
      const point = () =>
        asked(remainingWrites, requestId, abort, (request) =>
          restorePoints.create(resourceGroup, collection, name, { consistencyMode }, request).submitted(),
        );
      const first = await point();
      if (first.kind !== 'refused' || !/NotFound$/.test(first.refusal.code)) {
        return first;
      }
      const { location, source, tags } = order;
      const made = await asked(remainingWrites, requestId, abort, (request) =>
        restorePointCollections.createOrUpdate(
          resourceGroup,
          collection,
          { location, tags: { ...tags }, source: { id: source } },
          request,
        ),
      );
      return made.kind === 'accepted' ? point() : made;
    },

    async restorePoint(id, abort): Promise<RestorePointSighting | undefined> {
      const { subscriptionId, resourceGroup, name } = parsed(id);
      const { restorePoints } = clients.compute(subscriptionId);
      const found = await orAbsent(restorePoints.get(resourceGroup, collectionOf(id), name, { abortSignal: abort }));
      if (found === undefined) {
        return undefined;
      }
      const profile = found.sourceMetadata?.storageProfile;
      const disks = [profile?.osDisk, ...(profile?.dataDisks ?? [])].flatMap((disk) => {
        const [source, point] = [idOf(disk?.managedDisk?.id), idOf(disk?.diskRestorePoint?.id)];
        return source === null || point === null ? [] : [{ disk: source, restorePoint: point }];
      });
      return {
        id,
        provisioningState: (found.provisioningState ?? 'unknown').toLowerCase(),
        createdAt: instantOf(found.timeCreated),
        disks,
      };
    },
  };
}

/** `RecoveryPointRemoval`; `clients` are those of the identity that deletes, and no other. */
export function createAzureDiskRemoval(options: { readonly clients: AzureClients }): RecoveryPointRemoval {
  const { clients } = options;
  return {
    async remove(id, requestId, abort) {
      const { subscriptionId, resourceGroup, name, type } = parsed(id);
      const { snapshots, restorePoints } = clients.compute(subscriptionId);
      const result = await asked(remainingDeletes, requestId, abort, (request) =>
        type === 'microsoft.compute/snapshots'
          ? snapshots.delete(resourceGroup, name, request).submitted()
          : restorePoints.delete(resourceGroup, collectionOf(id), name, request).submitted(),
      );
      return result.kind === 'refused' && /NotFound$/.test(result.refusal.code)
        ? { kind: 'accepted', remainingWrites: result.remainingWrites }
        : result;
    },
  };
}

interface Request {
  readonly abortSignal: AbortSignal;
  readonly requestOptions: { readonly headers: Record<string, string> };
  readonly onResponse: (response: { headers: { get(name: string): string | undefined } }) => void;
}

/** Asks for something once. What was certainly not begun is told; what may have been is thrown. */
async function asked(
  header: string,
  requestId: string,
  abort: AbortSignal,
  ask: (request: Request) => Promise<unknown>,
): Promise<AskResult> {
  let remaining: number | null = null;
  const headers = { 'x-ms-client-request-id': requestId, 'x-ms-correlation-request-id': requestId };
  const onResponse: Request['onResponse'] = (response) => {
    const left = Number(response.headers.get(header) ?? Number.NaN);
    remaining = Number.isFinite(left) ? left : remaining;
  };
  try {
    await ask({ abortSignal: abort, requestOptions: { headers }, onResponse });
    return { kind: 'accepted', remainingWrites: remaining };
  } catch (error) {
    return { ...startFailure(error), remainingWrites: remaining };
  }
}

function createSnapshot(
  clients: AzureClients,
  { id, source, location, tags }: SnapshotOrder,
  createOption: 'Copy' | 'CopyStart',
  requestId: string,
  abort: AbortSignal,
): Promise<AskResult> {
  const { subscriptionId, resourceGroup, name } = parsed(id);
  const { snapshots } = clients.compute(subscriptionId);
  return asked(remainingWrites, requestId, abort, (request) =>
    snapshots
      .createOrUpdate(
        resourceGroup,
        name,
        {
          location,
          tags: { ...tags },
          incremental: true,
          creationData: { createOption, sourceResourceId: source },
          // Nobody reads a snapshot out over the network; disks are made from it inside the platform.
          networkAccessPolicy: 'DenyAll',
          publicNetworkAccess: 'Disabled',
        },
        request,
      )
      .submitted(),
  );
}

/** @throws PermanentError for what is no resource id: it would go into a URL. */
function parsed(id: ResourceId) {
  const parts = parseResourceId(id)?.parts;
  if (parts === undefined || parts.resourceGroup === '') {
    throw new PermanentError('NotAResource', `${id} is not the id of a resource in a resource group`);
  }
  return parts;
}

/** `.../restorePointCollections/<this>/restorePoints/<name>` */
function collectionOf(id: ResourceId): string {
  const segments = id.split('/');
  return segments[segments.indexOf('restorepointcollections') + 1] ?? '';
}

async function* pages<Item>(list: { byPage(): AsyncIterableIterator<Item[]> }): AsyncGenerator<Item[]> {
  try {
    yield* list.byPage();
  } catch (error) {
    throw classify(error);
  }
}

/** So many entries make one part, however few pages they come in: a part is kept as one document. */
const mostListed = 5_000;

/** A few pages of a list, and where the next begins. */
async function part<Item, Listing>(
  list: {
    byPage(settings?: { continuationToken?: string }): AsyncIterableIterator<Item[] & { continuationToken?: string }>;
  },
  read: (item: Item) => Listing[],
  from: string | null,
  most: number,
): Promise<Listed<Listing>> {
  const found: Listing[] = [];
  let pageCount = 0;
  try {
    for await (const page of list.byPage(from === null ? {} : { continuationToken: from })) {
      found.push(...page.flatMap(read));
      pageCount += 1;
      if (page.continuationToken !== undefined && (pageCount >= most || found.length >= mostListed)) {
        return { found, next: page.continuationToken, pages: pageCount };
      }
    }
  } catch (error) {
    throw classify(error);
  }
  return { found, next: null, pages: pageCount };
}

async function orAbsent<Value>(asking: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asking;
  } catch (error) {
    const { status, code } = failureOf(error);
    if (status === 404 && (code === 'ResourceNotFound' || code === 'NotFound')) {
      return undefined;
    }
    throw classify(error);
  }
}

const idOf = (text: string | undefined): ResourceId | null => parseResourceId(text ?? '')?.id ?? null;
const instantOf = (date: Date | undefined): Iso8601 | null =>
  date === undefined || Number.isNaN(date.getTime()) ? null : isoOf(date.getTime() as EpochMillis);

function machineListing(machine: VirtualMachine): MachineListing[] {
  const id = idOf(machine.id);
  if (id === null) {
    return [];
  }
  const { osDisk, dataDisks = [] } = machine.storageProfile ?? {};
  return [
    {
      id,
      name: machine.name ?? '',
      location: machine.location ?? '',
      tags: machine.tags ?? {},
      systemDisk: idOf(osDisk?.managedDisk?.id),
      dataDisks: dataDisks.flatMap(({ lun, managedDisk }) => {
        const disk = idOf(managedDisk?.id);
        return disk === null || lun === undefined ? [] : [{ lun, disk }];
      }),
      createdAt: instantOf(machine.timeCreated),
      scaleSet: idOf(machine.virtualMachineScaleSet?.id),
    },
  ];
}

function diskListing(disk: Disk): DiskListing[] {
  const id = idOf(disk.id);
  if (id === null) {
    return [];
  }
  return [
    {
      id,
      name: disk.name ?? '',
      location: disk.location ?? '',
      tags: disk.tags ?? {},
      sizeBytes: disk.diskSizeBytes ?? (disk.diskSizeGB ?? 0) * 2 ** 30,
      sku: disk.sku?.name ?? '',
      encryptionSet: idOf(disk.encryption?.diskEncryptionSetId),
      attachedTo: idOf(disk.managedBy),
      readable:
        disk.provisioningState?.toLowerCase() !== 'creating' && !unreadable.has(disk.diskState?.toLowerCase() ?? ''),
    },
  ];
}

function snapshotSighting(snapshot: Snapshot): SnapshotSighting[] {
  const id = idOf(snapshot.id);
  if (id === null) {
    return [];
  }
  const { copyCompletionError: problem } = snapshot;
  return [
    {
      id,
      location: snapshot.location ?? '',
      tags: snapshot.tags ?? {},
      source: idOf(snapshot.creationData?.sourceResourceId),
      incremental: snapshot.incremental ?? false,
      createdAt: instantOf(snapshot.timeCreated),
      provisioningState: (snapshot.provisioningState ?? 'unknown').toLowerCase(),
      percent: snapshot.completionPercent ?? 100,
      problem: problem === undefined ? null : `${problem.errorCode}: ${problem.errorMessage}`.slice(0, 400),
      sizeBytes: snapshot.diskSizeBytes ?? (snapshot.diskSizeGB ?? 0) * 2 ** 30,
    },
  ];
}
