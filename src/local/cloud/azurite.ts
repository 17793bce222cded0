import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** Azurite's well-known account. It opens nothing but a storage emulator on loopback. */
const ACCOUNT = 'devstoreaccount1';
const ACCOUNT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** How long Azurite may take to answer, and to close. Real time. */
const START_LIMIT = 30_000;
const STOP_LIMIT = 5_000;

/**
 * What the child runs: Azurite, which closes when its standard input ends. The pipe ends whenever this process does,
 * however it dies, so no Azurite is left behind. Closing is Azurite's own way (it writes its state to disk), with a limit.
 */
const wrapper = `
const [main, limit, ...flags] = process.argv.slice(1);
process.argv = [process.execPath, main, ...flags];
const close = () => {
  setTimeout(() => process.exit(1), Number(limit)).unref();
  process.kill(process.pid, 'SIGTERM');
};
process.stdin.once('end', close).once('error', close).resume();
require(main);
`;

export interface AzuriteOptions {
  /** Where blobs are kept, created when missing; a later start with the same folder finds them again. */
  directory: string;
  /** 0 or absent: any free port. */
  port?: number;
}

export interface RunningAzurite {
  connectionString: string;
  /** Blob endpoint of the account, for example `http://127.0.0.1:49152/devstoreaccount1`. */
  url: string;
  pid: number;
  /** Closes it, writing what it holds to disk. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts Azurite's blob service on loopback as a child process and waits until it answers. Takes requests of any API
 * version, sends no telemetry. Its metadata reach the disk within about 5 s, and when it is closed: after `kill -9` of
 * Azurite itself the last seconds are lost, after `kill -9` of this process they are not.
 */
export async function startAzurite(options: AzuriteOptions): Promise<RunningAzurite> {
  mkdirSync(options.directory, { recursive: true });
  const main = join(dirname(require.resolve('azurite/package.json')), 'dist/src/blob/main.js');
  const flags = [
    ...['--blobHost', '127.0.0.1', '--blobPort', String(options.port ?? 0), '--location', options.directory],
    ...['--silent', '--skipApiVersionCheck', '--disableTelemetry'],
  ];
  const { NODE_OPTIONS: _dropped, ...environment } = process.env;
  // A session of its own: Ctrl+C in a terminal must reach this process first, which may still have something to write.
  const child = spawn(process.execPath, ['-e', wrapper, main, String(STOP_LIMIT), ...flags], {
    cwd: options.directory,
    detached: true,
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= close(child, exited);
    return stopping;
  };
  try {
    const address = await listening(child);
    const url = `${address}/${ACCOUNT}`;
    return {
      url,
      connectionString: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${ACCOUNT_KEY};BlobEndpoint=${url};`,
      pid: child.pid ?? 0,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for Azurite to say where it listens. */
function listening(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new Error(`Azurite ${reason}${said.length > 0 ? `: ${said.join(' | ')}` : ''}`));
    };
    const timer = setTimeout(() => fail(`did not answer within ${START_LIMIT / 1000} s`), START_LIMIT);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code) => fail(`ended with code ${code}`));
    const read = (line: string): void => {
      said.push(line);
      if (said.length > 20) said.shift();
      const address = /successfully listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    // Read to the end, or Azurite would block on a full pipe.
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', read);
    if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', read);
  });
}

async function close(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin?.end();
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT + 1_000);
  await exited;
  clearTimeout(force);
}
