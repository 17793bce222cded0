/** A timer that can be withdrawn before it fires. Cancelling twice, or after it fired, does nothing. */
export interface ClockTimer {
  cancel(): void;
}

/**
 * Where the host gets its time from. Everything in the host that waits asks this clock, so whoever holds the clock
 * decides how fast time passes.
 */
export interface HostClock {
  /** Epoch milliseconds. Never goes back. */
  now(): number;
  /** Calls `fire` once, at or after `dueAt` (epoch milliseconds), never synchronously. */
  setTimer(dueAt: number, fire: () => void): ClockTimer;
  /** True when time only moves on demand; the host then makes the order of its work independent of real time. */
  readonly virtual?: boolean;
}

/** A clock that stands still until it is told to move. */
export interface VirtualClock extends HostClock {
  readonly virtual: true;
  /** Due time of the earliest timer (epoch milliseconds), or undefined when none is set. */
  nextDue(): number | undefined;
  /**
   * Moves to `time` (epoch milliseconds) and fires what has become due, in order of due time, then of creation.
   * A time in the past leaves the clock where it is, but still fires what is due.
   */
  advanceTo(time: number): void;
  /** Moves forward by `milliseconds`. */
  advanceBy(milliseconds: number): void;
}

// setTimeout holds a signed 32-bit delay; a longer one fires at once.
const LONGEST_DELAY_MS = 0x7fff_ffff;

/** The machine's clock, kept from going back. Timers do not keep the process alive by themselves. */
export function createSystemClock(): HostClock {
  let latest = 0;
  const now = (): number => (latest = Math.max(latest, Date.now()));
  return {
    now,
    setTimer(dueAt, fire) {
      let handle: NodeJS.Timeout;
      const arm = (): void => {
        const delay = Math.max(0, dueAt - now());
        handle = delay > LONGEST_DELAY_MS ? setTimeout(arm, LONGEST_DELAY_MS) : setTimeout(check, delay);
        handle.unref();
      };
      // setTimeout may fire up to a millisecond early by Date.now's reckoning.
      const check = (): void => (now() < dueAt ? arm() : fire());
      arm();
      return { cancel: () => clearTimeout(handle) };
    },
  };
}

interface Waiting {
  readonly dueAt: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Creates a clock that starts at `startAt` (epoch milliseconds) and moves only when told to. */
export function createVirtualClock(startAt: number): VirtualClock {
  let time = startAt;
  let order = 0;
  const waiting = new Set<Waiting>();
  const earliest = (): Waiting | undefined => {
    let first: Waiting | undefined;
    for (const candidate of waiting) {
      if (
        !first ||
        candidate.dueAt < first.dueAt ||
        (candidate.dueAt === first.dueAt && candidate.order < first.order)
      ) {
        first = candidate;
      }
    }
    return first;
  };
  const clock: VirtualClock = {
    virtual: true,
    now: () => time,
    setTimer(dueAt, fire) {
      const entry: Waiting = { dueAt, order: order++, fire };
      waiting.add(entry);
      return { cancel: () => void waiting.delete(entry) };
    },
    nextDue: () => earliest()?.dueAt,
    advanceTo(target) {
      for (let next = earliest(); next && next.dueAt <= target; next = earliest()) {
        waiting.delete(next);
        time = Math.max(time, next.dueAt);
        next.fire();
      }
      time = Math.max(time, target);
    },
    advanceBy: (milliseconds) => clock.advanceTo(time + milliseconds),
  };
  return clock;
}
