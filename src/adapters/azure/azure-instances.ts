import { z } from 'zod';
import { isoOf, type Clock, type Iso8601 } from '../../kernel/clock';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type { InstanceChange, Instances, InstanceSighting, SetMember, SetSighting } from '../../ports/instances';
import type { Locks } from '../../ports/locks';
import type { Machines } from '../../ports/machines';
import type { ChangeTicket, KnownFacts } from '../../ports/operations';
import { readAs, type ArmChange, type ArmRequests } from './arm-requests';
import type { AzureClients } from './azure-clients';
import { classify, isAbsence } from './classify';

/** Stable versions of Microsoft.Compute and Microsoft.Network (Azure REST API specifications). */
const computeVersion = '2025-04-01';
const networkVersion = '2024-07-01';

/** How far back the availability of an instance is read, to tell how long it has been unhealthy. Seconds. */
const lookBackSeconds = 5_400;

const interfaceSchema = z.object({
  properties: z.object({
    ipConfigurations: z.array(
      z.object({
        properties: z.object({
          loadBalancerBackendAddressPools: z.array(z.object({ id: z.string() })).default([]),
        }),
      }),
    ),
  }),
});

const poolSchema = z.object({
  properties: z.looseObject({
    loadBalancerBackendAddresses: z
      .array(
        z.looseObject({
          name: z.string(),
          properties: z.looseObject({
            networkInterfaceIPConfiguration: z.object({ id: z.string() }).optional(),
            adminState: z.string().optional(),
          }),
        }),
      )
      .default([]),
  }),
});

