import { z } from 'zod';
import type { Clock } from '../../kernel/clock';
import { PermanentError } from '../../kernel/errors';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type { PollResult } from '../../ports/machines';
import type {
  Member,
  MetricPoint,
  MetricSeries,
  Scalable,
  ScalableKind,
  Scalables,
  ScalableSummary,
  ScalingChange,
} from '../../ports/scalables';
import { createArmRequests } from './arm-requests';
import type { AzureClients } from './azure-clients';
import { classify } from './classify';

/** Stable versions (Azure REST API specifications). */
const versions = { compute: '2025-04-01', cache: '2025-07-01', autoscale: '2022-10-01' } as const;

const types: Readonly<Record<ScalableKind, string>> = {
  'scale-set': 'Microsoft.Compute/virtualMachineScaleSets',
  redis: 'Microsoft.Cache/redisEnterprise',
};
const versionOf: Readonly<Record<ScalableKind, string>> = { 'scale-set': versions.compute, redis: versions.cache };

/** A list that does not end is a defect of the other side; so many pages are read. */
const mostPages = 100;
/** Machines of one set whose metrics are asked for: all that it may have. */
const mostSeries = 1000;

const pageSchema = z.object({ value: z.array(z.unknown()), nextLink: z.string().nullish() });
const tagsSchema = z.record(z.string(), z.string()).nullish();
const namedSchema = z.object({ id: z.string(), name: z.string() });
const resourceSchema = z.object({
  id: z.string(),
  name: z.string(),
  tags: tagsSchema,
  zones: z.array(z.string()).nullish(),
  sku: z.object({ name: z.string().optional(), capacity: z.number().optional() }).nullish(),
  properties: z.object({ provisioningState: z.string().nullish(), resourceState: z.string().nullish() }).nullish(),
});
const statusesSchema = z.array(z.object({ code: z.string().nullish(), displayStatus: z.string().nullish() })).nullish();
const machineSchema = z.object({
  name: z.string(),
  zones: z.array(z.string()).nullish(),
  tags: tagsSchema,
  properties: z.object({
    provisioningState: z.string().nullish(),
    timeCreated: z.string().nullish(),
    instanceView: z
      .object({
        statuses: statusesSchema,
        vmHealth: z.object({ status: z.object({ code: z.string().nullish() }).nullish() }).nullish(),
        vmAgent: z.object({ statuses: statusesSchema }).nullish(),
      })
      .nullish(),
  }),
});
const capacitySchema = z.looseObject({ minimum: z.string(), maximum: z.string(), default: z.string() });
const settingSchema = z.looseObject({
  id: z.string(),
  location: z.string(),
  properties: z.looseObject({
    enabled: z.boolean().nullish(),
    targetResourceUri: z.string(),
    profiles: z.array(z.looseObject({ name: z.string(), capacity: capacitySchema })).min(1),
  }),
});
type Setting = z.infer<typeof settingSchema>;

/** Tags by which a resource narrows its own bounds (infra/modules/web-vmss), and by which a machine is kept. */
const tagNames = { min: 'caretaker-scale-min', max: 'caretaker-scale-max', protected: 'caretaker-protected' } as const;

