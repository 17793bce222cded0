import type { Busy } from '../busy';
import type { ClockTimer, HostClock } from '../clock';
import type { RegisteredFunction } from '../core';
import type { Invoker } from '../invoker';
import type { Logger } from '../log';
import { invokeWithRetry } from '../retry';
import { parseSchedule, type Schedule } from './ncrontab';

/** What timer functions need from the host. */
export interface TimerFunctionParts {
  readonly clock: HostClock;
  readonly invoker: Invoker;
  readonly log: Logger;
  readonly busy: Busy;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the schedule stood when the host last ran. */
  readonly load: (name: string) => ScheduleStatus | undefined;
  readonly save: (name: string, status: ScheduleStatus) => Promise<void>;
}

/** When a timer function last ran and was to run next; epoch milliseconds. */
export interface ScheduleStatus {
  readonly last: number;
  readonly next: number;
}

// Schedules shorter than this are not monitored by the real host: a missed occurrence is no news.
const MONITORED_FROM_MS = 60_000;

/** Runs timer functions on their schedules. A function never overlaps itself: what falls due while it runs is left out. */
export class TimerFunctions {
  readonly #parts: TimerFunctionParts;
  readonly #timers: { readonly fn: RegisteredFunction; readonly schedule: Schedule }[];
  readonly #armed = new Map<string, ClockTimer>();
  #stopped = false;

  constructor(functions: Iterable<RegisteredFunction>, parts: TimerFunctionParts) {
    this.#parts = parts;
    this.#timers = [...functions]
      .filter(({ trigger }) => trigger.type.toLowerCase() === 'timertrigger')
      .map((fn) => ({ fn, schedule: parseSchedule(this.#expression(fn)) }));
  }

  /** Sets all timers; runs what asks to run on start-up and what was missed while the host was down. */
  start(): void {
    const { clock, load } = this.#parts;
    const now = clock.now();
    for (const { fn, schedule } of this.#timers) {
      const monitored = this.#isMonitored(fn, schedule);
      const status = monitored ? load(fn.name) : undefined;
      const pastDue = status !== undefined && status.next < now;
      if (pastDue || fn.trigger.runOnStartup === true) void this.#run(fn, schedule, pastDue);
      else this.#arm(fn, schedule, now);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#armed.values()) timer.cancel();
    this.#armed.clear();
  }

  /** Runs a timer function now, as the admin endpoint does; its schedule is left alone. */
  async runNow(fn: RegisteredFunction): Promise<void> {
    const timer = this.#timers.find((candidate) => candidate.fn === fn);
    if (timer) await this.#invoke(fn, timer.schedule, false);
  }

  #expression(fn: RegisteredFunction): string {
    const { schedule } = fn.trigger;
    if (typeof schedule !== 'string') throw new Error(`Timer function '${fn.name}' has no schedule.`);
    const setting = /^%(.+)%$/.exec(schedule)?.[1];
    if (setting === undefined) return schedule;
    const value = this.#parts.env[setting];
    if (value === undefined) {
      throw new Error(
        `Timer function '${fn.name}' takes its schedule from the setting '${setting}', which is not set.`,
      );
    }
    return value;
  }

  #isMonitored(fn: RegisteredFunction, schedule: Schedule): boolean {
    if (fn.trigger.useMonitor === false) return false;
    const now = this.#parts.clock.now();
    const first = schedule.next(now);
    const second = first === undefined ? undefined : schedule.next(first);
    return first !== undefined && second !== undefined && second - first >= MONITORED_FROM_MS;
  }

  #arm(fn: RegisteredFunction, schedule: Schedule, after: number): void {
    const next = schedule.next(after);
    if (next === undefined || this.#stopped) return;
    const timer = this.#parts.clock.setTimer(next, () => void this.#run(fn, schedule, false));
    this.#armed.set(fn.name, timer);
  }

  async #run(fn: RegisteredFunction, schedule: Schedule, pastDue: boolean): Promise<void> {
    if (this.#stopped) return;
    const { clock, save, log } = this.#parts;
    const started = clock.now();
    await this.#invoke(fn, schedule, pastDue);
    if (this.#stopped) return;
    const now = clock.now();
    try {
      const next = schedule.next(now);
      if (next !== undefined && this.#isMonitored(fn, schedule)) await save(fn.name, { last: started, next });
    } catch (error) {
      log.error('Host.Triggers.Timer', `The schedule status of '${fn.name}' could not be saved.`, error);
    }
    this.#arm(fn, schedule, now);
  }

  async #invoke(fn: RegisteredFunction, schedule: Schedule, isPastDue: boolean): Promise<void> {
    const { clock, invoker, log, load, busy } = this.#parts;
    const end = busy.begin();
    try {
      const now = clock.now();
      const next = schedule.next(now) ?? now;
      const status = load(fn.name);
      const timer = {
        Schedule: { AdjustForDST: true },
        ScheduleStatus: {
          Last: new Date(status?.last ?? 0).toISOString(),
          LastUpdated: new Date(status?.last ?? now).toISOString(),
          Next: new Date(next).toISOString(),
        },
        IsPastDue: isPastDue,
      };
      await invokeWithRetry(fn, clock, busy, (retry) =>
        invoker.call(fn, { data: { json: JSON.stringify(timer) }, ...(retry ? { retry } : {}) }),
      );
    } catch (error) {
      log.error(`Function.${fn.name}`, `Timer function '${fn.name}' could not be called.`, error, {
        functionName: fn.name,
      });
    } finally {
      end();
    }
  }
}
