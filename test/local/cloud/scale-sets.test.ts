import { PROD, START, startTestCloud, type TestCloud } from './support/cloud';

const SET = 'vmss-web-prod-weu-001';
let test: TestCloud;

beforeAll(async () => {
  test = await startTestCloud({ monitor: false });
  const scope = `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01`;
  await test.cloud.control.assignRole({ principal: 'caretaker-reader', role: 'Contributor', scope });
});
afterAll(() => test.stop());

const compute = () => test.compute({ principal: 'caretaker-reader' });
const state = () => test.cloud.control.scaleSet(SET);
const zones = async () => {
  const { instances } = await state();
  return instances.map(({ zone }) => zone).toSorted();
};
/** Asks for a capacity and waits until the operation is over; answers the poller's own word on it. */
async function resize(capacity: number): Promise<string | undefined> {
  const poller = compute().virtualMachineScaleSets.update(PROD, SET, { sku: { capacity } });
  await poller.submitted();
  test.clock.advance(120_000);
  await poller.poll().catch(() => undefined);
  return poller.operationState?.status;
}

it('shows the instances of a flexible scale set as machines, by the filter of the list', async () => {
  const id = (await state()).id;
  const seen = [];
  const filter = `'virtualMachineScaleSet/id' eq '${id}'`;
  for await (const machine of compute().virtualMachines.list(PROD, { filter, expand: 'instanceView' })) {
    seen.push([machine.zones?.[0], machine.virtualMachineScaleSet?.id, machine.instanceView?.statuses?.at(-1)?.code]);
  }
  expect(seen.toSorted()).toEqual([
    ['1', id, 'PowerState/running'],
    ['2', id, 'PowerState/running'],
    ['3', id, 'PowerState/running'],
  ]);
});

it('grows and shrinks over the zones, and the young serve only when they are warm', async () => {
  const poller = compute().virtualMachineScaleSets.update(PROD, SET, { sku: { capacity: 5 } });
  await poller.submitted();
  expect((await state()).instances.map(({ power }) => power)).toEqual([
    'running',
    'running',
    'running',
    'starting',
    'starting',
  ]);
  test.clock.advance(60_000);
  expect((await state()).instances.filter(({ serving }) => serving)).toHaveLength(3);
  test.clock.advance(60_000);
  expect((await state()).instances.filter(({ serving }) => serving)).toHaveLength(5);
  expect(await zones()).toEqual(['1', '1', '2', '2', '3']);
  expect(await resize(3)).toBe('succeeded');
  expect(await zones()).toEqual(['1', '2', '3']);
});

it('fails late with the allocation error of the zone that is next, and keeps what came', async () => {
  await test.cloud.control.setZoneCapacity({ zone: '2', available: 0 });
  expect(await resize(6)).toBe('failed');
  expect(await state()).toMatchObject({ capacity: 4, provisioning: 'Failed' });
  expect(await zones()).toEqual(['1', '1', '2', '3']);
  await test.cloud.control.setZoneCapacity({ zone: '2', available: null });
  expect(await resize(3)).toBe('succeeded');
});

it('shares the load among those who serve', async () => {
  await test.cloud.control.setLoad(SET, 180);
  const id = (await state()).id;
  const cpu = async (): Promise<number> => {
    const to = test.cloud.control.now();
    const timespan = `${new Date((await to) - 60_000).toISOString()}/${new Date(await to).toISOString()}`;
    const answer = await test
      .monitor({ principal: 'caretaker-reader' })
      .metrics.list(id, { metricnames: 'Percentage CPU', timespan, interval: 'PT1M' });
    return answer.value[0]?.timeseries?.[0]?.data?.[0]?.average ?? Number.NaN;
  };
  test.clock.advance(180_000);
  expect(await cpu()).toBeGreaterThan(57);
  expect(await cpu()).toBeLessThan(63);
  await resize(6);
  test.clock.advance(300_000);
  expect(await cpu()).toBeGreaterThan(28);
  expect(await cpu()).toBeLessThan(32);
  await test.cloud.control.loseMetric({ resourceId: id, from: await test.cloud.control.now() });
  test.clock.advance(120_000);
  expect(await cpu()).toBeNaN();
  await test.cloud.control.setLoad(SET, null);
  await resize(3);
});

