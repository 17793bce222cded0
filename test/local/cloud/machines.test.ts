import { restorePoller, type VirtualMachineInstanceView } from '@azure/arm-compute';
import { DEV, PLATFORM, PROD, startTestCloud, type TestCloud, VM, VM_ID } from './support/cloud';

let test: TestCloud;
beforeEach(async () => {
  test = await startTestCloud({ monitor: false });
});
afterEach(() => test.stop());

const codes = (view: VirtualMachineInstanceView): string[] => (view.statuses ?? []).map((status) => status.code ?? '');
const view = (): Promise<VirtualMachineInstanceView> => test.compute().virtualMachines.instanceView(DEV, VM);
const agent = async (): Promise<string | undefined> => (await view()).vmAgent?.statuses?.[0]?.displayStatus;

describe('reading', () => {
  it('shows a machine as Compute does', async () => {
    const machine = await test.compute().virtualMachines.get(DEV, VM);
    expect(machine).toMatchObject({
      id: VM_ID,
      name: VM,
      type: 'Microsoft.Compute/virtualMachines',
      location: 'westeurope',
      zones: ['1'],
      provisioningState: 'Succeeded',
      hardwareProfile: { vmSize: 'Standard_D2s_v5' },
      tags: { environment: 'dev', service: 'storefront', tier: 'web' },
      etag: '"1"',
    });
    expect(machine.vmId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(machine.instanceView).toBeUndefined();
  });

  it('adds the instance view when asked', async () => {
    const machine = await test.compute().virtualMachines.get(DEV, VM, { expand: 'instanceView' });
    expect(machine.instanceView).toEqual(await view());
    expect(machine.instanceView).toMatchObject({
      computerName: VM,
      osName: 'ubuntu',
      vmAgent: { statuses: [{ code: 'ProvisioningState/succeeded', displayStatus: 'Ready', level: 'Info' }] },
      statuses: [
        { code: 'ProvisioningState/succeeded', displayStatus: 'Provisioning succeeded', level: 'Info' },
        { code: 'PowerState/running', displayStatus: 'VM running', level: 'Info' },
      ],
    });
  });

  it('lists a group over pages', async () => {
    await test.stop();
    test = await startTestCloud({ monitor: false, pageSize: 4 });
    const names: (string | undefined)[] = [];
    const sizes: number[] = [];
    for await (const page of test.compute().virtualMachines.list(PROD).byPage()) {
      sizes.push(page.length);
      names.push(...page.map((machine) => machine.name));
    }
    // Six machines of their own, and the three instances of the scale set.
    expect(sizes).toEqual([4, 4, 1]);
    expect(names.slice(0, 6)).toEqual(
      ['01', '02', '03', '04', '05', '06'].map((number) => `vm-web-prod-weu-${number}`),
    );
  });

  it('lists a subscription, with group names in upper case, and with status when asked', async () => {
    const ids: (string | undefined)[] = [];
    for await (const machine of test.compute().virtualMachines.listAll()) {
      ids.push(machine.id);
      expect(machine.instanceView).toBeUndefined();
    }
    expect(ids).toHaveLength(12);
    expect(ids[0]).toBe(VM_ID.replace(DEV, DEV.toUpperCase()));
    for await (const machine of test.compute().virtualMachines.listAll({ statusOnly: 'true' })) {
      expect(machine.instanceView?.statuses?.[1]?.code).toBe('PowerState/running');
    }
  });

  it('lists disks and scale sets', async () => {
    const disks: (string | undefined)[] = [];
    for await (const disk of test.compute().disks.listByResourceGroup(DEV)) disks.push(disk.name);
    expect(disks).toHaveLength(6);
    expect(await test.compute().disks.get(DEV, `osdisk-${VM}`)).toMatchObject({
      managedBy: VM_ID,
      diskSizeGB: 30,
      diskState: 'Attached',
      zones: ['1'],
    });
    const sets: unknown[] = [];
    for await (const set of test.compute().virtualMachineScaleSets.listAll()) sets.push(set);
    expect(sets).toEqual([
      expect.objectContaining({
        name: 'vmss-web-prod-weu-001',
        sku: expect.objectContaining({ capacity: 3 }),
        automaticRepairsPolicy: expect.objectContaining({ enabled: true }),
      }),
    ]);
  });
});

describe('operations', () => {
  it.each([
    // action, duration in s, states at the start, in the middle, at the end
    ['restart', 30, ['running', 'running', 'running']],
    ['redeploy', 90, ['stopping', 'starting', 'running']],
    ['powerOff', 20, ['stopping', 'stopping', 'stopped']],
    ['deallocate', 30, ['deallocating', 'deallocating', 'deallocated']],
  ] as const)('%s goes through its states', async (action, seconds, states) => {
    const poller = test.compute().virtualMachines[action](DEV, VM);
    await poller.submitted();
    expect(codes(await view())).toEqual(['ProvisioningState/updating', `PowerState/${states[0]}`]);
    test.clock.advance(seconds * 500);
    expect(codes(await view())).toEqual(['ProvisioningState/updating', `PowerState/${states[1]}`]);
    test.clock.advance(seconds * 500 - 1);
    await poller.poll();
    expect(poller.isDone).toBe(false);
    test.clock.advance(1);
    await poller.poll();
    expect(poller.operationState?.status).toBe('succeeded');
    expect(codes(await view())).toEqual(['ProvisioningState/succeeded', `PowerState/${states[2]}`]);
    expect((await test.cloud.control.machine(VM)).effects[action]).toBe(1);
  });

  it('starts what is deallocated; the agent reports a little later', async () => {
    await test.cloud.control.setMachine(VM, { power: 'deallocated' });
    expect((await view()).vmAgent).toBeUndefined();
    const poller = test.compute().virtualMachines.start(DEV, VM);
    await poller.submitted();
    expect(codes(await view())).toEqual(['ProvisioningState/updating', 'PowerState/starting']);
    test.clock.advance(20_000);
    expect(codes(await view())).toEqual(['ProvisioningState/succeeded', 'PowerState/running']);
    expect(await agent()).toBe('Not Ready');
    test.clock.advance(10_000);
    expect(await agent()).toBe('Ready');
  });

  it('powers off sooner without a shutdown', async () => {
    const poller = test.compute().virtualMachines.powerOff(DEV, VM, { skipShutdown: true });
    await poller.submitted();
    test.clock.advance(5_000);
    expect(codes(await view())[1]).toBe('PowerState/stopped');
  });

  it('answers 202 with everything a poller needs, and the operation as a resource', async () => {
    const path = `${VM_ID}/restart?api-version=2026-04-01`;
    const accepted = await test.call(path, { method: 'POST' });
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('retry-after')).toBe('10');
    const status = accepted.headers.get('azure-asyncoperation') ?? '';
    expect(status).toMatch(
      new RegExp(
        `^${test.cloud.armEndpoint}/subscriptions/${PLATFORM}/providers/Microsoft.Compute/locations/westeurope/operations/[0-9a-f-]{36}\\?p=`,
      ),
    );
    const monitor = accepted.headers.get('location') ?? '';
    expect(new URL(monitor).searchParams.get('monitor')).toBe('true');
    const ask = (url: string) => test.call(url.slice(test.cloud.armEndpoint.length));

    expect((await ask(status)).body).toEqual({
      startTime: '2026-05-04T08:00:00.000Z',
      status: 'InProgress',
      name: /operations\/([0-9a-f-]+)/.exec(status)?.[1],
    });
    expect([(await ask(monitor)).status, (await ask(monitor)).headers.get('retry-after')]).toEqual([202, '10']);
    test.clock.advance(30_000);
    expect((await ask(status)).body).toMatchObject({ status: 'Succeeded', endTime: '2026-05-04T08:00:30.000Z' });
    const done = await ask(monitor);
    expect([done.status, done.body]).toEqual([200, undefined]);
    const stranger = await test.call(status.slice(test.cloud.armEndpoint.length), { principal: 'stranger' });
    expect(stranger.status).toBe(404);
  });

  it('can be started by one process and polled by another, from data alone', async () => {
    const poller = test.compute().virtualMachines.redeploy(DEV, VM);
    await poller.submitted();
    const token = await poller.serialize();
    expect((await test.cloud.control.counts()).byOperation).toEqual({
      'Microsoft.Compute/virtualMachines/redeploy/action': 1,
    });

    const other = test.compute({ principal: 'caretaker' });
    const restored = restorePoller(other, token, other.virtualMachines.redeploy);
    await restored.poll();
    expect(restored.operationState?.status).toBe('running');
    test.clock.advance(90_000);
    const again = restorePoller(other, await restored.serialize(), other.virtualMachines.redeploy);
    await again.poll();
    expect(again.operationState?.status).toBe('succeeded');
    expect((await test.cloud.control.machine(VM)).effects.redeploy).toBe(1);
  });

  it('runs to the end under the poller of the SDK', async () => {
    await test.stop();
    test = await startTestCloud({ monitor: false, timing: { restart: 0, retryAfterSeconds: 1 } });
    await test.compute().virtualMachines.restart(DEV, VM, { updateIntervalInMs: 1 });
    expect((await test.cloud.control.machine(VM)).effects.restart).toBe(1);
  });

  it('refuses a second operation while one is under way', async () => {
    const { virtualMachines } = test.compute();
    await virtualMachines.restart(DEV, VM).submitted();
    await expect(virtualMachines.redeploy(DEV, VM).submitted()).rejects.toMatchObject({
      statusCode: 409,
      code: 'Conflict',
    });
    await expect(virtualMachines.update(DEV, VM, { tags: {} }).submitted()).rejects.toMatchObject({
      statusCode: 429,
      code: 'RetryableErrorDueToAnotherOperation',
    });
    await virtualMachines.restart(DEV, 'vm-web-dev-weu-02').submitted();
    test.clock.advance(30_000);
    await virtualMachines.redeploy(DEV, VM).submitted();
  });

  it.each(['restart', 'redeploy'] as const)('refuses to %s what does not run', async (action) => {
    await test.cloud.control.setMachine(VM, { power: 'deallocated' });
    await expect(test.compute().virtualMachines[action](DEV, VM).submitted()).rejects.toMatchObject({
      statusCode: 409,
      code: 'OperationNotAllowed',
    });
  });

  it('changes tags, and only those that were last seen', async () => {
    const { virtualMachines } = test.compute();
    const { etag } = await virtualMachines.get(DEV, VM);
    const poller = virtualMachines.update(DEV, VM, { tags: { owner: 'me' } }, { ifMatch: etag ?? '' });
    await poller.submitted();
    test.clock.advance(2_000);
    expect((await poller).tags).toEqual({ owner: 'me' });
    expect((await virtualMachines.get(DEV, VM)).tags).toEqual({ owner: 'me' });
    await expect(
      virtualMachines.update(DEV, VM, { tags: {} }, { ifMatch: etag ?? '' }).submitted(),
    ).rejects.toMatchObject({ statusCode: 412, code: 'PreconditionFailed' });
  });
});

