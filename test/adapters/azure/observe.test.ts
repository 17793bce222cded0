import { resourceIdSchema } from '../../../src/kernel/schemas';
import type { Breakage, PowerState } from '../../../src/local/cloud';
import { machineSightingSchema } from '../../../src/ports/machines';
import { SANDBOX, startAzureTest, VM, vm, type AzureTest } from './support';

let azure: AzureTest;

beforeAll(async () => {
  azure = await startAzureTest();
});

afterEach(async () => {
  const { control } = azure.cloud.cloud;
  await control.clearFaults();
  await control.healMachine(VM);
  await control.setMachine(VM, { power: 'running' });
  await control.clearJournal();
  // The rest of the minute, and time for the agent.
  azure.pass(600 - ((azure.cloud.clock.now() / 1000) % 60));
});

afterAll(() => azure.stop());

/** So many seconds from the cloud's present. */
const inSeconds = (seconds: number) => new Date(azure.cloud.clock.now() + seconds * 1000).toISOString();
const observe = (id = vm) => azure.machines().observe(id, azure.abort());
const read = { vm: 'Microsoft.Compute/virtualMachines/read', metrics: 'Microsoft.Insights/metrics/read' };

it('sees a healthy machine as it is', async () => {
  const sighting = await observe();
  expect(sighting).toEqual({
    exists: true,
    observedAt: inSeconds(0),
    location: 'westeurope',
    zone: '1',
    size: 'Standard_D2s_v5',
    scaleSetId: null,
    networkInterfaceId:
      '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg-web-dev-weu-001/providers/microsoft.network/networkinterfaces/nic-vm-web-dev-weu-01',
    powerState: 'running',
    provisioningState: 'succeeded',
    provisionedAt: '2026-05-04T08:00:00.000Z',
    agent: 'ready',
    resourceHealth: 'available',
    // The newest whole minute: Azure names a minute by its beginning.
    availability: { value: 1, at: inSeconds(-60) },
  });
  expect(machineSightingSchema.parse(sighting)).toEqual(sighting);
});

it.each<[PowerState, string]>([
  ['running', 'available'],
  ['starting', 'unavailable'],
  ['stopping', 'unavailable'],
  ['stopped', 'unavailable'],
  ['deallocating', 'unavailable'],
  ['deallocated', 'unavailable'],
])('sees the power state %s', async (power, resourceHealth) => {
  await azure.cloud.cloud.control.setMachine(VM, { power });
  expect(await observe()).toMatchObject({ exists: true, powerState: power, resourceHealth });
});

it.each<[Breakage['kind'], object]>([
  ['guest-hung', { agent: 'not-ready', resourceHealth: 'degraded', availability: { value: 0 } }],
  ['host-failing', { agent: 'not-ready', resourceHealth: 'unavailable', availability: { value: 0 } }],
  ['agent-silent', { agent: 'not-ready', resourceHealth: 'available', availability: { value: 1 } }],
  ['memory-exhausted', { agent: 'ready', resourceHealth: 'available', availability: { value: 1 } }],
])('sees what %s does to agent, health and availability', async (kind, expected) => {
  await azure.cloud.cloud.control.breakMachine(VM, { kind, healedBy: 'restart' });
  azure.pass(150);
  expect(await observe()).toMatchObject({ powerState: 'running', ...expected });
});

it('tells the newest minute that has a value, with its time', async () => {
  await azure.cloud.cloud.control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'restart' });
  // Half a minute into the sixth, which is under way.
  azure.pass(330);
  expect(await observe()).toMatchObject({ availability: { value: 0, at: inSeconds(-30) } });
});

it('knows no agent of a machine that is off', async () => {
  await azure.cloud.cloud.control.setMachine(VM, { power: 'deallocated' });
  expect(await observe()).toMatchObject({ agent: 'unknown' });
});

it('sees that a machine does not exist, by its name, by its group, and when it disappears', async () => {
  const at = inSeconds(0);
  const other = (text: string, by: string) => resourceIdSchema.parse(vm.replace(text, by));
  expect(await observe(other('vm-web-dev-weu-01', 'vm-none'))).toEqual({ exists: false, observedAt: at });
  expect(await observe(other('rg-web-dev-weu-001', 'rg-none'))).toEqual({ exists: false, observedAt: at });
  await azure.fault({ effect: { kind: 'disappear' }, operation: read.vm });
  expect(await observe()).toEqual({ exists: false, observedAt: at });
});

