import type { Log, LogFields } from '../kernel/log';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/**
 * A log that writes one JSON line an event to standard output or error, which the Functions host picks up. Lines below the
 * level are dropped. Fields are the caller's promise: nothing is redacted here.
 */
export function createConsoleLog(
  lowest: (typeof levels)[number],
  write: { out(line: string): void; err(line: string): void } = consoleStreams,
): Log {
  const line =
    (level: (typeof levels)[number]) =>
    (message: string, fields: LogFields = {}): void => {
      if (levels.indexOf(level) < levels.indexOf(lowest)) {
        return;
      }
      const text = JSON.stringify({ level, message, ...fields });
      if (level === 'warn' || level === 'error') {
        write.err(text);
      } else {
        write.out(text);
      }
    };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

const consoleStreams = {
  out: (line: string): void => {
    console.log(line);
  },
  err: (line: string): void => {
    console.error(line);
  },
};
