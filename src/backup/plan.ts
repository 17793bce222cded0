import { isoOf, type EpochMillis, type Iso8601 } from '../kernel/clock';
import { hashOf, sha256 } from '../kernel/hash';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import type { DiskListing, MachineListing } from '../ports/recovery-points';
import type { Batch, ItemSummary, PointPart, TakeOrder } from './model';
import type { BackupPolicy, Tier } from './policy.model';
import { instantOf, wallTimeOf } from './wall-clock';

/** A resource that the policy selects, with the disks that make it up. */
export interface ProtectedItem {
  readonly item: ResourceId;
  readonly kind: 'machine' | 'disk';
  readonly name: string;
  readonly tier: string;
  readonly location: string;
  readonly disks: readonly { readonly disk: DiskListing; readonly place: PointPart['place'] }[];
}

/** What the policy makes of everything there is. */
export interface Selected {
  readonly items: readonly ProtectedItem[];
  /** Selected by nothing, or not possible, each with why. */
  readonly unprotected: readonly { readonly item: ResourceId; readonly reason: string }[];
  readonly excluded: readonly { readonly item: ResourceId; readonly reason: string; readonly until: Iso8601 }[];
}

/** Compiles a glob; given from outside, because it belongs to the language of policies. */
export type Glob = (pattern: string) => (text: string) => boolean;

/**
 * Which resources are under which promise. A machine stands for its disks; a disk that is attached to a machine without a tier
 * of its own, or to nothing, stands for itself. Instances of scale sets are left out. The first selection that fits is taken; an exclusion counts until its end.
 */
export function selectItems(
  policy: BackupPolicy,
  machines: readonly MachineListing[],
  disks: readonly DiskListing[],
  glob: Glob,
  now: EpochMillis,
): Selected {
  const items: ProtectedItem[] = [];
  const unprotected: { item: ResourceId; reason: string }[] = [];
  const excluded: { item: ResourceId; reason: string; until: Iso8601 }[] = [];
  const byId = new Map(disks.map((disk) => [disk.id, disk]));
  const covered = new Set<ResourceId>();
  const choose = chooser(policy, glob, now);

  const take = (
    resource: MachineListing | DiskListing,
    kind: 'machine' | 'disk',
    parts: ProtectedItem['disks'],
  ): boolean => {
    const choice = choose(resource.id, resource.tags);
    if (choice.kind === 'excluded') {
      excluded.push({ item: resource.id, reason: choice.reason, until: choice.until });
      return true;
    }
    if (choice.kind === 'none') {
      return false;
    }
    if (policy.vaults[resource.location] === undefined) {
      const reason = `there is no vault in ${resource.location} for the tier "${choice.tier}"`;
      unprotected.push({ item: resource.id, reason });
      return true;
    }
    const { id: item, name, location } = resource;
    items.push({ item, kind, name, tier: choice.tier, location, disks: parts });
    return true;
  };

  for (const machine of machines) {
    const places = [
      ...(machine.systemDisk === null ? [] : [{ id: machine.systemDisk, place: 'os' as const }]),
      ...machine.dataDisks.map(({ lun, disk }) => ({ id: disk, place: lun })),
    ];
    const parts = places.flatMap(({ id, place }) => {
      const disk = byId.get(id);
      return disk === undefined ? [] : [{ disk, place }];
    });
    if (machine.scaleSet !== null) {
      // An instance of a scale set is replaced by another; what has to last is not on its disks.
      parts.forEach(({ disk }) => covered.add(disk.id));
    } else if (take(machine, 'machine', parts)) {
      parts.forEach(({ disk }) => covered.add(disk.id));
    } else {
      const own = parts.every(({ disk }) => choose(disk.id, disk.tags).kind !== 'none');
      if (!own || parts.length === 0) {
        unprotected.push({ item: machine.id, reason: 'no selection of the backup policy fits it' });
      }
    }
  }
  for (const disk of disks) {
    if (!covered.has(disk.id) && !take(disk, 'disk', [{ disk, place: null }]) && disk.attachedTo === null) {
      unprotected.push({ item: disk.id, reason: 'no selection of the backup policy fits it' });
    }
  }
  return { items, unprotected, excluded };
}

type Choice =
  | { readonly kind: 'tier'; readonly tier: string }
  | { readonly kind: 'excluded'; readonly reason: string; readonly until: Iso8601 }
  | { readonly kind: 'none' };

