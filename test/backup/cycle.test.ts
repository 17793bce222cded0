import {
  backupCopiesName,
  backupPruningName,
  backupReconcileName,
  parseBackupPolicy,
  withHold,
} from '../../src/backup';
import type { AppHost } from '../support/local-app';
import { machine, startBackupPlatform, vault, type BackupPlatform } from './platform';
import { backupPolicy } from './policy-text';

// One platform, told in order: each test goes on from where the one before left it.

let platform: BackupPlatform;
let app: AppHost;
const minutes = (count: number): number => count * 60_000;
const web1 = machine('prod', 1);

beforeAll(async () => {
  platform = await startBackupPlatform();
  app = await platform.local.start({ state: 'cycle', policyFile: platform.policyFile });
}, 60_000);
afterAll(() => platform.stop());

it('takes a point of every selected machine at first, and puts it into the catalogue when it is complete', async () => {
  expect(await platform.run(app)).toMatchObject({ due: 9, complete: 9, failed: 0, left: 0 });
  const item = await platform.item('cycle', web1);
  expect(item).toMatchObject({ kind: 'machine', tier: 'gold', location: 'westeurope', orphanedAt: null });
  const [point] = item.points;
  expect(point).toMatchObject({ state: 'complete', kind: 'snapshots', takenAt: '2026-03-02T08:00:00.000Z' });
  expect(point?.parts.map(({ place }) => place)).toEqual(['os', 0]);
  expect(point?.copies).toMatchObject([{ location: 'northeurope', state: 'queued' }]);
  const snapshots = await platform.local.cloud.control.snapshots();
  expect(snapshots).toHaveLength(18);
  expect(snapshots[0]?.tags).toMatchObject({ 'managed-by': 'caretaker', 'caretaker-parts': '2' });
  expect(await app.verifyLedger()).toMatchObject({ valid: true, problems: [] });
  // Nothing of the batch is left once it is in the catalogue.
  expect(await platform.catalogue('cycle').openBatches()).toEqual([]);
});

it('takes nothing while nothing is due', async () => {
  platform.local.clock.advanceBy(minutes(10));
  await platform.local.cloud.control.clearJournal();
  expect(await platform.run(app)).toMatchObject({ due: 0, complete: 0 });
  expect((await platform.local.cloud.control.counts()).writes).toBe(0);
});

it('copies to the second region, and keeps the source until that is done', async () => {
  await platform.run(app, backupCopiesName);
  const { points } = await platform.item('cycle', web1);
  expect(points[0]?.copies).toMatchObject([{ location: 'northeurope', state: 'complete', problem: null }]);
  const copies = (await platform.local.cloud.control.snapshots()).filter(({ location }) => location === 'northeurope');
  // Six machines of the gold tier with two disks each; the others have no second region.
  expect(copies).toHaveLength(12);
  expect(copies.every(({ percent }) => percent === 100)).toBe(true);
});

it('takes a stopped machine and a disk that was resized, and names the chain', async () => {
  const { control } = platform.local.cloud;
  await control.setMachine('vm-web-prod-weu-02', { power: 'deallocated' });
  await control.setDisk('datadisk-vm-web-prod-weu-03', { sizeGB: 256 });
  platform.local.clock.advanceBy(minutes(50));
  expect(await platform.run(app)).toMatchObject({ due: 6, complete: 6, failed: 0 });
  expect((await platform.item('cycle', machine('prod', 2))).points.at(-1)?.state).toBe('complete');
  const resized = (await platform.item('cycle', machine('prod', 3))).points.at(-1);
  expect(resized?.parts.map(({ sizeBytes }) => sizeBytes / 2 ** 30)).toEqual([30, 256]);
  // The chain: each part names the one of the same disk before it.
  const [first, second] = (await platform.item('cycle', web1)).points;
  expect(second?.parts.map(({ previous }) => previous)).toEqual(first?.parts.map(({ snapshot }) => snapshot));
});

it('takes what a person orders although it is not due, and each order once', async () => {
  const item = machine('dev', 1);
  expect(await platform.run(app, undefined, { only: [item] })).toMatchObject({ due: 1, complete: 1 });
  expect((await platform.item('cycle', item)).points).toHaveLength(2);
});

