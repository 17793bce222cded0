import type { InvocationContext } from '@azure/functions';
import { app, getClient, input } from 'durable-functions';
import {
  createAzureRedisKeys,
  createAzureSettingReferences,
  createAzureStorageKeys,
  createAzureTellableMachines,
  createAzureVaults,
} from '../src/adapters/azure';
import { createCloudflareTokens } from '../src/adapters/cloudflare';
import { durableEngine, durableFences } from '../src/adapters/durable';
import { createEntraAppPasswords } from '../src/adapters/entra';
import { createHttpsConsumerWebhooks, createHttpsRotationHooks, randomSecrets } from '../src/adapters/hook';
import { PermanentError } from '../src/kernel/errors';
import { parseResourceId } from '../src/kernel/resource-id';
import { createRotationDocuments } from '../src/ledger';
import type { EventHandler } from '../src/operator';
import {
  createConsumers,
  createRotationDesk,
  createRotationPolicies,
  createRotationRecords,
  lookContract,
  noticeContract,
  observeSecretContract,
  prepareContract,
  promoteContract,
  propagateContract,
  recordRotationContract,
  revokeContract,
  rollBackContract,
  rotationActivities,
  rotationOrchestrator,
  rotationOrchestratorName,
  rotationPolicyLocation,
  testContract,
  type RotationDesk,
  type RotationLimits,
  type Standing,
} from '../src/rotation';
import { environmentOf, limitsOf } from '../src/rules';
import { orderLimits } from '../src/run';
import { documentMaxAge, type Foundation } from './foundation';

/** So many secrets of an environment are rotated in an hour: one that goes wrong shows before the next ones do. */
const rotationsAnHour = 5;

/** What the composition root and the operator API take from rotation. */
export interface RotationParts {
  readonly desk: RotationDesk;
  readonly handlers: Readonly<Record<string, EventHandler>>;
}

/** Registers rotation: the orchestration with its activities, and the daily sweep. Gives the desk and the handlers of events. */
export function registerRotation(foundation: Foundation): RotationParts {
  const { config, clock, log, credential, clients, documents, ledger, notifications, policies } = foundation;
  const secrets = createAzureVaults({ clients, credential });
  const rotations = createRotationDocuments({ documents });
  const activities = rotationActivities({
    secrets,
    rotators: {
      secrets,
      storageKeys: createAzureStorageKeys(clients),
      redisKeys: createAzureRedisKeys(clients),
      tokens: createCloudflareTokens({ endpoint: config.dns.api }),
      passwords: createEntraAppPasswords({
        credential,
        ...config.directory,
        tenantId: config.azure.tenantId ?? 'organizations',
      }),
      hooks: createHttpsRotationHooks({ clock }),
      generator: randomSecrets,
    },
    consumers: createConsumers({
      secrets,
      settings: createAzureSettingReferences(clients),
      machines: createAzureTellableMachines(clients),
      webhooks: createHttpsConsumerWebhooks({ clock }),
    }),
    standing: standingOf(foundation),
    records: createRotationRecords({ fieldDecisions: foundation.fieldDecisions, ledger, rotations, notifications }),
    notifications,
    clock,
  });

  app.orchestration(rotationOrchestratorName, rotationOrchestrator);
  app.activity(observeSecretContract.name, { handler: activities.observe });
  app.activity(noticeContract.name, { handler: activities.notice });
  app.activity(propagateContract.name, { handler: activities.propagate });
  app.activity(lookContract.name, { handler: activities.look });
  app.activity(recordRotationContract.name, { handler: activities.record });
  const fenced = (step: 'prepare' | 'test' | 'promote' | 'rollBack' | 'revoke') => ({
    extraInputs: [input.durableClient()],
    handler: (raw: unknown, context: InvocationContext): Promise<unknown> =>
      activities.fenced(durableFences(getClient(context), clock))[step](raw),
  });
  app.activity(prepareContract.name, fenced('prepare'));
  app.activity(testContract.name, fenced('test'));
  app.activity(promoteContract.name, fenced('promote'));
  app.activity(rollBackContract.name, fenced('rollBack'));
  app.activity(revokeContract.name, fenced('revoke'));

  const limits: RotationLimits = async (vault, target, at) => {
    const policy = await policies.current();
    const environment = environmentOf(policy, vault);
    if (environment === undefined) {
      throw new PermanentError('UnknownEnvironment', `the vault ${vault} is in no environment of the policy`);
    }
    const { limits: found, patienceSeconds } = orderLimits(
      limitsOf(policy, environment, { target, at, rule: 'rotation' }),
    );
    const { calendar, leaseSeconds, cooldownSeconds } = found;
    return {
      environment,
      // Its turn may be behind the rotation of another secret of the same consumer.
      patienceSeconds: Math.max(patienceSeconds, 6 * 3600),
      limits: {
        ...{ leaseSeconds, cooldownSeconds },
        budgets: [{ name: 'rotation', per: 'rule', windowSeconds: 3600, maxResources: rotationsAnHour }],
        ...(calendar === undefined ? {} : { calendar }),
      },
    };
  };
  const desk = createRotationDesk({
    policies: createRotationPolicies({
      source: foundation.documentAt(rotationPolicyLocation(config.policyLocation)),
      clock,
      log,
      maxAge: documentMaxAge,
    }),
    ...{ limits, secrets, rotations, notifications, clock, log },
  });

  app.client.timer('rotation-sweep', {
    // Once a day, away from full hours; what is due is ordered once a day at most.
    schedule: '20 41 4 * * *',
    handler: async (_timer, client) => {
      await desk.sweep(durableEngine(client));
    },
  });
  const heard: EventHandler = async ({ type, source, data, subject }, engine) => {
    const vault = parseResourceId(source)?.id;
    const name = typeof data['ObjectName'] === 'string' ? data['ObjectName'] : subject;
    if (vault !== undefined && name !== '') {
      await desk.heard(vault, name, type, engine);
    }
  };
  return {
    desk,
    handlers: {
      'Microsoft.KeyVault.SecretNearExpiry': heard,
      'Microsoft.KeyVault.SecretExpired': heard,
      'Microsoft.KeyVault.SecretNewVersionCreated': heard,
    },
  };
}

/** Caretaker's own storage account and identities. */
function standingOf({ config, account }: Foundation): Standing {
  const url = 'url' in account ? account.url : /BlobEndpoint=([^;]+)/.exec(account.connectionString)?.[1];
  const host = url === undefined ? '' : new URL(url).hostname.split('.')[0];
  const named = 'connectionString' in account ? /AccountName=([^;]+)/.exec(account.connectionString)?.[1] : undefined;
  const { writerClientId, prunerClientId } = config.azure;
  const applications = [writerClientId, prunerClientId, ...(config.api.tokens?.audiences ?? [])];
  return {
    subjects: new Set(
      [
        ...[host, named].map((name) => (name === undefined || name === '' ? '' : `storage-account:${name}`)),
        ...applications.map((id) => (id === undefined ? '' : `application:${id.replace(/^api:\/\//, '')}`)),
      ]
        .filter((subject) => subject !== '')
        .map((subject) => subject.toLowerCase()),
    ),
  };
}