function chooser(policy: BackupPolicy, glob: Glob, now: EpochMillis) {
  const groupOf = (id: ResourceId): string => parseResourceId(id)?.parts.resourceGroup ?? '';
  const groups = new Map<string, (text: string) => boolean>();
  const inGroup = (pattern: string, id: ResourceId): boolean => {
    const fits = groups.get(pattern) ?? glob(pattern);
    groups.set(pattern, fits);
    return fits(groupOf(id));
  };
  return (id: ResourceId, tags: Readonly<Record<string, string>>): Choice => {
    for (const exclusion of policy.exclude) {
      const { resource, resourceGroup } = exclusion;
      const fits = resourceGroup === undefined ? resource === id : inGroup(resourceGroup, id);
      if (fits && Date.parse(exclusion.until) > now) {
        return { kind: 'excluded', reason: exclusion.reason, until: exclusion.until };
      }
    }
    for (const selection of policy.select) {
      let tier: string | undefined;
      if (selection.tag !== undefined) {
        const wanted = selection.tag.toLowerCase();
        // Azure tells tags apart without regard to case, and their values with it.
        const tag = Object.entries(tags).find(([name]) => name.toLowerCase() === wanted)?.[1];
        if (tag !== undefined && (selection.value === undefined || selection.value === tag)) {
          tier = selection.tier ?? tag;
        }
      } else if (
        selection.resourceGroup === undefined ? selection.resource === id : inGroup(selection.resourceGroup, id)
      ) {
        tier = selection.tier;
      }
      if (tier !== undefined && policy.tiers[tier] !== undefined) {
        return { kind: 'tier', tier };
      }
    }
    return { kind: 'none' };
  };
}

/** When a point of an item is to be begun, and when its promise breaks. */
export interface Due {
  readonly dueAt: EpochMillis;
  readonly breachAt: EpochMillis;
}

/** Shares of the objective. A point follows the one before after 0.6, at most after 1.35 x 0.6 = 0.81. */
const cadence = 0.6;
const closest = 0.35;
/** Assumed until takings were measured: incremental snapshots are complete within minutes. */
const assumedSeconds = 600;
/** The schedule looks every five minutes, and one look may be missed. */
const lookSeconds = 600;
/** Our clock may have been wrong: what is further ahead is not believed. */
const skewMillis = 300_000;
const windowDaySeconds = 86_400;

/**
 * When the next point is due: derived from the objective and the newest good point alone, so that after an outage everything
 * overdue is due once, whatever was missed. Each item has a phase of its own, a pure function of its id, so that its points keep
 * their distance from those of others also after all of them were due at once.
 */
export function dueOf(
  item: ResourceId,
  tier: Tier,
  summary: ItemSummary | undefined,
  now: EpochMillis,
  timeZone: string,
): Due {
  const rpo = tier.rpo * 1000;
  const newest = summary?.newest ?? null;
  const believed = newest === null || Date.parse(newest.takenAt) > now + skewMillis ? null : Date.parse(newest.takenAt);
  const since = believed ?? Math.min(now, Date.parse(summary?.firstSeenAt ?? isoOf(now)));
  const breachAt = (since + rpo) as EpochMillis;
  const retryAt = retryAfterFailure(tier, summary);
  if (believed === null) {
    return { dueAt: Math.max(since, retryAt) as EpochMillis, breachAt };
  }
  const phase = fractionOf(item);
  const slowest = Math.max(assumedSeconds, ...(summary?.durations ?? [])) * 1000;
  const lastChance = breachAt - Math.min(slowest + lookSeconds * 1000, rpo * 0.25);
  const wanted =
    tier.window === undefined
      ? nextOnGrid(believed + closest * cadence * rpo, cadence * rpo, phase)
      : nextInWindow(believed + (windowDaySeconds * 1000) / 4, tier.window, phase, timeZone);
  return { dueAt: Math.max(Math.min(wanted, lastChance), retryAt) as EpochMillis, breachAt };
}

/** The first instant of the item's grid that is not before `from`. The grid is one of instants: clocks that change move nothing. */
function nextOnGrid(from: number, step: number, phase: number): number {
  const offset = phase * step;
  return Math.ceil((from - offset) / step) * step + offset;
}

/** The item's place within the first window that begins at `from` or later. */
function nextInWindow(from: number, window: NonNullable<Tier['window']>, phase: number, timeZone: string): number {
  const at = (day: number, time: string): number => {
    const [hour, minute] = time.split(':').map(Number) as [number, number];
    const { year, month, day: dayOfMonth } = wallTimeOf(day as EpochMillis, timeZone);
    return instantOf({ year, month, day: dayOfMonth, hour, minute }, timeZone);
  };
  const dayMillis = windowDaySeconds * 1000;
  let day = from - dayMillis;
  let begin = at(day, window.from);
  while (begin < from) {
    day += dayMillis;
    begin = at(day, window.from);
  }
  let end = at(day, window.to);
  if (end <= begin) {
    end = at(begin + dayMillis, window.to);
  }
  return begin + phase * (end - begin);
}

/** After a failure it is tried again soon, then less and less often: never later than a quarter of the objective. */
function retryAfterFailure(tier: Tier, summary: ItemSummary | undefined): number {
  if (summary === undefined || summary.lastFailureAt === null || summary.failures === 0) {
    return 0;
  }
  const wait = Math.min(300 * 2 ** Math.min(summary.failures - 1, 10), tier.rpo / 4, 21_600);
  return Date.parse(summary.lastFailureAt) + Math.max(300, wait) * 1000;
}

