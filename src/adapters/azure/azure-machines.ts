import { restorePoller, type InstanceViewStatus, type VirtualMachine } from '@azure/arm-compute';
import type { MonitorClient } from '@azure/arm-monitor';
import { z } from 'zod';
import { isoOf, type Clock, type Iso8601 } from '../../kernel/clock';
import { InvariantError } from '../../kernel/errors';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type {
  MachineOperation,
  MachineObservation,
  Machines,
  MachineSighting,
  OperationTicket,
  PollResult,
  PowerState,
} from '../../ports/machines';
import { classify, failureOf, startFailure } from './classify';
import { lastBody, type AzureClients } from './azure-clients';

/** Metric that tells whether a VM was available, one point a minute: Azure Monitor, `Microsoft.Compute/virtualMachines`. */
const availabilityMetric = 'VmAvailabilityMetric';
/** How far back to look for its newest point; it comes with a lag of a minute or more. */
const metricWindowSeconds = 600;

const powerStates: ReadonlySet<string> = new Set([
  'running',
  'starting',
  'stopping',
  'stopped',
  'deallocating',
  'deallocated',
]);

/** `Machines` over Azure Resource Manager. One observation costs three reads: instance view, resource health, one metric. */
export function createAzureMachines(options: { readonly clients: AzureClients; readonly clock: Clock }): Machines {
  const { clients, clock } = options;

  return {
    async observe(id, abort): Promise<MachineSighting> {
      const { subscriptionId, resourceGroup, name } = partsOf(id);
      const observedAt = isoOf(clock.now());
      try {
        const machine = await clients
          .compute(subscriptionId)
          .virtualMachines.get(resourceGroup, name, { expand: 'instanceView', abortSignal: abort });
        const [resourceHealth, availability] = await Promise.all([
          clients.resourceHealth(id, abort),
          newestAvailability(clients.monitor(subscriptionId), id, observedAt, abort),
        ]);
        return { exists: true, observedAt, resourceHealth, availability, ...fromInstanceView(machine) };
      } catch (error) {
        if (failureOf(error).status === 404) {
          return { exists: false, observedAt };
        }
        throw classify(error);
      }
    },

    async start(id, operation, requestId, abort) {
      const { subscriptionId, resourceGroup, name } = partsOf(id);
      const startedAt = isoOf(clock.now());
      const requestOptions = {
        headers: { 'x-ms-client-request-id': requestId, 'x-ms-correlation-request-id': requestId },
      };
      let retryAfterSeconds = 5;
      const onResponse = (response: { headers: { get(header: string): string | undefined } }): void => {
        const asked = Number(response.headers.get('retry-after'));
        if (Number.isFinite(asked) && asked > 0) {
          retryAfterSeconds = Math.min(asked, 3600);
        }
      };
      try {
        const { virtualMachines } = clients.compute(subscriptionId);
        const begin = virtualMachines[operation].bind(virtualMachines);
        const poller = begin(resourceGroup, name, { abortSignal: abort, requestOptions, onResponse });
        await poller.submitted();
        const token = await poller.serialize();
        return { kind: 'started' as const, ticket: { operation, token, startedAt, retryAfterSeconds } };
      } catch (error) {
        return startFailure(error);
      }
    },

    async poll(id, ticket, abort): Promise<PollResult> {
      if (ticket.token === '') {
        return pollByLooking(await this.observe(id, abort));
      }
      return pollByToken(clients, id, ticket, abort);
    },
  };
}

function partsOf(id: ResourceId) {
  const parsed = parseResourceId(id);
  if (parsed === undefined || parsed.parts.type !== 'microsoft.compute/virtualmachines') {
    throw new InvariantError(`${id} is not a virtual machine`);
  }
  return parsed.parts;
}

/** Without the operation's address, the machine itself tells: an operation shows as a provisioning state that is not final. */
function pollByLooking(sighting: MachineSighting): PollResult {
  const busy = sighting.exists && !['succeeded', 'failed', 'canceled'].includes(sighting.provisioningState);
  return busy ? { kind: 'running', retryAfterSeconds: 10 } : { kind: 'succeeded' };
}

