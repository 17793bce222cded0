import { restorePoller, type InstanceViewStatus, type VirtualMachine } from '@azure/arm-compute';
import type { MonitorClient } from '@azure/arm-monitor';
import { z } from 'zod';
import { isoOf, type Clock, type Iso8601 } from '../../kernel/clock';
import { PermanentError } from '../../kernel/errors';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import {
  longestToken,
  type MachineOperation,
  type MachineObservation,
  type Machines,
  type MachineSighting,
  type OperationTicket,
  type PollResult,
  type PowerState,
} from '../../ports/machines';
import { classify, failureOf, isAbsence, startFailure } from './classify';
import { lastAnswer, type AzureClients, type LastAnswer } from './azure-clients';

/** Metric that tells whether a VM was available, one point a minute: Azure Monitor, `Microsoft.Compute/virtualMachines`. */
const availabilityMetric = 'VmAvailabilityMetric';
/** How far back to look for its newest point; it comes with a lag of a minute or more. */
const metricWindowSeconds = 600;

const machineType = 'microsoft.compute/virtualmachines';

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
      const machine = await clients
        .compute(subscriptionId)
        .virtualMachines.get(resourceGroup, name, { expand: 'instanceView', abortSignal: abort })
        .catch((error: unknown) => {
          if (isAbsence(error)) {
            return undefined;
          }
          throw classify(error);
        });
      if (machine === undefined) {
        return { exists: false, observedAt };
      }
      const [resourceHealth, availability] = await Promise.all([
        clients.resourceHealth(id, abort),
        newestAvailability(clients.monitor(subscriptionId), id, observedAt, abort),
      ]);
      return { exists: true, observedAt, resourceHealth, availability, ...fromInstanceView(machine) };
    },

    async start(id, operation, requestId, abort, size) {
      const { subscriptionId, resourceGroup, name } = partsOf(id);
      const requestOptions = {
        headers: { 'x-ms-client-request-id': requestId, 'x-ms-correlation-request-id': requestId },
      };
      let retryAfterSeconds = 5;
      const onResponse = (response: { headers: { get(header: string): string | undefined } }): void => {
        retryAfterSeconds = waitOf(response.headers.get('retry-after')) ?? retryAfterSeconds;
      };
      try {
        const { virtualMachines } = clients.compute(subscriptionId);
        const more = { abortSignal: abort, requestOptions, onResponse };
        const poller =
          operation === 'resize'
            ? virtualMachines.update(resourceGroup, name, { hardwareProfile: { vmSize: size ?? '' } }, more)
            : virtualMachines[operation](resourceGroup, name, more);
        await poller.submitted();
        // The signed addresses that ARM gives run to thousands of characters. One that no ticket holds is done without.
        const serialized = await poller.serialize();
        const token = serialized.length <= longestToken ? serialized : '';
        // The time of the acceptance, not of the asking: what is seen in between is no evidence of an outcome.
        const startedAt = isoOf(clock.now());
        return { kind: 'started' as const, ticket: { operation, token, startedAt, retryAfterSeconds } };
      } catch (error) {
        return startFailure(error);
      }
    },

    async poll(id, ticket, abort): Promise<PollResult> {
      if (ticket.token === '') {
        return pollByLooking(await this.observe(id, abort));
      }
      return (await pollByToken(clients, id, ticket, abort)) ?? pollByLooking(await this.observe(id, abort));
    },
  };
}

/**
 * Group and name of a machine.
 * @throws PermanentError for any other resource, also for one that only ends like a machine (an extension of something else).
 */
function partsOf(id: ResourceId) {
  const parsed = parseResourceId(id);
  const { subscriptionId = '', resourceGroup = '', name = '' } = parsed?.parts ?? {};
  const itself = `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/providers/${machineType}/${name}`;
  if (parsed === undefined || resourceGroup === '' || parsed.id !== itself) {
    throw new PermanentError('NotAMachine', `${id} is not a virtual machine`);
  }
  return parsed.parts;
}

