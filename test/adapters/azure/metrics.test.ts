import { createAzureClients, createAzureMetrics } from '../../../src/adapters/azure';
import { resourceIdSchema } from '../../../src/kernel/schemas';
import { managedIdentityToken } from '../../local/cloud/support/cloud';
import { startAzureTest, VM, vm, type AzureTest } from './support';

let azure: AzureTest;

beforeAll(async () => {
  azure = await startAzureTest();
});
afterAll(() => azure.stop());

const metrics = (principal = 'caretaker') =>
  createAzureMetrics({
    clients: createAzureClients({
      credential: { getToken: () => managedIdentityToken(azure.cloud.cloud, principal) },
      endpoint: azure.cloud.cloud.armEndpoint,
    }),
  });
const fromNow = (minutes: number) => new Date(azure.cloud.clock.now() + minutes * 60_000).toISOString() as never;
const read = (id = vm, minutes: 1 | 5 = 1) =>
  metrics().read(id, { from: fromNow(-20), until: fromNow(0), minutes }, azure.abort());

it('reads what says most about a machine, in one request, with null where nothing was reported', async () => {
  azure.pass(600);
  await azure.cloud.cloud.control.setMachine(VM, { power: 'stopped' });
  azure.pass(600);
  await azure.cloud.cloud.control.clearJournal();
  const series = await read();
  expect(series?.map(({ name, unit, points }) => [name, unit, points.length])).toEqual([
    ['VmAvailabilityMetric', 'Count', 20],
    ['Percentage CPU', 'Percent', 20],
    ['Available Memory Bytes', 'Bytes', 20],
  ]);
  const [availability] = series ?? [];
  expect(availability?.points[1]).toEqual({ at: fromNow(-19), value: 1 });
  expect(availability?.points.at(-1)).toEqual({ at: fromNow(-1), value: null });
  const requests = await azure.cloud.cloud.control.journal();
  expect(requests.filter(({ operation }) => operation === 'Microsoft.Insights/metrics/read')).toHaveLength(1);
  expect((await read(vm, 5))?.[0]?.points).toHaveLength(4);
});

it('knows nothing of other types, and asks nothing about them', async () => {
  const id = resourceIdSchema.parse(vm.replace(/microsoft\.compute.*/, 'microsoft.network/virtualnetworks/vnet'));
  expect(await read(id)).toBeUndefined();
});

it('tells what is refused from what cannot be answered now', async () => {
  const gone = resourceIdSchema.parse(`${vm}-gone`);
  await expect(read(gone)).rejects.toMatchObject({ name: 'PermanentError', code: 'AzureRefused' });
  await azure.fault({ effect: { kind: 'status', status: 503 }, operation: 'Microsoft.Insights/metrics/read' });
  await expect(read()).rejects.toMatchObject({ name: 'TransientError' });
});
