import { PROD, startTestCloud, type TestCloud } from './support/cloud';

const SET = 'vmss-web-prod-weu-001';
let test: TestCloud;

beforeAll(async () => {
  test = await startTestCloud({ monitor: false });
  const scope = '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';
  await test.cloud.control.assignRole({ principal: 'caretaker-reader', role: 'Contributor', scope });
});
afterAll(() => test.stop());

const capacity = async () => (await test.cloud.control.scaleSet(SET)).capacity;
const rule = (id: string, operator: string, threshold: number, direction: 'Increase' | 'Decrease') => ({
  metricTrigger: {
    metricName: 'Percentage CPU',
    metricResourceUri: id,
    timeGrain: 'PT1M',
    statistic: 'Average' as const,
    timeWindow: 'PT10M',
    timeAggregation: 'Average' as const,
    operator: operator as 'GreaterThan',
    threshold,
  },
  scaleAction: { direction, type: 'ChangeCount' as const, value: '1', cooldown: 'PT5M' },
});

it('shows the metric of each machine by its dimension, ten of them unless asked for more', async () => {
  const { id, instances } = await test.cloud.control.scaleSet(SET);
  await test.cloud.control.setLoad(SET, 150);
  test.clock.advance(300_000);
  const monitor = test.monitor({ principal: 'caretaker-reader' });
  const options = { metricnames: 'Percentage CPU', filter: "VMName eq '*'", interval: 'PT1M', timespan: 'PT2M' };
  const seen = await monitor.metrics.list(id, options);
  const series = seen.value[0]?.timeseries ?? [];
  expect(series.map(({ metadatavalues }) => metadatavalues?.[0]?.value)).toEqual(instances.map(({ name }) => name));
  for (const { data = [] } of series) {
    expect(data.at(-1)?.average).toBeGreaterThan(45);
    expect(data.at(-1)?.average).toBeLessThan(55);
  }
  const first = await monitor.metrics.list(id, { ...options, top: 2 });
  expect(first.value[0]?.timeseries).toHaveLength(2);
  await expect(monitor.metrics.list(id, { ...options, filter: "Disk eq '*'" })).rejects.toMatchObject({
    code: 'BadRequest',
  });
});

it('keeps a scale set within the bounds of its setting, and goes by its rules', async () => {
  const { id } = await test.cloud.control.scaleSet(SET);
  const { autoscaleSettings } = test.monitor({ principal: 'caretaker-reader' });
  const setting = (minimum: number, maximum: number) => ({
    location: 'westeurope',
    enabled: true,
    targetResourceUri: id,
    profiles: [
      {
        name: 'default',
        capacity: { minimum: String(minimum), maximum: String(maximum), default: String(minimum) },
        rules: [rule(id, 'GreaterThan', 60, 'Increase'), rule(id, 'LessThan', 30, 'Decrease')],
      },
    ],
  });
  await autoscaleSettings.createOrUpdate(PROD, 'scale-web', setting(4, 6));
  await test.cloud.control.evaluateAutoscale();
  test.clock.advance(120_000);
  expect(await capacity()).toBe(4);
  await test.cloud.control.setLoad(SET, 400);
  test.clock.advance(900_000);
  await test.cloud.control.evaluateAutoscale();
  expect(await capacity()).toBe(5);
  await test.cloud.control.evaluateAutoscale();
  expect(await capacity()).toBe(5);
  await expect(autoscaleSettings.createOrUpdate(PROD, 'scale-web', setting(7, 6))).rejects.toMatchObject({
    code: 'InvalidAutoscaleSetting',
  });
  await expect(autoscaleSettings.createOrUpdate(PROD, 'another', setting(4, 6))).rejects.toMatchObject({
    code: 'ResourceHasAutoscaleSetting',
  });
  const found = [];
  for await (const one of autoscaleSettings.listBySubscription()) found.push(one.targetResourceUri);
  expect(found).toEqual([id]);
});
