import { createAzureClients, createAzureDiskRemoval, createAzureDisks } from '../../../src/adapters/azure';
import type { ResourceId } from '../../../src/kernel/resource-id';
import { managedIdentityToken } from '../../local/cloud/support/cloud';
import { PLATFORM, SANDBOX, requestId, startAzureTest, type AzureTest } from './support';

let azure: AzureTest;
beforeAll(async () => {
  azure = await startAzureTest();
});
afterAll(() => azure.stop());
afterEach(() => azure.cloud.cloud.control.clearFaults());

const clients = (principal = 'caretaker') =>
  createAzureClients({
    credential: { getToken: () => managedIdentityToken(azure.cloud.cloud, principal) },
    endpoint: azure.cloud.cloud.armEndpoint,
  });
const points = () => createAzureDisks({ clients: clients() });
const group = `/subscriptions/${PLATFORM}/resourcegroups`;
const vault = `${group}/rg-platform-backup-weu-001` as ResourceId;
const disk = `${group}/rg-web-dev-weu-001/providers/microsoft.compute/disks/osdisk-vm-web-dev-weu-01` as ResourceId;
const snapshot = (name: string): ResourceId => `${vault}/providers/microsoft.compute/snapshots/${name}` as ResourceId;
const order = (name: string) => ({ id: snapshot(name), source: disk, location: 'westeurope', tags: { why: 'test' } });

it('lists machines with their disks, and disks, in one spelling of ids', async () => {
  const machines = await points().machines(PLATFORM, azure.abort());
  // Nine machines, and three instances of a scale set, which says so.
  expect(machines.map(({ scaleSet }) => scaleSet !== null).sort()).toEqual([
    ...Array<boolean>(9).fill(false),
    true,
    true,
    true,
  ]);
  const first = machines.find(({ name }) => name === 'vm-web-dev-weu-01');
  expect(first).toMatchObject({ location: 'westeurope', systemDisk: disk, tags: { 'caretaker-backup': 'bronze' } });
  const disks = await points().disks(PLATFORM, azure.abort());
  expect(disks).toHaveLength(18);
  expect(disks.find(({ id }) => id === disk)).toMatchObject({
    sizeBytes: 30 * 2 ** 30,
    readable: true,
    attachedTo: first?.id,
  });
});

it('takes a snapshot, tells what is left of the writes, and sees it become complete', async () => {
  const result = await points().take(order('one'), requestId, azure.abort());
  expect(result).toEqual({ kind: 'accepted', remainingWrites: 199 });
  expect(await points().snapshot(snapshot('one'), azure.abort())).toMatchObject({
    provisioningState: 'updating',
    source: disk,
  });
  azure.pass(6);
  const seen = await points().snapshot(snapshot('one'), azure.abort());
  expect(seen).toMatchObject({ provisioningState: 'succeeded', percent: 100, problem: null, tags: { why: 'test' } });
  const listed: unknown[] = [];
  for await (const page of points().snapshots(vault, azure.abort())) listed.push(...page);
  expect(listed).toEqual([seen]);
});

it('knows what is certainly not there from what it may not see', async () => {
  expect(await points().snapshot(snapshot('none'), azure.abort())).toBeUndefined();
  await expect(points().machines(SANDBOX, azure.abort())).rejects.toMatchObject({ code: 'AzureDenied' });
});

it('gives refusals and waits as what they are, with nothing begun', async () => {
  const gone = { ...order('two'), source: disk.replace('-01', '-99') as ResourceId };
  expect(await points().take(gone, requestId, azure.abort())).toMatchObject({
    kind: 'refused',
    refusal: { code: 'ResourceNotFound' },
  });
  await azure.fault({ effect: { kind: 'status', status: 429, retryAfterSeconds: 17 }, operation: '**snapshots/write' });
  expect(await points().take(order('three'), requestId, azure.abort())).toMatchObject({
    kind: 'later',
    retryAfterSeconds: 17,
  });
});

it('throws what may have been begun: an answer that never came, a failure of the platform', async () => {
  await azure.fault({ effect: { kind: 'timeout-after-effect' }, operation: '**snapshots/write', times: 1 });
  await expect(points().take(order('four'), requestId, azure.abort())).rejects.toMatchObject({
    code: 'AzureUnreachable',
  });
  await azure.fault({ effect: { kind: 'status', status: 503 }, operation: '**snapshots/write', times: 1 });
  await expect(points().take(order('five'), requestId, azure.abort())).rejects.toMatchObject({
    code: 'AzureUnavailable',
  });
});

it('takes a restore point of a machine, and makes its collection first when there is none', async () => {
  const collection = `${vault}/providers/microsoft.compute/restorepointcollections/rpc-one`;
  const id = `${collection}/restorepoints/rp-1` as ResourceId;
  const machine =
    `${group}/rg-web-dev-weu-001/providers/microsoft.compute/virtualmachines/vm-web-dev-weu-01` as ResourceId;
  const request = { id, source: machine, location: 'westeurope', tags: {}, consistency: 'application' as const };
  expect(await points().takeRestorePoint(request, requestId, azure.abort())).toMatchObject({ kind: 'accepted' });
  azure.pass(6);
  const seen = await points().restorePoint(id, azure.abort());
  expect(seen).toMatchObject({ provisioningState: 'succeeded' });
  expect(seen?.disks.map(({ disk: source }) => source.split('/').at(-1))).toEqual([
    'osdisk-vm-web-dev-weu-01',
    'datadisk-vm-web-dev-weu-01',
  ]);
});

it('deletes by the other identity only, and what is gone is deleted', async () => {
  const removal = createAzureDiskRemoval({ clients: clients('caretaker-pruner') });
  expect(await removal.remove(snapshot('one'), requestId, azure.abort())).toMatchObject({ kind: 'accepted' });
  expect(await points().snapshot(snapshot('one'), azure.abort())).toBeUndefined();
  expect(await removal.remove(snapshot('one'), requestId, azure.abort())).toMatchObject({ kind: 'accepted' });
  const writer = createAzureDiskRemoval({ clients: clients() });
  expect(await writer.remove(snapshot('four'), requestId, azure.abort())).toMatchObject({ kind: 'refused' });
});

it('lists in parts, each from where the one before ended', async () => {
  const first = await points().diskPages(PLATFORM, null, 1, azure.abort());
  expect(first).toMatchObject({ next: null, pages: 1 });
  expect(first.found).toHaveLength(18);
});
