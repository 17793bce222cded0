import { badRequest, resourceNotFound } from '../errors';
import type { Aggregation } from '../model';
import { durationMs } from '../monitor/duration';
import { aggregateMetric, machineMetricNamespace, machineMetrics, type MetricKind } from '../monitor/series';
import { parseResourceId, sameId } from '../resource-id';
import type { ArmAnswer, ArmCall, Router } from '../router';
import { scaleSetType } from '../scale-sets';
import type { World } from '../world';

const apiVersions = ['2024-02-01', '2023-10-01', '2021-05-01', '2019-07-01', '2018-01-01'] as const;
const aggregations: Aggregation[] = ['Average', 'Minimum', 'Maximum', 'Total', 'Count'];
const grains = ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H', 'PT6H', 'PT12H', 'P1D'];
/** What the answer holds at most: the most recent, as Azure cuts it. */
const MOST_POINTS = 10_000;
/** Series of a metric that is split by a dimension, when the caller does not say how many. */
const MOST_SERIES = 10;

/** Microsoft.Insights: metrics and their definitions, for any resource of the estate. */
export function registerMetrics(router: Router, world: World): void {
  router.add(
    {
      method: 'GET',
      template: '{+scope}/providers/Microsoft.Insights/metrics',
      action: 'Microsoft.Insights/metrics/read',
      apiVersions,
      handle: (call) => listMetrics(world, call),
    },
    {
      method: 'GET',
      template: '{+scope}/providers/Microsoft.Insights/metricDefinitions',
      action: 'Microsoft.Insights/metricDefinitions/read',
      apiVersions,
      handle(call) {
        const { scope, type } = requireResource(world, call);
        return { status: 200, body: { value: kindsFor(type).map((kind) => definition(scope, type, kind)) } };
      },
    },
  );
}

function listMetrics(world: World, call: ArmCall): ArmAnswer {
  const { scope, type, location } = requireResource(world, call);
  const { query } = call;
  const interval = query.get('interval') ?? 'PT1M';
  const step = grains.includes(interval) ? durationMs(interval) : undefined;
  if (step === undefined) {
    throw badRequest('BadRequest', `Invalid time grain '${interval}'. Valid time grains: ${grains.join(',')}`);
  }
  const { from, to } = timespan(world, query.get('timespan'));
  const start = Math.max(Math.floor(from / step) * step, Math.floor(to / step) * step - MOST_POINTS * step);
  const wanted = (query.get('aggregation') ?? 'Average').split(',').map((name) => aggregationOf(name.trim()));
  const kinds = kindsFor(type);
  const names = query.get('metricnames');
  const chosen =
    names === null ? kinds : names.split(',').map((name) => kindOf(kinds, type, name.trim(), world, scope));

  const filter = query.get('$filter');
  const seriesOf = (resourceId: string, kind: MetricKind): Record<string, unknown>[] => {
    const data: Record<string, unknown>[] = [];
    for (let at = start; at < to; at += step) {
      // Samples after now do not exist yet: the bucket under way holds what has been.
      const end = Math.min(at + step, world.clock.now() + 1);
      const values = aggregateMetric(world, resourceId, kind.name, at, end);
      const point: Record<string, unknown> = { timeStamp: new Date(at).toISOString() };
      if (values !== undefined) for (const name of wanted) point[name.toLowerCase()] = values[name];
      data.push(point);
    }
    return data;
  };
  const value = chosen.map((kind) => {
    const timeseries =
      filter === null
        ? [{ metadatavalues: [], data: seriesOf(scope, kind) }]
        : splitByInstance(world, scope, type, filter, Number(query.get('top') ?? MOST_SERIES), (id) =>
            seriesOf(id, kind),
          );
    return {
      id: `${scope}/providers/Microsoft.Insights/metrics/${kind.name}`,
      type: 'Microsoft.Insights/metrics',
      name: { value: kind.name, localizedValue: kind.name },
      displayDescription: kind.description,
      unit: kind.unit,
      timeseries,
      errorCode: 'Success',
    };
  });
  return {
    status: 200,
    body: {
      cost: Math.max(0, Math.round((to - from) / 60_000) - 1),
      timespan: `${new Date(from).toISOString()}/${new Date(to).toISOString()}`,
      interval,
      namespace: type,
      resourceregion: location,
      value,
    },
  };
}

/**
 * One series for each machine of a scale set: its metrics have the dimension VMName. The most used ones first would take an
 * order; without one Azure promises none, and cuts at `top`, which is 10 unless the caller says otherwise.
 */
