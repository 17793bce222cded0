import { startLocalApp, type AppHost, type LocalApp } from '../support/local-app';
import { expectDeterministic } from '../support/replay';
import { rotationOrchestrator } from '../../src/rotation';
import { order, reportOf, rotationApp, rotationYaml, stagesOf, vaultName, type RotationApp } from './rotation-app';

let local: LocalApp;
let rotation: RotationApp;
let app: AppHost;
beforeAll(async () => {
  local = await startLocalApp();
  rotation = rotationApp(local);
}, 60_000);
afterAll(async () => {
  rotation.remove();
  await local.stop();
});
beforeEach(async () => {
  await local.cloud.control.clearFaults();
  await local.cloud.control.resetSecrets();
  local.clock.advanceBy(7_200_000);
  app = await rotation.start();
});
afterEach(async () => {
  for (const { instanceId } of app.host.instances().filter(({ name }) => name === 'rotation-v1')) {
    expect(
      await expectDeterministic(rotationOrchestrator, app.host.history(instanceId) ?? [], instanceId),
    ).toBeGreaterThan(0);
  }
  expect(await app.verifyLedger()).toMatchObject({ valid: true, problems: [] });
  await app.host.stop();
});

const hours = (count: number): number => count * 3_600_000;
const control = () => local.cloud.control;
const storage = 'storefront-storage-key';
const regenerate = 'Microsoft.Storage/storageAccounts/regenerateKey/action';
const asked = async (): Promise<number> => (await control().journal({ operation: regenerate })).length;
const consumer = async (name: string) => (await control().secretConsumers()).find((one) => one.name === name);
const run = (forMillis?: number) =>
  app.host.runToQuiescence(forMillis === undefined ? {} : { until: local.clock.now() + forMillis });
const stages = async (secret = storage) => stagesOf(await control().secrets(vaultName), secret);

async function hearEvents(): Promise<void> {
  await control().setEventWebhook({ url: `${app.host.url}/api/events/event-grid/key?code=${app.host.keys.default}` });
}