async function pollByToken(
  clients: AzureClients,
  id: ResourceId,
  ticket: OperationTicket,
  abort: AbortSignal,
): Promise<PollResult> {
  const client = clients.compute(partsOf(id).subscriptionId);
  const { virtualMachines } = client;
  const operations: Readonly<Record<MachineOperation, typeof virtualMachines.restart>> = {
    restart: virtualMachines.restart,
    redeploy: virtualMachines.redeploy,
    start: virtualMachines.start,
  };
  const poller = restorePoller(client, ticket.token, operations[ticket.operation], { abortSignal: abort });
  // A restored poller asks once for each `poll`, and throws when the operation ended badly; its words for that are for
  // people only, so the code is read from the operation's own body.
  const seen: { body?: string } = {};
  try {
    await lastBody.run(seen, () => poller.poll({ abortSignal: abort }));
  } catch (error) {
    if (failureOf(error).status === 404) {
      // The platform forgets operations after a while; the machine itself is looked at next.
      return { kind: 'succeeded' };
    }
    if (!isOver(poller.operationState?.status)) {
      throw classify(error);
    }
  }
  const state = poller.operationState;
  switch (state?.status) {
    case 'succeeded':
      return { kind: 'succeeded' };
    case 'failed':
    case 'canceled':
      return {
        kind: 'failed',
        refusal: operationError(seen.body) ?? { code: state.status, message: state.error?.message ?? '' },
      };
    default:
      return { kind: 'running', retryAfterSeconds: ticket.retryAfterSeconds };
  }
}

function isOver(status: string | undefined): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'canceled';
}

/** `error` of an operation's status document. */
function operationError(body: string | undefined): { code: string; message: string } | undefined {
  const parsed = operationBodySchema.safeParse(body);
  return parsed.success
    ? { code: parsed.data.error.code, message: parsed.data.error.message.slice(0, 1024) }
    : undefined;
}

const operationBodySchema = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.object({ error: z.object({ code: z.string(), message: z.string().default('') }) }));

/** Reads what an instance view says. Statuses are `<kind>/<state>` with the time of the last change where ARM gives one. */
function fromInstanceView(
  machine: VirtualMachine,
): Pick<MachineObservation, 'location' | 'zone' | 'powerState' | 'provisioningState' | 'provisionedAt' | 'agent'> {
  const statuses = machine.instanceView?.statuses ?? [];
  const of = (kind: string): InstanceViewStatus | undefined =>
    statuses.find(({ code }) => code?.toLowerCase().startsWith(`${kind}/`) === true);
  const power = of('powerstate')?.code?.split('/')[1]?.toLowerCase() ?? 'unknown';
  const provisioning = of('provisioningstate');
  const provisioningState = (provisioning?.code?.split('/')[1] ?? machine.provisioningState ?? 'unknown').toLowerCase();
  const agentCodes = (machine.instanceView?.vmAgent?.statuses ?? []).map(({ code, displayStatus }) => ({
    code,
    displayStatus,
  }));
  return {
    location: machine.location ?? '',
    zone: machine.zones?.[0] ?? null,
    powerState: powerStates.has(power) ? (power as PowerState) : 'unknown',
    provisioningState,
    provisionedAt: provisioning?.time === undefined ? null : (new Date(provisioning.time).toISOString() as Iso8601),
    agent:
      agentCodes.length === 0
        ? 'unknown'
        : agentCodes.every(
              ({ code, displayStatus }) =>
                code?.toLowerCase() === 'provisioningstate/succeeded' && displayStatus?.toLowerCase() === 'ready',
            )
          ? 'ready'
          : 'not-ready',
  };
}

async function newestAvailability(
  monitor: MonitorClient,
  id: ResourceId,
  observedAt: Iso8601,
  abort: AbortSignal,
): Promise<MachineObservation['availability']> {
  const from = new Date(Date.parse(observedAt) - metricWindowSeconds * 1000).toISOString();
  const answer = await monitor.metrics.list(id.slice(1), {
    metricnames: availabilityMetric,
    timespan: `${from}/${observedAt}`,
    interval: 'PT1M',
    aggregation: 'Average',
    abortSignal: abort,
  });
  const points = answer.value[0]?.timeseries?.[0]?.data ?? [];
  // The newest point with a value: Azure lists minutes that have none yet.
  for (let index = points.length - 1; index >= 0; index -= 1) {
    const point = points[index];
    if (point?.average !== undefined && point.average !== null) {
      return { value: point.average, at: new Date(point.timeStamp).toISOString() as Iso8601 };
    }
  }
  return null;
}
