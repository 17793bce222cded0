import { scaledClock, type Clock, type EpochMillis, type ScaledTime } from '../../kernel/clock';

/** The longest delay that Node's timers take; a longer wait is made of several. Milliseconds. */
const longestDelay = 2_147_483_000;

/** A clock with timers, in the shape that the local host and the local cloud take. */
export interface TimedClock extends Clock {
  setTimer(dueAt: number, fire: () => void): { cancel(): void };
}

/** The scaled clock of the local platform with timers on it. They keep no process alive. */
export function timedClock(time: ScaledTime): TimedClock {
  const clock = scaledClock(time);
  return {
    now: () => clock.now(),
    setTimer(dueAt, fire) {
      let timeout: NodeJS.Timeout;
      const arm = (): void => {
        const left = (dueAt - clock.now()) / time.speed;
        timeout =
          left > longestDelay
            ? setTimeout(arm, longestDelay)
            : setTimeout(() => (clock.now() >= dueAt ? fire() : arm()), Math.max(0, Math.ceil(left)));
        timeout.unref();
      };
      arm();
      return { cancel: () => clearTimeout(timeout) };
    },
  };
}

/** Writes the three numbers of a scaled time the way CARETAKER_LOCAL_CLOCK carries them. */
export function scaledTimeText({ origin, startedAt, speed }: ScaledTime): string {
  return `${origin}/${startedAt}/${speed}`;
}

/** A time that starts now, at the real time, and runs `speed` times as fast. */
export function scaledTimeFromNow(speed: number): ScaledTime {
  const now = Date.now() as EpochMillis;
  return { origin: now, startedAt: now, speed };
}
