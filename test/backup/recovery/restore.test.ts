import { restoreOrchestrator, type RestoreReport } from '../../../src/backup';
import type { AppHost } from '../../support/local-app';
import { expectDeterministic } from '../../support/replay';
import {
  approve,
  outputOf,
  restoreOrder,
  restoring,
  runRestore,
  startRecoveryPlatform,
  tokens,
  victim,
  type BackupPlatform,
} from './support';

const name = 'vm-web-prod-weu-01';
const disk = `osdisk-${name}`;

let platform: BackupPlatform;
let app: AppHost;
beforeAll(async () => {
  platform = await startRecoveryPlatform();
  app = await platform.local.start({
    state: 'restore',
    policyFile: platform.policyFile,
    environment: tokens(platform),
  });
  await platform.run(app);
}, 60_000);
afterAll(() => platform.stop());
afterEach(async () => {
  expect(await app.verifyLedger()).toMatchObject({ valid: true, problems: [] });
});

const shape = () => restoring(platform).machine(victim, AbortSignal.timeout(10_000));
const names = (found: Awaited<ReturnType<typeof shape>>) =>
  [found?.systemDisk, ...(found?.dataDisks ?? []).map((one) => one.disk)].map((id) =>
    id?.slice(id.lastIndexOf('/') + 1),
  );

it('sets a machine back in place after a person agreed, keeps its old disks, and gives them back on undo', async () => {
  const { control } = platform.local.cloud;
  // Somebody breaks the system on the disk; the machine does not come up again.
  await control.setDisk(disk, { boots: false, data: 'broken by hand' });
  await control.setMachine(name, { power: 'deallocated' });
  await control.setMachine(name, { power: 'running' });
  expect(await control.machine(name)).toMatchObject({ healthy: false, breakage: { kind: 'boot-loop' } });

  await control.clearJournal();
  const order = restoreOrder({ kind: 'in-place', item: victim, placement: {} });
  expect(await runRestore(platform, app, order)).toBeUndefined();
  // Nothing is touched before somebody said yes.
  expect((await control.journal()).filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(await approve(app, order)).toBe(200);
  await app.host.runToQuiescence();
  const report = outputOf(app, order);
  expect(report).toMatchObject({ result: 'restored', approvedBy: [expect.stringMatching(/^Ava Approver/)] });
  expect(report?.phases.map(({ name: phase, problem }) => [phase, problem])).toEqual([
    ['disks', null],
    ['stop', null],
    ['exchange', null],
    ['start', null],
    ['boot', null],
  ]);
  expect(report?.kept.map((id) => id.slice(id.lastIndexOf('/') + 1))).toEqual([disk, `datadisk-${name}`]);
  expect((await control.machine(name)).healthy).toBe(true);
  const restored = names(await shape());
  expect(restored).toHaveLength(2);
  expect(restored).not.toContain(disk);
  const asked = (await control.journal()).filter(({ method }) => method !== 'GET').map(({ operation }) => operation);
  expect(asked).toEqual([
    'Microsoft.Compute/disks/write',
    'Microsoft.Compute/disks/write',
    'Microsoft.Compute/virtualMachines/deallocate/action',
    'Microsoft.Compute/virtualMachines/write',
    'Microsoft.Compute/virtualMachines/start/action',
  ]);

  // The disk is mended meanwhile, and people want it back.
  await control.setDisk(disk, { boots: true });
  const undo = restoreOrder({ kind: 'in-place', item: victim, placement: {} }, { undoes: order.restoreId });
  expect(await runRestore(platform, app, undo)).toBeUndefined();
  expect(await approve(app, undo)).toBe(200);
  await app.host.runToQuiescence();
  expect(outputOf(app, undo)).toMatchObject({ result: 'restored', undoes: order.restoreId });
  expect(names(await shape())).toEqual([disk, `datadisk-${name}`]);
  expect((await control.machine(name)).healthy).toBe(true);
  for (const { restoreId } of [order, undo]) {
    const turns = await expectDeterministic(restoreOrchestrator, app.host.history(restoreId) ?? [], restoreId);
    expect(turns).toBeGreaterThan(5);
  }
});

it('takes a restore back when the machine does not come up from the point, and removes what it made', async () => {
  const { control } = platform.local.cloud;
  const item = await platform.item('restore', victim);
  const snapshot = item.points.at(-1)?.parts.find(({ place }) => place === 'os')?.snapshot ?? '';
  await control.setSnapshot(snapshot, { boots: false });
  const before = names(await shape());
  const order = restoreOrder({ kind: 'in-place', item: victim, placement: {} });
  await runRestore(platform, app, order);
  await approve(app, order);
  await app.host.runToQuiescence();
  const report = outputOf(app, order) as RestoreReport;
  expect(report.result).toBe('rolled-back');
  expect(report.reasons[0]).toMatch(/^boot: TimeLimit/);
  expect(names(await shape())).toEqual(before);
  expect((await control.machine(name)).healthy).toBe(true);
  const owned = await restoring(platform).owned(
    victim.split('/').slice(0, 5).join('/') as typeof victim,
    AbortSignal.timeout(10_000),
  );
  expect(owned.filter(({ owner }) => owner.work === order.restoreId)).toEqual([]);
  await control.setSnapshot(snapshot, { boots: true });
});