/** Waits in real time until every event was delivered: Event Grid does not keep to the virtual clock. */
async function delivered(type: string, secret: string): Promise<void> {
  for (;;) {
    const all = await control().eventDeliveries();
    const last = all.findLast(({ event }) => event.eventType.endsWith(type) && event.subject === secret);
    if (last?.state === 'delivered') {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a near-expiry event begins a rotation; a consumer that lags makes the overlap longer; then the old key is revoked', async () => {
  await hearEvents();
  await control().clearJournal();
  await control().setConsumer('reports', 'lags');
  await control().changeSecret({ vault: vaultName, name: storage, expiresAt: local.clock.now() + hours(24 * 10) });
  await control().now();
  await delivered('SecretNearExpiry', storage);
  await run(hours(5));
  const [open] = app.host.instances().filter(({ name }) => name === 'rotation-v1');
  expect(open).toMatchObject({ runtimeStatus: 'Running', customStatus: { stage: 'adoption' } });
  // The idle slot has a new key, the other one still works, and the one who lags can work.
  expect(await asked()).toBe(1);
  expect(await consumer('storefront')).toMatchObject({ valid: true });
  expect(await consumer('reports')).toMatchObject({ valid: true, manner: 'lags' });
  expect(await stages()).toEqual({ current: 1, previous: 1, spent: 1 });

  await control().setConsumer('reports', 'prompt');
  await run();
  expect(await asked()).toBe(2);
  const report = await reportOf(app, open?.instanceId ?? '');
  expect(report).toMatchObject({ end: 'rotated', outcome: 'verified' });
  const texts = report.events.filter(({ stage }) => stage === 'adoption').map(({ text }) => text.split(':')[0]);
  expect(texts.slice(0, -1).every((text) => text === 'waiting') && texts.length > 2).toBe(true);
  expect(texts.at(-1)).toBe('proven');
  expect(await control().credentialViolations()).toEqual([]);
});

test('a consumer that never moves leaves the overlap open; a later look finishes it', async () => {
  await control().setConsumer('reports', 'lags');
  const id = await order(app, storage);
  await run();
  expect(await reportOf(app, id)).toMatchObject({ end: 'overlap-open', outcome: 'unverifiable' });
  expect(await control().credentialViolations()).toEqual([]);
  await control().setConsumer('reports', 'prompt');
  const second = await order(app, storage, { mode: 'finish' });
  await run();
  expect(await reportOf(app, second)).toMatchObject({ end: 'rotated' });
  expect(await stages()).toEqual({ current: 1, previous: 1, spent: 1 });
  expect(await control().credentialViolations()).toEqual([]);
});

test('a provider that shows a new key and does not use it: the try fails, and everything is as before', async () => {
  await control().addFault({ effect: { kind: 'accept-and-do-nothing' }, operation: regenerate });
  const before = await control().secretConsumers();
  const id = await order(app, storage);
  await run();
  expect(await reportOf(app, id)).toMatchObject({ end: 'rolled-back', outcome: null });
  expect(await stages()).toEqual({ none: 1, failed: 1 });
  expect(await control().secretConsumers()).toEqual(before);
  expect(await control().credentialViolations()).toEqual([]);
  await control().clearFaults();
  const again = await order(app, storage);
  await run();
  expect(await reportOf(app, again)).toMatchObject({ end: 'rotated' });
  expect(await stages()).toEqual({ current: 1, previous: 1, failed: 1, spent: 1 });
});

test('a consumer that cannot work with the new version: the old value comes back', async () => {
  await control().setConsumer('reports', 'fails');
  const held = await consumer('storefront');
  const id = await order(app, storage);
  await run();
  expect(await reportOf(app, id)).toMatchObject({ end: 'rolled-back', outcome: 'harmful' });
  expect(await control().credentialViolations()).toEqual([]);
  expect(await consumer('storefront')).toMatchObject({
    valid: true,
    version: expect.not.stringMatching(held?.version ?? '') as string,
  });
  // The key that some may have taken stays valid until all are seen to be back.
  expect(await stages()).toMatchObject({ current: 1, previous: 1 });
});

test.each([
  ['a lost answer of the provider', regenerate, { kind: 'timeout-after-effect' }, 1],
  ['a throttled vault', 'KeyVault/**', { kind: 'status', status: 429, retryAfterSeconds: 7 }, 5],
  ['a vault that is down', 'KeyVault/**', { kind: 'status', status: 503 }, 6],
  ['a lost answer of the vault', 'KeyVault/secrets/set', { kind: 'timeout-after-effect' }, 2],
  ['a consumer whose answer is lost', 'Service/secrets', { kind: 'timeout-after-effect' }, 3],
] as const)('%s is got over, and nobody is locked out', async (_what, operation, effect, times) => {
  await control().addFault({ effect, operation, times });
  const id = await order(app, storage);
  await run();
  expect(await reportOf(app, id)).toMatchObject({ end: 'rotated', outcome: 'verified' });
  expect(await control().credentialViolations()).toEqual([]);
  expect(await stages()).toMatchObject({ current: 1, previous: 1 });
});

test('a vault that stays down ends the rotation, with the old credential in use', async () => {
  // First, because a rotation begins as soon as it is ordered.
  await control().addFault({ effect: { kind: 'status', status: 503 }, operation: 'KeyVault/secrets/set' });
  const id = await order(app, storage);
  await run();
  expect(await reportOf(app, id)).toMatchObject({ end: 'failed', outcome: null });
  expect(await control().credentialViolations()).toEqual([]);
  expect(await stages()).toEqual({ none: 1 });
});

test('a deleted secret holds its name: nothing is purged, and the reason is told', async () => {
  await control().deleteSecret({ vault: vaultName, name: 'legacy-smtp-password' });
  const id = await order(app, 'legacy-smtp-password');
  await control().putSecret({ vault: vaultName, name: `${storage}--pending` });
  await control().deleteSecret({ vault: vaultName, name: `${storage}--pending` });
  const second = await order(app, storage);
  await run();
  expect(await reportOf(app, id)).toMatchObject({
    end: 'impossible',
    reasons: [expect.stringContaining('nothing is purged')],
  });
  expect(await reportOf(app, second)).toMatchObject({
    end: 'refused',
    reasons: [expect.stringContaining('SecretDeleted')],
  });
  expect(await control().credentialViolations()).toEqual([]);
});

test('leak: revoked as soon as consumers were told, whoever lags; cut: before that', async () => {
  await control().setConsumer('reports', 'lags');
  const id = await order(app, storage, { cut: false });
  await run(hours(1));
  expect(await consumer('reports')).toMatchObject({ valid: false });
  expect(await consumer('storefront')).toMatchObject({ valid: true });
  await control().setConsumer('reports', 'prompt');
  await run();
  expect(await reportOf(app, id)).toMatchObject({ end: 'rotated', outcome: 'verified' });

  await control().clearCredentialViolations();
  const cut = await order(app, 'orders-api-secret', { cut: true });
  await run();
  const report = await reportOf(app, cut);
  expect(report).toMatchObject({ end: 'rotated' });
  const steps = report.events.map(({ stage }) => stage);
  expect(steps.indexOf('revoke')).toBeLessThan(steps.indexOf('test'));
  expect(await consumer('billing')).toMatchObject({ valid: true });
});

test("somebody else's new version is noticed, consumers are told, and nothing is revoked", async () => {
  await hearEvents();
  await control().putSecret({ vault: vaultName, name: 'legacy-smtp-password' });
  await delivered('SecretNewVersionCreated', 'legacy-smtp-password');
  await run();
  const [instance] = app.host.instances().filter(({ name }) => name === 'rotation-v1');
  expect(await reportOf(app, instance?.instanceId ?? '')).toMatchObject({ end: 'noticed', outcome: 'verified' });
  const versions =
    (await control().secrets(vaultName)).find(({ name }) => name === 'legacy-smtp-password')?.versions ?? [];
  expect(await consumer('mailer')).toMatchObject({ version: versions.at(-1)?.version });
});

test('what is disabled, unknown to the provider, or Caretaker itself stands on is left alone, with the reason', async () => {
  await control().changeSecret({ vault: vaultName, name: 'orders-api-secret', enabled: false });
  await control().putSecret({ vault: vaultName, name: storage, value: 'somebody pasted the wrong thing' });
  const account = '/storageAccounts/devstoreaccount1';
  rotation.write(
    rotationYaml(local.cloud.endpoints['services'] ?? '').replace('/storageAccounts/stwebprodweu001', account),
  );
  const own = await order(app, storage);
  const disabled = await order(app, 'orders-api-secret');
  await run();
  rotation.write(rotationYaml(local.cloud.endpoints['services'] ?? ''));
  local.clock.advanceBy(60_000);
  const wrong = await order(app, storage);
  await run();
  expect(await reportOf(app, own)).toMatchObject({
    end: 'impossible',
    reasons: [expect.stringContaining('stands on')],
  });
  expect(await reportOf(app, disabled)).toBeNull();
  expect(app.host.instance(disabled)).toMatchObject({ output: { end: 'nothing-to-do' } });
  expect(await reportOf(app, wrong)).toMatchObject({
    end: 'impossible',
    reasons: [expect.stringContaining('no credential like')],
  });
});

test('two secrets of one consumer are rotated one after the other; a kill switch stops both', async () => {
  await control().setConsumer('reports', 'lags');
  const first = await order(app, storage);
  const second = await order(app, 'storefront-client-secret');
  await run(hours(0.2));
  expect(app.host.instance(second)).toMatchObject({ runtimeStatus: 'Running', customStatus: { stage: 'guard' } });
  await control().setConsumer('reports', 'prompt');
  await run();
  expect(await reportOf(app, first)).toMatchObject({ end: 'rotated' });
  expect(await reportOf(app, second)).toMatchObject({ end: 'rotated' });
  await app.operator('PUT', 'environments/prod/kill-switch', { engaged: true, reason: 'a test' });
  local.clock.advanceBy(60_000);
  const third = await order(app, storage);
  await run();
  expect(await reportOf(app, third)).toMatchObject({ end: 'stopped' });
});

test('the daily sweep catches an event that was missed, finishes what was left open, and orders nothing twice', async () => {
  const sweep = async (): Promise<void> => {
    const answer = await fetch(`${app.host.url}/admin/functions/rotation-sweep`, {
      method: 'POST',
      headers: { 'x-functions-key': app.host.keys.master, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(202);
    await app.host.idle();
  };
  const rotations = () => app.host.instances().filter(({ name }) => name === 'rotation-v1');
  await control().changeSecret({ vault: vaultName, name: storage, expiresAt: local.clock.now() + hours(24 * 20) });
  await sweep();
  // Every secret of the policy is looked at once a day.
  expect(rotations()).toHaveLength(6);
  await sweep();
  expect(rotations()).toHaveLength(6);
  await run();
  const ends = rotations().map(({ output }) => (output as { secret: string; end: string }) ?? { end: 'none' });
  const byName = Object.fromEntries(ends.map(({ secret, end }) => [secret, end]));
  expect(byName).toMatchObject({
    [storage]: 'rotated',
    'storefront-redis-key': 'nothing-to-do',
    'legacy-smtp-password': 'noticed',
  });
  const { body } = await app.operator('GET', 'secrets');
  const { secrets } = body as { secrets: { name: string; due: boolean; gaps: string[]; rotationId: string | null }[] };
  expect(secrets.find(({ name }) => name === storage)).toMatchObject({
    due: false,
    gaps: [],
    rotationId: expect.any(String) as string,
  });
  expect(secrets.find(({ name }) => name === 'forgotten-license')?.gaps).toEqual([
    'no owner',
    'no expiry',
    'not in the rotation policy',
  ]);
});
