import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Server as NetServer, AddressInfo } from 'node:net';
import type { ServerCertificate } from '../certificates';
import type { CloudflareToken } from '../cloudflare/model';
import type { CloudflareRoute } from '../cloudflare/routes';
import type { CloudflareState } from '../cloudflare/state';
import {
  accountName,
  applicationClientId,
  applicationId,
  redisDatabaseId,
  siteName,
  vaultName,
} from '../estate/secrets';
import { environments, resourceId } from '../estate/names';
import { gateServer, type Gate } from '../gate';
import { sameId } from '../resource-id';
import type { Router } from '../router';
import type { World } from '../world';
import { registerSecretProviders } from './arm-routes';
import { cloudflareTokenRoutes, managerName, watchTokens } from './cloudflare-tokens';
import { directoryRoutes, serviceRoutes, storagePlaneRoutes } from './issuer-routes';
import { Issuers } from './issuers';
import { secretLevers } from './levers';
import type { SecretControl } from './model';
import { createPlane } from './plane';
import { createRedisPlane } from './redis-plane';
import { SecretUsers } from './users';
import { vaultRoutes } from './vault-routes';
import { Vaults } from './vaults';

const day = 86_400;

/** The parts of the cloud that are about secrets. */
export interface SecretParts {
  /** Routes of Cloudflare's API. */
  readonly cloudflareRoutes: readonly CloudflareRoute[];
  readonly levers: SecretControl;
  /** Where data planes are: `graph`, `login`, `services`. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Seeds secrets and their users, once Cloudflare is there. */
  seed(cloudflare: CloudflareState): void;
  stop(): Promise<void>;
}

/**
 * Starts the data planes: a server for each vault, one for the directory, storage and the services of the house, and one for each
 * Redis database. What the estate says of them (vault and blob addresses) is changed to where they are on this machine.
 */