describe('breakages', () => {
  const run = async (action: 'restart' | 'redeploy' | 'powerOff' | 'deallocate' | 'start'): Promise<void> => {
    await test.compute().virtualMachines[action](DEV, VM).submitted();
    test.clock.advance(100_000);
  };
  const healthy = async (): Promise<boolean> => (await test.cloud.control.machine(VM)).healthy;

  it('leaves the power state of a hung guest running, while the agent is silent', async () => {
    await test.cloud.control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'restart' });
    const seen = await view();
    expect(codes(seen)).toEqual(['ProvisioningState/succeeded', 'PowerState/running']);
    expect(seen.vmAgent).toMatchObject({
      vmAgentVersion: 'Unknown',
      statuses: [{ displayStatus: 'Not Ready', level: 'Warning' }],
    });
    expect(seen.computerName).toBeUndefined();
  });

  it.each([
    ['restart', ['restart'], true],
    ['restart', ['powerOff', 'start'], true],
    ['restart', ['redeploy'], true],
    ['redeploy', ['restart'], false],
    ['redeploy', ['powerOff', 'start'], false],
    ['redeploy', ['redeploy'], true],
    ['redeploy', ['deallocate', 'start'], true],
    ['replace', ['redeploy'], false],
    ['nothing', ['redeploy'], false],
  ] as const)('what %s heals: after %j healthy is %s', async (healedBy, actions, expected) => {
    await test.cloud.control.breakMachine(VM, { kind: 'guest-hung', healedBy });
    for (const action of actions) await run(action);
    expect(await healthy()).toBe(expected);
  });

  it('replacing heals what only that heals, and nothing heals what nothing heals', async () => {
    const { control } = test.cloud;
    await control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'replace' });
    const before = (await test.compute().virtualMachines.get(DEV, VM)).vmId;
    await control.replaceMachine(VM);
    test.clock.advance(10_000);
    expect(await healthy()).toBe(true);
    expect((await test.compute().virtualMachines.get(DEV, VM)).vmId).not.toBe(before);
    await control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'nothing' });
    await control.replaceMachine(VM);
    test.clock.advance(10_000);
    expect(await healthy()).toBe(false);
  });

  it('heals by itself in time', async () => {
    await test.cloud.control.breakMachine(VM, { kind: 'agent-silent', healedBy: 'time', healsAfter: 5_000 });
    test.clock.advance(4_999);
    expect(await healthy()).toBe(false);
    test.clock.advance(1);
    expect(await healthy()).toBe(true);
  });

  it.each([
    ['guest-hung', 'Degraded'],
    ['host-failing', 'Unavailable'],
    ['memory-exhausted', 'Available'],
  ] as const)('resource health says of %s: %s', async (kind, state) => {
    const path = `${VM_ID}/providers/Microsoft.ResourceHealth/availabilityStatuses/current?api-version=2025-05-01`;
    expect((await test.call(path)).body.properties.availabilityState).toBe('Available');
    test.clock.advance(60_000);
    await test.cloud.control.breakMachine(VM, { kind, healedBy: 'redeploy' });
    expect((await test.call(path)).body).toMatchObject({
      type: 'Microsoft.ResourceHealth/AvailabilityStatuses',
      properties: { availabilityState: state, occuredTime: '2026-05-04T08:01:00.000Z' },
    });
  });
});
