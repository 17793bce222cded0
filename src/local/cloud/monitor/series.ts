import type { Machine, MachineMoment } from '../machines';
import type { Aggregation } from '../model';
import { sameId } from '../resource-id';
import type { ScaleSet } from '../scale-sets';
import type { World } from '../world';

export interface MetricKind {
  name: string;
  unit: 'Count' | 'Percent' | 'Bytes';
  description: string;
  sample(world: World, machine: Machine, moment: MachineMoment, at: number): number | undefined;
}

const namespace = 'Microsoft.Compute/virtualMachines';
export const machineMetricNamespace = namespace;

const off = (moment: MachineMoment): boolean => moment.power === 'stopped' || moment.power === 'deallocated';

/** Memory by size; sizes that are not listed are taken to have 8 GiB. */
const memoryGiB: Record<string, number> = { Standard_B2s: 4, Standard_D2s_v5: 8, Standard_D4s_v5: 16 };

/** The metrics of a virtual machine, each a function of the machine's history and the time. `undefined`: no data. */
export const machineMetrics: MetricKind[] = [
  {
    name: 'VmAvailabilityMetric',
    unit: 'Count',
    description: 'Measure of Availability of Virtual machines over time.',
    sample(_world, _machine, moment, at) {
      if (off(moment)) return undefined;
      if (moment.power !== 'running' || moment.rebooting) return 0;
      const kind = moment.breakage?.kind;
      if (kind === 'boot-loop') return Math.floor(at / 60_000) % 2;
      return kind === 'guest-hung' || kind === 'host-failing' ? 0 : 1;
    },
  },
  {
    name: 'Percentage CPU',
    unit: 'Percent',
    description: 'The percentage of allocated compute units that are currently in use by the Virtual Machine(s)',
    sample(world, machine, moment, at) {
      if (off(moment)) return undefined;
      const noise = world.random.fraction(`cpu ${machine.id} ${Math.floor(at / world.timing.metricSample)}`);
      if (moment.power !== 'running') return 0;
      const kind = moment.breakage?.kind;
      if (kind === 'guest-hung' || kind === 'host-failing') return 0;
      const shared = world.scaleSets.cpu(machine, moment, at);
      if (shared !== undefined) return shared;
      return kind === 'memory-exhausted' ? 96 + noise * 3 : 12 + noise * 18;
    },
  },
  {
    name: 'Available Memory Bytes',
    unit: 'Bytes',
    description: 'Amount of physical memory, in bytes, immediately available for allocation to a process.',
    sample(world, machine, moment, at) {
      if (off(moment) || moment.power !== 'running') return undefined;
      const noise = world.random.fraction(`memory ${machine.id} ${Math.floor(at / world.timing.metricSample)}`);
      const total = (memoryGiB[machine.seed.size] ?? 8) * 2 ** 30;
      return Math.round(moment.breakage?.kind === 'memory-exhausted' ? total * 0.01 : total * (0.5 + noise * 0.1));
    },
  },
];

/** One sample. An injected value goes before what the machine's state would show. */
export function sampleMetric(world: World, resourceId: string, metric: string, at: number): number | undefined {
  for (const injection of world.injections.toReversed()) {
    if (!sameId(injection.resourceId, resourceId)) continue;
    if (injection.metricName.toLowerCase() !== metric.toLowerCase()) continue;
    const from = injection.from ?? Number.NEGATIVE_INFINITY;
    if (at >= from && at < (injection.until ?? Number.POSITIVE_INFINITY)) return injection.value;
  }
  const lost = world.metricGaps.some(
    (gap) =>
      // What a scale set has lost, its machines have lost.
      (sameId(gap.resourceId, resourceId) ||
        sameId(gap.resourceId, machineOf(world, resourceId)?.seed.scaleSetId ?? '')) &&
      (gap.metricName === undefined || sameId(gap.metricName, metric)) &&
      at >= gap.from &&
      at < (gap.until ?? Number.POSITIVE_INFINITY),
  );
  if (lost) return undefined;
  const cached = world.caches.sample(resourceId, metric, at);
  if (cached !== undefined) return cached;
  const kind = machineMetrics.find((each) => each.name.toLowerCase() === metric.toLowerCase());
  if (kind === undefined) return undefined;
  const set = world.scaleSets.byId(resourceId);
  if (set !== undefined) return meanOfInstances(world, set, kind, at);
  const machine = machineOf(world, resourceId);
  return machine === undefined ? undefined : sampleMachine(world, machine, kind, at);
}

/** A machine, or one that was an instance of a scale set: its past stays to be seen. */
function machineOf(world: World, id: string): Machine | undefined {
  const found = world.machines.byId(id);
  if (found !== undefined) return found;
  return world.scaleSets
    .all()
    .flatMap(({ gone }) => gone)
    .find((machine) => sameId(machine.id, id));
}

function sampleMachine(world: World, machine: Machine, kind: MetricKind, at: number): number | undefined {
  const moment = machine.history.findLast((each) => each.at <= at);
  const there = moment !== undefined && (machine.removedAt === undefined || at < machine.removedAt);
  return there ? kind.sample(world, machine, moment, at) : undefined;
}

/** A scale set's metric is that of its instances at the time, on average; those without data do not count. */
function meanOfInstances(world: World, set: ScaleSet, kind: MetricKind, at: number): number | undefined {
  const values = world.scaleSets
    .everyone(set)
    .map((machine) => sampleMachine(world, machine, kind, at))
    .filter((value) => value !== undefined);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export type Aggregates = Record<Aggregation, number>;

/**
 * Aggregates of the samples in [from, to), and of one taken now if that lies within: a change shows at once. Undefined
 * when there are no data.
 */
export function aggregateMetric(
  world: World,
  resourceId: string,
  metric: string,
  from: number,
  to: number,
): Aggregates | undefined {
  const step = world.timing.metricSample;
  const values: number[] = [];
  for (let at = Math.ceil(from / step) * step; at < to; at += step) {
    const value = sampleMetric(world, resourceId, metric, at);
    if (value !== undefined) values.push(value);
  }
  const now = world.clock.now();
  if (now >= from && now < to && now % step !== 0) {
    const value = sampleMetric(world, resourceId, metric, now);
    if (value !== undefined) values.push(value);
  }
  if (values.length === 0) return undefined;
  const total = values.reduce((sum, value) => sum + value, 0);
  return {
    Average: total / values.length,
    Minimum: Math.min(...values),
    Maximum: Math.max(...values),
    Total: total,
    Count: values.length,
  };
}
