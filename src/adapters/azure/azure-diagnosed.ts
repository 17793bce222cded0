import { z } from 'zod';
import { isoOf, type Clock } from '../../kernel/clock';
import { hashOf } from '../../kernel/hash';
import { TransientError } from '../../kernel/errors';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type { Diagnosed, DiagnosisChange } from '../../ports/diagnosed';
import type { Evidence } from '../../ports/evidence';
import { readAs, type ArmRequests } from './arm-requests';
import type { AzureClients } from './azure-clients';
import { metricNamesOf } from './azure-metrics';
import { failureOf } from './classify';

/** Stable versions of the providers whose resources are read (Azure REST API specifications). */
const versions: Readonly<Record<string, string>> = {
  'microsoft.compute/virtualmachines': '2025-04-01',
  'microsoft.compute/virtualmachinescalesets': '2025-04-01',
  'microsoft.cache/redisenterprise': '2025-04-01',
  'microsoft.cache/redis': '2024-11-01',
  'microsoft.network/privateendpoints': '2024-07-01',
};
const computeVersion = '2025-04-01';
const activityVersion = '2015-04-01';

const bootSchema = z.object({ serialConsoleLogBlobUri: z.url({ protocol: /^https$/ }).optional() });

/** What Azure knows of a resource: its own description, its boot log, what was done to it, and its metrics around a time. */
export function createAzureDiagnosed(options: {
  readonly clients: AzureClients;
  readonly arm: ArmRequests;
  readonly evidence: Evidence;
  readonly clock: Clock;
}): Diagnosed {
  const { clients, arm, evidence, clock } = options;

  const typeOf = (id: ResourceId): string => parseResourceId(id)?.parts.type ?? '';
  const bodyOf = (id: ResourceId, abort: AbortSignal): Promise<unknown> =>
    arm.read(id, versions[typeOf(id)] ?? computeVersion, abort);

  /** The console's log, behind an address that reads without a token for a while. The address itself is kept nowhere. */
  async function bootLog(id: ResourceId, abort: AbortSignal): Promise<string> {
    const found = readAs(bootSchema, await arm.ask(`${id}/retrieveBootDiagnosticsData`, computeVersion, abort));
    if (found?.serialConsoleLogBlobUri === undefined) {
      return 'boot diagnostics are not switched on';
    }
    try {
      const response = await fetch(found.serialConsoleLogBlobUri, { signal: abort });
      return response.ok ? await response.text() : `the boot log was answered with ${response.status}`;
    } catch (error) {
      throw new TransientError('AzureUnreachable', 'Azure: the boot log cannot be read', { cause: error });
    }
  }

  async function activities(id: ResourceId, { at, minutes }: DiagnosisChange, abort: AbortSignal): Promise<unknown> {
    const { subscriptionId = '' } = parseResourceId(id)?.parts ?? {};
    const from = new Date(Date.parse(at) - minutes * 60_000).toISOString();
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`;
    return arm.read(path, activityVersion, abort, {
      $filter: `eventTimestamp ge '${from}' and resourceUri eq '${id}'`,
    });
  }

  async function points(id: ResourceId, { at, minutes }: DiagnosisChange, abort: AbortSignal): Promise<unknown> {
    const names = metricNamesOf(id);
    if (names === undefined) {
      return [];
    }
    const around = (sign: number): string => new Date(Date.parse(at) + sign * minutes * 60_000).toISOString();
    const until = Date.parse(around(1)) > clock.now() ? isoOf(clock.now()) : around(1);
    const answer = await clients.monitor(parseResourceId(id)?.parts.subscriptionId ?? '').metrics.list(id.slice(1), {
      metricnames: names.join(','),
      timespan: `${around(-1)}/${until}`,
      interval: 'PT1M',
      aggregation: 'Average',
      abortSignal: abort,
    });
    return answer.value.map(({ name, timeseries }) => ({ name: name.value, points: timeseries?.[0]?.data ?? [] }));
  }

  return {
    async observe(id, abort, before) {
      const at = before?.['bundleAt'];
      const [body, bundle] = await Promise.all([
        bodyOf(id, abort),
        typeof at === 'string' ? evidence.check(bundleName(id, at)) : undefined,
      ]);
      return { observedAt: isoOf(clock.now()), exists: body !== undefined, type: typeOf(id), bundle: bundle ?? null };
    },
    async start(id, change, _requestId, abort) {
      try {
        const machine = typeOf(id) === 'microsoft.compute/virtualmachines';
        const [body, log, done, measured] = await Promise.all([
          bodyOf(id, abort),
          machine ? bootLog(id, abort) : '',
          activities(id, change, abort),
          points(id, change, abort),
        ]);
        await evidence.keep(bundleName(id, change.at), {
          target: id,
          texts: {
            resource: JSON.stringify(body ?? null, null, 1),
            'activity-log': JSON.stringify(done ?? null, null, 1),
            metrics: JSON.stringify(measured, null, 1),
            ...(log === '' ? {} : { 'boot-log': log }),
          },
        });
      } catch (error) {
        const { status, code, message } = failureOf(error);
        // Throttled: the looking is asked for again later, like any other effect.
        if (status === 429) {
          return {
            kind: 'later',
            retryAfterSeconds: failureOf(error).retryAfterSeconds ?? 30,
            reason: `${code}: ${message}`,
          };
        }
        throw error;
      }
      return {
        kind: 'started',
        ticket: { operation: 'collect', token: '', startedAt: isoOf(clock.now()), retryAfterSeconds: 1 },
      };
    },
    poll: () => Promise.resolve({ kind: 'succeeded' }),
  };
}

/** Where the bundle about a resource around a time is kept. */
export function bundleName(id: string, at: string): string {
  return `diagnostics/${hashOf({ id, at }).slice(0, 32)}`;
}
