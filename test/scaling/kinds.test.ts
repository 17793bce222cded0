import { PROD } from '../local/cloud/support/cloud';
import { MonitorClient } from '@azure/arm-monitor';
import { managedIdentityToken } from '../local/cloud/support/cloud';
import { setId, setName, startScalingApp, type ScalingApp } from './scaling-app';

const cache = 'amr-web-prod-weu-001';
const rules = `
scaling:
  - name: web
    match: { resource: ['vmss-web-*'] }
    mode: auto
    min: 2
    max: 6
    targets: [{ metric: Percentage CPU, value: 60 }]
    profiles:
      # The platform's clock begins at 09:00 there.
      - { name: sale, timeZone: Europe/Berlin, from: '2026-03-02T09:10', until: '2026-03-02T09:40', min: 4, max: 9 }
  - name: cache
    match: { kind: redis, resource: ['amr-web-prod-*'] }
    mode: auto
    min: 1
    max: 3
    sizes:
      - { name: Balanced_B5, memory: 6 }
      - { name: Balanced_B10, memory: 12 }
      - { name: Balanced_B20, memory: 24 }
    targets: [{ metric: usedmemorypercentage, value: 75 }]
    in: { cooldown: 5m, calm: 10m }
`;

let test: ScalingApp;
let monitor: MonitorClient;
const control = () => test.local.cloud.control;

beforeAll(async () => {
  test = await startScalingApp(rules);
  await control().assignRole({
    principal: 'caretaker-reader',
    role: 'Contributor',
    scope: '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01',
  });
  const credential = { getToken: () => managedIdentityToken(test.local.cloud, 'caretaker-reader') };
  monitor = new MonitorClient(credential, '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01', {
    endpoint: test.local.cloud.armEndpoint,
  });
  await monitor.autoscaleSettings.createOrUpdate(PROD, 'scale-web', {
    location: 'westeurope',
    enabled: true,
    targetResourceUri: setId,
    profiles: [{ name: 'default', capacity: { minimum: '2', maximum: '9', default: '3' }, rules: [] }],
  });
}, 60_000);
afterAll(() => test.stop());

const capacity = async () => (await monitor.autoscaleSettings.get(PROD, 'scale-web')).profiles?.[0]?.capacity;
const outcomes = (runbook: string) =>
  test.app.host
    .instances()
    .map(({ output }) => output as { runbook: string; result: { outcome?: string; why?: string } })
    .filter((output) => output.runbook === runbook)
    .map(({ result }) => result.outcome ?? result.why);

it("moves autoscale's bounds to the policy's, and leaves the number to it", async () => {
  await control().setLoad(setName, 290);
  await test.minutes(4);
  expect(await capacity()).toEqual({ minimum: '2', maximum: '6', default: '3' });
  expect((await test.set()).capacity).toBe(3);
  expect((await test.decisions())[0]).toMatchObject({ action: 'hold', from: 3 });
});

it('moves them with a profile, on the clocks of its zone, and back', async () => {
  await test.minutes(9);
  expect(await capacity()).toEqual({ minimum: '4', maximum: '9', default: '4' });
  await control().evaluateAutoscale();
  await test.minutes(3);
  expect((await test.set()).capacity).toBe(4);
  await test.minutes(28);
  expect(await capacity()).toEqual({ minimum: '2', maximum: '6', default: '4' });
  expect(new Set(outcomes('autoscale-bounds'))).toEqual(new Set(['verified']));
  expect(outcomes('scale-set-capacity')).toEqual([]);
}, 60_000);

it('gives a full cache the next size, and the smaller one only when all of it fits there', async () => {
  const size = async () =>
    (await control().resource(`${setId.split('/providers/')[0]}/providers/Microsoft.Cache/redisEnterprise/${cache}`))
      .sku;
  await control().setCacheLoad(cache, { memoryGB: 11 });
  await test.minutes(10);
  expect(await size()).toMatchObject({ name: 'Balanced_B20' });
  await control().setCacheLoad(cache, { memoryGB: 8.5 });
  await test.minutes(14);
  expect(await size()).toMatchObject({ name: 'Balanced_B20' });
  await control().setCacheLoad(cache, { memoryGB: 3 });
  await test.minutes(25);
  expect(await size()).toMatchObject({ name: 'Balanced_B5' });
  expect(outcomes('scale-cache')).toEqual(['verified', 'verified', 'verified']);
}, 60_000);
