import { backupCopiesName, backupCycleName, backupPruningName } from '../../src/backup';
import type { AppHost } from '../support/local-app';
import { machine, startBackupPlatform, subscriptionId, type BackupPlatform } from './platform';
import { backupPolicy } from './policy-text';

// What the cloud does to backups. Each test has a state of its own and finds the cloud as it comes: only what it adds is looked at.

let platform: BackupPlatform;
beforeAll(async () => {
  platform = await startBackupPlatform();
}, 60_000);
afterAll(() => platform.stop());
beforeEach(async () => {
  const { control } = platform.local.cloud;
  await control.clearFaults();
  // Buckets are full, snapshots of the tests before are old, and none of them is in the way of another.
  platform.local.clock.advanceBy(86_400_000);
  for (const { id } of await control.snapshots()) {
    await control.setSnapshot(id, { removed: true });
  }
  await control.clearJournal();
});

const start = (state: string): Promise<AppHost> => platform.local.start({ state, policyFile: platform.policyFile });
const write = 'Microsoft.Compute/snapshots/write';
const web1 = machine('prod', 1);
const disk = (environment: 'dev' | 'prod', kind: 'os' | 'data', number: number): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/rg-web-${environment}-weu-001/providers/Microsoft.Compute/disks/` +
  `${kind}disk-vm-web-${environment}-weu-0${number}`;

it('a snapshot that the platform refuses fails its point with the reason, and the next cycle takes another', async () => {
  const app = await start('quota');
  await platform.local.cloud.control.addFault({
    effect: {
      kind: 'status',
      status: 409,
      code: 'OperationNotAllowed',
      message: 'the disk has 500 incremental snapshots',
    },
    operation: write,
    resource: '**snap-vm-web-prod-weu-01-*-os',
  });
  expect(await platform.run(app)).toMatchObject({ due: 9, complete: 8, failed: 1 });
  const [failed] = (await platform.item('quota', web1)).points;
  expect(failed).toMatchObject({
    state: 'failed',
    problem: expect.stringContaining('500 incremental snapshots') as string,
  });

  await platform.local.cloud.control.clearFaults();
  expect(await platform.run(app)).toMatchObject({ due: 0 });
  platform.local.clock.advanceBy(300_000);
  expect(await platform.run(app)).toMatchObject({ due: 1, complete: 1 });
  const { points } = await platform.item('quota', web1);
  expect(points.map(({ state }) => state)).toEqual(['failed', 'complete']);
  expect(new Set(points.map(({ id }) => id)).size).toBe(2);
});

it('a disk that is deleted between the plan and the taking fails its machine alone', async () => {
  const app = await start('gone');
  await platform.local.cloud.control.addFault({
    effect: { kind: 'disappear' },
    operation: write,
    resource: '**snap-vm-web-dev-weu-02-*-0',
  });
  expect(await platform.run(app)).toMatchObject({ due: 9, complete: 8, failed: 1 });
  const [failed] = (await platform.item('gone', machine('dev', 2))).points;
  expect(failed?.problem).toContain('ResourceNotFound');
});

it('a snapshot that stands at 97 % is given up after half an hour without progress', async () => {
  const app = await start('stuck');
  await platform.local.cloud.control.stickSnapshots(disk('prod', 'data', 1), 97);
  const begin = platform.local.clock.now();
  expect(await platform.run(app)).toMatchObject({ due: 9, complete: 8, failed: 1, left: 0 });
  const waited = (platform.local.clock.now() - begin) / 60_000;
  expect(waited).toBeGreaterThan(30);
  expect(waited).toBeLessThan(60);
  const [failed] = (await platform.item('stuck', web1)).points;
  expect(failed?.problem).toMatch(/^it stands at 97 % since /);
  await platform.local.cloud.control.stickSnapshots(disk('prod', 'data', 1), null);
});

it('a request that was accepted and did nothing is found out, and is no recovery point', async () => {
  const app = await start('nothing');
  await platform.local.cloud.control.addFault({
    effect: { kind: 'accept-and-do-nothing' },
    operation: write,
    resource: '**snap-vm-web-prod-weu-02-*',
  });
  expect(await platform.run(app)).toMatchObject({ complete: 8, failed: 1 });
  const [failed] = (await platform.item('nothing', machine('prod', 2))).points;
  expect(failed).toMatchObject({ state: 'failed', problem: expect.stringContaining('is not there') as string });
});

it('a request that failed late is a failed point', async () => {
  const app = await start('late');
  await platform.local.cloud.control.addFault({
    effect: { kind: 'fail-late', code: 'InternalExecutionError', message: 'the storage stamp is busy' },
    operation: write,
    resource: '**snap-vm-web-prod-weu-02-*-0',
  });
  expect(await platform.run(app)).toMatchObject({ complete: 8, failed: 1 });
});

it('an answer that never came is looked for before it is asked again: one snapshot, one point', async () => {
  const app = await start('unheard');
  const { control } = platform.local.cloud;
  await control.addFault({
    effect: { kind: 'timeout-after-effect' },
    operation: write,
    resource: '**snap-vm-web-prod-weu-03-*-os',
    times: 1,
  });
  expect(await platform.run(app)).toMatchObject({ due: 9, complete: 9, failed: 0 });
  expect(await control.snapshots()).toHaveLength(18);
  const asked = (await control.journal({ method: 'PUT' })).map(({ path }) => path);
  // What was there when it was looked for was not asked for a second time.
  expect(asked.length).toBe(new Set(asked).size);
});

it('throttling by somebody else is waited out for as long as ARM asks, and nothing is lost', async () => {
  const app = await start('throttled');
  await platform.local.cloud.control.addFault({
    effect: { kind: 'status', status: 429, code: 'SubscriptionRequestsThrottled', retryAfterSeconds: 40 },
    operation: write,
    skip: 4,
    times: 3,
  });
  const begin = platform.local.clock.now();
  expect(await platform.run(app)).toMatchObject({ due: 9, complete: 9, failed: 0 });
  expect(platform.local.clock.now() - begin).toBeGreaterThanOrEqual(40_000);
  expect(await platform.local.cloud.control.snapshots()).toHaveLength(18);
});

it('a second region that is down holds up its copies only, and they are made when it is back, oldest first', async () => {
  const app = await start('region');
  const { control } = platform.local.cloud;
  await platform.run(app);
  const north = '**rg-platform-backup-neu-001**';
  const fault = await control.addFault({ effect: { kind: 'status', status: 503 }, operation: write, resource: north });
  await platform.run(app, backupCopiesName);
  platform.local.clock.advanceBy(50 * 60_000);
  expect(await platform.run(app)).toMatchObject({ due: 6, complete: 6 });
  expect((await platform.item('region', web1)).points.map(({ copies }) => copies[0]?.state)).toEqual([
    'queued',
    'queued',
  ]);

  await control.removeFault(fault);
  await control.clearJournal();
  for (let round = 0; round < 2; round += 1) {
    await platform.run(app, backupCopiesName);
    platform.local.clock.advanceBy(300_000);
  }
  const { points } = await platform.item('region', web1);
  expect(points.map(({ copies }) => copies[0]?.state)).toEqual(['complete', 'complete']);
  const order = (await control.journal({ method: 'PUT', path: '**snap-vm-web-prod-weu-01-*-os' }))
    .filter(({ status }) => status === 202)
    .map(({ path }) => /-([0-9a-f]{12})-os/.exec(path)?.[1]);
  expect(order).toEqual(points.map(({ id }) => id));
});

it('a copy whose content comes no further is begun again under another name', async () => {
  const app = await start('copy-stuck');
  const { control } = platform.local.cloud;
  await platform.run(app);
  const [point] = (await platform.item('copy-stuck', web1)).points;
  await control.stickSnapshots(point?.parts[0]?.snapshot ?? '', 60);
  await platform.run(app, backupCopiesName);
  await control.stickSnapshots(point?.parts[0]?.snapshot ?? '', null);
  // One copy of a disk at a time: the one that hangs has to go before another can begin.
  platform.local.clock.advanceBy(25 * 3_600_000);
  const hanging = (await control.snapshots()).find(
    ({ location, percent }) => location === 'northeurope' && percent < 100,
  );
  await control.setSnapshot(hanging?.id ?? '', { removed: true });
  await platform.run(app, backupCopiesName);
  await platform.run(app, backupCopiesName);
  const copy = (await platform.item('copy-stuck', web1)).points[0]?.copies[0];
  expect(copy).toMatchObject({ state: 'complete', attempts: 1 });
  expect(copy?.parts.every(({ snapshot }) => snapshot.endsWith('-r1'))).toBe(true);
  expect(copy?.leftovers).toContain(hanging?.id.toLowerCase());
});

it('two cycles at once take each point once', async () => {
  const app = await start('twice');
  const { host } = app;
  for (const cycle of ['left', 'right']) {
    await host.startOrchestration(backupCycleName, { instanceId: cycle, input: { cycle, subscriptionId } });
  }
  await host.runToQuiescence();
  expect(['left', 'right'].map((id) => host.instance(id)?.runtimeStatus)).toEqual(['Completed', 'Completed']);
  expect(await platform.local.cloud.control.snapshots()).toHaveLength(18);
  const points = await Promise.all(
    [1, 2, 3, 4, 5, 6].map(async (number) => (await platform.item('twice', machine('prod', number))).points),
  );
  expect(points.every((own) => own.length === 1 && own[0]?.state === 'complete')).toBe(true);
  expect(await platform.catalogue('twice').openBatches()).toEqual([]);
});

it('takes all disks of a machine at one moment where the tier asks for it, and fails what the guest cannot do', async () => {
  platform.setPolicy(`