/** `Scalables` over Azure Resource Manager and Azure Monitor. Scale sets are those with flexible orchestration. */
export function createAzureScalables(options: {
  readonly clients: AzureClients;
  readonly endpoint: string;
  readonly clock: Clock;
}): Scalables {
  const { clients } = options;
  const arm = createArmRequests({ arm: clients.arm, endpoint: options.endpoint, clock: options.clock });

  async function all<Item>(
    path: string,
    version: string,
    schema: z.ZodType<Item>,
    abort: AbortSignal,
    query: Record<string, string> = {},
  ): Promise<Item[]> {
    const found: Item[] = [];
    let asked = query;
    for (let pages = 0; pages < mostPages; pages += 1) {
      const body = await arm.read(path, version, abort, asked);
      if (body === undefined) {
        return found;
      }
      const { value, nextLink } = pageSchema.parse(body);
      found.push(...value.map((item) => schema.parse(item)));
      if (typeof nextLink !== 'string') {
        return found;
      }
      // Only the query of the link is taken: its host is nobody who is given our token.
      asked = Object.fromEntries([...new URL(nextLink).searchParams].filter(([name]) => name !== 'api-version'));
    }
    return found;
  }

  /** The setting of autoscale that is about a resource, when it is enabled. It lies in the resource's own group. */
  const settingOf = async (id: ResourceId, abort: AbortSignal): Promise<Setting | undefined> => {
    const path = `${groupOf(id)}/providers/Microsoft.Insights/autoscaleSettings`;
    const settings = await all(path, versions.autoscale, settingSchema, abort);
    return settings.find(
      ({ properties }) => properties.enabled === true && parseResourceId(properties.targetResourceUri)?.id === id,
    );
  };

  return {
    async list(subscriptionId, kind, abort) {
      const path = `/subscriptions/${subscriptionId}/providers/${types[kind]}`;
      const found = await all(path, versionOf[kind], namedSchema, abort);
      return found.flatMap(({ id, name }): ScalableSummary[] => {
        const parsed = parseResourceId(id);
        return parsed === undefined ? [] : [{ id: parsed.id, kind, name, resourceGroup: parsed.parts.resourceGroup }];
      });
    },

    async observe(id, abort) {
      const kind = kindOf(id);
      const body = await arm.read(id, versionOf[kind], abort);
      if (body === undefined) {
        return undefined;
      }
      const resource = resourceSchema.parse(body);
      const query = { $filter: `'virtualMachineScaleSet/id' eq '${resource.id}'`, $expand: 'instanceView' };
      const machines = `${groupOf(id)}/providers/Microsoft.Compute/virtualMachines`;
      const [members, setting] =
        kind === 'redis'
          ? [[], undefined]
          : await Promise.all([all(machines, versions.compute, machineSchema, abort, query), settingOf(id, abort)]);
      const capacity = setting?.properties.profiles[0]?.capacity;
      const parts = parseResourceId(id)?.parts;
      const state = resource.properties?.provisioningState?.toLowerCase() ?? 'succeeded';
      return {
        id,
        kind,
        name: resource.name,
        resourceGroup: parts?.resourceGroup ?? '',
        capacity: kind === 'redis' ? (resource.sku?.name ?? '') : (resource.sku?.capacity ?? 0),
        members: members.map(memberOf),
        zones: resource.zones ?? [],
        busy: ['succeeded', 'failed', 'canceled'].includes(state) ? null : `its provisioning state is ${state}`,
        tagMin: numberIn(resource.tags, tagNames.min),
        tagMax: numberIn(resource.tags, tagNames.max),
        autoscale:
          setting === undefined || capacity === undefined
            ? null
            : { id: setting.id, min: Number(capacity.minimum), max: Number(capacity.maximum) },
      } satisfies Scalable;
    },

    async metrics(id, kind, names, from, abort) {
      const until = options.clock.now();
      const timespan = `${new Date(from).toISOString()}/${new Date(until).toISOString()}`;
      const split = kind === 'scale-set' ? { filter: "VMName eq '*'", top: mostSeries } : {};
      try {
        const answer = await clients.monitor(parseResourceId(id)?.parts.subscriptionId ?? '').metrics.list(id, {
          metricnames: names.join(','),
          timespan,
          interval: 'PT1M',
          aggregation: 'Average',
          ...split,
          abortSignal: abort,
        });
        return answer.value.map(({ name, timeseries = [] }) => seriesOf(name.value, timeseries));
      } catch (error) {
        throw classify(error);
      }
    },

    async start(id, change, requestId, abort) {
      if (change.kind === 'bounds') {
        const setting = await settingOf(id, abort);
        if (setting === undefined) {
          const message = 'no setting of autoscale is about this resource any more';
          return { kind: 'refused', refusal: { code: 'NoAutoscaleSetting', message } };
        }
        const request = {
          operation: change.kind,
          method: 'PUT',
          path: setting.id,
          version: versions.autoscale,
          body: withBounds(setting, change),
        } as const;
        return arm.change(request, requestId, abort);
      }
      return arm.change({ operation: change.kind, ...requestOf(id, change) }, requestId, abort);
    },

    async poll(id, ticket, abort): Promise<PollResult> {
      const told = await arm.poll(ticket, abort);
      if (told !== undefined) {
        return told;
      }
      // The operation's address is lost or forgotten; the resource itself tells whether anything goes on.
      const seen = await this.observe(id, abort);
      return seen === undefined || seen.busy === null
        ? { kind: 'succeeded' }
        : { kind: 'running', retryAfterSeconds: ticket.retryAfterSeconds };
    },
  };
}

