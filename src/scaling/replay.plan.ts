import type { EpochMillis } from '../kernel/clock';
import { bucketAt, forecastLoad, scored, seasonOf, trustOf } from './forecast.plan';
import { bucketSeconds, type DayScore, type Member, type MetricPoint, type Scalable, type ScalingRule } from './model';
import { planScaling } from './plan';
import { profileAt } from './profiles';

const minute = 60_000;
/** How busy a machine is while it starts, in percent. */
const warmingCpu = 80;
/** A change the other way within so long is a flap. */
export const flapSeconds = 1800;

/** A minute of recorded load, in percent of one machine's power times machines; null where the metric was missing. */
export interface RecordedLoad {
  readonly at: number;
  readonly load: number | null;
}

/** What somebody who decides sees of the simulated resource. */
export interface ReplayView {
  readonly now: number;
  /** Machines that there are, those included that still start. */
  readonly capacity: number;
  readonly members: readonly Member[];
  /** By minute, the newest last; minutes without values are missing. */
  readonly points: readonly MetricPoint[];
  /** When the capacity was last changed, and when something was last added; null: never. */
  readonly changedAt: number | null;
  readonly addedAt: number | null;
}

/** Decides how many there should be from now on; who is to go when there should be fewer. */
export type ReplayScaler = (view: ReplayView) => { readonly capacity: number; readonly remove?: readonly string[] };

export interface ReplayWorld {
  readonly initial: number;
  readonly zones: readonly string[];
  /** From the order until a machine runs, and from then until it serves. */
  readonly bootSeconds: number;
  readonly warmSeconds: number;
  /** What the metric should stay at, for the minutes that count as over it. */
  readonly target: number;
}

export const usualWorld: Omit<ReplayWorld, 'initial' | 'target'> = {
  zones: ['1', '2', '3'],
  bootSeconds: 60,
  warmSeconds: 60,
};

export interface ReplayPoint {
  readonly at: number;
  readonly load: number;
  readonly capacity: number;
  readonly serving: number;
  /** Load for each machine that serves; above 100 is load that nobody serves. */
  readonly value: number;
}

export interface ReplayResult {
  readonly points: readonly ReplayPoint[];
  readonly changes: readonly { readonly at: number; readonly from: number; readonly to: number }[];
  readonly minutesOverTarget: number;
  /** Minutes over it by more than a twentieth, which no measurement explains away. */
  readonly minutesWellOver: number;
  /** Minutes with more load than machines can carry. */
  readonly minutesOverloaded: number;
  readonly instanceHours: number;
  readonly most: number;
  readonly flaps: number;
}

/**
 * Plays recorded load against a simulated scale set in which somebody decides once a minute. Pure, and without chance: the same
 * recording gives the same result. What machines did in the recording does not matter, only the load that they carried.
 * While the metric was missing the load is taken to have stayed as it was.
 */
export function replay(recorded: readonly RecordedLoad[], world: ReplayWorld, scaler: ReplayScaler): ReplayResult {
  let members: (Member & { readonly createdAt: number })[] = [];
  let names = 0;
  const add = (createdAt: number): void => {
    const counts = world.zones.map((zone) => members.filter((member) => member.zone === zone).length);
    const zone = world.zones[counts.indexOf(Math.min(...counts))] ?? null;
    names += 1;
    const name = `m${String(names).padStart(4, '0')}`;
    members.push({ name, zone, createdAt, state: 'running', healthy: true, protected: false });
  };
  const first = recorded[0]?.at ?? 0;
  for (let index = 0; index < world.initial; index += 1) {
    add(first - 86_400_000);
  }
  const points: ReplayPoint[] = [];
  const changes: { at: number; from: number; to: number }[] = [];
  const series: MetricPoint[] = [];
  let load = recorded.find((one) => one.load !== null)?.load ?? 0;
  let instanceMinutes = 0;
  for (const { at, load: measured } of recorded) {
    load = measured ?? load;
    const runsAt = (member: { createdAt: number }): number => member.createdAt + world.bootSeconds * 1000;
    const servesAt = (member: { createdAt: number }): number => runsAt(member) + world.warmSeconds * 1000;
    const serving = members.filter((member) => servesAt(member) <= at).length;
    const value = load / Math.max(1, serving);
    if (measured !== null) {
      const running = members.filter((member) => runsAt(member) <= at);
      series.push({
        at,
        values: Object.fromEntries(
          running.map((member) => [member.name, servesAt(member) <= at ? Math.min(100, value) : warmingCpu]),
        ),
      });
      if (series.length > 400) {
        series.shift();
      }
    }
    points.push({ at, load, capacity: members.length, serving, value });
    instanceMinutes += members.length;
    const now = at + minute;
    const decided = scaler({
      now,
      capacity: members.length,
      members: members.map((member) => ({ ...member, state: runsAt(member) <= now ? 'running' : 'starting' })),
      points: series,
      changedAt: changes.at(-1)?.at ?? null,
      addedAt: changes.findLast(({ from, to }) => to > from)?.at ?? null,
    });
    const from = members.length;
    if (decided.capacity > from) {
      for (let index = from; index < decided.capacity; index += 1) {
        add(now);
      }
    } else if (decided.capacity < from) {
      const going = decided.remove ?? members.slice(decided.capacity).map(({ name }) => name);
      members = members.filter(({ name }) => !going.includes(name));
    }
    if (members.length !== from) {
      changes.push({ at: now, from, to: members.length });
    }
  }
  return {
    points,
    changes,
    minutesOverTarget: points.filter(({ value }) => value > world.target).length,
    minutesWellOver: points.filter(({ value }) => value > world.target * 1.05).length,
    minutesOverloaded: points.filter(({ value }) => value > 100).length,
    instanceHours: Math.round((instanceMinutes / 60) * 10) / 10,
    most: Math.max(0, ...points.map(({ capacity }) => capacity)),
    flaps: flapsOf(changes),
  };
}

