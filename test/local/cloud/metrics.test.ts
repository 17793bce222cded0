import { PROD, PLATFORM, startTestCloud, type TestCloud, VM, VM_ID } from './support/cloud';

let test: TestCloud;
beforeEach(async () => {
  test = await startTestCloud({ monitor: false });
});
afterEach(() => test.stop());

const minute = 60_000;
const availability = async (timespan?: string): Promise<(number | undefined)[]> => {
  const answer = await test.monitor().metrics.list(VM_ID, {
    metricnames: 'VmAvailabilityMetric',
    aggregation: 'Average',
    interval: 'PT1M',
    ...(timespan === undefined ? {} : { timespan }),
  });
  return (answer.value[0]?.timeseries[0]?.data ?? []).map((point) => point.average);
};

it('answers in the shape that arm-monitor reads', async () => {
  const answer = await test.monitor().metrics.list(VM_ID, {
    metricnames: 'Percentage CPU,Available Memory Bytes',
    timespan: '2026-05-04T07:50:00Z/2026-05-04T08:00:00Z',
    interval: 'PT5M',
    aggregation: 'Average,Maximum,Count',
  });
  expect(answer).toMatchObject({
    timespan: '2026-05-04T07:50:00.000Z/2026-05-04T08:00:00.000Z',
    interval: 'PT5M',
    namespace: 'Microsoft.Compute/virtualMachines',
    resourceregion: 'westeurope',
  });
  expect(answer.value.map((metric) => [metric.name.value, metric.unit, metric.errorCode])).toEqual([
    ['Percentage CPU', 'Percent', 'Success'],
    ['Available Memory Bytes', 'Bytes', 'Success'],
  ]);
  const data = answer.value[0]?.timeseries[0]?.data ?? [];
  expect(data.map((point) => point.timeStamp.toISOString())).toEqual([
    '2026-05-04T07:50:00.000Z',
    '2026-05-04T07:55:00.000Z',
  ]);
  for (const point of data) {
    expect(point.count).toBe(20);
    expect(point.average).toBeGreaterThan(12);
    expect(point.maximum).toBeLessThan(30);
    expect(point.total).toBeUndefined();
  }
});

it('shows when a machine hung and when it came back', async () => {
  const { control } = test.cloud;
  test.clock.advance(2 * minute);
  await control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'restart' });
  test.clock.advance(2 * minute);
  await control.healMachine(VM);
  test.clock.advance(2 * minute);
  expect(await availability('2026-05-04T08:00:00Z/2026-05-04T08:06:00Z')).toEqual([1, 1, 0, 0, 1, 1]);
});

it('shows a change at once in the minute under way', async () => {
  test.clock.advance(10_000);
  await test.cloud.control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'restart' });
  expect(await availability('2026-05-04T08:00:00Z/2026-05-04T08:01:00Z')).toEqual([0.5]);
});

it('is a function of the clock, however often and whenever it is asked', async () => {
  const ask = async () =>
    (await test.monitor().metrics.list(VM_ID, { metricnames: 'Percentage CPU', timespan: 'PT10M' })).value;
  const first = await ask();
  expect(await ask()).toEqual(first);
  await test.stop();
  test = await startTestCloud({ monitor: false, seed: 2 });
  expect(await ask()).not.toEqual(first);
});

it('has no data for a machine that is off', async () => {
  await test.cloud.control.setMachine(VM, { power: 'deallocated' });
  test.clock.advance(2 * minute);
  expect((await availability('2026-05-04T08:01:00Z/2026-05-04T08:02:00Z'))[0]).toBeUndefined();
});

it.each([
  ['guest-hung', 0, [0, 0], false],
  ['host-failing', 0, [0, 0], false],
  ['memory-exhausted', 1, [96, 99], true],
  ['agent-silent', 1, [12, 30], false],
] as const)('%s shows in the metrics', async (kind, available, [low, high], starved) => {
  await test.cloud.control.breakMachine(VM, { kind, healedBy: 'restart' });
  test.clock.advance(5 * minute);
  const answer = await test.monitor().metrics.list(VM_ID, {
    metricnames: 'VmAvailabilityMetric,Percentage CPU,Available Memory Bytes',
    timespan: '2026-05-04T08:02:00Z/2026-05-04T08:03:00Z',
  });
  const [availabilityValue = -1, cpu = -1, memory = -1] = answer.value.map(
    (metric) => metric.timeseries[0]?.data?.[0]?.average,
  );
  expect(availabilityValue).toBe(available);
  expect(cpu).toBeGreaterThanOrEqual(low);
  expect(cpu).toBeLessThanOrEqual(high);
  expect(memory < 512 * 2 ** 20).toBe(starved);
});

it('a boot loop comes and goes', async () => {
  await test.cloud.control.breakMachine(VM, { kind: 'boot-loop', healedBy: 'redeploy' });
  test.clock.advance(4 * minute);
  const values = await availability('2026-05-04T08:00:00Z/2026-05-04T08:04:00Z');
  expect([...values].sort()).toEqual([0, 0, 1, 1]);
});

it('shows injected values, for any resource', async () => {
  const resourceId = `/subscriptions/${PLATFORM}/resourceGroups/${PROD}/providers/Microsoft.Cache/redisEnterprise/amr-web-prod-weu-001`;
  await test.cloud.control.injectMetric({
    resourceId,
    metricName: 'usedMemoryPercentage',
    value: 93,
    from: Date.UTC(2026, 4, 4, 7, 59),
  });
  const answer = await test
    .monitor()
    .metrics.list(resourceId, { metricnames: 'usedMemoryPercentage', timespan: 'PT2M' });
  expect(answer.value[0]?.timeseries[0]?.data?.map((point) => point.average)).toEqual([35, 93]);
  await test.cloud.control.clearMetrics();
});

it('lists the definitions', async () => {
  const names: (string | undefined)[] = [];
  for await (const definition of test.monitor().metricDefinitions.list(VM_ID)) {
    names.push(definition.name?.value);
    expect(definition.metricAvailabilities?.[0]).toEqual({ timeGrain: 'PT1M', retention: 'P93D' });
  }
  expect(names).toEqual(['VmAvailabilityMetric', 'Percentage CPU', 'Available Memory Bytes']);
});

it.each([
  [
    'an unknown metric',
    { metricnames: 'Happiness' },
    'Valid metrics: VmAvailabilityMetric,Percentage CPU,Available Memory Bytes',
  ],
  ['an unknown interval', { interval: 'PT7M' }, 'Valid time grains: PT1M'],
  ['an unknown aggregation', { aggregation: 'Median' }, 'Valid aggregations: Average'],
  ['a timespan the wrong way round', { timespan: '2026-05-04T08:00:00Z/2026-05-04T07:00:00Z' }, 'timespan'],
])('refuses %s', async (_what, options, words) => {
  await expect(test.monitor().metrics.list(VM_ID, options)).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining(words),
  });
});

it('knows no metrics of what is not there', async () => {
  await expect(test.monitor().metrics.list(`${VM_ID}-gone`)).rejects.toMatchObject({ statusCode: 404 });
});