it('does not take a subscription that it cannot see for a machine that is gone', async () => {
  const unseen = resourceIdSchema.parse(vm.replace(/[0-9a-f-]{36}/, '00000000-0000-4000-8000-000000000000'));
  await expect(observe(unseen)).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'AzureRefused',
    details: { status: 404, code: 'SubscriptionNotFound' },
  });
});

it('does not take missing metrics or a missing word on health for a machine that is gone', async () => {
  await azure.fault({ effect: { kind: 'disappear' }, operation: read.metrics });
  await azure.fault({ effect: { kind: 'disappear' }, operation: 'Microsoft.ResourceHealth/availabilityStatuses/read' });
  expect(await observe()).toMatchObject({ exists: true, availability: null, resourceHealth: 'unknown' });
});

it.each([
  ['a scale set', `/providers/microsoft.compute/virtualmachinescalesets/vmss`],
  [
    'an extension of something else',
    '/providers/junk/a/b/providers/microsoft.compute/virtualmachines/vm-web-dev-weu-01',
  ],
  ['an extension of the machine', '/providers/microsoft.compute/virtualmachines/vm-web-dev-weu-01/extensions/x'],
])('refuses %s, and asks nobody', async (_, path) => {
  const id = resourceIdSchema.parse(vm.replace(/\/providers\/.*$/, path));
  await expect(observe(id)).rejects.toMatchObject({ name: 'PermanentError', code: 'NotAMachine' });
  await expect(azure.machines().start(id, 'restart', 'x', azure.abort())).rejects.toMatchObject({
    code: 'NotAMachine',
  });
  expect(await azure.cloud.cloud.control.journal()).toEqual([]);
});

it.each([
  [{ kind: 'status', status: 503, retryAfterSeconds: 7 } as const, 'TransientError', 'AzureUnavailable', 7],
  [{ kind: 'status', status: 500 } as const, 'TransientError', 'AzureUnavailable', undefined],
  [{ kind: 'status', status: 429, retryAfterSeconds: 17 } as const, 'TransientError', 'AzureUnavailable', 17],
  [{ kind: 'status', status: 401 } as const, 'TransientError', 'AzureUnavailable', undefined],
  [{ kind: 'status', status: 403 } as const, 'PermanentError', 'AzureDenied', undefined],
  [{ kind: 'status', status: 400 } as const, 'PermanentError', 'AzureRefused', undefined],
  [{ kind: 'connection-reset' } as const, 'TransientError', 'AzureUnreachable', undefined],
])('says of %j at each of its three reads what the caller can do about it', async (effect, name, code, wait) => {
  for (const operation of [...Object.values(read), 'Microsoft.ResourceHealth/availabilityStatuses/read']) {
    const fault = await azure.fault({ effect, operation });
    const error: unknown = await observe().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name, code });
    expect((error as { retryAfterSeconds?: number }).retryAfterSeconds).toBe(wait);
    await azure.cloud.cloud.control.removeFault(fault);
  }
});

it('says that access is denied to an identity without the right to look', async () => {
  await expect(azure.machines('stranger').observe(vm, azure.abort())).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'AzureDenied',
    details: { status: 403, code: 'AuthorizationFailed' },
  });
});

it('stops waiting for an answer when its time is over', async () => {
  await azure.fault({ effect: { kind: 'slow', delay: 60_000 }, operation: read.vm });
  await expect(azure.machines().observe(vm, AbortSignal.timeout(30))).rejects.toMatchObject({
    name: 'TransientError',
    code: 'AzureUnreachable',
  });
});

it('looks at a machine of each subscription through a client of its own', async () => {
  const sandbox = resourceIdSchema.parse(
    `/subscriptions/${SANDBOX}/resourceGroups/rg-sandbox-weu-001/providers/Microsoft.Compute/virtualMachines/vm-sandbox-weu-01`,
  );
  const machines = azure.machines();
  expect(await machines.observe(vm, azure.abort())).toMatchObject({ exists: true });
  await expect(machines.observe(sandbox, azure.abort())).rejects.toMatchObject({ code: 'AzureDenied' });
});
