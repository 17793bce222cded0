import { z } from 'zod';
import type { CacheMeasure, CacheSighting } from '../../ports/caches';
import { stepOf } from '../hands';
import type { Effects, Facts, Runbook } from '../model';

/** Sizes in their order, by family. A cache grows within its family (Azure Managed Redis and Azure Cache for Redis, size tables). */
const ladders = [
  [
    'Balanced_B0',
    'Balanced_B1',
    'Balanced_B3',
    'Balanced_B5',
    'Balanced_B10',
    'Balanced_B20',
    'Balanced_B50',
    'Balanced_B100',
  ],
  ['C0', 'C1', 'C2', 'C3', 'C4', 'C5', 'C6'],
  ['P1', 'P2', 'P3', 'P4', 'P5'],
] as const;
const sizes = ladders.flat() as string[];

const parametersSchema = z
  .strictObject({
    by: z
      .enum(['size', 'reboot'])
      .default('size')
      .describe('What relieves the cache: the next size, or a reboot of one node (Azure Cache for Redis alone).'),
    largest: z
      .enum(sizes as [string, ...string[]])
      .optional()
      .describe('The largest size that may be taken; has to be said when the next size relieves.'),
    node: z
      .enum(['PrimaryNode', 'SecondaryNode', 'AllNodes'])
      .default('SecondaryNode')
      .describe('Which node is rebooted, when a reboot relieves.'),
    memoryLine: z
      .number()
      .min(10)
      .max(99)
      .default(80)
      .describe('Used memory in percent from which the cache is relieved.'),
    loadLine: z
      .number()
      .min(10)
      .max(99)
      .default(80)
      .describe('Server load in percent from which the cache is relieved.'),
    clientsLine: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('Connected clients from which the cache is relieved; no line when it is left out.'),
  })
  .refine(({ by, largest }) => by !== 'size' || largest !== undefined, {
    path: ['largest'],
    message: 'is missing; name the largest size that may be taken',
  });
type Parameters = z.infer<typeof parametersSchema>;

/** How old a point may be to say something about now. Seconds. */
const freshSeconds = 300;

function cacheFacts(sighting: CacheSighting, before: Facts = {}): Facts {
  const { exists, size, provisioningState, observedAt, memoryPercent, loadPercent, clients } = sighting;
  return {
    ...before,
    exists,
    size,
    provisioningState,
    memoryPercent: rounded(memoryPercent),
    loadPercent: rounded(loadPercent),
    clients: rounded(clients),
    measuredAt: memoryPercent?.at ?? null,
    observedAt,
  };
}

const rounded = (measure: CacheMeasure | null): number | null => (measure === null ? null : Math.round(measure.value));

/** Which lines are crossed, in words, by points that are not older than an instant. */
function crossed(
  sighting: CacheSighting,
  lines: { readonly memoryLine: number; readonly loadLine: number; readonly clientsLine: number | undefined },
  since: number,
): string[] {
  const fresh = (measure: CacheMeasure | null): number =>
    measure !== null && Date.parse(measure.at) >= since ? Math.round(measure.value) : Number.NEGATIVE_INFINITY;
  const { memoryPercent, loadPercent, clients } = sighting;
  return [
    ...(fresh(memoryPercent) >= lines.memoryLine ? [`memory is used to ${fresh(memoryPercent)} %`] : []),
    ...(fresh(loadPercent) >= lines.loadLine ? [`server load is ${fresh(loadPercent)} %`] : []),
    ...(fresh(clients) >= (lines.clientsLine ?? Number.POSITIVE_INFINITY)
      ? [`${fresh(clients)} clients are connected`]
      : []),
  ];
}

/** The size above one, within its family and not above the largest; `undefined` when there is none. */
function nextSize(size: string, largest: string | undefined): string | undefined {
  const ladder: readonly string[] = ladders.find((one) => (one as readonly string[]).includes(size)) ?? [];
  const next = ladder[ladder.indexOf(size) + 1];
  const most = ladder.indexOf(largest ?? '');
  return next !== undefined && ladder.indexOf(next) <= most ? next : undefined;
}

function linesOf(before: Facts) {
  const { memoryLine, loadLine, clientsLine } = before;
  return {
    memoryLine: Number(memoryLine),
    loadLine: Number(loadLine),
    clientsLine: typeof clientsLine === 'number' ? clientsLine : undefined,
  };
}

/** Whether a change of a cache took effect whose answer never came. A reboot leaves no mark but its relief. */
export const cacheLanded: Effects<CacheSighting>['landed'] = (before, now, step) => {
  if (['updating', 'scaling', 'rebooting'].includes(now.provisioningState)) {
    return 'yes';
  }
  if (step.effect === 'resize') {
    return now.size === step.arguments?.['size'] ? 'yes' : 'no';
  }
  const since = Date.parse(String(before['observedAt']));
  const newer = now.memoryPercent !== null && Date.parse(now.memoryPercent.at) > since;
  return newer && crossed(now, linesOf(before), since).length === 0 ? 'yes' : 'unknown';
};

