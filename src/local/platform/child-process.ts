import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process of the local platform that has said that it is ready. */
export interface StartedProcess<Ready> {
  readonly ready: Ready;
  readonly pid: number;
  /** Resolves when the process has ended, however it ended. */
  readonly ended: Promise<void>;
  /** Asks it to stop by closing its standard input, and waits; after `graceMillis` it is killed. */
  stop(graceMillis?: number): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

/** How long a process may take until it is ready. Milliseconds. */
const startLimit = 60_000;

/**
 * Starts the command line as a process and waits for one line of JSON on its standard output: its word that it is
 * ready. What it writes to standard error goes to `onLine`. The child ends when its standard input does, so it cannot outlive
 * whoever started it.
 */
export async function startProcess<Ready>(options: {
  /** The built command line. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}): Promise<StartedProcess<Ready>> {
  const { program, argv, env = {}, onLine } = options;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  const last: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    last.push(line);
    last.splice(0, last.length - 20);
    onLine?.(line);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // What was shown line by line is not said again.
  const ready = await firstLine(child, argv, onLine === undefined ? last : []);
  return {
    ready: JSON.parse(ready) as Ready,
    pid: child.pid as number,
    ended,
    async stop(graceMillis = 15_000) {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMillis);
      await ended;
      clearTimeout(timer);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function firstLine(child: ChildProcess, argv: readonly string[], last: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new Error([`${argv[0]} ${why}`, ...last].join('\n')));
    };
    const timer = setTimeout(() => fail(`was not ready within ${startLimit / 1000} seconds`), startLimit);
    const exited = (code: number | null, signal: string | null): void => {
      clearTimeout(timer);
      fail(`ended before it was ready (${signal ?? `exit code ${code}`})`);
    };
    child.once('exit', exited);
    if (child.stdout !== null) {
      const lines = createInterface({ input: child.stdout });
      lines.on('line', (line) => {
        if (!line.startsWith('{"ready"')) {
          return;
        }
        clearTimeout(timer);
        child.off('exit', exited);
        resolve(line);
        child.stdout?.resume();
      });
    }
  });
}

/** For the started side: says that it is ready, and waits until it is told to stop or its starter is gone. */
export async function serveUntilAsked(
  ready: Readonly<Record<string, unknown>>,
  stop: () => Promise<void>,
): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    process.stdin
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve())
      .resume();
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  process.stdout.write(`${JSON.stringify({ ready: true, ...ready })}\n`);
  await asked;
  await stop();
}
