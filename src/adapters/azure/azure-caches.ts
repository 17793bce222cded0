import { z } from 'zod';
import { isoOf, type Clock, type Iso8601 } from '../../kernel/clock';
import { PermanentError } from '../../kernel/errors';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type { CacheMeasure, Caches, CacheSighting } from '../../ports/caches';
import { readAs, type ArmRequests } from './arm-requests';
import type { AzureClients } from './azure-clients';
import { classify, isAbsence } from './classify';

/** Stable versions of Microsoft.Cache (Azure REST API specifications). */
const versions = { managed: '2025-04-01', classic: '2024-11-01' } as const;

/** How far back the newest points are looked for; metrics come with a lag of a minute or more. Seconds. */
const windowSeconds = 600;

const managedSchema = z.object({
  sku: z.object({ name: z.string() }),
  properties: z.object({ provisioningState: z.string(), resourceState: z.string().optional() }),
});
const classicSchema = z.object({
  properties: z.object({
    provisioningState: z.string(),
    sku: z.object({ name: z.string(), family: z.string(), capacity: z.number() }),
  }),
});

/** Azure Managed Redis and Azure Cache for Redis. */
export function createAzureCaches(options: {
  readonly clients: AzureClients;
  readonly arm: ArmRequests;
  readonly clock: Clock;
}): Caches {
  const { clients, arm, clock } = options;

  async function measured(id: ResourceId, observedAt: Iso8601, abort: AbortSignal) {
    const from = new Date(Date.parse(observedAt) - windowSeconds * 1000).toISOString();
    try {
      const answer = await clients.monitor(parseResourceId(id)?.parts.subscriptionId ?? '').metrics.list(id.slice(1), {
        metricnames: 'usedmemorypercentage,serverLoad,connectedclients',
        timespan: `${from}/${observedAt}`,
        interval: 'PT1M',
        aggregation: 'Average',
        abortSignal: abort,
      });
      return (name: string): CacheMeasure | null => {
        const series = answer.value.find((one) => one.name.value.toLowerCase() === name);
        const points = series?.timeseries?.[0]?.data ?? [];
        const point = points.filter(({ average }) => average !== undefined && average !== null).at(-1);
        return point?.average === undefined || point.average === null
          ? null
          : { value: point.average, at: new Date(point.timeStamp).toISOString() as Iso8601 };
      };
    } catch (error) {
      if (isAbsence(error)) {
        return () => null;
      }
      throw classify(error);
    }
  }

  return {
    async observe(id, abort): Promise<CacheSighting> {
      const kind = kindOf(id);
      const observedAt = isoOf(clock.now());
      const [body, measure] = await Promise.all([arm.read(id, versions[kind], abort), measured(id, observedAt, abort)]);
      const state = kind === 'managed' ? managedState(body) : classicState(body);
      return {
        observedAt,
        kind,
        exists: state !== undefined,
        size: state?.size ?? '',
        provisioningState: state?.provisioningState ?? 'unknown',
        memoryPercent: measure('usedmemorypercentage'),
        loadPercent: measure('serverload'),
        clients: measure('connectedclients'),
      };
    },

    async start(id, change, requestId, abort) {
      const kind = kindOf(id);
      const version = versions[kind];
      if (change.effect === 'reboot') {
        const body = { rebootType: change.node };
        return arm.change(
          { operation: 'reboot', method: 'POST', path: `${id}/forceReboot`, version, body },
          requestId,
          abort,
        );
      }
      const [, family = '', capacity = ''] = /^([CP])(\d)$/.exec(change.size) ?? [];
      const sku = { name: family === 'P' ? 'Premium' : 'Standard', family, capacity: Number(capacity) };
      const body = kind === 'managed' ? { sku: { name: change.size } } : { properties: { sku } };
      return arm.change({ operation: 'resize', method: 'PATCH', path: id, version, body }, requestId, abort);
    },

    async poll(id, ticket, abort) {
      const known = await arm.poll(ticket, abort);
      if (known !== undefined) {
        return known;
      }
      const { provisioningState } = await this.observe(id, abort);
      return ['updating', 'scaling', 'creating'].includes(provisioningState)
        ? { kind: 'running', retryAfterSeconds: 30 }
        : { kind: 'succeeded' };
    },
  };
}

function kindOf(id: ResourceId): 'managed' | 'classic' {
  switch (parseResourceId(id)?.parts.type) {
    case 'microsoft.cache/redisenterprise':
      return 'managed';
    case 'microsoft.cache/redis':
      return 'classic';
    default:
      throw new PermanentError('NotACache', `${id} is not a Redis cache`);
  }
}

function managedState(body: unknown) {
  const found = readAs(managedSchema, body);
  if (found === undefined) {
    return undefined;
  }
  const { provisioningState, resourceState } = found.properties;
  // A failed scaling shows in the state of the resource alone.
  const failed = resourceState !== undefined && /failed$/i.test(resourceState);
  return { size: found.sku.name, provisioningState: failed ? 'failed' : provisioningState.toLowerCase() };
}

function classicState(body: unknown) {
  const found = readAs(classicSchema, body);
  if (found === undefined) {
    return undefined;
  }
  const { provisioningState, sku } = found.properties;
  return { size: `${sku.family}${sku.capacity}`, provisioningState: provisioningState.toLowerCase() };
}
