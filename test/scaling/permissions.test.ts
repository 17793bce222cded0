import { createAzureClients, createAzureScalables } from '../../src/adapters/azure';
import type { EpochMillis } from '../../src/kernel/clock';
import type { ResourceId } from '../../src/kernel/resource-id';
import type { RoleDefinition } from '../../src/local/cloud';
import { scalingPermissions } from '../../src/scaling';
import { managedIdentityToken, PLATFORM, PROD, startTestCloud, type TestCloud } from '../local/cloud/support/cloud';

const scope = `/subscriptions/${PLATFORM}`;
const group = `/subscriptions/${PLATFORM}/resourcegroups/${PROD}/providers`;
const setId = `${group}/microsoft.compute/virtualmachinescalesets/vmss-web-prod-weu-001` as ResourceId;
const cacheId = `${group}/microsoft.cache/redisenterprise/amr-web-prod-weu-001` as ResourceId;
const { actions } = scalingPermissions;
const role = (roleName: string, held: readonly string[]): RoleDefinition => ({
  roleName,
  permissions: [{ actions: [...held] }],
  assignableScopes: ['/'],
});

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud({
    monitor: false,
    roleDefinitions: [
      role('scaling', actions),
      ...actions.map((action) =>
        role(
          `without ${action}`,
          actions.filter((other) => other !== action),
        ),
      ),
    ],
  });
  await cloud.cloud.control.assignRole({ principal: 'caretaker-reader', role: 'Contributor', scope });
  const { autoscaleSettings } = cloud.monitor({ principal: 'caretaker-reader' });
  await autoscaleSettings.createOrUpdate(PROD, 'scale-web', {
    location: 'westeurope',
    enabled: true,
    targetResourceUri: setId,
    profiles: [{ name: 'default', capacity: { minimum: '2', maximum: '9', default: '3' }, rules: [] }],
  });
});
afterAll(() => cloud.stop());

/** Everything that the adapter can do, once, as `stranger` with one role; answers what was asked and what was denied. */
async function everything(roleName: string): Promise<{ asked: Set<string>; denied: Set<string> }> {
  const { control } = cloud.cloud;
  const assignment = { principal: 'stranger', role: roleName, scope };
  await control.assignRole(assignment);
  await control.clearJournal();
  const credential = { getToken: () => managedIdentityToken(cloud.cloud, 'stranger') };
  const clock = { now: () => cloud.clock.now() as EpochMillis };
  const endpoint = cloud.cloud.armEndpoint;
  const scalables = createAzureScalables({ clients: createAzureClients({ credential, endpoint }), endpoint, clock });
  const abort = AbortSignal.timeout(30_000);
  const tried = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'AzureDenied' });
    });
    cloud.clock.advance(180_000);
  };
  const member = (await control.scaleSet('vmss-web-prod-weu-001')).instances.at(-1)?.name ?? '';
  await tried(() => scalables.list(PLATFORM, 'scale-set', abort));
  await tried(() => scalables.list(PLATFORM, 'redis', abort));
  await tried(() => scalables.observe(setId, abort));
  await tried(() => scalables.observe(cacheId, abort));
  await tried(() => scalables.metrics(setId, 'scale-set', ['Percentage CPU'], clock.now() - 600_000, abort));
  const follow = async (change: Parameters<typeof scalables.start>[1], id = setId): Promise<void> => {
    const started = await scalables.start(id, change, 'request-1', abort);
    if (started.kind === 'started') {
      await scalables.poll(id, started.ticket, abort);
    }
  };
  await tried(() => follow({ kind: 'remove', names: [member] }));
  await tried(() => follow({ kind: 'capacity', capacity: 3 }));
  await tried(() => follow({ kind: 'bounds', min: 2, max: 8 }));
  await tried(() => follow({ kind: 'size', name: 'Balanced_B20' }, cacheId));
  const journal = await control.journal({ principal: 'stranger' });
  await control.removeRole(assignment);
  const operations = (test: (status: number) => boolean): Set<string> =>
    new Set(journal.filter(({ status }) => test(status)).map(({ operation }) => operation ?? ''));
  return { asked: operations(() => true), denied: operations((status) => status === 403) };
}

it('names each permission once, and no wildcard', () => {
  expect(new Set(actions).size).toBe(actions.length);
  expect(actions.filter((action) => /\*/.test(action))).toEqual([]);
});

it('is enough for everything that scaling does, and nothing of it is too much', async () => {
  const { asked, denied } = await everything('scaling');
  expect([...denied]).toEqual([]);
  asked.delete('Microsoft.Compute/locations/operations/read');
  expect([...asked].toSorted()).toEqual(expect.arrayContaining([...actions]));
  const others = [...asked].filter((action) => !actions.includes(action) && !/operation/i.test(action));
  expect(others).toEqual([]);
});

it.each(actions)('is not enough without %s', async (action) => {
  const { denied } = await everything(`without ${action}`);
  expect([...denied]).toEqual([action]);
});
