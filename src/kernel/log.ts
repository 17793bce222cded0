/** Fields of a log line: safe to read for anyone who may read logs. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Structured logging, by severity. Adapters decide where lines go. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A log that drops everything, for tests that do not look at it. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * The log an orchestrator may use: a line is written when its code runs for the first time and not again on replay.
 * Depends on nothing but the replay flag, so it changes no decision of the orchestrator.
 */
export function replaySafeLog(log: Log, df: { readonly isReplaying: boolean }): Log {
  const once =
    (level: keyof Log) =>
    (message: string, fields?: LogFields): void => {
      if (!df.isReplaying) {
        log[level](message, fields);
      }
    };
  return { debug: once('debug'), info: once('info'), warn: once('warn'), error: once('error') };
}
