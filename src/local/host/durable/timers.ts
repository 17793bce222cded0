import type { ClockTimer, HostClock } from '../clock';

interface Entry<T> {
  readonly dueAt: number;
  readonly order: number;
  readonly value: T;
  index: number;
}

/** Many timers behind one timer of the clock: a binary heap by due time, then by order of setting. */
export class TimerQueue<T> {
  readonly #clock: HostClock;
  readonly #onDue: (values: T[]) => void;
  readonly #heap: Entry<T>[] = [];
  #order = 0;
  #armed: { readonly dueAt: number; readonly timer: ClockTimer } | undefined;

  constructor(clock: HostClock, onDue: (values: T[]) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Returns a function that withdraws the timer. */
  set(dueAt: number, value: T): () => void {
    const entry: Entry<T> = { dueAt, order: this.#order++, value, index: this.#heap.length };
    this.#heap.push(entry);
    this.#up(entry);
    this.#arm();
    return () => {
      if (entry.index < 0) return;
      this.#remove(entry);
      this.#arm();
    };
  }

  nextDue(): number | undefined {
    return this.#heap[0]?.dueAt;
  }

  clear(): void {
    for (const entry of this.#heap.splice(0)) entry.index = -1;
    this.#arm();
  }

  #arm(): void {
    const dueAt = this.nextDue();
    if (this.#armed?.dueAt === dueAt) return;
    this.#armed?.timer.cancel();
    this.#armed = undefined;
    if (dueAt !== undefined) this.#armed = { dueAt, timer: this.#clock.setTimer(dueAt, () => this.#fire()) };
  }

  #fire(): void {
    this.#armed = undefined;
    const now = this.#clock.now();
    const due: T[] = [];
    for (let first = this.#heap[0]; first && first.dueAt <= now; first = this.#heap[0]) {
      this.#remove(first);
      due.push(first.value);
    }
    this.#arm();
    if (due.length > 0) this.#onDue(due);
  }

  #before(a: Entry<T>, b: Entry<T>): boolean {
    return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
  }

  #place(entry: Entry<T>, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }

  #up(entry: Entry<T>): void {
    while (entry.index > 0) {
      const parent = this.#heap[(entry.index - 1) >> 1];
      if (!parent || !this.#before(entry, parent)) return;
      const { index } = parent;
      this.#place(parent, entry.index);
      this.#place(entry, index);
    }
  }

  #down(entry: Entry<T>): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      const right = this.#heap[2 * entry.index + 2];
      const child = right && left && this.#before(right, left) ? right : left;
      if (!child || !this.#before(child, entry)) return;
      const { index } = child;
      this.#place(child, entry.index);
      this.#place(entry, index);
    }
  }

  #remove(entry: Entry<T>): void {
    const last = this.#heap.pop();
    const { index } = entry;
    entry.index = -1;
    if (!last || last === entry) return;
    this.#place(last, index);
    this.#up(last);
    this.#down(last);
  }
}
