import type { TokenCredential } from '@azure/identity';
import { SecretClient, type SecretProperties } from '@azure/keyvault-secrets';
import { z } from 'zod';
import { isoOf, type EpochMillis } from '../../kernel/clock';
import { PermanentError } from '../../kernel/errors';
import type { ResourceId } from '../../kernel/resource-id';
import { SecretValue } from '../../kernel/secret-value';
import type { Secrets, SecretVersion } from '../../ports/secrets';
import { armBody } from './arm-body';
import type { AzureClients } from './azure-clients';
import { failureOf } from './classify';
import { discreetly } from './discreet';

/** Stable version of Microsoft.KeyVault (Azure REST API specifications). */
const vaultVersion = '2023-07-01';
const vaultSchema = z.object({ properties: z.object({ vaultUri: z.url() }) });

/** What refusals of Key Vault are called here. */
const codes = { '403': 'SecretDenied', '404': 'SecretAbsent', '409': 'SecretDeleted', Forbidden: 'SecretDenied' };

/** Secrets of Azure Key Vault, through its own SDK. The SDK's retries are off: waiting belongs to durable timers. */
export function createAzureVaults(options: {
  readonly clients: AzureClients;
  readonly credential: TokenCredential;
}): Secrets {
  const { clients, credential } = options;
  const known = new Map<string, SecretClient>();

  /** A vault says itself where its data plane is: the name alone would be wrong in other clouds and on the local platform. */
  const clientOf = async (vault: ResourceId, abort: AbortSignal): Promise<SecretClient> => {
    const found = known.get(vault);
    if (found !== undefined) {
      return found;
    }
    const { properties } = await armBody(clients.arm, 'get', vault, vaultVersion, vaultSchema, abort);
    const isLoopback = new URL(properties.vaultUri).hostname === '127.0.0.1';
    const client = new SecretClient(properties.vaultUri, credential, {
      retryOptions: { maxRetries: 0 },
      // On the local platform a vault has no name of its own that a token could be for.
      disableChallengeResourceVerification: isLoopback,
    });
    known.set(vault, client);
    return client;
  };

  async function asked<Result>(
    vault: ResourceId,
    what: string,
    abort: AbortSignal,
    work: (client: SecretClient) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work(await clientOf(vault, abort));
    } catch (error) {
      throw discreetly(error, `Key Vault, ${what}`, codes);
    }
  }

  return {
    list: (vault, abort) =>
      asked(vault, 'list', abort, async (client) => {
        const found = [];
        for await (const one of client.listPropertiesOfSecrets({ abortSignal: abort })) {
          const { enabled, expiresAt, tags, createdAt } = versionOf(one);
          found.push({ name: one.name, enabled, expiresAt, tags, createdAt });
        }
        return found;
      }),

    versions: (vault, name, abort) =>
      asked(vault, `versions of ${name}`, abort, async (client) => {
        const found: SecretVersion[] = [];
        try {
          for await (const one of client.listPropertiesOfSecretVersions(name, { abortSignal: abort })) {
            found.push(versionOf(one));
          }
        } catch (error) {
          if (failureOf(error).status === 404) {
            return [];
          }
          throw error;
        }
        return found.sort((left, right) => (left.createdAt < right.createdAt ? -1 : 1));
      }),

    isDeleted: (vault, name, abort) =>
      asked(vault, `deleted ${name}`, abort, async (client) => {
        try {
          await client.getDeletedSecret(name, { abortSignal: abort });
          return true;
        } catch (error) {
          if (failureOf(error).status === 404) {
            return false;
          }
          throw error;
        }
      }),

    read: (vault, name, version, abort) =>
      asked(vault, `read ${name}`, abort, async (client) => {
        const { value } = await client.getSecret(name, { version, abortSignal: abort });
        if (value === undefined) {
          throw new PermanentError('SecretAbsent', `version ${version} of ${name} has no value`);
        }
        return new SecretValue(value);
      }),

    write: (vault, name, value, { enabled, tags, expiresAt }, abort) =>
      asked(vault, `write ${name}`, abort, async (client) => {
        const { properties } = await client.setSecret(name, value.reveal(), {
          enabled,
          tags: { ...tags },
          abortSignal: abort,
          ...(expiresAt === null ? {} : { expiresOn: new Date(expiresAt) }),
        });
        return versionOf(properties);
      }),

    change: (vault, name, version, { enabled, tags }, abort) =>
      asked(vault, `change ${name}`, abort, async (client) => {
        await client.updateSecretProperties(name, version, {
          abortSignal: abort,
          ...(enabled === undefined ? {} : { enabled }),
          ...(tags === undefined ? {} : { tags: { ...tags } }),
        });
      }),
  };
}

function versionOf({ version = '', enabled, createdOn, expiresOn, tags }: SecretProperties): SecretVersion {
  const iso = (date: Date) => isoOf(date.getTime() as EpochMillis);
  return {
    version,
    enabled: enabled ?? true,
    createdAt: iso(createdOn ?? new Date(0)),
    expiresAt: expiresOn === undefined ? null : iso(expiresOn),
    tags: tags ?? {},
  };
}