/** Changes that undo the one before within half an hour. */
export function flapsOf(changes: ReplayResult['changes']): number {
  return changes.filter((change, index) => {
    const before = changes[index - 1];
    return (
      before !== undefined &&
      Math.sign(change.to - change.from) !== Math.sign(before.to - before.from) &&
      change.at - before.at < flapSeconds * 1000
    );
  }).length;
}

/**
 * The rule as somebody who decides in a replay. With a forecast it learns from the recording as it goes, and acts only once it has
 * been right, as it would have.
 */
export function ruleScaler(rule: ScalingRule, world: ReplayWorld): ReplayScaler {
  const metric = rule.targets?.[0]?.metric ?? rule.steps?.[0]?.metric ?? '';
  const forecaster = rule.forecast === undefined ? undefined : learning(rule.forecast);
  return ({ now, capacity, members, points, changedAt, addedAt }) => {
    const seen: Scalable = {
      id: 'replay',
      kind: 'scale-set',
      name: 'replay',
      resourceGroup: 'replay',
      capacity,
      members,
      zones: world.zones,
      busy: null,
      tagMin: null,
      tagMax: null,
      autoscale: null,
    };
    const newest = points.at(-1);
    const expected = forecaster?.(now, newest, rule) ?? null;
    // While machines start, the run that added them is under way and holds the resource.
    const pending = members.some(({ state }) => state === 'starting') ? { runId: 'the last one', at: now } : null;
    const decision = planScaling({
      rule,
      now,
      seen,
      series: [{ metric, points: points.slice(-Math.ceil(Math.max(rule.in.calm, rule.window) / 60 + 10)) }],
      state: { changedAt, addedAt, pending, retryAt: null, pause: null, raise: null },
      profile: profileAt(rule.profiles ?? [], now as EpochMillis),
      expected,
    });
    return decision.action === 'in'
      ? { capacity: decision.to, remove: decision.remove }
      : { capacity: decision.action === 'out' ? decision.to : capacity };
  };
}

/** Learns five minutes at a time; tells the load to plan for once its forecasts may act. */
function learning(settings: NonNullable<ScalingRule['forecast']>) {
  const known = new Map<number, number>();
  const made = new Map<number, { forecast: number; basis: number }>();
  const sums = new Map<number, { sum: number; count: number }>();
  let scores: DayScore[] = [];
  let done = 0;
  let expected: number | null = null;
  const season = seasonOf(settings);
  return (now: number, newest: MetricPoint | undefined, rule: ScalingRule): number | null => {
    if (newest !== undefined && now - newest.at <= minute) {
      const values = Object.values(newest.values);
      const load = values.reduce((sum, value) => sum + value, 0);
      const at = bucketAt(newest.at);
      const { sum, count } = sums.get(at) ?? { sum: 0, count: 0 };
      sums.set(at, { sum: sum + load, count: count + 1 });
    }
    const bucket = bucketAt(now) - bucketSeconds * 1000;
    if (bucket <= done) {
      return expected;
    }
    done = bucket;
    const measured = sums.get(bucket);
    if (measured !== undefined) {
      const load = measured.sum / measured.count;
      known.set(bucket, load);
      const then = made.get(bucket);
      if (then !== undefined) {
        scores = scored(scores, bucket, { actual: load, ...then });
      }
    }
    const ahead = bucketAt(now + rule.warmUp * 1000 + settings.lead * 1000);
    const forecast = forecastLoad((at) => known.get(at) ?? null, season, ahead, now);
    const basis = known.get(bucket);
    if (forecast !== null && basis !== undefined) {
      made.set(ahead, { forecast, basis });
    }
    const trusted = settings.mode === 'act' && trustOf(scores, settings.scoreAtLeast).trusted;
    expected = trusted ? forecast : null;
    return expected;
  };
}