function requestOf(id: ResourceId, change: Exclude<ScalingChange, { kind: 'bounds' }>) {
  switch (change.kind) {
    case 'capacity':
      return {
        method: 'PATCH',
        path: id,
        version: versions.compute,
        body: { sku: { capacity: change.capacity } },
      } as const;
    case 'remove':
      return {
        method: 'POST',
        path: `${id}/delete`,
        version: versions.compute,
        body: { instanceIds: change.names },
      } as const;
    case 'size':
      return { method: 'PATCH', path: id, version: versions.cache, body: { sku: { name: change.name } } } as const;
  }
}

/** The setting with other bounds in its first profile, which is the default one; everything else stays. */
function withBounds(setting: Setting, { min, max }: { readonly min: number; readonly max: number }): unknown {
  const [first, ...rest] = setting.properties.profiles;
  if (first === undefined) {
    return setting;
  }
  const usual = Math.min(max, Math.max(min, Number(first.capacity.default)));
  const capacity = { ...first.capacity, minimum: String(min), maximum: String(max), default: String(usual) };
  return { ...setting, properties: { ...setting.properties, profiles: [{ ...first, capacity }, ...rest] } };
}

function kindOf(id: ResourceId): ScalableKind {
  const type = parseResourceId(id)?.parts.type;
  const found = Object.entries(types).find(([, one]) => one.toLowerCase() === type);
  if (found === undefined) {
    throw new PermanentError('NotScalable', `${id} is neither a scale set nor a managed cache`);
  }
  return found[0] as ScalableKind;
}

function groupOf(id: ResourceId): string {
  const { subscriptionId, resourceGroup } = parseResourceId(id)?.parts ?? { subscriptionId: '', resourceGroup: '' };
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
}

function numberIn(tags: z.infer<typeof tagsSchema>, name: string): number | null {
  const text = Object.entries(tags ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
  return text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) : null;
}

function memberOf({ name, zones, tags, properties }: z.infer<typeof machineSchema>): Member {
  const view = properties.instanceView;
  const power = view?.statuses?.find(({ code }) => code?.toLowerCase().startsWith('powerstate/'))?.code;
  const state = stateOf(power?.split('/')[1]?.toLowerCase(), properties.provisioningState?.toLowerCase());
  const created = Date.parse(properties.timeCreated ?? '');
  const health = view?.vmHealth?.status?.code?.toLowerCase();
  // Without the health extension the agent is the next best witness.
  const agent = (view?.vmAgent?.statuses ?? []).some(({ displayStatus }) => displayStatus?.toLowerCase() === 'ready');
  const kept = Object.entries(tags ?? {}).find(([key]) => key.toLowerCase() === tagNames.protected)?.[1];
  return {
    name,
    zone: zones?.[0] ?? null,
    createdAt: Number.isNaN(created) ? null : created,
    state,
    healthy: state === 'running' && (health === undefined ? agent : health === 'healthstate/healthy'),
    protected: kept !== undefined && kept.toLowerCase() !== 'false',
  };
}

function stateOf(power: string | undefined, provisioning: string | undefined): Member['state'] {
  if (provisioning === 'deleting' || power === 'stopping' || power === 'deallocating') {
    return 'leaving';
  }
  if (provisioning === 'creating' || power === 'starting' || power === undefined) {
    return 'starting';
  }
  return power === 'running' ? 'running' : 'down';
}

interface TimeSeries {
  readonly metadatavalues?: readonly { readonly value?: string }[] | null;
  readonly data?: readonly { readonly timeStamp: Date; readonly average?: number | null }[] | null;
}

/** One point for each minute in which anybody reported. */
function seriesOf(metric: string, timeseries: readonly TimeSeries[]): MetricSeries {
  const points = new Map<number, Record<string, number>>();
  for (const { metadatavalues, data } of timeseries) {
    const name = metadatavalues?.[0]?.value ?? '';
    for (const { timeStamp, average } of data ?? []) {
      if (average !== undefined && average !== null) {
        const at = new Date(timeStamp).getTime();
        const values = points.get(at) ?? {};
        values[name] = average;
        points.set(at, values);
      }
    }
  }
  const sorted = [...points].sort(([a], [b]) => a - b);
  return { metric, points: sorted.map(([at, values]): MetricPoint => ({ at, values })) };
}
