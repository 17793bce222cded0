import type { CloudClock, CloudTimer } from './model';

/** `setTimeout` takes at most this many milliseconds; longer waits are made of several. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** Real time. */
export function createSystemClock(): CloudClock {
  return {
    now: Date.now,
    setTimer(dueAt, fire): CloudTimer {
      let handle: NodeJS.Timeout;
      const arm = (): void => {
        const left = Math.max(0, dueAt - Date.now());
        // Looks again when it has fired: the limit of setTimeout, and its rounding, both make it fire early.
        handle = setTimeout(() => (Date.now() >= dueAt ? fire() : arm()), Math.min(left, LONGEST_TIMEOUT));
        handle.unref();
      };
      arm();
      return { cancel: () => clearTimeout(handle) };
    },
  };
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
