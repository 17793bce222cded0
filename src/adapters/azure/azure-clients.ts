import { AsyncLocalStorage } from 'node:async_hooks';
import { createRestError, getClient, type Client } from '@azure-rest/core-client';
import { ComputeManagementClient } from '@azure/arm-compute';
import { MonitorClient } from '@azure/arm-monitor';
import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import type { ResourceId } from '../../kernel/resource-id';
import type { MachineObservation } from '../../ports/machines';
import { countCall } from './azure-call-meter';
import { classify, failureOf } from './classify';

/** Clients of one subscription each, as ARM's clients are made, and what no client package covers. */
export interface AzureClients {
  compute(subscriptionId: string): ComputeManagementClient;
  monitor(subscriptionId: string): MonitorClient;
  /** Azure Resource Health's current word on a resource; `unknown` when it has none. */
  resourceHealth(id: ResourceId, abort: AbortSignal): Promise<MachineObservation['resourceHealth']>;
  /** ARM by path, for providers without a client package here. Does not retry; answers are not checked. */
  readonly arm: Client;
}

/** An answer, as far as the SDK does not hand it out. */
export interface LastAnswer {
  status?: number;
  body?: string;
  retryAfter?: string;
}

/** Holds the last answer within one asynchronous call; empty when the last request got none. */
export const lastAnswer = new AsyncLocalStorage<{ current: LastAnswer }>();

/** Stable version of Microsoft.ResourceHealth (Azure REST API specifications). */
const resourceHealthVersion = '2025-05-01';

/**
 * Makes clients on demand and keeps them. The SDK's own retries are off: waiting belongs to durable timers, not to an
 * activity, and a 429 that is asked again too soon restarts its wait.
 */
export function createAzureClients(options: {
  readonly credential: TokenCredential;
  readonly endpoint: string;
}): AzureClients {
  const { credential, endpoint } = options;
  const shared = {
    endpoint,
    retryOptions: { maxRetries: 0 },
    credentials: { scopes: ['https://management.azure.com/.default'] },
  };
  const counting = {
    name: 'countCall',
    sendRequest: <Request extends { readonly method: string }, Answer>(
      request: Request,
      next: (request: Request) => Promise<Answer>,
    ): Promise<Answer> => {
      countCall(request.method);
      return next(request);
    },
  };
  const arm = getClient(endpoint, credential, shared);
  arm.pipeline.addPolicy(counting);
  const computes = new Map<string, ComputeManagementClient>();
  const monitors = new Map<string, MonitorClient>();

  const compute = (subscriptionId: string): ComputeManagementClient =>
    kept(computes, subscriptionId, () => {
      const client = new ComputeManagementClient(credential, subscriptionId, shared);
      client.pipeline.addPolicy(counting);
      client.pipeline.addPolicy({
        name: 'keepLastAnswer',
        sendRequest: async (request, next) => {
          const box = lastAnswer.getStore() ?? { current: {} };
          box.current = {};
          const response = await next(request);
          const { status, bodyAsText: body, headers } = response;
          const retryAfter = headers.get('retry-after');
          box.current = {
            status,
            ...(typeof body === 'string' ? { body } : {}),
            ...(retryAfter === undefined ? {} : { retryAfter }),
          };
          return response;
        },
      });
      return client;
    });

  return {
    arm,
    compute,
    monitor: (subscriptionId) =>
      kept(monitors, subscriptionId, () => {
        const client = new MonitorClient(credential, subscriptionId, shared);
        client.pipeline.addPolicy(counting);
        return client;
      }),
    async resourceHealth(id, abort) {
      try {
        const response = await arm
          .pathUnchecked(`${id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`)
          .get({ queryParameters: { 'api-version': resourceHealthVersion }, abortSignal: abort });
        if (isUnexpected(response.status)) {
          throw createRestError(response);
        }
        return availabilitySchema.parse(response.body);
      } catch (error) {
        if (failureOf(error).status === 404) {
          return 'unknown';
        }
        throw classify(error);
      }
    },
  };
}

const isUnexpected = (status: string): boolean => status !== '200';

const availabilitySchema = z
  .object({ properties: z.object({ availabilityState: z.string() }) })
  .transform(({ properties }): MachineObservation['resourceHealth'] => {
    switch (properties.availabilityState.toLowerCase()) {
      case 'available':
        return 'available';
      case 'unavailable':
        return 'unavailable';
      case 'degraded':
        return 'degraded';
      default:
        return 'unknown';
    }
  });

function kept<Client>(known: Map<string, Client>, key: string, make: () => Client): Client {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}