function splitByInstance(
  world: World,
  scope: string,
  type: string,
  filter: string,
  top: number,
  seriesOf: (resourceId: string) => Record<string, unknown>[],
): Record<string, unknown>[] {
  const wanted = /^VMName eq '([^']+)'$/i.exec(filter.trim())?.[1];
  const set = world.scaleSets.byId(scope);
  if (wanted === undefined || set === undefined || type !== scaleSetType) {
    throw badRequest('BadRequest', `The filter '${filter}' names no dimension that the metrics of ${type} have.`);
  }
  return world.scaleSets
    .everyone(set)
    .filter(({ seed }) => wanted === '*' || sameId(seed.name, wanted))
    .map(({ id, seed }) => ({
      metadatavalues: [{ name: { value: 'vmname', localizedValue: 'vmname' }, value: seed.name }],
      data: seriesOf(id),
    }))
    .filter(({ data }) => data.some((point) => Object.keys(point).length > 1))
    .slice(0, top);
}

function requireResource(world: World, call: ArmCall): { scope: string; type: string; location: string } {
  const scope = call.params['scope'] ?? '';
  const machine = world.machines.byId(scope);
  if (machine !== undefined) return { scope, type: machineMetricNamespace, location: machine.seed.location };
  const resource = world.estate.resources.find((each) => sameId(each.id, scope));
  if (resource !== undefined) return { scope, type: resource.type, location: resource.location };
  const parts = parseResourceId(scope);
  throw resourceNotFound(parts?.type ?? '', parts?.name ?? '', parts?.resourceGroup ?? '');
}

/** What caches measure, whichever kind they are. */
const cacheMetrics: MetricKind[] = [
  { name: 'usedmemorypercentage', unit: 'Percent', description: 'Used memory', sample: () => undefined },
  { name: 'serverLoad', unit: 'Percent', description: 'Server load', sample: () => undefined },
  { name: 'connectedclients', unit: 'Count', description: 'Connected clients', sample: () => undefined },
];

function kindsFor(type: string): MetricKind[] {
  if (/^microsoft\.cache\//i.test(type)) return cacheMetrics;
  return type === machineMetricNamespace || type === scaleSetType ? machineMetrics : [];
}

function kindOf(kinds: MetricKind[], type: string, name: string, world: World, scope: string): MetricKind {
  const kind = kinds.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (kind !== undefined) return kind;
  const injected = world.injections.find(
    (each) => sameId(each.resourceId, scope) && each.metricName.toLowerCase() === name.toLowerCase(),
  );
  if (injected !== undefined) {
    return { name: injected.metricName, unit: 'Count', description: injected.metricName, sample: () => undefined };
  }
  const [provider, ...rest] = type.split('/');
  throw badRequest(
    'BadRequest',
    `Failed to find metric configuration for provider: ${provider}, resource Type: ${rest.join('/')}, metric: ${name}, ` +
      `Valid metrics: ${kinds.map((each) => each.name).join(',')}`,
  );
}

function aggregationOf(name: string): Aggregation {
  const found = aggregations.find((each) => each.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    throw badRequest('BadRequest', `Invalid aggregation '${name}'. Valid aggregations: ${aggregations.join(',')}`);
  }
  return found;
}

/** `start/end`; either side may also be a duration. Default: the last hour. */
function timespan(world: World, text: string | null): { from: number; to: number } {
  const now = world.clock.now();
  if (text === null) return { from: now - 3_600_000, to: now };
  const [first = '', second = ''] = text.split('/');
  const invalid = badRequest('BadRequest', `The timespan '${text}' is invalid: it must be 'start/end' in ISO 8601.`);
  if (second === '') {
    const length = durationMs(first);
    if (length === undefined) throw invalid;
    return { from: now - length, to: now };
  }
  const to = Date.parse(second);
  const length = durationMs(first);
  const from = length === undefined ? Date.parse(first) : to - length;
  if (Number.isNaN(from) || Number.isNaN(to) || from > to) throw invalid;
  return { from, to };
}

function definition(scope: string, type: string, kind: MetricKind): Record<string, unknown> {
  return {
    id: `${scope}/providers/microsoft.insights/metricdefinitions/${kind.name}`,
    resourceId: scope,
    namespace: type,
    name: { value: kind.name, localizedValue: kind.name },
    displayDescription: kind.description,
    unit: kind.unit,
    primaryAggregationType: 'Average',
    supportedAggregationTypes: aggregations,
    isDimensionRequired: false,
    metricAvailabilities: grains.map((timeGrain) => ({ timeGrain, retention: 'P93D' })),
  };
}
