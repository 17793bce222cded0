import type { HostLog, HostLogEntry, LogLevel } from './api';
import type { HostClock } from './clock';

const order: readonly LogLevel[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

type Fields = Partial<Omit<HostLogEntry, 'time' | 'level' | 'category' | 'message'>>;

/** Filters by category as `logging.logLevel` of host.json says, and hands on what passes. */
export class Logger {
  readonly #sink: HostLog;
  readonly #clock: HostClock;
  readonly #levels: ReadonlyMap<string, LogLevel>;
  readonly #default: LogLevel;
  readonly #thresholds = new Map<string, number>();

  constructor(sink: HostLog, clock: HostClock, levels: Readonly<Record<string, string>>) {
    this.#sink = sink;
    this.#clock = clock;
    const parsed = Object.entries(levels).map(([category, level]) => [category, parseLevel(level)] as const);
    this.#levels = new Map(parsed);
    this.#default = this.#levels.get('default') ?? 'information';
  }

  write(level: string, category: string, message: string, fields: Fields = {}): void {
    const parsed = parseLevel(level);
    if (order.indexOf(parsed) < this.#threshold(category)) return;
    this.#sink({ time: this.#clock.now(), level: parsed, category, message, ...fields });
  }

  error(category: string, message: string, error: unknown, fields: Fields = {}): void {
    this.write('error', category, message, { ...fields, error: describeError(error) });
  }

  /** The longest configured prefix of the category decides, as in .NET's logging. */
  #threshold(category: string): number {
    let threshold = this.#thresholds.get(category);
    if (threshold === undefined) {
      const match = [...this.#levels.keys()]
        .filter((prefix) => category === prefix || category.startsWith(`${prefix}.`))
        .sort((a, b) => b.length - a.length)[0];
      threshold = order.indexOf((match !== undefined && this.#levels.get(match)) || this.#default);
      this.#thresholds.set(category, threshold);
    }
    return threshold;
  }
}

/** The message and stack of whatever was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return error.stack ?? `${error.name}: ${error.message}`;
  return typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error));
}

function parseLevel(level: string): LogLevel {
  const lower = level.toLowerCase();
  return order.find((known) => known === lower) ?? 'information';
}
