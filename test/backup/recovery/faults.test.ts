import type { AppHost } from '../../support/local-app';
import {
  drillLeftovers,
  machine,
  runDrill,
  runRestore,
  restoreOrder,
  startRecoveryPlatform,
  victim,
  type BackupPlatform,
} from './support';

let platform: BackupPlatform;
let app: AppHost;
beforeAll(async () => {
  platform = await startRecoveryPlatform();
}, 60_000);
afterAll(() => platform.stop());
beforeEach(async () => {
  const { control } = platform.local.cloud;
  await control.clearFaults();
  // Each story has a catalogue of its own, so the points of the one before are nobody's and would be found under their names.
  for (const { id } of await control.snapshots()) {
    await control.setSnapshot(id, { removed: true });
  }
  platform.local.clock.advanceBy(2 * 86_400_000);
  const state = `faults-${(states += 1)}`;
  app = await platform.local.start({ state, policyFile: platform.policyFile });
  item = (resource = victim) => platform.item(state, resource);
  await platform.run(app);
});
afterEach(async () => {
  expect(await drillLeftovers(platform)).toEqual([]);
  await app.host.stop();
});
let states = 0;
let item: (resource?: typeof victim) => ReturnType<BackupPlatform['item']>;

it('finds what is silently damaged, marks the point as failed, and the promise counts from the older, proven one', async () => {
  const { control } = platform.local.cloud;
  await runDrill(app, { item: victim });
  platform.local.clock.advanceBy(50 * 60_000);
  await platform.run(app);
  const points = (await item()).points;
  const [older, newer] = points.slice(-2);
  const snapshot = newer?.parts.find(({ place }) => place === 0)?.snapshot ?? '';
  await control.setSnapshot(snapshot, { damaged: true });
  const report = await runDrill(app, { item: victim });
  expect(report).toMatchObject({ result: 'failed', point: newer?.id, restoreSeconds: null, left: [] });
  expect(report.reasons[0]).toMatch(/^probe checksum-.* ended with 1: canary: FAILED/);
  const after = (await item()).points;
  expect(after.find(({ id }) => id === newer?.id)?.proof).toMatchObject({ verdict: 'failed', drill: report.id });
  expect(after.find(({ id }) => id === older?.id)).toMatchObject({ proof: { verdict: 'proven' }, tombstone: null });
});

it('says that a point which does not boot is none, and tears the drill down all the same', async () => {
  const [point] = (await item()).points.slice(-1);
  const snapshot = point?.parts.find(({ place }) => place === 'os')?.snapshot ?? '';
  await platform.local.cloud.control.setSnapshot(snapshot, { boots: false });
  const report = await runDrill(app, { item: victim });
  expect(report).toMatchObject({ result: 'failed', left: [] });
  expect(report.reasons[0]).toMatch(/^boot: TimeLimit: after 600 seconds/);
});

it('says nothing about a point when there is no room for the machine', async () => {
  await platform.local.cloud.control.addFault({
    effect: { kind: 'allocation-failed' },
    operation: 'Microsoft.Compute/virtualMachines/write',
  });
  const report = await runDrill(app, { item: victim });
  expect(report).toMatchObject({ result: 'inconclusive', left: [] });
  expect((await item()).points.at(-1)?.proof).toBeNull();
});

it('does nothing while the kill switch of the environment is engaged', async () => {
  const { control } = platform.local.cloud;
  await app.operator('PUT', 'environments/prod/kill-switch', { engaged: true, reason: 'freeze' });
  await app.host.runToQuiescence();
  await control.clearJournal();
  const report = await runDrill(app, { item: victim });
  expect(report.result).toBe('inconclusive');
  expect(report.reasons.join()).toMatch(/kill switch/);
  expect((await control.journal()).filter(({ method }) => method !== 'GET')).toEqual([]);
});

it('keeps to its own budget: the fourth drill of a day is not begun, and repairs have theirs', async () => {
  for (const number of [1, 2, 3]) {
    expect((await runDrill(app, { item: machine('prod', number) })).result).toBe('proven');
  }
  const report = await runDrill(app, { item: machine('prod', 4) });
  expect(report).toMatchObject({ result: 'inconclusive', phases: [] });
  expect(report.reasons.join()).toMatch(/budget drills/);
});

it('waits out throttling, and asks again for what was accepted and not done', async () => {
  const { control } = platform.local.cloud;
  await control.addFault({
    effect: { kind: 'status', status: 429, retryAfterSeconds: 7 },
    operation: 'Microsoft.Compute/disks/write',
    times: 2,
  });
  await control.addFault({
    effect: { kind: 'timeout-after-effect' },
    operation: 'Microsoft.Compute/virtualMachines/write',
    times: 1,
  });
  expect(await runDrill(app, { item: victim })).toMatchObject({ result: 'proven', left: [] });
});

it('makes one disk of a point beside everything else, without asking anybody', async () => {
  const point = (await item()).points.at(-1);
  const disk = point?.parts.find(({ place }) => place === 0)?.disk;
  const order = restoreOrder({ kind: 'disk', item: victim, disk, placement: { name: 'recovered-data' } });
  const report = await runRestore(platform, app, order);
  expect(report).toMatchObject({ result: 'restored', approvedBy: null, kept: [] });
  const { control } = platform.local.cloud;
  await control.setDisk('recovered-data', { removed: true });
});

it('restores a machine beside itself, and says why not in a region that the point is not in', async () => {
  const subnet = `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg-web-prod-weu-001/providers/microsoft.network/virtualnetworks/vnet-web-prod-weu-001/subnets/snet-web`;
  const placement = { location: 'swedencentral', subnet };
  const elsewhere = restoreOrder({ kind: 'side-by-side', item: victim, placement });
  const refused = await runRestore(platform, app, elsewhere);
  expect(refused).toMatchObject({ result: 'not-applied' });
  expect(refused?.reasons[0]).toMatch(/is not in swedencentral; it is in westeurope/);
  const beside = restoreOrder({ kind: 'side-by-side', item: victim, placement: { subnet, name: 'vm-web-beside' } });
  await app.host.startOrchestration('restore-v1', { instanceId: beside.restoreId, input: beside });
  await app.host.runToQuiescence();
  expect(app.host.instance(beside.restoreId)?.output).toMatchObject({ result: 'restored' });
  expect(await platform.local.cloud.control.machine('vm-web-beside')).toMatchObject({ healthy: true });
});
