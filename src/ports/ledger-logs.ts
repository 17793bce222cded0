/** The text of a log from some byte on, and how long the whole log is. */
export interface LogText {
  readonly text: string;
  /** Length of the whole log in bytes of UTF-8 at the moment of reading. */
  readonly length: number;
}

/**
 * Append-only texts, for the segments of the ledger. What was appended is never changed through this port.
 *
 * An append is all or nothing: no reader and no crash ever leaves a part of it. Offsets and lengths are bytes of UTF-8.
 * Paths and errors are those of `Documents`. After a `TransientError` an append may or may not have happened, and a
 * `conflict` can come from the same call's own first try: look at the end of the log before appending again.
 */
export interface LedgerLogs {
  /**
   * Appends when the log is `expectedLength` bytes long; 0 also creates it. `conflict` when it has another length, and
   * nothing is changed. One append carries 1 byte to 4 MiB. A log takes at least 25,000 appends.
   */
  append(
    path: string,
    text: string,
    expectedLength: number,
  ): Promise<{ readonly kind: 'appended'; readonly length: number } | { readonly kind: 'conflict' }>;
  /**
   * Reads from byte `from` (0 when not given) up to but without byte `to` (the end when not given). Empty text from the end
   * on. `undefined` when there is no such log. A character that an offset cuts reads as U+FFFD.
   */
  read(path: string, range?: { readonly from?: number; readonly to?: number }): Promise<LogText | undefined>;
  /** All paths that start with `prefix`, in ascending order of their code units. */
  list(prefix: string): AsyncIterable<string>;
}
