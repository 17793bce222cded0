import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventType } from '../../src/local/host/durable/history';
import { searchFor } from '../../src/local/canary';
import type { Log, LogFields } from '../../src/kernel/log';
import { startLocalApp, type AppHost, type LocalApp } from '../support/local-app';
import { order, reportOf, rotationApp, vaultName, type RotationApp } from './rotation-app';

// What a rotation writes down: how much durable work it is, and that no secret is in any of it.

const costFile = join(__dirname, '../fixtures/rotation/durable-cost.json');
const lines: string[] = [];
const kept = (level: string) => (message: string, fields?: LogFields) =>
  void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
const log: Log = { debug: kept('debug'), info: kept('info'), warn: kept('warn'), error: kept('error') };

let local: LocalApp;
let rotation: RotationApp;
let app: AppHost;
const answers: string[] = [];
beforeAll(async () => {
  local = await startLocalApp({ log });
  rotation = rotationApp(local);
  await local.cloud.control.resetSecrets();
  local.clock.advanceBy(7_200_000);
  app = await rotation.start();
}, 60_000);
afterAll(async () => {
  rotation.remove();
  await local.stop();
});

/** Actions as the Durable Task Scheduler bills them: a start 1, an activity 2, a timer and an entity operation 1 each. */
function costOf(id: string) {
  const history = app.host.history(id) ?? [];
  const count = (type: number): number => history.filter((event) => event.EventType === type).length;
  const [activities, timers, entityOperations] = [
    count(EventType.TaskScheduled),
    count(EventType.TimerCreated),
    count(EventType.EventSent),
  ];
  return { actions: 1 + 2 * activities + timers + entityOperations, activities, timers, entityOperations };
}

const secrets = [
  'storefront-storage-key',
  'storefront-redis-key',
  'storefront-dns-token',
  'orders-api-secret',
  'storefront-client-secret',
];

test('a rotation without laggards costs what is on record, and a two-slot one at most 24 actions', async () => {
  const costs: Record<string, unknown> = {};
  for (const secret of secrets) {
    const id = await order(app, secret);
    await app.host.runToQuiescence();
    expect(await reportOf(app, id)).toMatchObject({ end: 'rotated' });
    costs[secret] = costOf(id);
    // A budget holds for an hour.
    local.clock.advanceBy(3_700_000);
  }
  if (process.env['CARETAKER_UPDATE_GOLDEN'] !== undefined) {
    writeFileSync(costFile, `${JSON.stringify(costs, null, 2)}\n`);
  }
  expect(costs).toEqual(JSON.parse(readFileSync(costFile, 'utf8')));
  const { actions } = costs['storefront-storage-key'] as { actions: number };
  expect(actions).toBeLessThanOrEqual(24);
});

test('of 32 planted values, and every other that was ever a secret, none is in files, blobs, logs, answers or errors', async () => {
  const { control } = local.cloud;
  for (let number = 1; number <= 32; number += 1) {
    await control.putSecret({ vault: vaultName, name: `canary-${number}` });
  }
  // Things go wrong with values in hand: refusals, lost answers, a provider that does not take what it gave, a leak.
  const storage = 'Microsoft.Storage/storageAccounts/regenerateKey/action';
  const faults = [
    ['KeyVault/secrets/set', { kind: 'status', status: 403 }],
    ['KeyVault/secrets/set', { kind: 'timeout-after-effect' }],
    ['Service/rotation', { kind: 'status', status: 400 }],
    ['Graph/applications/addPassword', { kind: 'accept-and-do-nothing' }],
    [storage, { kind: 'timeout-after-effect' }],
  ] as const;
  for (const [operation, effect] of faults) {
    await control.addFault({ operation, effect, times: 2 });
    for (const secret of secrets) {
      await order(app, secret);
    }
    await app.host.runToQuiescence();
    await control.clearFaults();
    local.clock.advanceBy(7_200_000);
  }
  await order(app, 'storefront-storage-key', { cut: true });
  await app.host.runToQuiescence();
  for (const path of ['secrets', 'rotations?limit=100', 'rotations/none', 'status', 'incidents', 'openapi.json']) {
    answers.push(JSON.stringify(await app.operator('GET', path)));
  }
  const instances = app.host.instances();
  for (const { instanceId } of instances) {
    answers.push(JSON.stringify(app.host.instance(instanceId)), JSON.stringify(app.host.history(instanceId)));
    answers.push(JSON.stringify(await app.operator('GET', `rotations/${instanceId}`)));
  }
  expect(instances.length).toBeGreaterThan(25);
  expect(lines.length).toBeGreaterThan(0);
  await app.host.stop();

  const values = await control.secretValues();
  const search = searchFor(values);
  expect(values.length).toBeGreaterThan(32 + secrets.length);
  // The search itself is tried: with a value in a place of its own it finds it.
  const bait = values[0] ?? '';
  expect(
    search.in({ place: 'bait', bytes: JSON.stringify({ a: Buffer.from(`x${bait}`).toString('base64') }) }),
  ).not.toEqual([]);
  const found = search.inFolder(local.directory);
  expect(found.files).toBeGreaterThan(5);
  expect(found.bytes).toBeGreaterThan(500_000);
  expect(found.leaks).toEqual([]);
  expect([...lines, ...answers].flatMap((bytes, index) => search.in({ place: `text ${index}`, bytes }))).toEqual([]);
}, 120_000);
