/** What was asked of the platform: requests that only look, and all others. */
export interface CallCounts {
  readonly reads: number;
  readonly writes: number;
}

/** Counts requests to the platform. */
export interface CallMeter {
  /**
   * Does a piece of work, and counts every request that it sends through the clients of this process, answered or not. Work that throws
   * is not counted.
   */
  metered<Result>(work: () => Promise<Result>): Promise<{ readonly result: Result; readonly calls: CallCounts }>;
}
