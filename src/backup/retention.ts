import { epochOf, isoOf, type EpochMillis } from '../kernel/clock';
import { formatDuration, type Seconds } from '../kernel/duration';
import { InvalidInputError } from '../kernel/errors';
import type { RecoveryPoint } from './model';
import { keepsNothing, type Retention } from './policy.model';
import { isoWeekOf, wallTimeOf } from './wall-clock';

/** What retention looks at of a point. */
export type RetainedPoint = Pick<RecoveryPoint, 'id' | 'state' | 'takenAt' | 'proof' | 'hold' | 'copies'>;

export interface Verdict {
  readonly id: string;
  readonly keep: boolean;
  /** Why, in words: every rule that keeps it, or why it goes. Never empty. */
  readonly reasons: readonly string[];
}

/** Failed points stay so long, for people to look at. */
const failedSeconds = 86_400;
/** Points that a drill found wanting stay so long. */
const refutedSeconds = 7 * 86_400;
/** Clocks differ; what is further ahead than this was dated by one that is wrong. */
const skewSeconds = 300;

interface Candidate {
  readonly point: RetainedPoint;
  readonly at: EpochMillis;
}

/**
 * Which of a resource's points stay and which go, each with its reasons; in the order given. Pure: the same points, policy and
 * time give the same answer, and what it keeps it keeps when asked again about that alone.
 *
 * Counted are complete points that no drill has refuted, that are not dated ahead, one of each moment. Only they use up a
 * place, so junk pushes out nothing. Of a period (hour, day, ISO week, month, year on the clocks of `timeZone`) the newest proven
 * point is kept, or the newest one when none is proven. `keepWithin` reaches back from the newest counted point, not from now: when
 * nothing new is taken, nothing goes.
 *
 * Whatever the policy says, these stay: the newest proven point, the newest counted one, the last one of all, what somebody
 * holds, and the source of a copy under way.
 *
 * @throws InvalidInputError `EmptyRetention` for a policy that keeps nothing.
 */
export function retain(
  points: readonly RetainedPoint[],
  policy: Retention,
  options: { readonly now: EpochMillis; readonly timeZone: string },
): Verdict[] {
  if (keepsNothing(policy)) {
    const message = 'the retention policy keeps nothing; set one of its counts above 0';
    throw new InvalidInputError('EmptyRetention', message, [{ path: 'retention', message }]);
  }
  const { now, timeZone } = options;
  const kept = new Map<string, string[]>();
  const keep = (id: string, reason: string): void => void kept.set(id, [...(kept.get(id) ?? []), reason]);
  const gone = new Map<string, string>();

  const dated = points.map((point): Candidate => ({ point, at: epochOf(point.takenAt) as EpochMillis }));
  const counted = countedOf(dated, now, gone);

  counted.slice(0, policy.keepLast ?? 0).forEach(({ point }, index) => keep(point.id, `last ${index + 1}`));
  for (const [count, named] of periods(policy)) {
    keepPeriods(counted, count, (at) => named(at, timeZone), keep);
  }
  const [newest] = counted;
  if (policy.keepWithin !== undefined && newest !== undefined) {
    const since = newest.at - policy.keepWithin * 1000;
    const words = `within ${formatDuration(policy.keepWithin as Seconds)} of the newest`;
    counted.filter(({ at }) => at > since).forEach(({ point }) => keep(point.id, words));
  }
  counted
    .filter(({ point }) => point.proof?.verdict === 'proven')
    .slice(0, policy.proven)
    .forEach(({ point }, index) => keep(point.id, index === 0 ? 'newest proven' : `proven ${index + 1}`));
  if (newest !== undefined) {
    keep(newest.point.id, 'newest');
  }
  for (const candidate of dated) {
    keepWhateverThePolicySays(candidate, now, keep);
  }
  if (!dated.some(({ point }) => point.state !== 'lost' && kept.has(point.id))) {
    // Better one that a drill could not restore than one that was never complete.
    const whole = ({ point }: Candidate): number => (point.state === 'complete' ? 0 : 1);
    const [last] = dated
      .filter(({ point }) => point.state !== 'lost')
      .sort((left, right) => whole(left) - whole(right) || newestFirst(left, right));
    if (last !== undefined) {
      keep(last.point.id, 'the last one there is');
    }
  }

  return points.map(({ id }) => {
    const reasons = kept.get(id);
    return reasons === undefined
      ? { id, keep: false, reasons: [gone.get(id) ?? 'no rule keeps it'] }
      : { id, keep: true, reasons };
  });
}

