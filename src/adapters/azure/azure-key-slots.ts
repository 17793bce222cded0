import { connect } from 'node:tls';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { z } from 'zod';
import { TransientError } from '../../kernel/errors';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import { SecretValue } from '../../kernel/secret-value';
import type { KeySlots, Trial } from '../../ports/credentials';
import { armBody } from './arm-body';
import type { AzureClients } from './azure-clients';
import { failureOf } from './classify';
import { discreetly } from './discreet';

/** Stable versions of Microsoft.Storage and Microsoft.Cache (Azure REST API specifications). */
const storageVersion = '2023-05-01';
const redisVersion = '2025-07-01';

const storageKeysSchema = z.object({ keys: z.array(z.object({ keyName: z.string(), value: z.string() })) });
const accountSchema = z.object({ properties: z.object({ primaryEndpoints: z.object({ blob: z.url() }) }) });
const redisKeysSchema = z.object({ primaryKey: z.string(), secondaryKey: z.string() });
const clusterSchema = z.object({ properties: z.object({ hostName: z.string() }) });
const databaseSchema = z.object({ properties: z.object({ port: z.number().int() }) });

/** A new key is known everywhere only after some seconds, so a refusal right after it was made is tried again by the caller. */
const attemptMillis = 10_000;

/** Keys of storage accounts: `key1` and `key2`. They are tried with the blob service. */
export function createAzureStorageKeys({ arm }: AzureClients): KeySlots {
  return {
    async keys(account, abort) {
      const { keys } = await armBody(arm, 'post', `${account}/listKeys`, storageVersion, storageKeysSchema, abort);
      return Object.fromEntries(keys.map(({ keyName, value }) => [keyName, new SecretValue(value)]));
    },
    async regenerate(account, keyName, abort) {
      await armBody(arm, 'post', `${account}/regenerateKey`, storageVersion, z.unknown(), abort, { keyName });
    },
    async attempt(account, key, abort) {
      const { properties } = await armBody(arm, 'get', account, storageVersion, accountSchema, abort);
      const name = parseResourceId(account)?.parts.name ?? '';
      try {
        const credential = new StorageSharedKeyCredential(name, key.reveal());
        const service = new BlobServiceClient(properties.primaryEndpoints.blob, credential, {
          retryOptions: { maxTries: 1, tryTimeoutInMs: attemptMillis },
        });
        await service.getProperties({ abortSignal: abort });
        return { works: true };
      } catch (error) {
        const { status } = failureOf(error);
        if (status === 401 || status === 403) {
          return { works: false, reason: `the blob service answers ${status}` };
        }
        throw discreetly(error, 'blob service, a try of a new key');
      }
    },
  };
}

/** Access keys of databases of Azure Managed Redis: `Primary` and `Secondary`. They are tried with `AUTH`. */
export function createAzureRedisKeys({ arm }: AzureClients): KeySlots {
  const clusterOf = (database: ResourceId): string => database.slice(0, database.lastIndexOf('/databases/'));
  return {
    async keys(database, abort) {
      const path = `${database}/listKeys`;
      const { primaryKey, secondaryKey } = await armBody(arm, 'post', path, redisVersion, redisKeysSchema, abort);
      return { Primary: new SecretValue(primaryKey), Secondary: new SecretValue(secondaryKey) };
    },
    async regenerate(database, keyType, abort) {
      await armBody(arm, 'post', `${database}/regenerateKey`, redisVersion, z.unknown(), abort, { keyType });
    },
    async attempt(database, key, abort) {
      const [cluster, { properties }] = await Promise.all([
        armBody(arm, 'get', clusterOf(database), redisVersion, clusterSchema, abort),
        armBody(arm, 'get', database, redisVersion, databaseSchema, abort),
      ]);
      return authenticate(cluster.properties.hostName, properties.port, key);
    },
  };
}

/** Sends `AUTH` and tells what comes back. The first byte of an answer says whether it is an error (RESP). */
function authenticate(host: string, port: number, key: SecretValue): Promise<Trial> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: /^[\d.]+$/.test(host) ? '' : host });
    const unreachable = (): void => {
      socket.destroy();
      reject(new TransientError('RedisUnreachable', `Redis at ${host} does not answer`));
    };
    socket.setTimeout(attemptMillis, unreachable);
    socket.once('error', unreachable);
    socket.once('end', unreachable);
    socket.once('secureConnect', () => {
      const value = key.reveal();
      socket.write(`*2\r\n$4\r\nAUTH\r\n$${Buffer.byteLength(value)}\r\n${value}\r\n`);
    });
    socket.once('data', (answer: Buffer) => {
      socket.removeAllListeners('end');
      socket.destroy();
      resolve(answer[0] === 0x2b ? { works: true } : { works: false, reason: 'Redis refuses the key' });
    });
  });
}