/** Scale sets with flexible orchestration: an instance is a virtual machine like any other. */
export function createAzureInstances(options: {
  readonly clients: AzureClients;
  readonly arm: ArmRequests;
  readonly machines: Machines;
  readonly locks: Locks;
  readonly clock: Clock;
}): Instances {
  const { clients, arm, machines, locks, clock } = options;

  async function setOf(id: string, abort: AbortSignal): Promise<SetSighting | null> {
    const { subscriptionId = '', resourceGroup = '', name = '' } = parseResourceId(id)?.parts ?? {};
    const compute = clients.compute(subscriptionId);
    try {
      const set = await compute.virtualMachineScaleSets.get(resourceGroup, name, { abortSignal: abort });
      const members: SetMember[] = [];
      const pages = compute.virtualMachineScaleSetVMs.list(resourceGroup, name, {
        expand: 'instanceView',
        abortSignal: abort,
      });
      for await (const { name: member = '', zones, provisioningState, instanceView } of pages) {
        const codes = (instanceView?.statuses ?? []).map(({ code = '' }) => code.toLowerCase());
        const power = codes.find((code) => code.startsWith('powerstate/'))?.split('/')[1];
        const settled = provisioningState?.toLowerCase() === 'succeeded';
        const agent = (instanceView?.vmAgent?.statuses ?? []).every(
          ({ displayStatus }) => displayStatus?.toLowerCase() === 'ready',
        );
        members.push({
          name: member,
          zone: zones?.[0] ?? null,
          healthy: settled && power === 'running' && agent,
          changing: !settled && provisioningState?.toLowerCase() !== 'failed',
        });
      }
      const policy = set.automaticRepairsPolicy;
      const enabled = policy?.enabled === true;
      const repairs = enabled ? await repairsOf(id, abort) : 'off';
      return {
        id: id.toLowerCase(),
        capacity: set.sku?.capacity ?? members.length,
        size: set.sku?.name ?? '',
        provisioningState: (set.provisioningState ?? 'unknown').toLowerCase(),
        zones: set.zones ?? [],
        strictZones: set.zoneBalance === true,
        repairs,
        repairsAfterSeconds: Number(/^PT(\d+)M$/.exec(policy?.gracePeriod ?? '')?.[1] ?? 10) * 60,
        members,
      };
    } catch (error) {
      if (isAbsence(error)) {
        return null;
      }
      throw classify(error);
    }
  }

  async function repairsOf(id: string, abort: AbortSignal): Promise<'running' | 'suspended'> {
    const { subscriptionId = '', resourceGroup = '', name = '' } = parseResourceId(id)?.parts ?? {};
    const view = await clients
      .compute(subscriptionId)
      .virtualMachineScaleSets.getInstanceView(resourceGroup, name, { abortSignal: abort });
    const service = view.orchestrationServices?.find(({ serviceName }) => serviceName === 'AutomaticRepairs');
    return service?.serviceState === 'Suspended' ? 'suspended' : 'running';
  }

  /** The first pool that the machine's interface is in. */
  async function rotationOf(
    interfaceId: string | null,
    before: KnownFacts | undefined,
    abort: AbortSignal,
  ): Promise<InstanceSighting['rotation']> {
    const nic =
      interfaceId === null ? undefined : readAs(interfaceSchema, await arm.read(interfaceId, networkVersion, abort));
    const pool =
      nic?.properties.ipConfigurations[0]?.properties.loadBalancerBackendAddressPools[0]?.id ?? before?.['pool'];
    if (typeof pool !== 'string') {
      return null;
    }
    const { properties } = readAs(poolSchema, await arm.read(pool, networkVersion, abort)) ?? {};
    const mine = properties?.loadBalancerBackendAddresses.find(
      ({ name, properties: { networkInterfaceIPConfiguration: configuration } }) =>
        interfaceId === null
          ? name === before?.['address']
          : configuration?.id.toLowerCase().startsWith(`${interfaceId}/`) === true,
    );
    return mine === undefined
      ? null
      : {
          pool: pool.toLowerCase(),
          address: mine.name,
          drained: mine.properties.adminState?.toLowerCase() === 'down',
        };
  }

  async function lastGood(id: ResourceId, observedAt: Iso8601, abort: AbortSignal): Promise<Iso8601 | null> {
    const { subscriptionId } = parseResourceId(id)?.parts ?? {};
    const from = new Date(Date.parse(observedAt) - lookBackSeconds * 1000).toISOString();
    try {
      const answer = await clients.monitor(subscriptionId ?? '').metrics.list(id.slice(1), {
        metricnames: 'VmAvailabilityMetric',
        timespan: `${from}/${observedAt}`,
        interval: 'PT1M',
        aggregation: 'Average',
        abortSignal: abort,
      });
      const points = answer.value[0]?.timeseries?.[0]?.data ?? [];
      const good = points.filter(({ average }) => average === 1).at(-1);
      return good === undefined ? null : (new Date(good.timeStamp).toISOString() as Iso8601);
    } catch (error) {
      if (isAbsence(error)) {
        return null;
      }
      throw classify(error);
    }
  }

  return {
    async observe(id, abort, before) {
      const instance = await machines.observe(id, abort);
      const setId = instance.exists ? instance.scaleSetId : before?.['set'];
      const observedAt = isoOf(clock.now());
      const [set, rotation, standing, lastGoodAt] = await Promise.all([
        typeof setId === 'string' ? setOf(setId, abort) : null,
        rotationOf(instance.exists ? instance.networkInterfaceId : null, before, abort),
        locks.over(id, abort),
        instance.exists ? lastGood(id, observedAt, abort) : null,
      ]);
      const name = parseResourceId(id)?.parts.name ?? '';
      return { observedAt, name, instance, set, rotation, locks: standing, lastGoodAt };
    },

    async start(id, change, requestId, abort) {
      if (change.effect === 'drain' || change.effect === 'admit') {
        const body = await arm.read(change.pool, networkVersion, abort);
        const pool = readAs(poolSchema, body);
        if (pool === undefined) {
          return { kind: 'refused', refusal: { code: 'ResourceNotFound', message: 'the backend pool is gone' } };
        }
        const adminState = change.effect === 'drain' ? 'Down' : 'None';
        const addresses = pool.properties.loadBalancerBackendAddresses.map((one) =>
          one.name === change.address ? { ...one, properties: { ...one.properties, adminState } } : one,
        );
        const result = await arm.change(
          {
            operation: change.effect,
            method: 'PUT',
            path: change.pool,
            version: networkVersion,
            body: { properties: { ...pool.properties, loadBalancerBackendAddresses: addresses } },
          },
          requestId,
          abort,
        );
        // What the instance still serves gets its time before the next step.
        return result.kind === 'started' && change.effect === 'drain'
          ? {
              ...result,
              ticket: {
                ...result.ticket,
                retryAfterSeconds: Math.max(result.ticket.retryAfterSeconds, change.seconds),
              },
            }
          : result;
      }
      return arm.change(requestOf(id, change), requestId, abort);
    },

    async poll(id, ticket, abort) {
      const said = (await arm.poll(ticket, abort)) ?? pollByLooking(ticket, await this.observe(id, abort));
      // What was to be deleted and is still there must not be replaced: then there would be one more.
      return said.kind === 'succeeded' && ticket.operation === 'delete' && (await machines.observe(id, abort)).exists
        ? {
            kind: 'failed',
            refusal: { code: 'StillThere', message: 'the platform says it deleted the instance, and it did not' },
          }
        : said;
    },
  };
}

function requestOf(id: ResourceId, change: Exclude<InstanceChange, { effect: 'drain' | 'admit' }>): ArmChange {
  const { effect: operation } = change;
  switch (change.effect) {
    case 'delete':
      return {
        operation,
        method: 'POST',
        path: `${change.set}/delete`,
        version: computeVersion,
        body: { instanceIds: [change.instance] },
      };
    case 'reimage':
      return { operation, method: 'POST', path: `${id}/reimage`, version: computeVersion, body: {} };
    case 'grow':
      return {
        operation,
        method: 'PATCH',
        path: change.set,
        version: computeVersion,
        body: {
          sku: { capacity: change.capacity, ...(change.size === undefined ? {} : { name: change.size }) },
          ...(change.strictZones === undefined ? {} : { properties: { zoneBalance: change.strictZones } }),
        },
      };
  }
}

/** Without the operation's address, the instance and its set tell. */
function pollByLooking(
  ticket: ChangeTicket,
  { instance, set }: InstanceSighting,
): { readonly kind: 'running'; readonly retryAfterSeconds: number } | { readonly kind: 'succeeded' } {
  const busy =
    (instance.exists && ['updating', 'deleting'].includes(instance.provisioningState)) ||
    set?.provisioningState === 'updating';
  return busy ? { kind: 'running', retryAfterSeconds: ticket.retryAfterSeconds } : { kind: 'succeeded' };
}