it('takes away named instances, gives them a fresh disk, and keeps what is protected', async () => {
  const names = (await state()).instances.map(({ name }) => name);
  const [first = '', second = '', third = ''] = names;
  const { virtualMachineScaleSets: sets, virtualMachineScaleSetVMs: vms } = compute();
  await test.cloud.control.breakMachine(second, { kind: 'guest-hung', healedBy: 'replace' });
  const reimaging = sets.reimage(PROD, SET, { vmScaleSetReimageInput: { instanceIds: [second] } });
  await reimaging.submitted();
  test.clock.advance(90_000);
  expect((await state()).instances.find(({ name }) => name === second)?.healthy).toBe(true);

  const body = { location: 'westeurope', protectionPolicy: { protectFromScaleIn: true } };
  for (const name of [first, third]) await vms.update(PROD, SET, name, body).pollUntilDone();
  expect(await resize(1)).toBe('failed');
  expect((await state()).instances.map(({ name }) => name).toSorted()).toEqual([first, third].toSorted());

  const deleting = sets.deleteInstances(PROD, SET, { instanceIds: [first] });
  await deleting.submitted();
  test.clock.advance(60_000);
  expect(await state()).toMatchObject({ capacity: 1, instances: [{ name: third }] });
  expect(await resize(3)).toBe('succeeded');
});

it('repairs an instance by itself after the grace period, unless that is suspended', async () => {
  const before = (await state()).instances.map(({ name }) => name);
  const broken = before[0] ?? '';
  await test.cloud.control.breakMachine(broken, { kind: 'guest-hung', healedBy: 'replace' });
  test.clock.advance(9 * 60_000);
  expect((await state()).instances.map(({ name }) => name)).toContain(broken);
  test.clock.advance(5 * 60_000);
  const after = await state();
  expect(after.instances.map(({ name }) => name)).not.toContain(broken);
  expect(after.instances.map(({ healthy }) => healthy)).toEqual([true, true, true]);

  const suspending = compute().virtualMachineScaleSets.setOrchestrationServiceState(PROD, SET, {
    serviceName: 'AutomaticRepairs',
    action: 'Suspend',
  });
  await suspending.submitted();
  test.clock.advance(10_000);
  const kept = after.instances[0]?.name ?? '';
  await test.cloud.control.breakMachine(kept, { kind: 'guest-hung', healedBy: 'replace' });
  test.clock.advance(30 * 60_000);
  expect((await state()).instances.map(({ name }) => name)).toContain(kept);
  const { orchestrationServices } = await compute().virtualMachineScaleSets.getInstanceView(PROD, SET);
  expect(orchestrationServices).toEqual([{ serviceName: 'AutomaticRepairs', serviceState: 'Suspended' }]);
  await test.cloud.control.healMachine(kept);
});

it('refuses a second change while one runs, a capacity that is none, and what it does not know', async () => {
  const first = compute().virtualMachineScaleSets.update(PROD, SET, { sku: { capacity: 4 } });
  await first.submitted();
  await expect(compute().virtualMachineScaleSets.update(PROD, SET, { sku: { capacity: 5 } })).rejects.toMatchObject({
    code: 'Conflict',
    statusCode: 409,
  });
  test.clock.advance(120_000);
  const wrong = compute().virtualMachineScaleSets.update(PROD, SET, { sku: { capacity: 2.5 } });
  await expect(wrong).rejects.toMatchObject({ code: 'InvalidParameter' });
  const unknown = compute().virtualMachineScaleSets.deleteInstances(PROD, SET, { instanceIds: ['none'] });
  await expect(unknown).rejects.toMatchObject({ code: 'InvalidParameter' });
  expect(test.clock.now()).toBeGreaterThan(START);
});