/** Newest first; of one moment the one with the smaller id, so that the order is the same each time. */
function newestFirst(left: Candidate, right: Candidate): number {
  return right.at - left.at || (left.point.id < right.point.id ? -1 : 1);
}

/** The points that use up a place, newest first. Says of the others why they do not. */
function countedOf(dated: readonly Candidate[], now: EpochMillis, gone: Map<string, string>): Candidate[] {
  const sound = dated.filter(({ point, at }) => {
    if (point.state !== 'complete') {
      gone.set(point.id, point.state === 'lost' ? 'the cloud has it no more' : 'it failed');
    } else if (point.proof?.verdict === 'failed') {
      gone.set(point.id, 'a drill could not restore it');
    } else {
      return at <= now + skewSeconds * 1000;
    }
    return false;
  });
  const proven = (candidate: Candidate): number => (candidate.point.proof?.verdict === 'proven' ? 0 : 1);
  const byMoment = new Map<number, Candidate>();
  for (const candidate of [...sound].sort((left, right) => proven(left) - proven(right) || newestFirst(left, right))) {
    const moment = Math.floor(candidate.at / 1000);
    const first = byMoment.get(moment);
    if (first === undefined) {
      byMoment.set(moment, candidate);
    } else {
      gone.set(candidate.point.id, `of the same moment as ${first.point.id}`);
    }
  }
  return [...byMoment.values()].sort(newestFirst);
}

type Named = (at: EpochMillis, timeZone: string) => string;

function periods(policy: Retention): readonly (readonly [number, Named])[] {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day: Named = (at, zone) => {
    const { year, month, day: dayOfMonth } = wallTimeOf(at, zone);
    return `${year}-${two(month)}-${two(dayOfMonth)}`;
  };
  return [
    // By the instant and not by the clock alone: the hour that comes twice in autumn is two hours.
    [
      policy.hourly ?? 0,
      (at) => `hour ${isoOf((Math.floor(at / 3_600_000) * 3_600_000) as EpochMillis).slice(0, 13)}Z`,
    ],
    [policy.daily ?? 0, (at, zone) => `day ${day(at, zone)}`],
    [policy.weekly ?? 0, (at, zone) => `week ${isoWeekOf(wallTimeOf(at, zone))}`],
    [policy.monthly ?? 0, (at, zone) => `month ${day(at, zone).slice(0, -3)}`],
    [policy.yearly ?? 0, (at, zone) => `year ${wallTimeOf(at, zone).year}`],
  ];
}

/** Keeps one point of each of the newest `count` periods that have one. */
function keepPeriods(
  counted: readonly Candidate[],
  count: number,
  named: (at: EpochMillis) => string,
  keep: (id: string, reason: string) => void,
): void {
  if (count === 0) {
    return;
  }
  const chosen = new Map<string, Candidate>();
  for (const candidate of counted) {
    const period = named(candidate.at);
    const known = chosen.get(period);
    if (known === undefined) {
      if (chosen.size === count) {
        break;
      }
      chosen.set(period, candidate);
    } else if (known.point.proof?.verdict !== 'proven' && candidate.point.proof?.verdict === 'proven') {
      chosen.set(period, candidate);
    }
  }
  for (const [period, { point }] of chosen) {
    keep(point.id, period);
  }
}

function keepWhateverThePolicySays(
  { point, at }: Candidate,
  now: EpochMillis,
  keep: (id: string, reason: string) => void,
): void {
  const { hold, copies, state, proof } = point;
  if (hold !== null && (hold.until === null || (epochOf(hold.until) as EpochMillis) > now)) {
    keep(point.id, `held by ${hold.by}: ${hold.reason}`);
  }
  if (copies.some((copy) => copy.state === 'queued' || copy.state === 'copying')) {
    keep(point.id, 'its copy is not complete');
  }
  const age = (now - at) / 1000;
  if (state === 'failed' && age < failedSeconds) {
    keep(point.id, 'failed: kept a day for people to look at');
  }
  if (state === 'complete' && proof?.verdict === 'failed' && age < refutedSeconds) {
    keep(point.id, 'refuted by a drill: kept a week for people to look at');
  }
  if (state === 'complete' && proof?.verdict !== 'failed' && age < -skewSeconds) {
    keep(point.id, 'dated ahead: not counted, and kept until its time has come');
  }
}
