import { CloudClock, CloudTimer } from './model';

/** `setTimeout` takes at most this many milliseconds; longer waits are made of several. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** A clock that runs `factor` times as fast as real time. `origin` is where it starts, epoch ms. */
export function createScaledClock(options: { factor: number; origin?: number }): CloudClock {
  const { factor } = options;
  if (!(factor > 0)) throw new RangeError(`factor must be above 0, got ${factor}`);
  const realOrigin = Date.now();
  const origin = options.origin ?? realOrigin;
  const now = (): number => Math.floor(origin + (Date.now() - realOrigin) * factor);
  return {
    now,
    setTimer(dueAt, fire): CloudTimer {
      let handle: NodeJS.Timeout | undefined;
      const arm = (): void => {
        const left = Math.ceil((dueAt - now()) / factor);
        if (left <= 0) {
          handle = setTimeout(fire, 0);
        } else {
          // Armed again when it has fired: rounding and the limit of setTimeout both make it fire early.
          handle = setTimeout(() => (now() >= dueAt ? fire() : arm()), Math.min(left, LONGEST_TIMEOUT));
        }
        handle.unref();
      };
      arm();
      return { cancel: () => clearTimeout(handle) };
    },
  };
}

/** Real time. */
export function createSystemClock(): CloudClock {
  return createScaledClock({ factor: 1 });
}

/** A clock that stands still until it is moved. */
export interface ManualClock extends CloudClock {
  /**
   * Moves time by `ms`, firing timers in the order of their due times, each with `now()` at its due time. Work that a
   * timer starts asynchronously is not awaited.
   */
  advance(ms: number): void;
  /** Due times of the timers that wait, in order. */
  pending(): number[];
}

export function createManualClock(start: number): ManualClock {
  let current = start;
  let sequence = 0;
  const timers = new Map<number, { dueAt: number; fire: () => void }>();
  const next = (limit: number): number | undefined => {
    let found: number | undefined;
    for (const [id, timer] of timers) {
      if (timer.dueAt > limit) continue;
      const best = found === undefined ? undefined : timers.get(found);
      if (best === undefined || timer.dueAt < best.dueAt) found = id;
    }
    return found;
  };
  return {
    now: () => current,
    setTimer(dueAt, fire) {
      const id = sequence++;
      timers.set(id, { dueAt, fire });
      return { cancel: () => void timers.delete(id) };
    },
    advance(ms) {
      const end = current + ms;
      for (let id = next(end); id !== undefined; id = next(end)) {
        const timer = timers.get(id);
        timers.delete(id);
        if (timer === undefined) continue;
        current = Math.max(current, timer.dueAt);
        timer.fire();
      }
      current = end;
    },
    pending: () => [...timers.values()].map((timer) => timer.dueAt).sort((a, b) => a - b),
  };
}