/** A number in [0, 1), the same for a text each time. */
export function fractionOf(text: string): number {
  return Number.parseInt(sha256(text).slice(0, 8), 16) / 2 ** 32;
}

/**
 * Id of the next point of an item: a pure function of the point before it and of how often it failed since. Two cycles that plan
 * at the same time mean the same point, and the same snapshots by name.
 */
export function pointIdOf(item: ResourceId, summary: ItemSummary | undefined): string {
  return hashOf(['point', item, summary?.newest?.id ?? null, summary?.failures ?? 0]).slice(0, 12);
}

/** Resource group of the recovery points of a region, as an id. */
export function vaultOf(policy: BackupPolicy, subscriptionId: string, location: string): ResourceId | undefined {
  const group = policy.vaults[location];
  return group === undefined
    ? undefined
    : (`/subscriptions/${subscriptionId}/resourcegroups/${group}`.toLowerCase() as ResourceId);
}

/** What is due now, the most urgent first. `busy` items are being taken already. */
export function dueOrders(
  policy: BackupPolicy,
  items: readonly ProtectedItem[],
  summaries: ReadonlyMap<ResourceId, ItemSummary>,
  busy: ReadonlySet<ResourceId>,
  now: EpochMillis,
): TakeOrder[] {
  const due: { order: TakeOrder; breachAt: number }[] = [];
  for (const item of items) {
    const tier = policy.tiers[item.tier];
    const parts = item.disks.filter(({ disk }) => disk.readable);
    const { subscriptionId = '' } = parseResourceId(item.item)?.parts ?? {};
    const vault = vaultOf(policy, subscriptionId, item.location);
    if (tier === undefined || vault === undefined || parts.length === 0 || busy.has(item.item)) {
      continue;
    }
    const summary = summaries.get(item.item);
    const { dueAt, breachAt } = dueOf(item.item, tier, summary, now, policy.timeZone);
    if (dueAt > now) {
      continue;
    }
    due.push({ order: orderOf(item, tier, parts, vault, pointIdOf(item.item, summary), dueAt), breachAt });
  }
  return due
    .sort((left, right) => left.breachAt - right.breachAt || (left.order.item < right.order.item ? -1 : 1))
    .map(({ order }) => order);
}

/** What taking a point of an item asks for. Names are a function of item and point. */
export function orderOf(
  item: ProtectedItem,
  tier: Tier,
  disks: ProtectedItem['disks'],
  vault: ResourceId,
  point: string,
  dueAt: EpochMillis,
): TakeOrder {
  const whole = tier.consistency === 'application' && item.kind === 'machine';
  const stem = item.name
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .slice(0, 50);
  const key = hashOf(item.item).slice(0, 6);
  const base = whole
    ? `${vault}/providers/microsoft.compute/restorepointcollections/rpc-${stem}-${key}/restorepoints/rp-${point}`
    : `${vault}/providers/microsoft.compute/snapshots/snap-${stem}-${point}`;
  return {
    item: item.item,
    kind: item.kind,
    tier: item.tier,
    location: item.location,
    point,
    pointKind: whole ? 'restore-point' : 'snapshots',
    consistency: tier.consistency,
    dueAt: isoOf(dueAt),
    parts: disks.map(({ disk, place }) => ({
      disk: disk.id,
      snapshot: (whole
        ? `${base}/diskrestorepoints/${disk.name.toLowerCase()}`
        : `${base}-${place === null ? 'disk' : place}`) as ResourceId,
      place,
      sizeBytes: disk.sizeBytes,
      sku: disk.sku,
      encryptionSet: disk.encryptionSet,
      previous: null,
    })),
  };
}

/** How many writes an order costs: one a snapshot, or one for a whole machine. */
export function writesOf(order: TakeOrder): number {
  return order.pointKind === 'restore-point' ? 1 : order.parts.length;
}

/** About so many disks make a batch: one activity, one share of the writes. */
export const batchSize = 50;

/** Cuts orders into batches without taking an item apart. */
export function batchesOf(orders: readonly TakeOrder[], cycle: string, now: EpochMillis, first = 0): Batch[] {
  const groups: TakeOrder[][] = [];
  let current: TakeOrder[] = [];
  let writes = 0;
  for (const order of orders) {
    const more = writesOf(order);
    if (current.length > 0 && writes + more > batchSize) {
      groups.push(current);
      current = [];
      writes = 0;
    }
    current.push(order);
    writes += more;
  }
  if (current.length > 0) {
    groups.push(current);
  }
  return groups.map((group, index) => ({
    version: 1,
    id: `${cycle}-${String(first + index).padStart(4, '0')}`,
    cycle,
    plannedAt: isoOf(now),
    begunAt: null,
    orders: group.map((order) => ({ order, stand: { state: 'planned' } })),
  }));
}
