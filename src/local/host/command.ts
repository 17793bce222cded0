import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { HostLogEntry, HostOptions, RunningHost } from './api';
import { entryFiles } from './app-loader';
import { startHost } from './host';
import { createSeededRandom } from './random';

/** What `host start` can be told. */
export interface HostCommandOptions {
  /** Folder of the compiled app; the working directory by default. */
  readonly app?: string;
  /** 7071 by default, as the tools people know. */
  readonly port?: number;
  readonly hostname?: string;
  /** State file; `.host/state.db` in the app's folder by default. */
  readonly state?: string;
  /** Seed for ids and keys; for tests. */
  readonly seed?: number;
  /** Seconds after which code that does not give back control is reported; 10 by default, 0 for never. */
  readonly watchdog?: number;
  /** One JSON line per log entry instead of text. */
  readonly json?: boolean;
  /** Show every log line that host.json lets pass, not only warnings and what the app itself writes. */
  readonly verbose?: boolean;
}

/** Where the command writes. */
export interface CommandOutput {
  out(line: string): void;
  error(line: string): void;
}

const standardOutput: CommandOutput = {
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
};

const HELP = `Runs a compiled Node function app on this machine, with durable orchestrations, and no other service.

  host start [--app DIR] [--port N] [--hostname ADDRESS] [--state FILE] [--seed N]
             [--watchdog SECONDS] [--json] [--verbose]

  --app DIR      folder with package.json, host.json, local.settings.json (default: here)
  --port N       port to listen on; 0 takes a free one (default: 7071)
  --hostname A   address to listen on (default: 127.0.0.1)
  --state FILE   SQLite file with all durable state (default: DIR/.host/state.db)
  --seed N       take ids and keys from this seed instead of chance
  --watchdog S   say whose code keeps the host for longer than S seconds; 0 never does (default: 10)
  --json         write log lines as JSON
  --verbose      write all log lines, not only warnings and the app's own`;

/**
 * `host start ...` from a command line. Resolves with an exit code once the host has stopped (SIGINT or SIGTERM); 2 for a command
 * line that it cannot read, 1 when the host cannot start.
 */
export async function runHostCommand(argv: readonly string[], output: CommandOutput = standardOutput): Promise<number> {
  let options: HostCommandOptions;
  try {
    const parsed = readCommandLine(argv);
    if (parsed === 'help') {
      output.out(HELP);
      return 0;
    }
    options = parsed;
  } catch (error) {
    output.error(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  // Asked before it listens, a host stops as soon as it does.
  const signalled = untilSignal();
  try {
    const host = await startHostCommand(options, output);
    await signalled;
    output.error('Stopping.');
    await host.stop();
    return 0;
  } catch (error) {
    output.error((error as Error).message);
    return 1;
  }
}

/** Starts a host as the command does and prints what can be called; the caller stops it. */
export async function startHostCommand(
  options: HostCommandOptions,
  output: CommandOutput = standardOutput,
): Promise<RunningHost> {
  const directory = resolve(options.app ?? '.');
  const stateFile = resolve(options.state ?? join(directory, '.host', 'state.db'));
  // Before anything is made: a mistyped folder gets no state.
  entryFiles(directory);
  makeFolder(dirname(stateFile));
  const { watchdog = 10 } = options;
  const hostOptions: HostOptions = {
    app: { directory },
    stateFile,
    port: options.port ?? 7071,
    log: (entry) => writeLog(entry, options, output),
    ...(watchdog === 0 ? {} : { watchdog: { blockedAfterMs: watchdog * 1000, json: options.json === true } }),
    ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
    ...(options.seed === undefined ? {} : { random: createSeededRandom(options.seed) }),
  };
  const host = await startHost(hostOptions);
  for (const line of describeHost(host)) output.out(line);
  return host;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    if (statSync(path).isDirectory()) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`The folder ${path} for the state file cannot be made (${code}). Choose another with --state.`, {
      cause: error,
    });
  }
}

function readCommandLine(argv: readonly string[]): HostCommandOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      app: { type: 'string' },
      port: { type: 'string' },
      hostname: { type: 'string' },
      state: { type: 'string' },
      seed: { type: 'string' },
      watchdog: { type: 'string' },
      json: { type: 'boolean' },
      verbose: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const [command, ...rest] = positionals;
  if ((command !== undefined && command !== 'start') || rest.length > 0) {
    throw new Error(`"${positionals.join(' ')}" is no command. There is one: start.`);
  }
  const { app, hostname, state, json, verbose } = values;
  const port = readNumber('--port', values.port, 65_535);
  const seed = readNumber('--seed', values.seed, 0xffff_ffff);
  const watchdog = readNumber('--watchdog', values.watchdog, 86_400, false);
  return {
    ...(app === undefined ? {} : { app }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(state === undefined ? {} : { state }),
    ...(port === undefined ? {} : { port }),
    ...(seed === undefined ? {} : { seed }),
    ...(watchdog === undefined ? {} : { watchdog }),
    ...(json === undefined ? {} : { json }),
    ...(verbose === undefined ? {} : { verbose }),
  };
}

function readNumber(option: string, text: string | undefined, most: number, whole = true): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= 0 && value <= most) || (whole && !Number.isInteger(value))) {
    throw new Error(`${option} must be a ${whole ? 'whole ' : ''}number from 0 to ${most}, not "${text}".`);
  }
  return value;
}

/** The list of functions in the form of the Core Tools, and the keys. */
function describeHost(host: RunningHost): string[] {
  const lines = ['', 'Functions:', ''];
  const width = Math.max(0, ...host.functions.map(({ name }) => name.length));
  const sorted = [...host.functions].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const fn of sorted) {
    const url = host.functionUrl(fn.name);
    if (!url) continue;
    const methods = Array.isArray(fn.trigger.methods) ? fn.trigger.methods.join(',') : '';
    const level = fn.trigger.authLevel === 'anonymous' ? '' : ` (${String(fn.trigger.authLevel)} key)`;
    lines.push(`        ${fn.name}: [${methods}] ${url}${level}`, '');
  }
  for (const fn of sorted) {
    if (!host.functionUrl(fn.name)) lines.push(`        ${fn.name.padEnd(width)} : ${fn.trigger.type}`);
  }
  lines.push(
    '',
    `Durable management: ${host.url}/runtime/webhooks/durabletask?code=${host.keys.durabletask}`,
    `Function key: ${host.keys.default}`,
    `Master key:   ${host.keys.master}`,
    '',
    `Host is listening on ${host.url}`,
  );
  return lines;
}

const shown: ReadonlySet<string> = new Set(['warning', 'error', 'critical']);

function writeLog(entry: HostLogEntry, { json, verbose }: HostCommandOptions, output: CommandOutput): void {
  if (!verbose && !shown.has(entry.level) && !entry.category.endsWith('.User')) return;
  if (json) {
    output.error(JSON.stringify({ ...entry, time: new Date(entry.time).toISOString() }));
    return;
  }
  const duration = entry.durationMs === undefined ? '' : ` ${entry.durationMs}ms`;
  const error = entry.error === undefined ? '' : `\n${entry.error}`;
  output.error(
    `[${new Date(entry.time).toISOString()}] ${entry.level} ${entry.category}: ${entry.message}${duration}${error}`,
  );
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    // Timers of the clock do not keep the process alive; the server does.
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
