import type { HostClock } from '../clock';
import type { Envelope, Instance } from './model';
import { TimerQueue } from './timers';

/** A durable timer that has fired. */
export interface FiredTimer {
  readonly key: number;
  readonly id: string;
  readonly execution: number;
  readonly taskId: number;
  readonly fireAt: number;
}

type Entry =
  | { readonly kind: 'timer'; readonly timer: FiredTimer }
  | { readonly kind: 'message'; readonly target: string; readonly envelope: Envelope };

/** What happens when its time comes: durable timers, and messages that were sent for later. */
export class Due {
  readonly #queue: TimerQueue<Entry>;
  readonly #cancel = new Map<string, () => void>();

  constructor(
    clock: HostClock,
    onTimer: (timer: FiredTimer) => void,
    onMessage: (target: string, envelope: Envelope) => void,
    onSettled: () => void,
  ) {
    this.#queue = new TimerQueue(clock, (entries) => {
      for (const entry of entries) {
        if (entry.kind === 'message') onMessage(entry.target, entry.envelope);
        else {
          this.#cancel.delete(nameOf(entry.timer));
          onTimer(entry.timer);
        }
      }
      onSettled();
    });
  }

  /** Epoch milliseconds of the earliest; undefined when there is none. */
  next(): number | undefined {
    return this.#queue.nextDue();
  }

  setTimer({ key, id, execution }: Instance, taskId: number, fireAt: number): void {
    const timer: FiredTimer = { key, id, execution, taskId, fireAt };
    this.#cancel.set(nameOf(timer), this.#queue.set(fireAt, { kind: 'timer', timer }));
  }

  cancelTimer({ key, execution }: Instance, taskId: number): void {
    const name = nameOf({ key, execution, taskId });
    this.#cancel.get(name)?.();
    this.#cancel.delete(name);
  }

  setMessage(due: number, target: string, envelope: Envelope): void {
    this.#queue.set(due, { kind: 'message', target, envelope });
  }

  clear(): void {
    this.#queue.clear();
    this.#cancel.clear();
  }
}

function nameOf({ key, execution, taskId }: Pick<FiredTimer, 'key' | 'execution' | 'taskId'>): string {
  return `${key}/${execution}/${taskId}`;
}
