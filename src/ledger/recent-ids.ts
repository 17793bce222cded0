/**
 * The ids met last, with what is remembered of each: bounded, so that years of ledger can pass through it.
 * An id that was pushed out is not known any more.
 */
export class RecentIds<Remembered> {
  private readonly known = new Map<string, Remembered>();

  constructor(private readonly capacity: number) {}

  get(id: string): Remembered | undefined {
    return this.known.get(id);
  }

  has(id: string): boolean {
    return this.known.has(id);
  }

  /** Remembers an id. What was remembered of it before stays: the first of several repeats is the one that counts. */
  add(id: string, remembered: Remembered): void {
    if (this.known.has(id)) {
      return;
    }
    this.known.set(id, remembered);
    if (this.known.size > this.capacity) {
      const [oldest] = this.known.keys();
      this.known.delete(oldest as string);
    }
  }
}

/** How far apart two entries with the same id may stand and still be seen as one, by readers and the verifier. */
export const repeatWindow = 65_536;
