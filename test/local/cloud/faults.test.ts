import { DEV, startTestCloud, type TestCloud, VM, VM_ID } from './support/cloud';

let test: TestCloud;
beforeEach(async () => {
  test = await startTestCloud({ monitor: false });
});
afterEach(() => test.stop());

const restart = 'Microsoft.Compute/virtualMachines/restart/action';
const restarts = async (): Promise<number> => (await test.cloud.control.machine(VM)).effects.restart;

it('accepts and does nothing: the operation succeeds and the machine is as broken as before', async () => {
  const { control } = test.cloud;
  await control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'restart' });
  await control.addFault({ operation: restart, effect: { kind: 'accept-and-do-nothing' }, times: 1 });
  const poller = test.compute().virtualMachines.restart(DEV, VM);
  await poller.submitted();
  test.clock.advance(30_000);
  await poller.poll();
  expect(poller.operationState?.status).toBe('succeeded');
  test.clock.advance(60_000);
  expect(await control.machine(VM)).toMatchObject({ healthy: false, effects: { restart: 0 } });

  await test.compute().virtualMachines.restart(DEV, VM).submitted();
  test.clock.advance(60_000);
  expect(await control.machine(VM)).toMatchObject({ healthy: true, effects: { restart: 1 } });
});

it('fails late, with the error in the operation and in the instance view', async () => {
  await test.cloud.control.addFault({
    operation: restart,
    effect: { kind: 'fail-late', code: 'VMRestartFailed', message: 'It did not come back.' },
  });
  const poller = test.compute().virtualMachines.restart(DEV, VM);
  await poller.submitted();
  test.clock.advance(30_000);
  await expect(poller.poll()).rejects.toThrow('VMRestartFailed. It did not come back.');
  const view = await test.compute().virtualMachines.instanceView(DEV, VM);
  expect(view.statuses?.[0]).toMatchObject({ code: 'ProvisioningState/failed/VMRestartFailed', level: 'Error' });
  expect(await restarts()).toBe(0);
});

it('cuts the connection after the effect', async () => {
  await test.cloud.control.addFault({ operation: restart, effect: { kind: 'timeout-after-effect' }, times: 1 });
  await expect(test.compute().virtualMachines.restart(DEV, VM).submitted()).rejects.toThrow(/socket|ECONNRESET/);
  expect((await test.cloud.control.journal({ operation: restart })).map((entry) => entry.status)).toEqual([0]);
  test.clock.advance(30_000);
  expect(await restarts()).toBe(1);
});

it('cuts the connection before anything happens', async () => {
  await test.cloud.control.addFault({ operation: restart, effect: { kind: 'connection-reset' }, times: 1 });
  await expect(test.compute().virtualMachines.restart(DEV, VM).submitted()).rejects.toThrow(/socket|ECONNRESET/);
  test.clock.advance(30_000);
  expect(await restarts()).toBe(0);
});

it.each([
  [429, undefined, 'TooManyRequests', '5'],
  [503, undefined, 'ServiceUnavailable', '5'],
  [409, undefined, 'Conflict', null],
  [429, 'RetryableErrorDueToAnotherOperation', 'RetryableErrorDueToAnotherOperation', '5'],
  [500, 'Oops', 'Oops', null],
])('answers %i %s', async (status, code, expected, retryAfter) => {
  const effect = { kind: 'status' as const, status, ...(code === undefined ? {} : { code }) };
  await test.cloud.control.addFault({ operation: restart, effect, times: 1 });
  const answer = await test.call(`${VM_ID}/restart?api-version=2026-04-01`, { method: 'POST' });
  expect([answer.status, answer.body.error.code]).toEqual([status, expected]);
  expect(answer.headers.get('retry-after')).toBe(retryAfter);
  test.clock.advance(30_000);
  expect(await restarts()).toBe(0);
});

it.each([
  ['start', VM, { power: 'deallocated' as const }, 'ZonalAllocationFailed', 'deallocated'],
  ['redeploy', VM, {}, 'ZonalAllocationFailed', 'running'],
] as const)('has no capacity on %s', async (action, name, state, code, power) => {
  await test.cloud.control.setMachine(name, state);
  await test.cloud.control.addFault({ effect: { kind: 'allocation-failed' }, operation: `*/${action}/*` });
  const poller = test.compute().virtualMachines[action](DEV, name);
  await poller.submitted();
  test.clock.advance(90_000);
  await expect(poller.poll()).rejects.toThrow(code);
  expect(await test.cloud.control.machine(name)).toMatchObject({ power, provisioning: 'Failed' });
});

it('is slow: the operation takes a multiple of its time', async () => {
  await test.cloud.control.addFault({ operation: restart, effect: { kind: 'slow', factor: 4 } });
  await test.compute().virtualMachines.restart(DEV, VM).submitted();
  test.clock.advance(119_999);
  expect(await restarts()).toBe(0);
  test.clock.advance(1);
  expect(await restarts()).toBe(1);
});

it('is slow to answer: the caller gives up first, and the effect happens all the same', async () => {
  await test.cloud.control.addFault({ operation: restart, effect: { kind: 'slow', delay: 600_000 } });
  const abortSignal = AbortSignal.timeout(50);
  await expect(test.compute().virtualMachines.restart(DEV, VM, { abortSignal }).submitted()).rejects.toMatchObject({
    name: 'AbortError',
  });
  // Whether the call arrived before the caller gave up is the network's to decide; the journal tells.
  const arrived = (await test.cloud.control.journal({ operation: restart })).length;
  test.clock.advance(30_000);
  expect(await restarts()).toBe(arrived);
});

it('strikes at the polling as well', async () => {
  const poller = test.compute().virtualMachines.restart(DEV, VM);
  await poller.submitted();
  const operation = 'Microsoft.Compute/locations/operations/read';
  await test.cloud.control.addFault({ operation, effect: { kind: 'status', status: 503 }, times: 1 });
  await expect(poller.poll()).rejects.toMatchObject({ statusCode: 503 });
});

it('makes a machine disappear in the middle of an operation', async () => {
  const poller = test.compute().virtualMachines.restart(DEV, VM);
  await poller.submitted();
  await test.cloud.control.addFault({ resource: VM_ID, effect: { kind: 'disappear' } });
  await expect(test.compute().virtualMachines.instanceView(DEV, VM)).rejects.toMatchObject({
    statusCode: 404,
    code: 'ResourceNotFound',
  });
  await expect(test.compute().virtualMachines.get(DEV, 'vm-web-dev-weu-02')).resolves.toBeDefined();
});

it('counts: skip some calls, act on some, then let go', async () => {
  const { control } = test.cloud;
  const id = await control.addFault({
    operation: '*/virtualMachines/read',
    resource: `*/${VM}`,
    principal: 'caretaker',
    skip: 1,
    times: 2,
    effect: { kind: 'status', status: 503 },
  });
  const statuses: number[] = [];
  for (let call = 0; call < 4; call += 1) {
    statuses.push((await test.call(`${VM_ID}?api-version=2026-04-01`)).status);
    const other = await test.call(`${VM_ID}?api-version=2026-04-01`, { principal: 'caretaker-reader' });
    expect(other.status).toBe(200);
  }
  expect(statuses).toEqual([200, 503, 503, 200]);
  expect(await control.faults()).toEqual([expect.objectContaining({ id, used: 2, skipped: 1 })]);
  await control.removeFault(id);
  await expect(control.removeFault(id)).rejects.toThrow(`no fault has the id '${id}'`);
});