version: 1
vaults: { westeurope: rg-platform-backup-weu-001 }
tiers: { quiet: { rpo: 4h, rto: 4h, consistency: application, retention: { keepLast: 1, deleteAfter: 10m } } }
select: [{ resourceGroup: rg-web-dev-weu-001, tier: quiet }]
`);
  const app = await start('application');
  const { control } = platform.local.cloud;
  await control.breakMachine('vm-web-dev-weu-02', { kind: 'agent-silent', healedBy: 'restart' });
  expect(await platform.run(app)).toMatchObject({ due: 3, complete: 2, failed: 1 });
  const { points } = await platform.item('application', machine('dev', 1));
  expect(points).toMatchObject([
    { kind: 'restore-point', consistency: 'application', state: 'complete', spreadSeconds: 0 },
  ]);
  expect(points[0]?.parts.map(({ place }) => place)).toEqual(['os', 0]);
  expect((await platform.item('application', machine('dev', 2))).points[0]?.problem).toContain('guest agent');
  // One write for the collection that was not there, one for each of its points; no snapshot of its own.
  expect(await control.snapshots()).toEqual([]);
  await control.healMachine('vm-web-dev-weu-02');

  platform.local.clock.advanceBy(4 * 3_600_000);
  expect(await platform.run(app)).toMatchObject({ due: 3, complete: 3 });
  platform.local.clock.advanceBy(2 * 86_400_000);
  await platform.run(app, backupPruningName);
  const left = (await platform.item('application', machine('dev', 1))).points;
  expect(left).toHaveLength(1);
  expect(left[0]?.id).not.toBe(points[0]?.id);
  platform.setPolicy(backupPolicy);
});

it('the schedule starts one cycle for each subscription, and none beside one that is running', async () => {
  const app = await start('schedule');
  const { host } = app;
  const look = async (): Promise<void> => {
    const response = await fetch(`${host.url}/admin/functions/backup-look`, {
      method: 'POST',
      headers: { 'x-functions-key': host.keys.master, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(202);
    await host.idle();
  };
  const cycles = () => host.instances().filter(({ name }) => name === backupCycleName);
  await look();
  platform.local.clock.advanceBy(1000);
  await look();
  expect(cycles().map(({ instanceId }) => instanceId)).toEqual([expect.stringMatching(/^backup-3f2b8a10-\d+$/)]);
  await host.runToQuiescence();
  expect(cycles()).toMatchObject([{ runtimeStatus: 'Completed', output: { due: 9, complete: 9 } }]);
  platform.local.clock.advanceBy(300_000);
  await look();
  expect(cycles()).toHaveLength(2);
});

it('a policy that is refused later leaves the last good one in use', async () => {
  const app = await start('refused');
  await platform.run(app);
  platform.setPolicy('version: 1\ntiers: {}\n');
  platform.local.clock.advanceBy(50 * 60_000);
  expect(await platform.run(app)).toMatchObject({ due: 6, complete: 6 });
});
