import { CloudControlError } from './errors';
import type { Machine, MachineMoment, Machines } from './machines';
import type { CloudTiming, EstateResource, LoadPoint, MachineSeed, ScaleSetState, ZoneCapacity } from './model';
import type { OperationError } from './operations';
import type { SeededRandom } from './random';
import { parseResourceId, sameId } from './resource-id';
import type { Schedule } from './schedule';

export const scaleSetType = 'Microsoft.Compute/virtualMachineScaleSets';

/** How busy a machine is while it starts its programs, in percent: why a scaler must not count the young. */
const WARMING_CPU = 80;
/** Automatic repairs work on so much of a set at once, and on one instance at least. Azure's own share. */
const REPAIR_SHARE = 0.05;

/**
 * A scale set with flexible orchestration: its instances are virtual machines like any other. What it shows is `resource`,
 * which stays in the estate and is kept up to date; the rest is what the world knows besides.
 */
export interface ScaleSet {
  readonly resource: EstateResource;
  /** Names given out so far. */
  names: number;
  version: number;
  repairs: 'Running' | 'Suspended';
  /** Machines that were its instances, for what metrics show of the past. */
  readonly gone: Machine[];
  /** Its instances that are protected from scale-in, by id in lower case. */
  readonly protectedFromScaleIn: Set<string>;
  /** Total load, as drawn between points. Undefined: each machine has a little of its own. */
  load: LoadPoint[] | undefined;
}

export interface ScaleSets {
  all(): ScaleSet[];
  byId(id: string): ScaleSet | undefined;
  /** By name or id; throws an error that names what is missing. */
  require(idOrName: string): ScaleSet;
  instances(set: ScaleSet): Machine[];
  /**
   * Makes room for so many instances, or takes as many away, from now until `endsAt`. Answers why fewer came than were
   * asked for.
   */
  resize(set: ScaleSet, capacity: number, endsAt: number): OperationError | undefined;
  /** Deletes instances: they drain from now on and are gone at `endsAt`. */
  deleteInstances(set: ScaleSet, machines: readonly Machine[], endsAt: number): void;
  /** Gives instances a fresh disk: heals all but `nothing`. They boot until `endsAt`. */
  reimage(set: ScaleSet, machines: readonly Machine[], endsAt: number): void;
  update(set: ScaleSet, change: (resource: EstateResource) => void): void;
  setProvisioning(set: ScaleSet, state: 'Succeeded' | 'Updating' | 'Failed'): void;
  setZoneCapacity(capacity: ZoneCapacity): void;
  state(set: ScaleSet): ScaleSetState;
  /** CPU of one instance at a time, in percent, where the set has a load; `undefined` where the machine has its own. */
  cpu(machine: Machine, moment: MachineMoment, at: number): number | undefined;
  /** Everything that is or was an instance of the set, oldest first. */
  everyone(set: ScaleSet): Machine[];
}

