import { DEV, PLATFORM, startTestCloud, type TestCloud, VM, VM_ID } from './support/cloud';

let test: TestCloud;
beforeAll(async () => {
  test = await startTestCloud();
  const scope = `/subscriptions/${PLATFORM}`;
  await test.cloud.control.assignRole({ principal: 'caretaker-reader', role: 'Contributor', scope });
});
afterAll(() => test.stop());

const vault = 'rg-platform-backup-weu-001';
const compute = () => test.compute({ principal: 'caretaker-reader' });
const dataDisk = `/subscriptions/${PLATFORM}/resourceGroups/${DEV}/providers/Microsoft.Compute/disks/datadisk-${VM}`;
const osDisk = dataDisk.replace('datadisk', 'osdisk');
const idOf = (name: string, group = vault): string =>
  `/subscriptions/${PLATFORM}/resourceGroups/${group}/providers/Microsoft.Compute/snapshots/${name}`;

async function put(name: string, source: string, createOption = 'Copy', location = 'westeurope', group = vault) {
  return test.call(`${idOf(name, group)}?api-version=2026-03-02`, {
    method: 'PUT',
    principal: 'caretaker-reader',
    body: { location, properties: { incremental: true, creationData: { createOption, sourceResourceId: source } } },
  });
}

it('takes a snapshot of what is on the disk then, and tells through the operation when it is done', async () => {
  await test.cloud.control.setDisk(`datadisk-${VM}`, { data: 'monday' });
  const poller = compute().snapshots.createOrUpdate(vault, 'first', {
    location: 'westeurope',
    incremental: true,
    creationData: { createOption: 'Copy', sourceResourceId: dataDisk },
  });
  await poller.submitted();
  await test.cloud.control.setDisk(`datadisk-${VM}`, { data: 'tuesday' });
  expect((await compute().snapshots.get(vault, 'first')).provisioningState).toBe('Updating');
  test.clock.advance(6_000);
  const done = await compute().snapshots.get(vault, 'first');
  expect(done).toMatchObject({
    provisioningState: 'Succeeded',
    completionPercent: 100,
    incremental: true,
    diskSizeGB: 128,
  });
  expect(await test.cloud.control.snapshots(dataDisk)).toMatchObject([{ content: { data: 'monday', boots: true } }]);
});

it('the same request again takes no second snapshot', async () => {
  expect((await put('first', dataDisk)).status).toBe(200);
  expect(await test.cloud.control.snapshots(dataDisk)).toHaveLength(1);
});

it('takes seven of a disk in five minutes, and says when the next may come', async () => {
  test.clock.advance(600_000);
  for (let number = 1; number <= 7; number += 1) {
    expect((await put(`burst-${number}`, osDisk)).status).toBe(202);
  }
  const refused = await put('burst-8', osDisk);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([409, '60']);
  test.clock.advance(301_000);
  expect((await put('burst-8', osDisk)).status).toBe(202);
});

it('holds 500 incremental snapshots of a disk and not one more', async () => {
  const other = osDisk.replace('-01', '-02');
  for (let number = 0; number < 500; number += 1) {
    if (number % 7 === 0) test.clock.advance(301_000);
    expect((await put(`many-${number}`, other)).status).toBe(202);
  }
  test.clock.advance(301_000);
  const refused = await put('one-more', other);
  expect([refused.status, refused.body.error.code]).toEqual([409, 'OperationNotAllowed']);
});

it('copies to another region, one of a disk at a time, with its percentage, and fails when the source goes', async () => {
  const north = 'rg-platform-backup-neu-001';
  expect((await put('copy-1', idOf('burst-1'), 'CopyStart', 'northeurope', north)).status).toBe(202);
  const second = await put('copy-2', idOf('burst-2'), 'CopyStart', 'northeurope', north);
  expect([second.status, second.body.error.code]).toEqual([409, 'CopyInProgress']);
  test.clock.advance(30_000);
  const half = (await compute().snapshots.get(north, 'copy-1')).completionPercent ?? 0;
  expect(half).toBeGreaterThan(20);
  expect(half).toBeLessThan(80);
  await compute().snapshots.delete(vault, 'burst-1').submitted();
  test.clock.advance(120_000);
  const failed = await compute().snapshots.get(north, 'copy-1');
  expect(failed.copyCompletionError?.errorCode).toBe('CopySourceNotFound');
  expect((await put('copy-2', idOf('burst-2'), 'CopyStart', 'northeurope', north)).status).toBe(202);
});

