import type { ChartMark, ChartSeries } from '../../ui/chart-model';
import type { ForecastSteps, ScalingDecision } from './types';

type Point = ChartSeries['points'][number];

/** What a chart of scaling is drawn from. */
export interface AxisInput {
  readonly steps: ForecastSteps['steps'];
  readonly everySeconds: number;
  /** In any order. */
  readonly decisions: readonly ScalingDecision[];
  /** What a machine carries when the metric is at its target; null keeps loads as they are. */
  readonly perUnit: number | null;
  /** The time that is shown, epoch milliseconds. What lies outside is left out. */
  readonly from: number;
  readonly to: number;
}

/** Series on one axis of time. With `perUnit` all of them are in machines. */
export interface Axis {
  readonly units: readonly Point[];
  readonly load: readonly Point[];
  readonly forecast: readonly Point[];
  /** The first metric as it was measured, a mean over machines. */
  readonly metric: readonly Point[];
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Sorted by time, one value for each time; a `null` in the middle of every hole that is longer than so many milliseconds. */
export function withGaps(points: readonly Point[], longest: number): Point[] {
  const byTime = new Map(points.map((point) => [Date.parse(point.at), point]));
  const sorted = [...byTime].sort(([left], [right]) => left - right);
  return sorted.flatMap(([time, point], index) => {
    const before = sorted[index - 1]?.[0];
    return before === undefined || time - before <= longest
      ? [point]
      : [{ at: new Date(before + (time - before) / 2).toISOString(), value: null }, point];
  });
}

/**
 * Brings what was recorded in steps, decided minute by minute and forecast onto one axis. Where decisions are known they are finer than
 * the steps and count instead of them; forecasts go on after now.
 */
export function axisOf({ steps, everySeconds, decisions, perUnit, from, to }: AxisInput): Axis {
  const within = ({ at }: { readonly at: string }): boolean => Date.parse(at) >= from && Date.parse(at) <= to;
  const looks = decisions.filter(within).toSorted((left, right) => Date.parse(left.at) - Date.parse(right.at));
  const finerFrom = looks[0] === undefined ? Number.POSITIVE_INFINITY : Date.parse(looks[0].at);
  const known = steps.filter(within);
  const coarse = known.filter(({ at }) => Date.parse(at) + everySeconds * 1000 <= finerFrom);
  const longest = 2.5 * everySeconds * 1000;
  const scaled = (load: number): number => round(perUnit === null ? load : load / perUnit);
  const ofSteps = (value: (step: AxisInput['steps'][number]) => number | null): Point[] =>
    coarse.flatMap((step) => {
      const one = value(step);
      return one === null ? [] : [{ at: step.at, value: one }];
    });
  const ofLooks = (value: (decision: ScalingDecision) => number | null | undefined): Point[] =>
    looks.flatMap((decision) => {
      const one = value(decision);
      return one === null || one === undefined ? [] : [{ at: decision.at, value: one }];
    });
  const loadOf = (load: number | null | undefined): number | null => (load == null ? null : scaled(load));
  return {
    units: withGaps([...ofSteps(({ capacity }) => capacity), ...ofLooks(({ from: units }) => units)], longest),
    load: withGaps(
      [...ofSteps(({ load }) => loadOf(load)), ...ofLooks(({ measured }) => loadOf(measured[0]?.load))],
      longest,
    ),
    forecast: withGaps(
      known.flatMap(({ at, forecast }) => (forecast === null ? [] : [{ at, value: scaled(forecast) }])),
      longest,
    ),
    metric: withGaps(
      [
        ...ofSteps(({ load, capacity }) => (load === null || capacity === null ? null : round(load / capacity))),
        ...ofLooks(({ measured }) => measured[0]?.value),
      ],
      longest,
    ),
  };
}

const verbs: Readonly<Record<ScalingDecision['action'], { readonly tone: 'info' | 'warn' | 'neutral' }>> = {
  out: { tone: 'warn' },
  in: { tone: 'info' },
  bounds: { tone: 'neutral' },
  hold: { tone: 'neutral' },
};

/** What a decision does, in a few characters: `+2`, `-1`, `3 to 9`. */
export function changeText({ action, from, to, min, max }: ScalingDecision): string {
  if (action === 'bounds') return `${min} to ${max}`;
  if (action === 'hold') return 'stays';
  return to >= from ? `+${to - from}` : `-${from - to}`;
}

/** Decisions that change something as marks, at most so many: the newest. */
export function marksOf(decisions: readonly ScalingDecision[], from: number, to: number, most = 40): ChartMark[] {
  return decisions
    .filter(({ action, at }) => action !== 'hold' && Date.parse(at) >= from && Date.parse(at) <= to)
    .toSorted((left, right) => Date.parse(left.at) - Date.parse(right.at))
    .slice(-most)
    .map((decision) => ({ at: decision.at, label: changeText(decision), tone: verbs[decision.action].tone }));
}

/** Decisions of both accounts, each once: the last hour's are in what the scaler remembers, older changes in the ledger. */
export function joinedDecisions(
  remembered: readonly ScalingDecision[],
  recorded: readonly ScalingDecision[],
): ScalingDecision[] {
  const byTime = new Map([...recorded, ...remembered].map((one) => [one.at, one]));
  return [...byTime.values()].sort((left, right) => Date.parse(left.at) - Date.parse(right.at));
}

/** Decisions of the same kind, one after the other, as one. */
export interface DecisionRow {
  readonly newest: ScalingDecision;
  readonly oldestAt: string;
  readonly count: number;
}

/** Joins holds that follow each other and say the same number and the same last reason; the newest first, as given. */
export function groupedDecisions(newestFirst: readonly ScalingDecision[]): DecisionRow[] {
  const rows: DecisionRow[] = [];
  for (const decision of newestFirst) {
    const last = rows.at(-1);
    const isSame =
      last !== undefined &&
      decision.action === 'hold' &&
      last.newest.action === 'hold' &&
      last.newest.from === decision.from &&
      last.newest.reasons.at(-1) === decision.reasons.at(-1);
    if (isSame) rows[rows.length - 1] = { ...last, oldestAt: decision.at, count: last.count + 1 };
    else rows.push({ newest: decision, oldestAt: decision.at, count: 1 });
  }
  return rows;
}

/** A decision out of an entry of the ledger; undefined for what is none. */
export function recordedDecision(data: unknown): ScalingDecision | undefined {
  const given = data as Partial<ScalingDecision> | null;
  return typeof given?.at === 'string' &&
    typeof given.from === 'number' &&
    typeof given.to === 'number' &&
    Array.isArray(given.reasons) &&
    ['out', 'in', 'bounds'].includes(given.action ?? '')
    ? (given as ScalingDecision)
    : undefined;
}