/** Gives a Redis cache that is short of memory or processor the next size, or reboots one of its nodes. */
export const relieveRedis: Runbook<Parameters, CacheSighting> = {
  name: 'relieve-redis',
  version: 1,
  summary: 'Relieve a Redis cache that is over its lines: the next size within a cap, or a reboot of one node.',
  explanation: {
    preconditions: [
      'Memory, server load or clients are at or over their line in a point of the last five minutes. A missing metric relieves nothing.',
      'Nobody is changing the cache.',
      'There is a next size in its family, not above `largest`; a reboot is for Azure Cache for Redis alone, whose nodes can be rebooted.',
    ],
    plan: 'One change of size, or one reboot.',
    verification: 'Every measure is below its line in a point newer than the change.',
    undo: 'A cache that failed under its new size gets its own back.',
  },
  impact: 'disruptive',
  resourceTypes: ['microsoft.cache/redisenterprise', 'microsoft.cache/redis'],
  parameters: parametersSchema,
  permissions: {
    actions: [
      'Microsoft.Cache/redis/forceReboot/action',
      'Microsoft.Cache/redis/read',
      'Microsoft.Cache/redis/write',
      'Microsoft.Cache/redisEnterprise/read',
      'Microsoft.Cache/redisEnterprise/write',
      'Microsoft.Insights/metrics/read',
    ],
    dataActions: [],
  },
  suits: ['used memory over 80 percent', 'server load over 80 percent', 'too many connected clients'],
  operationLimitSeconds: 3600,
  plan(sighting, { by, largest, node, memoryLine, loadLine, clientsLine }) {
    if (!sighting.exists) {
      return { kind: 'impossible', reasons: ['the cache does not exist'] };
    }
    if (!['succeeded', 'failed'].includes(sighting.provisioningState)) {
      const reasons = [`another operation is running on the cache (${sighting.provisioningState})`];
      return { kind: 'busy', reasons, retryAfterSeconds: 60 };
    }
    const since = Date.parse(sighting.observedAt) - freshSeconds * 1000;
    if (sighting.memoryPercent === null || Date.parse(sighting.memoryPercent.at) < since) {
      return { kind: 'impossible', reasons: ['nothing is measured: nobody knows how full the cache is'] };
    }
    const reasons = crossed(sighting, { memoryLine, loadLine, clientsLine }, since);
    if (reasons.length === 0) {
      return { kind: 'nothing-to-do', reasons: ['every measure is below its line'] };
    }
    const before = {
      ...cacheFacts(sighting),
      memoryLine,
      loadLine,
      ...(clientsLine === undefined ? {} : { clientsLine }),
    };
    if (by === 'reboot') {
      return sighting.kind === 'managed'
        ? { kind: 'impossible', reasons: ['nodes of Azure Managed Redis cannot be rebooted'] }
        : {
            kind: 'act',
            summary: `Reboot ${node}`,
            reasons,
            steps: [stepOf('reboot', `Reboot ${node}`, { effect: 'reboot', node })],
            before,
          };
    }
    const size = nextSize(sighting.size, largest);
    return size === undefined
      ? {
          kind: 'impossible',
          reasons: [`the size is ${sighting.size}, and the largest allowed is ${largest ?? 'none'}`],
        }
      : {
          kind: 'act',
          summary: `Give the cache the size ${size}`,
          reasons,
          steps: [stepOf('resize', `Give the cache the size ${size}`, { effect: 'resize', size })],
          before,
          after: { size },
        };
  },
  verify(before, after, actedAt) {
    const facts = cacheFacts(after, before);
    if (!after.exists) {
      return { verdict: 'worse', reasons: ['the cache no longer exists'], facts };
    }
    if (after.provisioningState === 'failed' && after.size !== before['size']) {
      return { verdict: 'worse', reasons: [`the cache failed with the size ${after.size}`], facts };
    }
    if (!['succeeded', 'failed'].includes(after.provisioningState)) {
      return { verdict: 'pending', reasons: [`the cache is ${after.provisioningState}`], facts };
    }
    const acted = Date.parse(actedAt);
    if (after.memoryPercent === null || Date.parse(after.memoryPercent.at) < acted) {
      return { verdict: 'blind', reasons: [`no measure newer than ${actedAt}`], facts };
    }
    const reasons = crossed(after, linesOf(before), acted);
    return reasons.length === 0
      ? { verdict: 'healthy', reasons: ['every measure is below its line'], facts }
      : { verdict: 'pending', reasons, facts };
  },
  undo(before, after) {
    const size = before['size'];
    return after.exists && typeof size === 'string' && after.size !== size
      ? [stepOf('undo-resize', `Give the cache its size ${size} back`, { effect: 'resize', size })]
      : [];
  },
};
