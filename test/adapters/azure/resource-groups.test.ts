import { createAzureClients, createAzureResourceGroups } from '../../../src/adapters/azure';
import { resourceIdSchema } from '../../../src/kernel/schemas';
import { roleFromInfra } from '../../../src/local/platform/roles';
import { join } from 'node:path';
import { managedIdentityToken, startTestCloud, VM_ID, type TestCloud } from '../../local/cloud/support/cloud';

let cloud: TestCloud;
const [, , subscription = '', , group = ''] = VM_ID.split('/');
const vm = resourceIdSchema.parse(VM_ID);
const abort = () => AbortSignal.timeout(20_000);

beforeAll(async () => {
  cloud = await startTestCloud({ monitor: false, roleDefinitions: [await roleFromInfra(join(__dirname, '../../..'))] });
});
afterAll(() => cloud.stop());

const adapter = (principal = 'caretaker') => {
  const endpoint = cloud.cloud.armEndpoint;
  const credential = { getToken: () => managedIdentityToken(cloud.cloud, principal) };
  return createAzureResourceGroups({ arm: createAzureClients({ credential, endpoint }).arm, endpoint });
};

it('lists a group page by page, with tags, zones, and what each is part of', async () => {
  const found = await adapter().list(subscription, group, abort());
  const named = (name: string) => found.find(({ id }) => id.endsWith(`/${name}`));
  expect(named('vm-web-dev-weu-01')).toMatchObject({ zones: ['1'], tags: { service: 'storefront' } });
  expect(named('osdisk-vm-web-dev-weu-01')).toMatchObject({ owner: vm });
  // ARM's generic list does not say whose an interface is; the network's own list does.
  expect(named('nic-vm-web-dev-weu-01')).toMatchObject({ owner: vm });
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  expect(await adapter().list(subscription, 'rg-of-nobody', abort())).toEqual([]);
});

it('says whether it may not look, or cannot', async () => {
  await expect(adapter('stranger').list(subscription, group, abort())).rejects.toMatchObject({ code: 'AzureDenied' });
  const fault = await cloud.cloud.control.addFault({
    effect: { kind: 'status', status: 503 },
    operation: 'Microsoft.Resources/subscriptions/resourceGroups/resources/read',
  });
  await expect(adapter().list(subscription, group, abort())).rejects.toMatchObject({ code: 'AzureUnavailable' });
  await cloud.cloud.control.removeFault(fault);
});

it('sets and removes a tag, and leaves the others', async () => {
  const tags = adapter();
  const before = await tags.read(vm, abort());
  await tags.merge(vm, { 'Caretaker-Hold': 'x' }, abort());
  await tags.merge(vm, { 'caretaker-hold': 'y' }, abort());
  expect(await tags.read(vm, abort())).toEqual({ ...before, 'Caretaker-Hold': 'y' });
  await tags.remove(vm, { 'caretaker-hold': 'z' }, abort());
  expect(await tags.read(vm, abort())).toEqual({ ...before, 'Caretaker-Hold': 'y' });
  await tags.remove(vm, { 'caretaker-hold': 'y' }, abort());
  expect(await tags.read(vm, abort())).toEqual(before);
  const gone = resourceIdSchema.parse(`${VM_ID}-gone`);
  expect(await tags.read(gone, abort())).toEqual({});
});
