import {
  createCatalogue,
  createDrillRecords,
  createExposures,
  parseBackupPolicy,
  type ItemDocument,
} from '../../../src/backup';
import { isoOf, type EpochMillis } from '../../../src/kernel/clock';
import { silentLog } from '../../../src/kernel/log';
import type { Notification } from '../../../src/ports/notifications';
import type { MachineListing } from '../../../src/ports/recovery-points';
import { MemoryStorage } from '../../support/memory-storage';
import { machine, subscriptionId } from '../platform';
import { backupPolicy } from '../policy-text';

const item = machine('prod', 1);
const start = Date.parse('2026-03-02T08:00:00Z');

function world() {
  let now = start;
  const clock = { now: () => now as EpochMillis };
  const { documents, ledgerLogs } = new MemoryStorage();
  const told: Notification[] = [];
  const catalogue = createCatalogue(documents);
  const policy = parseBackupPolicy(backupPolicy);
  const listing = (name: string, group: string): MachineListing => ({
    id: `/subscriptions/${subscriptionId}/resourcegroups/${group}/providers/microsoft.compute/virtualmachines/${name}` as typeof item,
    name,
    location: 'westeurope',
    tags: {},
    systemDisk: null,
    dataDisks: [],
    createdAt: null,
    scaleSet: null,
  });
  const exposures = createExposures({
    policy: async () => policy,
    catalogue,
    drills: createDrillRecords({ documents, clock }),
    points: { machines: async () => [listing('vm-forgotten', 'rg-web')], disks: async () => [] },
    documents,
    reports: ledgerLogs,
    notifications: { tell: async (one) => void told.push(one) },
    glob: () => () => false,
    clock,
    log: silentLog,
    subscriptions: new Set([subscriptionId]),
    environment: 'test',
    environmentOf: async () => 'prod',
  });
  const document: ItemDocument = {
    version: 1,
    item,
    kind: 'machine',
    tier: 'gold',
    location: 'westeurope',
    firstSeenAt: isoOf(start as EpochMillis),
    orphanedAt: null,
    retainedAt: null,
    points: [],
  };
  return {
    exposures,
    told,
    ledgerLogs,
    at: (minutes: number) => void (now = start + minutes * 60_000),
    begin: () => catalogue.change(item, () => document),
  };
}
const abort = (): AbortSignal => AbortSignal.timeout(10_000);

it('tells people before an objective breaks, and again when it is broken, by keys that say it once', async () => {
  const { exposures, told, at, begin } = world();
  await begin();
  at(10);
  await exposures.sweep(abort());
  expect(told.map(({ key }) => key.split(':')[0])).toEqual(['backup-unprotected']);
  for (const minute of [44, 46, 58]) {
    at(minute);
    await exposures.sweep(abort());
  }
  at(61);
  expect((await exposures.sweep(abort())).tiers[0]).toMatchObject({ tier: 'gold', resources: 1, breached: 1 });
  const keys = [...new Set(told.filter(({ key }) => key.startsWith('backup-exposure')).map(({ key }) => key))];
  expect(keys).toEqual([`backup-exposure:${item}:none:at-risk`, `backup-exposure:${item}:none:breached`]);
  const warning = told.find(({ key }) => key.endsWith('at-risk'));
  expect(warning).toMatchObject({ severity: 'warning', environment: 'prod', kind: 'backup' });
  expect(warning?.text).toContain('breaks at 2026-03-02T09:00:00.000Z');
});

it('keeps a history, and writes the report of a day once, where nothing is changed any more', async () => {
  const { exposures, at, begin, ledgerLogs } = world();
  await begin();
  for (const minute of [0, 5, 15, 75]) {
    at(minute);
    await exposures.sweep(abort());
  }
  const report = await exposures.report(30, abort());
  // Five minutes after a sample is the same sample; the last one is beyond the objective of an hour.
  expect(report.history.map(({ at: when }) => when.slice(11, 16))).toEqual(['08:00', '08:15', '09:15']);
  expect(report.keptShare['gold']).toBeCloseTo(2 / 3, 3);
  const path = await exposures.publish(abort());
  const first = await ledgerLogs.read(`${path}.json`);
  at(80);
  expect(await exposures.publish(abort())).toBe(path);
  expect(await ledgerLogs.read(`${path}.json`)).toEqual(first);
  expect((await ledgerLogs.read(`${path}.html`))?.text).toContain('<h1>Backups of test</h1>');
});

it('remembers how exposed each resource was, hour by hour', async () => {
  const { exposures, at, begin } = world();
  await begin();
  for (const minute of [0, 15, 30, 45, 60, 75]) {
    at(minute);
    await exposures.sweep(abort());
  }
  const { resources, until, bucketSeconds } = await exposures.history('1');
  expect([until, bucketSeconds]).toEqual(['2026-03-02T10:00:00.000Z', 3600]);
  // Its promise began at 08:00; nothing was ever taken.
  expect(resources).toEqual([{ resource: item, tier: 'gold', percent: [...Array(22).fill(null), 100, 125] }]);
});

it('says at once that something new is protected by nothing', async () => {
  const { exposures, told } = world();
  await exposures.noticed(item, abort());
  expect(told).toEqual([]);
  const forgotten = `/subscriptions/${subscriptionId}/resourcegroups/rg-web/providers/microsoft.compute/virtualmachines/vm-forgotten`;
  await exposures.noticed(forgotten as typeof item, abort());
  expect(told).toMatchObject([{ severity: 'warning', title: 'Nothing protects vm-forgotten' }]);
});
