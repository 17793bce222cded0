import { isoOf, type Clock, type EpochMillis, type Iso8601 } from '../kernel/clock';
import { ConflictError, InvalidInputError } from '../kernel/errors';
import { trustOf, type Trust } from './forecast.plan';
import { scalingKey, type ScalingMemory } from './memory';
import { bucketSeconds, type ScalingRule, type ScalingState } from './model';

/** Lost races against a look; a look takes a second of each minute. */
const mostAttempts = 5;
/** A raise allows so many times the policy's own most: a slip of the finger is no wish for a thousand machines. */
const mostRaise = 2;

/** Recorded load in steps, oldest first; null where it is not known. */
export interface Recording {
  readonly name: string;
  readonly from: Iso8601;
  readonly everySeconds: number;
  readonly load: readonly (number | null)[];
  readonly capacity: readonly (number | null)[];
}

/** What was forecast for each step, and what was measured; oldest first, also of steps that lie ahead. Loads as in a recording. */
export interface ForecastSteps {
  readonly everySeconds: number;
  readonly steps: readonly {
    readonly at: Iso8601;
    /** Null where it was not measured, or lies ahead. */
    readonly load: number | null;
    readonly capacity: number | null;
    /** Null where nothing had been forecast. */
    readonly forecast: number | null;
  }[];
  /** How the forecasts of each day fitted: shares of the load, 1 is perfect; null where nothing could be compared. */
  readonly days: readonly {
    readonly day: string;
    readonly compared: number;
    readonly score: number | null;
    readonly naive: number | null;
  }[];
}

/** What people can see of scaling, and order. */
export interface ScalingDesk {
  list(): Promise<readonly ScalingState[]>;
  /** By key or by name; `undefined` when nothing is called so. @throws InvalidInputError when several are. */
  find(keyOrName: string): Promise<ScalingState | undefined>;
  /** Holds everything as it is until then. Idempotent. */
  pause(target: string, order: { reason: string; by: string; until: Iso8601 } | null): Promise<ScalingState>;
  /** Allows more than the policy does until then. Idempotent. @throws InvalidInputError when it is no raise, or far too much. */
  raise(
    target: string,
    rule: Pick<ScalingRule, 'max'>,
    order: { reason: string; by: string; until: Iso8601; max: number } | null,
  ): Promise<ScalingState>;
  /** What was recorded in [from, to). */
  recording(state: ScalingState, from: number, to: number): Promise<Recording>;
  /** What was forecast and what happened in [from, to); `to` may lie ahead. */
  forecasts(state: ScalingState, from: number, to: number): Promise<ForecastSteps>;
  trust(state: ScalingState, rule: ScalingRule): Trust | null;
}

/** Name of a resource as people say it. */
export function scalingName(target: string): string {
  return target.split('/').at(-1) ?? target;
}

export function createScalingDesk({ memory, clock }: { memory: ScalingMemory; clock: Clock }): ScalingDesk {
  /** Changes what is remembered; tried again when a look was faster. */
  const change = async (target: string, alter: (state: ScalingState) => ScalingState): Promise<ScalingState> => {
    for (let attempt = 1; ; attempt += 1) {
      const { state, etag } = await memory.read(target);
      if (state === undefined) {
        throw new ConflictError('ScalingGone', `${target} is not scaled any more`);
      }
      const next = alter(state);
      try {
        await memory.write(next, etag);
        return next;
      } catch (error) {
        if (!(error instanceof ConflictError) || attempt >= mostAttempts) {
          throw error;
        }
      }
    }
  };

  return {
    list: async () => [...(await memory.all())].sort((a, b) => (a.target < b.target ? -1 : 1)),
    async find(keyOrName) {
      const wanted = keyOrName.toLowerCase();
      const found = (await memory.all()).filter(
        ({ target }) => scalingKey(target) === wanted || scalingName(target) === wanted || target === wanted,
      );
      if (found.length > 1) {
        const keys = found.map(({ target }) => `${scalingKey(target)} (${target})`).join(', ');
        const message = `names several; give one of their keys: ${keys}`;
        throw new InvalidInputError('Ambiguous', `target ${message}`, [{ path: 'target', message }]);
      }
      return found[0];
    },
    pause: (target, order) =>
      change(target, (state) => ({ ...state, pause: order === null ? null : { ...order, at: isoOf(clock.now()) } })),
    raise: (target, { max }, order) =>
      change(target, (state) => {
        if (order !== null && (order.max <= max || order.max > max * mostRaise)) {
          const message = `must be above the policy's ${max}, and ${max * mostRaise} at most`;
          throw new InvalidInputError('BadRaise', `max ${message}`, [{ path: 'max', message }]);
        }
        return { ...state, raise: order === null ? null : { ...order, at: isoOf(clock.now()) } };
      }),
    async recording({ target }, from, to) {
      const step = bucketSeconds * 1000;
      const begin = Math.ceil(from / step) * step;
      const known = new Map((await memory.buckets(target, begin, to)).map((bucket) => [bucket.at, bucket]));
      // Nothing is known before the first bucket, and a recording begins where something is.
      const happened = [...known.values()].filter(({ capacity }) => capacity > 0).map(({ at }) => at);
      const [first, last] = [happened[0] ?? begin, happened.at(-1) ?? begin - step];
      const times = Array.from({ length: Math.max(0, (last - first) / step + 1) }, (_, index) => first + index * step);
      return {
        name: scalingName(target),
        from: isoOf(first as EpochMillis),
        everySeconds: bucketSeconds,
        load: times.map((at) => known.get(at)?.load ?? null),
        capacity: times.map((at) => known.get(at)?.capacity ?? null),
      };
    },
    async forecasts({ target, scores }, from, to) {
      const buckets = await memory.buckets(target, from, to);
      return {
        everySeconds: bucketSeconds,
        steps: buckets.map(({ at, load, capacity, forecast }) => ({
          at: isoOf(at as EpochMillis),
          load,
          // 0 marks a step that has not happened: it holds a forecast only.
          capacity: capacity === 0 ? null : capacity,
          forecast,
        })),
        days: scores.map(({ day, count, actual, error, naiveError }) => ({
          day,
          compared: count,
          score: actual > 0 ? 1 - error / actual : null,
          naive: actual > 0 ? 1 - naiveError / actual : null,
        })),
      };
    },
    trust: (state, rule) => (rule.forecast === undefined ? null : trustOf(state.scores, rule.forecast.scoreAtLeast)),
  };
}
