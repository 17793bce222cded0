import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommitHooks } from '../../src/local/host';
import type { SecretState } from '../../src/local/cloud';
import { testPolicy, type AppHost, type LocalApp } from '../support/local-app';

export const vaultName = 'kv-web-prod-weu-001';
const group = '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourceGroups/rg-web-prod-weu-001/providers';
export const vaultId = `${group}/Microsoft.KeyVault/vaults/${vaultName}`;
const site = `${group}/Microsoft.Web/sites/app-storefront-prod-weu-001`;

/** Every secret of the local cloud's production vault, each with its rotator and those who use it. */
export function rotationYaml(services: string, vault = vaultId): string {
  const service = (name: string): object => ({
    ...{ kind: 'service', name, url: `${services}/${name}/secrets`, signing: 'rotation-signing-key' },
  });
  const appSetting = (name: string, setting: string): object => ({ kind: 'app-setting', name, site, setting });
  const machine = `${group}/Microsoft.Compute/virtualMachines/vm-web-prod-weu-02`;
  const secrets = [
    {
      name: 'storefront-storage-key',
      owner: 'team-storefront@example.com',
      rotator: {
        kind: 'storage-account-key',
        account: `${group}/Microsoft.Storage/storageAccounts/stwebprodweu001`,
      },
      consumers: [appSetting('storefront', 'STORAGE_KEY'), service('reports')],
    },
    {
      name: 'storefront-redis-key',
      rotator: {
        kind: 'redis-access-key',
        database: `${group}/Microsoft.Cache/redisEnterprise/amr-web-prod-weu-001/databases/default`,
      },
      consumers: [{ kind: 'machines', name: 'web', target: machine, script: 'reload-secret "$SECRET_NAME"' }],
    },
    {
      name: 'storefront-dns-token',
      rotator: { kind: 'cloudflare-api-token', manager: 'cloudflare-manager-token' },
      consumers: [service('edge')],
    },
    {
      name: 'orders-api-secret',
      rotator: { kind: 'generated', hook: `${services}/orders/rotation`, signing: 'rotation-signing-key' },
      consumers: [service('billing')],
    },
    {
      name: 'storefront-client-secret',
      rotator: { kind: 'entra-client-secret', application: '5b1f6a0e-3d2c-4b7a-9e81-0c4d5e6f7a51' },
      consumers: [appSetting('signin', 'CLIENT_SECRET')],
    },
    { name: 'legacy-smtp-password', rotator: { kind: 'observe-only' }, consumers: [service('mailer')] },
  ];
  const overlap = { soak: '10m', look: '10m', warn: '1h', longest: '2d' };
  const defaults = { lead: '21d', validity: '90d', overlap, attempts: 3 };
  return JSON.stringify({ version: 1, defaults, vaults: [{ id: vault, secrets }] });
}

export interface RotationApp {
  readonly policyFile: string;
  start(options?: { readonly state?: string; readonly onCommit?: CommitHooks }): Promise<AppHost>;
  /** Changes the rotation policy; the app notices within half a minute. */
  write(text: string): void;
  remove(): void;
}

/** The app of a {@link LocalApp} with a rotation policy beside its policy. */
export function rotationApp(local: LocalApp, policy = testPolicy): RotationApp {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-rotation-'));
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, policy.replace(/defaults:\n/, 'defaults:\n  cooldown: 1s\n'));
  const write = (text: string): void => writeFileSync(join(folder, 'rotation.yaml'), text);
  write(rotationYaml(local.cloud.endpoints['services'] ?? ''));
  return {
    policyFile,
    write,
    start: (options = {}) =>
      local.start({
        policyFile,
        ...options,
        environment: {
          CARETAKER_GRAPH_ENDPOINT: local.cloud.endpoints['graph'] ?? '',
          CARETAKER_LOGIN_ENDPOINT: local.cloud.endpoints['login'] ?? '',
          CARETAKER_CLOUDFLARE_API: local.cloud.cloudflare.endpoint,
        },
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

let orders = 0;

/** Orders a rotation and gives its id. */
export async function order(app: AppHost, secret: string, more: Record<string, unknown> = {}): Promise<string> {
  const leak = 'cut' in more;
  const body = { reason: 'a test', key: `order-${(orders += 1)}`, ...more };
  const answer = await app.operator('POST', `secrets/${secret}/${leak ? 'leaks' : 'rotations'}`, body);
  expect(answer).toMatchObject({ status: 202 });
  return (answer.body as { rotationId: string }).rotationId;
}

export interface Rotation {
  readonly end: string;
  readonly outcome: string | null;
  readonly reasons: readonly string[];
  readonly events: readonly { readonly stage: string; readonly text: string }[];
}

export async function reportOf(app: AppHost, id: string): Promise<Rotation> {
  const { body } = await app.operator('GET', `rotations/${id}`);
  return (body as { rotation: Rotation }).rotation;
}

/** How many versions of a secret stand at each stage, its pending name included. */
export function stagesOf(secrets: readonly SecretState[], name: string): Record<string, number> {
  const stages: Record<string, number> = {};
  for (const secret of secrets.filter((one) => one.name === name || one.name === `${name}--pending`)) {
    for (const { tags } of secret.versions) {
      const stage = tags['caretaker-stage'] ?? 'none';
      stages[stage] = (stages[stage] ?? 0) + 1;
    }
  }
  return stages;
}
