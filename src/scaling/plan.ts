import type { Iso8601 } from '../kernel/clock';
import { dispensable } from './members.plan';
import { loadsOf, measure, type Measured } from './measure.plan';
import type { MetricSeries, Scalable, ScalingDecision, ScalingRule, ScalingState } from './model';

/** Everything that a decision depends on. Times in milliseconds since the epoch. */
export interface ScalingInput {
  readonly rule: ScalingRule;
  readonly now: number;
  readonly seen: Scalable;
  readonly series: readonly MetricSeries[];
  readonly state: Pick<ScalingState, 'changedAt' | 'addedAt' | 'pending' | 'retryAt' | 'pause' | 'raise'>;
  /** The profile that holds now, if any. */
  readonly profile: {
    readonly name: string;
    readonly min?: number | undefined;
    readonly max?: number | undefined;
  } | null;
  /** The load that a trusted forecast expects, in the units of load; null when none may act. */
  readonly expected: number | null;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly reasons: readonly string[];
}

/** Missing minutes of the calm time up to which it still counts as known. */
const mostGapShare = 0.1;

/**
 * Decides how many there should be. Pure: the same input gives the same decision, for the running scaler, for replays and for
 * tests alike.
 *
 * - Out: as soon as the load asks for more than there are, those that still start included. It waits for nothing.
 * - In: only when every metric is known, nobody is young, the cooldown has passed, and what is left would have been enough, with a
 *   margin, for the highest load of the calm time.
 * - Never beyond the bounds, and never by more than the rule's step.
 */
export function planScaling(input: ScalingInput): ScalingDecision {
  const { rule, now, seen, series, state } = input;
  const units = unitsOf(seen, rule);
  const { min, max, reasons: why } = boundsOf(input);
  const power = seen.kind === 'redis' ? powerOf(rule, units) : null;
  const metrics = [...new Set([...(rule.targets ?? []), ...(rule.steps ?? [])].map(({ metric }) => metric))].map(
    (metric): MetricView => {
      const found = series.find((one) => one.metric === metric);
      const loads = found === undefined ? [] : loadsOf(found, seen.members, rule, power);
      return { metric, measured: measure(loads, rule, now), ...lineOf(rule, metric) };
    },
  );
  const reasons: string[] = [...why];
  const decide = (
    action: ScalingDecision['action'],
    to: number,
    text: string,
    remove: readonly string[] = [],
  ): ScalingDecision => ({
    at: new Date(now).toISOString() as Iso8601,
    rule: rule.name,
    action,
    from: units,
    to,
    remove: [...remove],
    min,
    max,
    measured: metrics.map(({ metric, measured, line }) => ({
      metric,
      value: measured.kind === 'known' ? rounded(measured.mean) : null,
      load: measured.kind === 'known' ? rounded(measured.load) : null,
      target: line,
    })),
    reasons: [...reasons, text].map((one) => one.slice(0, 512)),
  });
  for (const { metric, measured } of metrics) {
    reasons.push(
      measured.kind === 'known'
        ? `${metric} is ${rounded(measured.mean)}, which is a load of ${rounded(measured.load)}`
        : `${metric} is not known: ${measured.reason}`,
    );
  }

  if (state.pause !== null && Date.parse(state.pause.until) > now) {
    return decide('hold', units, `paused by ${state.pause.by} until ${state.pause.until}: ${state.pause.reason}`);
  }
  if (units === 0 && seen.kind === 'redis') {
    return decide('hold', 0, `its size ${seen.capacity} is none of the rule's sizes`);
  }
  if (state.pending !== null) {
    return decide('hold', units, `the change ${state.pending.runId} is under way`);
  }
  if (seen.busy !== null) {
    return decide('hold', units, `somebody is changing it: ${seen.busy}`);
  }
  if (state.retryAt !== null && state.retryAt > now) {
    return decide('hold', units, `the last change came to nothing; the next is tried after ${iso(state.retryAt)}`);
  }
  if (seen.autoscale !== null) {
    return planBounds(input, { min, max }, decide);
  }

  const wanted = wantedOut(input, metrics, units, reasons);
  const floor = Math.max(min, forecastFloor(input, reasons));
  const least = Math.min(max, floor);
  if (units < least) {
    return decide('out', least, `fewer than ${least}: the least there may be now`);
  }
  if (wanted > units && units < max) {
    const to = Math.min(wanted, max, seen.kind === 'redis' ? units + 1 : units + rule.out.most);
    const limits = [
      ...(wanted > max ? [`no more than ${max} are allowed`] : []),
      ...(Math.min(wanted, max) > to ? [`no more than ${rule.out.most} are added at once`] : []),
    ];
    return decide('out', to, [`${wanted} are needed`, ...limits].join('; '));
  }
  if (wanted > units && units === max) {
    return decide('hold', units, `${wanted} would be needed, and no more than ${max} are allowed`);
  }
  return planIn(input, { min: least, max, units, metrics, reasons }, decide);
}

