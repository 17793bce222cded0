import { z } from 'zod';
import { isoOf, type Clock, type Iso8601 } from '../../kernel/clock';
import { parseResourceId } from '../../kernel/resource-id';
import type { DiskSighting, GrowingDisks } from '../../ports/growing-disks';
import { readAs, type ArmRequests } from './arm-requests';
import type { AzureClients } from './azure-clients';
import { failureOf, classify } from './classify';

const diskVersion = '2025-01-02';
const computeVersion = '2025-04-01';

/** The Azure Monitor Agent's measure of a Linux guest (Microsoft Learn, "Collect performance counters"). */
const metric = { name: 'disk/used_percent', namespace: 'azure.vm.linux.guestmetrics' };
/** How far back the newest point is looked for. Seconds. */
const windowSeconds = 900;

const diskSchema = z.object({
  managedBy: z.string().optional(),
  properties: z.object({ diskSizeGB: z.number(), provisioningState: z.string().default('Succeeded') }),
});
const machineSchema = z.object({
  properties: z.object({
    storageProfile: z.object({
      osDisk: z.object({ managedDisk: z.object({ id: z.string() }).optional() }).optional(),
      dataDisks: z
        .array(z.object({ lun: z.number(), managedDisk: z.object({ id: z.string() }).optional() }))
        .default([]),
    }),
  }),
});

/** Managed disks, with the guest's own measure of how full they are. */
export function createAzureGrowingDisks(options: {
  readonly clients: AzureClients;
  readonly arm: ArmRequests;
  readonly clock: Clock;
}): GrowingDisks {
  const { clients, arm, clock } = options;

  async function usedPercent(machine: string, observedAt: Iso8601, abort: AbortSignal) {
    const from = new Date(Date.parse(observedAt) - windowSeconds * 1000).toISOString();
    try {
      const answer = await clients
        .monitor(parseResourceId(machine)?.parts.subscriptionId ?? '')
        .metrics.list(machine.slice(1), {
          metricnames: metric.name,
          metricnamespace: metric.namespace,
          timespan: `${from}/${observedAt}`,
          interval: 'PT1M',
          aggregation: 'Average',
          abortSignal: abort,
        });
      const points = answer.value[0]?.timeseries?.[0]?.data ?? [];
      const point = points.filter(({ average }) => average !== undefined && average !== null).at(-1);
      return point?.average === undefined || point.average === null
        ? null
        : { value: point.average, at: new Date(point.timeStamp).toISOString() as Iso8601 };
    } catch (error) {
      // A guest without the agent has no such metric, which ARM calls a bad request.
      if ([400, 404].includes(failureOf(error).status ?? 0)) {
        return null;
      }
      throw classify(error);
    }
  }

  return {
    async observe(id, abort): Promise<DiskSighting> {
      const observedAt = isoOf(clock.now());
      const disk = readAs(diskSchema, await arm.read(id, diskVersion, abort));
      const machine = disk?.managedBy?.toLowerCase() ?? null;
      const [body, used] =
        machine === null
          ? [undefined, null]
          : await Promise.all([arm.read(machine, computeVersion, abort), usedPercent(machine, observedAt, abort)]);
      const storage = readAs(machineSchema, body)?.properties.storageProfile;
      const data = storage?.dataDisks.find((one) => one.managedDisk?.id.toLowerCase() === id);
      return {
        observedAt,
        exists: disk !== undefined,
        sizeGb: disk?.properties.diskSizeGB ?? 0,
        provisioningState: disk?.properties.provisioningState.toLowerCase() ?? 'unknown',
        machine,
        lun:
          storage?.osDisk?.managedDisk?.id.toLowerCase() === id ? 'os' : data === undefined ? null : String(data.lun),
        usedPercent: used,
      };
    },
    start: (id, { sizeGb }, requestId, abort) =>
      arm.change(
        {
          operation: 'expand',
          method: 'PATCH',
          path: id,
          version: diskVersion,
          body: { properties: { diskSizeGB: sizeGb } },
        },
        requestId,
        abort,
      ),
    async poll(id, ticket, abort) {
      const known = await arm.poll(ticket, abort);
      if (known !== undefined) {
        return known;
      }
      const { provisioningState } = await this.observe(id, abort);
      return provisioningState === 'updating'
        ? { kind: 'running', retryAfterSeconds: ticket.retryAfterSeconds }
        : { kind: 'succeeded' };
    },
  };
}