export async function startSecrets(
  world: World,
  router: Router,
  certificate: ServerCertificate,
  gate: Gate,
): Promise<SecretParts> {
  const issuers = new Issuers(world);
  const vaults = new Vaults(world);
  const users = new SecretUsers(world, vaults, issuers);
  const servers: NetServer[] = [];
  const redisPorts = new Map<string, number>();
  const listen = async (server: NetServer): Promise<number> => {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const plane = async (name: string, routes: Parameters<typeof createPlane>[2]): Promise<string> => {
    const server = createPlane(world, certificate, routes);
    gateServer(gate, name, server);
    return `https://127.0.0.1:${await listen(server)}`;
  };
  const propertiesOf = (name: string): Record<string, unknown> =>
    world.estate.resources.find((one) => sameId(one.name, name))?.properties ?? {};

  const parts = { world, issuers, users };
  let reset = (): void => undefined;
  const shared = await plane('planes', [
    ...directoryRoutes(parts),
    ...storagePlaneRoutes(parts),
    ...serviceRoutes(parts),
  ]);
  for (const vault of vaults.names()) {
    const routes = vaultRoutes(world, vaults, vault, (what) => users.check(what));
    propertiesOf(vault)['vaultUri'] = `${await plane(vault, routes)}/`;
  }
  for (const { environment, group } of environments) {
    const account = propertiesOf(accountName(environment));
    account['primaryEndpoints'] = { blob: `${shared}/blob/${accountName(environment)}/` };
    const database = redisDatabaseId(group, environment);
    redisPorts.set(database.toLowerCase(), await listen(createRedisPlane(certificate, issuers, database)));
    propertiesOf(`amr-web-${environment}-weu-001`)['hostName'] = '127.0.0.1';
  }
  registerSecretProviders({ router, world, issuers, users, redisPort: (id) => redisPorts.get(id.toLowerCase()) });

  return {
    cloudflareRoutes: cloudflareTokenRoutes(issuers, users),
    levers: secretLevers({ ...parts, vaults, reset: () => reset() }),
    endpoints: { graph: `${shared}/graph`, login: `${shared}/login`, services: `${shared}/services` },
    seed(cloudflare) {
      reset = () => seed({ ...parts, vaults }, cloudflare);
      reset();
    },
    async stop() {
      const closing = servers.filter(({ listening }) => listening).map((server) => once(server, 'close'));
      for (const server of servers) {
        server.close();
        if ('closeAllConnections' in server) (server as unknown as HttpServer).closeAllConnections();
      }
      await Promise.all(closing);
    },
  };
}

interface Seeding {
  readonly world: World;
  readonly issuers: Issuers;
  readonly vaults: Vaults;
  readonly users: SecretUsers;
}

/** The storefront's secrets in the production vault, each held by those who use it; and one of each sad kind. */
function seed({ world, issuers, vaults, users }: Seeding, cloudflare: CloudflareState): void {
  watchTokens(issuers, cloudflare);
  vaults.clear();
  users.clear();
  for (const { id, name } of [...cloudflare.tokens.values()]) {
    if (name === managerName || name.startsWith('storefront-dns-token')) cloudflare.tokens.delete(id);
  }
  for (const { environment, group } of environments) {
    const accountId = resourceId(group, 'Microsoft.Storage/storageAccounts', accountName(environment));
    issuers.addKeyed(accountId, 'storage', ['key1', 'key2']);
    issuers.addKeyed(redisDatabaseId(group, environment), 'redis', ['Primary', 'Secondary']);
  }
  const prod = environments.find(({ environment }) => environment === 'prod');
  if (prod === undefined) return;
  const { group, environment } = prod;
  const vault = vaultName(environment);
  const inDays = (days: number): number => Math.floor(world.clock.now() / 1000) + days * day;
  const store = (name: string, value: string, days: number | undefined, owner: string | undefined): void => {
    const tags = owner === undefined ? {} : { owner };
    vaults.write(vault, name, value, { tags, ...(days === undefined ? {} : { expires: inDays(days) }) });
  };
  const keyOf = (id: string, slot: string): string => issuers.keyed.get(id.toLowerCase())?.slots.get(slot)?.shown ?? '';
  const siteId = resourceId(group, 'Microsoft.Web/sites', siteName(environment));
  const team = 'team-storefront@example.com';

  const signingKey = issuers.fresh('signing key', 48);
  store('rotation-signing-key', signingKey, undefined, team);
  const webhook = { kind: 'webhook', signingKey } as const;

  const accountId = resourceId(group, 'Microsoft.Storage/storageAccounts', accountName(environment));
  store('storefront-storage-key', keyOf(accountId, 'key1'), 60, team);
  users.add({
    name: 'storefront',
    vault,
    secret: 'storefront-storage-key',
    place: { kind: 'site', siteId, setting: 'STORAGE_KEY' },
  });
  users.add({ name: 'reports', vault, secret: 'storefront-storage-key', place: webhook });

  store('storefront-redis-key', keyOf(redisDatabaseId(group, environment), 'Primary'), 60, team);
  const machineId = resourceId(group, 'Microsoft.Compute/virtualMachines', 'vm-web-prod-weu-02');
  users.add({ name: 'web', vault, secret: 'storefront-redis-key', place: { kind: 'machine', machineId } });

  const manager = addToken(cloudflare, issuers, managerName);
  store('cloudflare-manager-token', manager.value, undefined, team);
  const token = addToken(cloudflare, issuers, 'storefront-dns-token');
  store('storefront-dns-token', token.value, 60, team);
  users.add({ name: 'edge', vault, secret: 'storefront-dns-token', place: webhook });

  const secret = issuers.fresh('orders secret', 48);
  issuers.services.set('orders', {
    name: 'orders',
    signingKey,
    secrets: new Map([['initial', { value: secret, works: true }]]),
  });
  store('orders-api-secret', secret, 60, team);
  users.add({ name: 'billing', vault, secret: 'orders-api-secret', place: webhook });

  const application = { id: applicationId, appId: applicationClientId, passwords: [] };
  issuers.applications.set(applicationId, application);
  const password = issuers.addPassword(application, 'first', null, true);
  store('storefront-client-secret', password.secretText, 60, team);
  users.add({
    name: 'signin',
    vault,
    secret: 'storefront-client-secret',
    place: { kind: 'site', siteId, setting: 'CLIENT_SECRET' },
  });

  store('legacy-smtp-password', issuers.fresh('smtp', 24), 60, team);
  users.add({ name: 'mailer', vault, secret: 'legacy-smtp-password', place: webhook, checked: false });
  store('forgotten-license', issuers.fresh('license', 24), undefined, undefined);
}

function addToken(cloudflare: CloudflareState, issuers: Issuers, name: string): CloudflareToken {
  const token: CloudflareToken = {
    ...{
      id: issuers.unlike(`token id ${name}`, 32),
      name,
      value: issuers.fresh(`token ${name}`, 40),
      status: 'active',
    },
    issued_on: new Date(cloudflare.now()).toISOString(),
    grants: [{ zone: '*', permissions: ['zone:read', 'dns:edit'] }],
  };
  cloudflare.tokens.set(token.id, token);
  return token;
}
