import { DEV, startTestCloud, TestCloud, VM, VM_ID } from './support/cloud';

let test: TestCloud;
beforeEach(async () => {
  test = await startTestCloud();
});
afterEach(() => test.stop());

const codes = (statuses: { code?: string }[] | undefined): (string | undefined)[] =>
  (statuses ?? []).map((status) => status.code);

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
  });
  expect(machine.vmId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('restarts: accepted, polled by the SDK, seen in the instance view on the way', async () => {
  const { virtualMachines } = test.compute();
  const poller = virtualMachines.restart(DEV, VM);
  await poller.submitted();
  expect(codes((await virtualMachines.instanceView(DEV, VM)).statuses)).toEqual([
    'ProvisioningState/updating',
    'PowerState/running',
  ]);
  await poller.poll();
  expect(poller.isDone).toBe(false);
  test.clock.advance(30_000);
  await poller.poll();
  expect(poller.operationState?.status).toBe('succeeded');
  const view = await virtualMachines.instanceView(DEV, VM);
  expect(codes(view.statuses)).toEqual(['ProvisioningState/succeeded', 'PowerState/running']);
  expect(view.vmAgent?.statuses?.[0]?.displayStatus).toBe('Not Ready');
  test.clock.advance(10_000);
  expect((await virtualMachines.instanceView(DEV, VM)).vmAgent?.statuses?.[0]?.displayStatus).toBe('Ready');
  expect((await test.cloud.control.machine(VM)).effects.restart).toBe(1);
});