it('marks what retention lets go, and deletes it only after the delay, by the identity that can do nothing else', async () => {
  const { control } = platform.local.cloud;
  for (let round = 0; round < 2; round += 1) {
    platform.local.clock.advanceBy(minutes(50));
    await platform.run(app);
    await platform.run(app, backupCopiesName);
  }
  const marked = (await platform.item('cycle', web1)).points.filter(({ tombstone }) => tombstone !== null);
  expect(marked.length).toBeGreaterThan(0);
  expect(marked[0]?.tombstone?.reason).toBe('no rule keeps it');
  await control.clearJournal();
  await platform.run(app, backupPruningName);
  expect((await control.counts()).deletes).toBe(0);

  platform.local.clock.advanceBy(minutes(130));
  await platform.run(app, backupPruningName);
  const deletes = await control.journal({ method: 'DELETE' });
  expect(deletes.length).toBeGreaterThan(0);
  expect(new Set(deletes.map(({ principal }) => principal))).toEqual(new Set(['caretaker-pruner']));
  expect(deletes.every(({ status }) => status === 202)).toBe(true);
  const left = (await platform.item('cycle', web1)).points;
  expect(left.map(({ id }) => id)).not.toContain(marked[0]?.id);
  // Its copy in the second region is gone with it.
  const names = (await control.snapshots()).map(({ id }) => id);
  expect(names.filter((id) => id.includes(marked[0]?.id ?? '-'))).toEqual([]);
});

it('the identity that takes points cannot delete one', async () => {
  const [snapshot] = await platform.local.cloud.control.snapshots();
  const { access_token: token } = await fetch(
    `${platform.local.cloud.identityEndpoint}?api-version=2019-08-01&resource=https://management.azure.com/`,
    { headers: { 'X-IDENTITY-HEADER': platform.local.cloud.identityHeader } },
  ).then((response) => response.json() as Promise<{ access_token: string }>);
  const answer = await fetch(`${platform.local.cloud.armEndpoint}${snapshot?.id ?? ''}?api-version=2026-03-02`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(403);
});

it('a hold stays the deletion, also of what is marked already', async () => {
  platform.local.clock.advanceBy(minutes(50));
  await platform.run(app);
  const catalogue = platform.catalogue('cycle');
  const item = machine('prod', 4);
  const marked = (await platform.item('cycle', item)).points.find(({ tombstone }) => tombstone !== null);
  const now = platform.local.clock.now() as never;
  const hold = { by: 'ada', reason: 'litigation', at: new Date(now).toISOString() as never, until: null };
  await catalogue.change(item, (before) =>
    before === undefined ? undefined : withHold(before, marked?.id ?? '', hold, parseBackupPolicy(backupPolicy), now),
  );
  platform.local.clock.advanceBy(minutes(130));
  await platform.run(app, backupPruningName);
  const after = (await platform.item('cycle', item)).points.find(({ id }) => id === marked?.id);
  expect(after).toMatchObject({ tombstone: null, hold: { by: 'ada' } });
});

it('takes over what the cloud has and the catalogue has not, marks as lost what is the other way round, and leaves strangers alone', async () => {
  const { control } = platform.local.cloud;
  platform.local.clock.advanceBy(minutes(7 * 60));
  const catalogue = platform.catalogue('cycle');
  const item = machine('dev', 2);
  const before = await platform.item('cycle', item);
  const point = before.points[0];
  // The catalogue forgets one point, the cloud loses another.
  await catalogue.change(item, (document) => (document === undefined ? undefined : { ...document, points: [] }));
  const other = machine('dev', 3);
  const lost = (await platform.item('cycle', other)).points[0];
  await control.setSnapshot(lost?.parts[0]?.snapshot ?? '', { removed: true });
  const { length } = await control.snapshots();

  const result = await platform.run(app, backupReconcileName);
  expect(result).toMatchObject({ adopted: 1, lost: 1, unknown: 0 });
  expect((await platform.item('cycle', item)).points).toMatchObject([
    { id: point?.id, state: 'complete', tier: 'bronze', takenAt: point?.takenAt },
  ]);
  expect((await platform.item('cycle', other)).points[0]).toMatchObject({ state: 'lost' });
  expect(await control.snapshots()).toHaveLength(length);
  expect(await platform.run(app, backupReconcileName)).toMatchObject({ adopted: 0, lost: 0 });
});

it('stops for the kill switch of the environment, and says so', async () => {
  const { host } = app;
  const order = { engaged: true, reason: 'maintenance of the storage', by: 'ada' };
  await fetch(
    `${host.url}/runtime/webhooks/durabletask/entities/guard/prod?op=setKillSwitch&code=${host.keys.durabletask}`,
    { method: 'POST', body: JSON.stringify(order), headers: { 'content-type': 'application/json' } },
  );
  await host.runToQuiescence();
  platform.local.clock.advanceBy(minutes(13 * 60));
  await platform.local.cloud.control.clearJournal();
  expect(await platform.run(app)).toMatchObject({ due: 9, complete: 3, failed: 0 });
  const written = await platform.local.cloud.control.journal({ method: 'PUT' });
  expect(written.every(({ path }) => path.toLowerCase().startsWith(vault) && path.includes('dev'))).toBe(true);
});