it('needs the right to read the disk out, not only that to write snapshots', async () => {
  await test.cloud.control.assignRole({
    principal: 'stranger',
    role: 'Contributor',
    scope: `/subscriptions/${PLATFORM}/resourceGroups/${vault}`,
  });
  const refused = await test.call(`${idOf('foreign')}?api-version=2026-03-02`, {
    method: 'PUT',
    principal: 'stranger',
    body: {
      location: 'westeurope',
      properties: { incremental: true, creationData: { createOption: 'Copy', sourceResourceId: dataDisk } },
    },
  });
  expect([refused.status, refused.body.error.code]).toEqual([403, 'LinkedAuthorizationFailed']);
});

it('makes a disk from a snapshot with what is on it, never smaller than it, and never from half of one', async () => {
  const disks = compute().disks;
  const creationData = { createOption: 'Copy', sourceResourceId: idOf('first') };
  await disks.createOrUpdate(DEV, 'restored', { location: 'westeurope', creationData }).submitted();
  test.clock.advance(6_000);
  expect(await disks.get(DEV, 'restored')).toMatchObject({ diskSizeGB: 128, diskState: 'Unattached' });
  await expect(
    disks.createOrUpdate(DEV, 'small', { location: 'westeurope', diskSizeGB: 8, creationData }).submitted(),
  ).rejects.toThrow(/cannot be smaller/);
  await test.cloud.control.setSnapshot(idOf('burst-3'), { stuckAt: 97 });
  await expect(
    disks
      .createOrUpdate(DEV, 'half', {
        location: 'westeurope',
        creationData: { createOption: 'Copy', sourceResourceId: idOf('burst-3') },
      })
      .submitted(),
  ).rejects.toThrow(/background copy/);
});

it('resizes a disk upwards only', async () => {
  await compute().disks.update(DEV, 'restored', { diskSizeGB: 256 }).submitted();
  test.clock.advance(5_000);
  expect((await compute().disks.get(DEV, 'restored')).diskSizeGB).toBe(256);
  await expect(compute().disks.update(DEV, 'restored', { diskSizeGB: 64 }).submitted()).rejects.toThrow(/smaller/);
});

it('exchanges data disks of a running machine, and its system disk only while it is deallocated; what was attached is kept', async () => {
  const machines = compute().virtualMachines;
  const restored = dataDisk.replace(`datadisk-${VM}`, 'restored');
  const withData = {
    storageProfile: { dataDisks: [{ lun: 0, createOption: 'Attach', managedDisk: { id: restored } }] },
  };
  await machines.update(DEV, VM, withData).submitted();
  test.clock.advance(5_000);
  expect((await compute().disks.get(DEV, 'restored')).managedBy?.toLowerCase()).toBe(VM_ID.toLowerCase());
  expect((await compute().disks.get(DEV, `datadisk-${VM}`)).diskState).toBe('Unattached');
  await expect(compute().disks.delete(DEV, 'restored').submitted()).rejects.toThrow(/attached/);

  const creationData = { createOption: 'Copy', sourceResourceId: idOf('burst-2') };
  await compute().disks.createOrUpdate(DEV, 'system', { location: 'westeurope', creationData }).submitted();
  test.clock.advance(6_000);
  const system = dataDisk.replace(`datadisk-${VM}`, 'system');
  const swap = {
    storageProfile: { osDisk: { createOption: 'FromImage', name: 'system', managedDisk: { id: system } } },
  };
  await expect(machines.update(DEV, VM, swap).submitted()).rejects.toThrow(/deallocated/);
  await test.cloud.control.setMachine(VM, { power: 'deallocated' });
  await machines.update(DEV, VM, swap).submitted();
  test.clock.advance(5_000);
  expect((await machines.get(DEV, VM)).storageProfile?.osDisk?.managedDisk?.id).toBe(system);
  expect((await compute().disks.get(DEV, `osdisk-${VM}`)).diskState).toBe('Unattached');
});
