import { startLocalApp, type AppHost, type LocalApp } from '../support/local-app';
import { order, reportOf, rotationApp, stagesOf, vaultName, type RotationApp } from './rotation-app';

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
  local.clock.advanceBy(7_200_000);
  await local.cloud.control.clearFaults();
  await local.cloud.control.clearCredentialViolations();
  app = await rotation.start();
});
afterEach(() => app.host.stop());

const secrets: [secret: string, rotator: string][] = [
  ['storefront-storage-key', 'storage-account-key'],
  ['storefront-redis-key', 'redis-access-key'],
  ['storefront-dns-token', 'cloudflare-api-token'],
  ['orders-api-secret', 'generated'],
  ['storefront-client-secret', 'entra-client-secret'],
];

const providers: Readonly<Record<string, RegExp>> = {
  'storage-account-key': /stwebprodweu001$/,
  'redis-access-key': /amr-web-prod-weu-001/,
  'cloudflare-api-token': /^no provider: others have tokens there/,
  generated: /^service orders/,
  'entra-client-secret': /^application/,
};
const isOf = (rotator: string, provider: string): boolean => providers[rotator]?.test(provider) ?? false;

test.each(secrets)(
  '%s is rotated by %s: consumers move, the old credential dies, one current and one previous',
  async (secret, rotator) => {
    const { control } = local.cloud;
    const before = await control.credentials();
    const id = await order(app, secret);
    await app.host.runToQuiescence();
    const report = await reportOf(app, id);
    expect(report).toMatchObject({ end: 'rotated', outcome: 'verified' });
    expect(await control.credentialViolations()).toEqual([]);
    const all = await control.secrets(vaultName);
    expect(stagesOf(all, secret)).toEqual({ current: 1, previous: 1, spent: 1 });
    const newest = all.find(({ name }) => name === secret)?.versions.at(-1);
    for (const consumer of (await control.secretConsumers()).filter((one) => one.secret === secret)) {
      expect(consumer).toMatchObject({ version: newest?.version, valid: true });
    }
    // Whatever was valid before for this secret is dead: keys of both slots are new, and what has an id is gone.
    const after = JSON.stringify(await control.credentials());
    expect(before.filter((one) => isOf(rotator, one.provider) && after.includes(JSON.stringify(one)))).toEqual([]);
  },
);