export function createScaleSets(options: {
  resources: EstateResource[];
  machines: Machines;
  now: () => number;
  random: SeededRandom;
  schedule: Schedule;
  timing: CloudTiming;
}): ScaleSets {
  const { resources, machines, now, random, schedule, timing } = options;
  const rooms: ZoneCapacity[] = [];

  const instances = (set: ScaleSet): Machine[] =>
    machines.all().filter(({ seed }) => seed.scaleSetId !== undefined && sameId(seed.scaleSetId, set.resource.id));
  const staying = (set: ScaleSet): Machine[] => instances(set).filter(({ power }) => power !== 'stopping');

  const seedOf = (set: ScaleSet, zone: string | undefined): MachineSeed => {
    const { id, name, location, tags } = set.resource;
    const { subscriptionId = '', resourceGroup = '' } = parseResourceId(id) ?? {};
    const machine = `${name}_${random.hex(`instance ${id} ${(set.names += 1)}`, 8)}`;
    const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers`;
    return {
      subscriptionId,
      resourceGroup,
      name: machine,
      location,
      ...(zone === undefined ? {} : { zone }),
      size: sizeOf(set),
      tags: { ...tags },
      networkInterfaceId: `${group}/Microsoft.Network/networkInterfaces/nic-${machine}`,
      osDiskId: `${group}/Microsoft.Compute/disks/osdisk-${machine}`,
      scaleSetId: id,
    };
  };

  const room = (set: ScaleSet, zone: string | undefined): ZoneCapacity | undefined =>
    rooms.find((each) => each.zone === zone && (each.size === undefined || sameId(each.size, sizeOf(set))));
  /** Takes room for one machine; false when the zone has none. */
  const allocate = (set: ScaleSet, zone: string | undefined): boolean => {
    const found = room(set, zone);
    if (found === undefined || found.available === null) return true;
    if (found.available < 1) return false;
    found.available -= 1;
    return true;
  };

  const zonesOf = (set: ScaleSet): (string | undefined)[] =>
    (set.resource.zones ?? []).length === 0 ? [undefined] : (set.resource.zones ?? []);
  /** Zones by how few instances they have, the earlier first. */
  const emptiest = (set: ScaleSet): (string | undefined)[] => {
    const count = (zone: string | undefined): number => staying(set).filter(({ seed }) => seed.zone === zone).length;
    return zonesOf(set).toSorted((a, b) => count(a) - count(b));
  };
  /** One more instance: in the emptiest zone, and where balance is not asked for strictly, in the next that has room. */
  const grow = (set: ScaleSet, bootsUntil: number): OperationError | undefined => {
    const strict = set.resource.properties['zoneBalance'] === true;
    const zones = emptiest(set);
    for (const zone of strict ? zones.slice(0, 1) : zones) {
      if (!allocate(set, zone)) continue;
      machines.add(seedOf(set, zone), bootsUntil);
      return undefined;
    }
    return allocationError(zones[0]);
  };

  const setCapacity = (set: ScaleSet, capacity: number): void => {
    set.resource.sku = { ...set.resource.sku, capacity };
    set.version += 1;
  };

  /** What scale-in takes first: from the fullest zone, and there the newest. Azure's default scale-in policy. */
  const dispensable = (set: ScaleSet): Machine | undefined => {
    const fullest = emptiest(set).toReversed();
    for (const zone of fullest) {
      const found = staying(set)
        .filter(({ id, seed }) => seed.zone === zone && !set.protectedFromScaleIn.has(id.toLowerCase()))
        .at(-1);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const sets: ScaleSet[] = resources
    .filter((resource) => sameId(resource.type, scaleSetType))
    .map((resource) => {
      const set: ScaleSet = {
        resource,
        names: 0,
        version: 1,
        repairs: 'Running',
        gone: [],
        protectedFromScaleIn: new Set(),
        load: undefined,
      };
      const zones = zonesOf(set);
      for (let index = 0; index < capacityOf(set); index += 1) machines.add(seedOf(set, zones[index % zones.length]));
      return set;
    });
  const byId = (id: string): ScaleSet | undefined => sets.find((set) => sameId(set.resource.id, id));

  /** Automatic repairs: what has been unhealthy for the whole grace period is replaced, unless it is suspended. */
  const repairLater = (set: ScaleSet, machine: Machine, since: number): void => {
    const policy = set.resource.properties['automaticRepairsPolicy'] as
      { enabled?: boolean; gracePeriod?: string } | undefined;
    if (policy?.enabled !== true) return;
    const grace = Number(/^PT(\d+)M$/.exec(policy.gracePeriod ?? 'PT10M')?.[1] ?? 10) * 60_000;
    const number = machine.history.length;
    const repair = (time: number): void => {
      const unchanged = machine.history.length === number && machine.removedAt === undefined;
      if (!unchanged || machines.healthy(machine) || set.repairs === 'Suspended') return;
      const most = Math.max(1, Math.floor(capacityOf(set) * REPAIR_SHARE));
      const busy = instances(set).filter(({ power }) => power === 'stopping' || power === 'starting').length;
      if (busy >= most) return schedule.at(time + timing.scaleOut, repair);
      machines.deleteBy(machine, time + timing.drain);
      schedule.at(time + timing.drain, (at) => {
        if (grow(set, at + timing.scaleOut) !== undefined) setCapacity(set, staying(set).length);
      });
    };
    schedule.at(since + grace, repair);
  };
  machines.onChange((machine, at) => {
    const set = machine.seed.scaleSetId === undefined ? undefined : byId(machine.seed.scaleSetId);
    if (set === undefined) return;
    if (machine.removedAt !== undefined) {
      if (set.gone.includes(machine)) return;
      set.gone.push(machine);
      set.protectedFromScaleIn.delete(machine.id.toLowerCase());
      const freed = room(set, machine.seed.zone);
      if (freed !== undefined && freed.available !== null) freed.available += 1;
      return;
    }
    if (machine.breakage !== undefined || machine.power === 'stopped') repairLater(set, machine, at);
  });

  const everyone = (set: ScaleSet): Machine[] => [...set.gone, ...instances(set)];
  const servingAt = (set: ScaleSet, at: number): number =>
    everyone(set).filter((machine) => serves(machine, at, timing.warmUp)).length;

  return {
    all: () => sets,
    byId,
    require(idOrName) {
      const found = sets.find(
        ({ resource }) => sameId(resource.id, idOrName) || resource.name.toLowerCase() === idOrName.toLowerCase(),
      );
      if (found === undefined) throw new CloudControlError(`no scale set has the name or id '${idOrName}'`);
      return found;
    },
    instances,
    everyone,
    resize(set, capacity, endsAt) {
      let error: OperationError | undefined;
      let count = staying(set).length;
      for (; count < capacity && error === undefined; count += 1) error = grow(set, endsAt);
      for (; count > capacity; count -= 1) {
        const machine = dispensable(set);
        if (machine === undefined) {
          error = { code: 'OperationNotAllowed', message: 'The remaining instances are protected from scale-in.' };
          break;
        }
        machines.deleteBy(machine, Math.min(endsAt, now() + timing.drain));
      }
      setCapacity(set, error === undefined ? capacity : staying(set).length);
      return error;
    },
    deleteInstances(set, chosen, endsAt) {
      for (const machine of chosen) machines.deleteBy(machine, endsAt);
      setCapacity(set, staying(set).length);
    },
    reimage(set, chosen, endsAt) {
      for (const machine of chosen) machines.reimage(machine, endsAt);
      set.version += 1;
    },
    update(set, change) {
      change(set.resource);
      set.version += 1;
    },
    setProvisioning(set, state) {
      set.resource.properties = { ...set.resource.properties, provisioningState: state };
      set.version += 1;
    },
    setZoneCapacity(capacity) {
      const known = rooms.findIndex((each) => each.zone === capacity.zone && each.size === capacity.size);
      if (known >= 0) rooms.splice(known, 1);
      rooms.push({ ...capacity });
    },
    state: (set) => ({
      id: set.resource.id,
      name: set.resource.name,
      capacity: capacityOf(set),
      provisioning: provisioningOf(set),
      repairs: set.repairs,
      load: set.load === undefined ? null : loadAt(set.load, now()),
      instances: instances(set).map((machine) => ({
        name: machine.seed.name,
        zone: machine.seed.zone ?? null,
        power: machine.power,
        healthy: machines.healthy(machine),
        serving: serves(machine, now(), timing.warmUp),
        protectedFromScaleIn: set.protectedFromScaleIn.has(machine.id.toLowerCase()),
        createdAt: machine.createdAt,
      })),
    }),
    cpu(machine, moment, at) {
      const set = machine.seed.scaleSetId === undefined ? undefined : byId(machine.seed.scaleSetId);
      if (set?.load === undefined) return undefined;
      if (moment.power !== 'running' || moment.rebooting || moment.breakage !== undefined) return undefined;
      if (!serves(machine, at, timing.warmUp)) return WARMING_CPU;
      // An instance takes an even share. What is above its whole power is load that nobody serves.
      const share = loadAt(set.load, at) / Math.max(1, servingAt(set, at));
      const noise = random.fraction(`load ${machine.id} ${Math.floor(at / timing.metricSample)}`) - 0.5;
      return Math.max(0, Math.min(100, share * (1 + noise * 0.04)));
    },
  };
}

export function capacityOf(set: ScaleSet): number {
  return Number(set.resource.sku?.['capacity'] ?? 0);
}

export function provisioningOf(set: ScaleSet): string {
  const state = set.resource.properties['provisioningState'];
  return typeof state === 'string' ? state : 'Succeeded';
}

function sizeOf(set: ScaleSet): string {
  const size = set.resource.sku?.['name'];
  return typeof size === 'string' ? size : 'Standard_D2s_v5';
}

/** Whether a machine took load at a time: running, well, and warm. */
function serves(machine: Machine, at: number, warmUp: number): boolean {
  if (machine.removedAt !== undefined && at >= machine.removedAt) return false;
  let index = machine.history.findLastIndex((each) => each.at <= at);
  const well = (moment: MachineMoment | undefined): boolean =>
    moment !== undefined && moment.power === 'running' && !moment.rebooting && moment.breakage === undefined;
  if (!well(machine.history[index])) return false;
  while (well(machine.history[index - 1])) index -= 1;
  return at >= (machine.history[index]?.at ?? at) + warmUp;
}

/** Between two points the load is drawn as a line; before the first and after the last it is level. */
export function loadAt(points: readonly LoadPoint[], at: number): number {
  const index = points.findLastIndex((each) => each.at <= at);
  const [before, after] = [points[index], points[index + 1]];
  if (before === undefined) return after?.load ?? 0;
  if (after === undefined || after.at === before.at) return before.load;
  return before.load + ((after.load - before.load) * (at - before.at)) / (after.at - before.at);
}

function allocationError(zone: string | undefined): OperationError {
  const tail = 'Read more about improving likelihood of allocation success at https://aka.ms/allocation-guidance';
  return zone === undefined
    ? {
        code: 'AllocationFailed',
        message: `Allocation failed. We do not have sufficient capacity for the requested VM size in this region. ${tail}`,
      }
    : {
        code: 'ZonalAllocationFailed',
        message: `Allocation failed. We do not have sufficient capacity for the requested VM size in zone ${zone}. ${tail}`,
      };
}