/** A `Retry-After` in seconds; `undefined` when there is none that can be used. */
function waitOf(header: string | undefined): number | undefined {
  const asked = Number(header ?? Number.NaN);
  return Number.isFinite(asked) && asked > 0 ? Math.min(asked, 3600) : undefined;
}

/** Without the operation's address, the machine itself tells: an operation shows as a provisioning state that is not final. */
function pollByLooking(sighting: MachineSighting): PollResult {
  if (!sighting.exists || sighting.provisioningState === 'succeeded') {
    return { kind: 'succeeded' };
  }
  const { provisioningState } = sighting;
  return provisioningState === 'failed' || provisioningState === 'canceled'
    ? {
        kind: 'failed',
        refusal: { code: provisioningState, message: `the provisioning state is ${provisioningState}` },
      }
    : { kind: 'running', retryAfterSeconds: 10 };
}

/** `undefined` when the platform knows the operation no more, which it forgets after a while. */
async function pollByToken(
  clients: AzureClients,
  id: ResourceId,
  ticket: OperationTicket,
  abort: AbortSignal,
): Promise<PollResult | undefined> {
  const client = clients.compute(partsOf(id).subscriptionId);
  const { virtualMachines } = client;
  const operations: Readonly<Record<Exclude<MachineOperation, 'resize'>, typeof virtualMachines.restart>> = {
    restart: virtualMachines.restart,
    redeploy: virtualMachines.redeploy,
    start: virtualMachines.start,
    reimage: virtualMachines.reimage,
  };
  const poller =
    ticket.operation === 'resize'
      ? restorePoller(client, ticket.token, virtualMachines.update, { abortSignal: abort })
      : restorePoller(client, ticket.token, operations[ticket.operation], { abortSignal: abort });
  // A restored poller asks once for each `poll`, and throws when the operation ended badly; its words for that are for
  // people only, so the code is read from the operation's own body.
  const seen: { current: LastAnswer } = { current: {} };
  try {
    await lastAnswer.run(seen, () => poller.poll({ abortSignal: abort }));
  } catch (error) {
    const { status, retryAfterSeconds } = failureOf(error);
    if (status === 404) {
      return undefined;
    }
    if (status === 429) {
      // Throttled: asked again sooner, it would wait anew. The wait is the caller's, on a durable timer.
      return { kind: 'running', retryAfterSeconds: retryAfterSeconds ?? 30 };
    }
    // The SDK calls an operation failed also when it only could not be asked. It has failed when the platform answered, and
    // said so.
    if (seen.current.status !== 200 || !isOver(poller.operationState?.status)) {
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
        refusal: operationError(seen.current.body) ?? { code: state.status, message: state.error?.message ?? '' },
      };
    default:
      return { kind: 'running', retryAfterSeconds: waitOf(seen.current.retryAfter) ?? ticket.retryAfterSeconds };
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
): Omit<MachineObservation, 'exists' | 'observedAt' | 'resourceHealth' | 'availability'> {
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
    size: machine.hardwareProfile?.vmSize ?? '',
    scaleSetId: machine.virtualMachineScaleSet?.id?.toLowerCase() ?? null,
    networkInterfaceId: machine.networkProfile?.networkInterfaces?.[0]?.id?.toLowerCase() ?? null,
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
  const answer = await monitor.metrics
    .list(id.slice(1), {
      metricnames: availabilityMetric,
      timespan: `${from}/${observedAt}`,
      interval: 'PT1M',
      aggregation: 'Average',
      abortSignal: abort,
    })
    .catch((error: unknown) => {
      // The machine was there a moment ago; that its metrics are not says nothing about it.
      if (failureOf(error).status === 404) {
        return undefined;
      }
      throw classify(error);
    });
  const points = answer?.value[0]?.timeseries?.[0]?.data ?? [];
  // The newest point with a value: Azure lists minutes that have none yet.
  for (let index = points.length - 1; index >= 0; index -= 1) {
    const point = points[index];
    if (point?.average !== undefined && point.average !== null) {
      return { value: point.average, at: new Date(point.timeStamp).toISOString() as Iso8601 };
    }
  }
  return null;
}
