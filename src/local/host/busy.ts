/** Counts what is in flight, so that somebody can wait until nothing is. */
export class Busy {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** Something began; the returned function says that it ended (once). */
  begin(): () => void {
    this.#count++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#leave();
    };
  }

  /**
   * Waits for something that only the passing of time brings, without counting as in flight meanwhile: else whoever moves the
   * clock when nothing is in flight would never move it. The caller must have begun something.
   */
  async outside<T>(wait: Promise<T>): Promise<T> {
    this.#leave();
    try {
      return await wait;
    } finally {
      this.#count++;
    }
  }

  #leave(): void {
    if (--this.#count === 0) setImmediate(() => this.#settle());
  }

  get isIdle(): boolean {
    return this.#count === 0;
  }

  /** Resolves when nothing is in flight and nothing began in the moment after. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      setImmediate(() => this.#settle());
    });
  }

  #settle(): void {
    if (this.#count > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