type Decide = (
  action: ScalingDecision['action'],
  to: number,
  text: string,
  remove?: readonly string[],
) => ScalingDecision;

interface MetricView {
  readonly metric: string;
  readonly measured: Measured;
  /** What the metric is to stay at, or the lowest line above which something is added. */
  readonly line: number;
  readonly tracked: boolean;
}

/** How many there are now: machines as asked of the platform, or the place of a size (0 when it is none of them). */
export function unitsOf(seen: Scalable, rule: ScalingRule): number {
  return typeof seen.capacity === 'number'
    ? seen.capacity
    : (rule.sizes ?? []).findIndex(({ name }) => name.toLowerCase() === String(seen.capacity).toLowerCase()) + 1;
}

/** What so many can do: machines count as they are, sizes by their memory. */
function powerOf(rule: ScalingRule, units: number): number {
  return rule.sizes === undefined ? units : (rule.sizes[units - 1]?.memory ?? 0);
}

/** The fewest that carry a load when each is used up to a share. */
function unitsFor(rule: ScalingRule, load: number, share: number): number {
  // 359.99999999999994 is 360: loads are sums of floating-point means.
  const needed = load / share - 1e-9;
  if (rule.sizes === undefined) {
    return Math.max(0, Math.ceil(needed));
  }
  const index = rule.sizes.findIndex(({ memory }) => memory >= needed);
  return index < 0 ? rule.sizes.length : index + 1;
}

function lineOf(rule: ScalingRule, metric: string): { readonly line: number; readonly tracked: boolean } {
  const target = rule.targets?.find((one) => one.metric === metric);
  if (target !== undefined) {
    return { line: target.value, tracked: true };
  }
  const above = (rule.steps ?? []).flatMap((step) =>
    step.metric === metric && step.above !== undefined ? [step.above] : [],
  );
  return { line: above.length === 0 ? Number.MAX_VALUE : Math.min(...above), tracked: false };
}

/** The policy's bounds, narrowed by the resource's own tags, moved by a profile, and raised for a time by a person. */
function boundsOf({ rule, seen, profile, state, now }: ScalingInput): Bounds {
  const reasons: string[] = [];
  let min = profile?.min ?? rule.min;
  let max = profile?.max ?? rule.max;
  if (profile !== null) {
    reasons.push(`profile ${profile.name}: ${min} to ${max}`);
  }
  if (seen.tagMin !== null && seen.tagMin > min) {
    min = seen.tagMin;
    reasons.push(`its tag wants ${min} at least`);
  }
  if (seen.tagMax !== null && seen.tagMax < max) {
    max = seen.tagMax;
    reasons.push(`its tag allows ${max} at most`);
  }
  const { raise } = state;
  if (raise !== null && Date.parse(raise.until) > now && raise.max > max) {
    max = raise.max;
    reasons.push(`${raise.by} allows ${max} until ${raise.until}: ${raise.reason}`);
  }
  return { min: Math.min(min, max), max, reasons };
}

/** How many the load asks for now, by every metric that is known; those that start count as there. */
function wantedOut({ rule }: ScalingInput, metrics: readonly MetricView[], units: number, reasons: string[]): number {
  let wanted = 0;
  for (const { metric, measured, line, tracked } of metrics) {
    if (measured.kind === 'unknown') {
      continue;
    }
    if (tracked && measured.mean > line * (1 + rule.out.tolerance)) {
      wanted = Math.max(wanted, unitsFor(rule, measured.load, line));
    }
    const steps = (rule.steps ?? []).filter(
      (step) => step.metric === metric && step.above !== undefined && measured.mean > step.above,
    );
    const by = Math.max(0, ...steps.map((step) => step.by));
    if (by > 0) {
      // Counted from those that carry the load now: what was added a moment ago, and starts, is part of the step.
      const carrying = rule.sizes === undefined ? Math.round(measured.load / measured.mean) : units;
      wanted = Math.max(wanted, carrying + by);
      reasons.push(`${metric} is above the line for ${by} more`);
    }
  }
  return wanted;
}

function forecastFloor({ rule, expected }: ScalingInput, reasons: string[]): number {
  const target = rule.targets?.[0];
  if (expected === null || target === undefined) {
    return 0;
  }
  const floor = unitsFor(rule, expected, target.value);
  reasons.push(`a load of ${rounded(expected)} is expected, for which ${floor} are needed`);
  return floor;
}

