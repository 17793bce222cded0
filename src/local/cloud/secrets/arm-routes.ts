import { ArmError, badRequest, resourceNotFound } from '../errors';
import { readOnlyRoutes } from '../providers/read-only';
import { sameId } from '../resource-id';
import type { ArmAnswer, ArmCall, Router } from '../router';
import type { World } from '../world';
import type { Issuers } from './issuers';
import type { SecretUser, SecretUsers } from './users';

const inGroup = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers';
const storageVersions = ['2025-06-01', '2025-01-01', '2024-01-01', '2023-05-01'];
const redisVersions = ['2025-07-01', '2025-04-01'];
const webVersions = ['2024-11-01', '2024-04-01', '2023-12-01'];
const computeVersions = ['2025-04-01', '2024-11-01'];
/** Name of the managed run command by which machines are told of secrets. */
const toldBy = 'caretaker-secret';

/** ARM's side of those who issue and use secrets: keys in slots, settings that refer to secrets, machines that are told. */
export function registerSecretProviders(options: {
  readonly router: Router;
  readonly world: World;
  readonly issuers: Issuers;
  readonly users: SecretUsers;
  /** Port of a Redis database on this machine. */
  readonly redisPort: (databaseId: string) => number | undefined;
}): void {
  const { router, world, issuers, users, redisPort } = options;
  const inert = (call: ArmCall): boolean => call.fault?.effect.kind === 'accept-and-do-nothing';
  const keyed = (id: string) => {
    const found = issuers.keyed.get(id.toLowerCase());
    if (found === undefined) throw new ArmError(404, 'ResourceNotFound', `The Resource '${id}' was not found.`);
    return found;
  };
  const slotNames: Readonly<Record<string, string>> = { primary: 'Primary', secondary: 'Secondary' };

  router.add(
    ...readOnlyRoutes({
      world,
      type: 'Microsoft.Storage/storageAccounts',
      apiVersions: storageVersions,
      items: () => world.estate.resources.filter(({ type }) => sameId(type, 'Microsoft.Storage/storageAccounts')),
      show: (each) => each,
    }),
    {
      method: 'POST',
      template: `${inGroup}/Microsoft.Storage/storageAccounts/{name}/listKeys`,
      action: 'Microsoft.Storage/storageAccounts/listKeys/action',
      apiVersions: storageVersions,
      handle: (call) => storageKeys(call),
    },
    {
      method: 'POST',
      template: `${inGroup}/Microsoft.Storage/storageAccounts/{name}/regenerateKey`,
      action: 'Microsoft.Storage/storageAccounts/regenerateKey/action',
      apiVersions: storageVersions,
      handle(call) {
        const { keyName } = (call.body ?? {}) as { keyName?: string };
        if (keyName === undefined || !issuers.regenerate(call.resourceId, keyName, inert(call))) {
          throw badRequest('InvalidValuesForRequestParameters', 'keyName must be key1 or key2.');
        }
        users.check(`storage regenerated ${keyName}`);
        return storageKeys(call);
      },
    },
    {
      method: 'POST',
      template: `${inGroup}/Microsoft.Cache/redisEnterprise/{name}/databases/{database}/listKeys`,
      action: 'Microsoft.Cache/redisEnterprise/databases/listKeys/action',
      apiVersions: redisVersions,
      handle: (call) => redisKeys(call),
    },
    {
      method: 'POST',
      template: `${inGroup}/Microsoft.Cache/redisEnterprise/{name}/databases/{database}/regenerateKey`,
      action: 'Microsoft.Cache/redisEnterprise/databases/regenerateKey/action',
      apiVersions: redisVersions,
      handle(call) {
        const { keyType } = (call.body ?? {}) as { keyType?: string };
        const slot = slotNames[(keyType ?? '').toLowerCase()];
        if (slot === undefined || !issuers.regenerate(call.resourceId, slot, inert(call))) {
          throw badRequest('InvalidRequestBody', 'keyType must be Primary or Secondary.');
        }
        users.check(`Redis regenerated ${slot}`);
        return redisKeys(call);
      },
    },
    {
      method: 'GET',
      template: `${inGroup}/Microsoft.Cache/redisEnterprise/{name}/databases/{database}`,
      action: 'Microsoft.Cache/redisEnterprise/databases/read',
      apiVersions: redisVersions,
      handle(call) {
        keyed(call.resourceId);
        const { name, database } = call.params;
        const properties = { provisioningState: 'Succeeded', resourceState: 'Running', clientProtocol: 'Encrypted' };
        return {
          status: 200,
          body: {
            ...{ id: call.resourceId, name: `${name}/${database}`, type: 'Microsoft.Cache/redisEnterprise/databases' },
            properties: { ...properties, port: redisPort(call.resourceId) ?? 10_000 },
          },
        };
      },
    },
    {
      method: 'POST',
      template: `${inGroup}/Microsoft.Web/sites/{name}/config/configreferences/appsettings/refresh`,
      action: 'Microsoft.Web/sites/config/list/action',
      apiVersions: webVersions,
      handle(call) {
        for (const user of usersOf(call)) users.tell(user);
        return references(call, () => true);
      },
    },
    {
      method: 'GET',
      template: `${inGroup}/Microsoft.Web/sites/{name}/config/configreferences/appsettings/{setting}`,
      action: 'Microsoft.Web/sites/config/read',
      apiVersions: webVersions,
      handle(call) {
        const setting = call.params['setting'] ?? '';
        const { value } = references(call, (user) => user.place.kind === 'site' && user.place.setting === setting)
          .body as { value: unknown[] };
        if (value[0] === undefined) {
          throw resourceNotFound('Microsoft.Web/sites/config', setting, call.params['resourceGroup'] ?? '');
        }
        return { status: 200, body: value[0] };
      },
    },
    {
      method: 'PUT',
      template: `${inGroup}/Microsoft.Compute/virtualMachines/{name}/runCommands/${toldBy}`,
      action: 'Microsoft.Compute/virtualMachines/runCommands/write',
      apiVersions: computeVersions,
      handle(call) {
        for (const user of machineUsers(call)) users.tell(user);
        return { status: 201, body: { id: call.path, properties: { provisioningState: 'Succeeded' } } };
      },
    },
    {
      method: 'GET',
      template: `${inGroup}/Microsoft.Compute/virtualMachines/{name}/runCommands/${toldBy}`,
      action: 'Microsoft.Compute/virtualMachines/runCommands/read',
      apiVersions: computeVersions,
      handle(call) {
        const [user] = machineUsers(call);
        if (user === undefined || user.told === 0) {
          throw resourceNotFound('Microsoft.Compute/virtualMachines/runCommands', toldBy, '');
        }
        const failed = user.manner === 'fails';
        const instanceView = {
          ...{ executionState: failed ? 'Failed' : 'Succeeded', exitCode: failed ? 1 : 0, error: '' },
          output: `secret loaded\nversion=${user.version}\n`,
        };
        return { status: 200, body: { id: call.path, properties: { provisioningState: 'Succeeded', instanceView } } };
      },
    },
  );

  function storageKeys(call: ArmCall): ArmAnswer {
    const keys = [...keyed(call.resourceId).slots].map(([keyName, { shown, createdAt }]) => ({
      ...{ keyName, value: shown, permissions: 'FULL' },
      creationTime: new Date(createdAt).toISOString(),
    }));
    return { status: 200, body: { keys } };
  }

  function redisKeys(call: ArmCall): ArmAnswer {
    const { slots } = keyed(call.resourceId);
    return {
      status: 200,
      body: { primaryKey: slots.get('Primary')?.shown, secondaryKey: slots.get('Secondary')?.shown },
    };
  }

  function usersOf(call: ArmCall): SecretUser[] {
    const site = call.path.slice(0, call.path.toLowerCase().indexOf('/config/configreferences'));
    return users.all().filter(({ place }) => place.kind === 'site' && sameId(place.siteId, site));
  }

  function machineUsers(call: ArmCall): SecretUser[] {
    const machine = call.path.slice(0, call.path.toLowerCase().indexOf('/runcommands/'));
    return users.all().filter(({ place }) => place.kind === 'machine' && sameId(place.machineId, machine));
  }

  function references(call: ArmCall, fits: (user: SecretUser) => boolean): ArmAnswer {
    const value = usersOf(call)
      .filter(fits)
      .map(({ vault, secret, version, manner, place }) => ({
        name: place.kind === 'site' ? place.setting : '',
        type: 'Microsoft.Web/sites/config/configreferences',
        properties: {
          reference: `@Microsoft.KeyVault(VaultName=${vault};SecretName=${secret})`,
          status: manner === 'fails' ? 'OtherReasons' : 'Resolved',
          ...{ vaultName: vault, secretName: secret, activeVersion: version, source: 'KeyVault' },
        },
      }));
    return { status: 200, body: { value } };
  }
}
