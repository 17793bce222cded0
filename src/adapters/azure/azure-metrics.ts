import { isoOf, type EpochMillis } from '../../kernel/clock';
import { parseResourceId } from '../../kernel/resource-id';
import type { ResourceMetrics } from '../../ports/metrics';
import type { AzureClients } from './azure-clients';
import { classify } from './classify';

/** Metrics that say most about each type, all of them worth looking at on average (Microsoft Learn, "Supported metrics with Azure Monitor"). */
const metricNames: Readonly<Record<string, readonly string[]>> = {
  'microsoft.compute/virtualmachines': ['VmAvailabilityMetric', 'Percentage CPU', 'Available Memory Bytes'],
  'microsoft.compute/virtualmachinescalesets': ['VmAvailabilityMetric', 'Percentage CPU', 'Available Memory Bytes'],
  'microsoft.cache/redisenterprise': ['usedmemorypercentage', 'serverLoad', 'connectedclients'],
  'microsoft.cache/redis': ['usedmemorypercentage', 'serverLoad', 'connectedclients'],
  'microsoft.storage/storageaccounts': ['Availability', 'SuccessE2ELatency'],
  'microsoft.keyvault/vaults': ['Availability', 'ServiceApiLatency'],
};

/** See {@link metricNames}; `undefined` for other types. */
export function metricNamesOf(id: string): readonly string[] | undefined {
  const type = parseResourceId(id)?.parts.type ?? '';
  return Object.hasOwn(metricNames, type) ? metricNames[type] : undefined;
}

/** `ResourceMetrics` over Azure Monitor. */
export function createAzureMetrics({ clients }: { readonly clients: Pick<AzureClients, 'monitor'> }): ResourceMetrics {
  return {
    async read(id, { from, until, minutes }, abort) {
      const names = metricNamesOf(id);
      if (names === undefined) {
        return undefined;
      }
      try {
        const answer = await clients
          .monitor(parseResourceId(id)?.parts.subscriptionId ?? '')
          .metrics.list(id.slice(1), {
            metricnames: names.join(','),
            timespan: `${from}/${until}`,
            interval: `PT${minutes}M`,
            aggregation: 'Average',
            abortSignal: abort,
          });
        return answer.value.map(({ name, unit, timeseries }) => ({
          name: name.value,
          unit,
          points: (timeseries?.[0]?.data ?? []).map(({ timeStamp, average }) => ({
            at: isoOf(new Date(timeStamp).getTime() as EpochMillis),
            value: average ?? null,
          })),
        }));
      } catch (error) {
        throw classify(error);
      }
    },
  };
}