interface InView {
  readonly min: number;
  readonly max: number;
  readonly units: number;
  readonly metrics: readonly MetricView[];
  readonly reasons: string[];
}

/** Whether some can go, and which. Every condition that stands in the way is an answer of its own. */
function planIn(input: ScalingInput, { min, max, units, metrics }: InView, decide: Decide): ScalingDecision {
  const { rule, now, seen, state } = input;
  const unknown = metrics.find(({ measured }) => measured.kind === 'unknown');
  if (unknown !== undefined) {
    return decide('hold', units, `nothing is removed while ${unknown.metric} is not known`);
  }
  if (units <= min) {
    return decide('hold', units, units === min ? `enough, and the least there may be` : `${min} at least`);
  }
  const known = metrics.flatMap(({ measured, ...rest }) => (measured.kind === 'known' ? [{ ...rest, measured }] : []));
  const over = units > max;
  const enough = Math.max(
    min,
    ...known.map(({ metric, measured, line, tracked }) => {
      const quiet =
        tracked ||
        (rule.steps ?? []).some(
          (step) => step.metric === metric && step.below !== undefined && measured.mean < step.below,
        );
      return quiet ? unitsFor(rule, measured.peak, line * (1 - rule.in.margin)) : units;
    }),
  );
  const aim = over ? max : enough;
  if (aim >= units) {
    return decide('hold', units, `the highest load of the last ${rule.in.calm / 60} minutes needs ${aim}`);
  }
  const gaps = Math.max(...known.map(({ measured }) => measured.gaps));
  if (gaps * 60 > rule.in.calm * mostGapShare) {
    return decide(
      'hold',
      units,
      `${gaps} of the last ${rule.in.calm / 60} minutes have no values, so nothing is removed`,
    );
  }
  const since = (at: number | null): number => (at === null ? Number.POSITIVE_INFINITY : (now - at) / 1000);
  if (since(state.changedAt) < rule.in.cooldown) {
    return decide('hold', units, `${aim} would do; nothing is removed within ${rule.in.cooldown} seconds of a change`);
  }
  // What was added is kept for the calm time, whatever it was added for: a load, a forecast or a profile.
  if (!over && since(state.addedAt) < rule.in.calm) {
    return decide('hold', units, `${aim} would do; nothing is removed within ${rule.in.calm} seconds of an addition`);
  }
  const young = seen.members.filter(
    ({ createdAt, state: at }) => at === 'starting' || (createdAt ?? 0) + rule.warmUp * 1000 > now,
  );
  if (young.length > 0) {
    return decide('hold', units, `${aim} would do; ${young.length} still warm up, and the load is not yet spread`);
  }
  const step = Math.min(units - aim, largestStep(rule, known));
  const text = over ? `no more than ${max} are allowed` : `${aim} are enough for the highest load of the calm time`;
  if (seen.kind === 'redis') {
    return decide('in', units - 1, text);
  }
  const chosen = dispensable(seen.members, seen.zones, step);
  return chosen.names.length === 0
    ? decide('hold', units, `${text}, and ${chosen.reason}`)
    : decide('in', units - chosen.names.length, text, chosen.names);
}

/** With rules by steps, no more than they say; and never more than the rule's own most. */
function largestStep(
  rule: ScalingRule,
  known: readonly { readonly metric: string; readonly tracked: boolean }[],
): number {
  const steps = (rule.steps ?? []).filter(({ below }) => below !== undefined).map(({ by }) => -by);
  const tracked = known.some((one) => one.tracked);
  return Math.min(rule.in.most, tracked || steps.length === 0 ? rule.in.most : Math.max(...steps));
}

/** Where Azure Monitor scales, its bounds are moved, and the number between them is its own. */
function planBounds(input: ScalingInput, bounds: { min: number; max: number }, decide: Decide): ScalingDecision {
  const { seen } = input;
  const units = unitsOf(seen, input.rule);
  const reasons: string[] = [];
  const min = Math.min(bounds.max, Math.max(bounds.min, forecastFloor(input, reasons)));
  const { autoscale } = seen;
  if (autoscale === null || (autoscale.min === min && autoscale.max === bounds.max)) {
    return decide('hold', units, 'Azure Monitor autoscale decides within these bounds');
  }
  const decision = decide(
    'bounds',
    units,
    `Azure Monitor autoscale decides; its bounds become ${min} to ${bounds.max} (${autoscale.min} to ${autoscale.max} now)`,
  );
  return { ...decision, min, max: bounds.max, reasons: [...reasons, ...decision.reasons] };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
