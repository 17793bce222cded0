import { buildSync } from 'esbuild';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { Agent, request } from 'node:http';
import { join } from 'node:path';

const root = process.env.CARETAKER_ROOT ?? process.cwd();
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** Something that runs the bench workflows: starts one over HTTP and waits for its end. */
export interface Contestant {
  readonly name: string;
  run(workflow: 'chain' | 'fan', input: number): Promise<void>;
  stop(): Promise<void>;
}

/** The local host in a process of its own. */
export interface HostContestant extends Contestant {
  readonly pid: number;
  /** Milliseconds from the start of the process until it accepted requests. */
  readonly startupMs: number;
  /** A counter of `/metrics`. */
  metric(name: string): Promise<number>;
  /** Reads the status of an instance; resolves with the HTTP status. */
  status(id: string): Promise<number>;
}

/** A folder below `dist`, so that all contestants write to the same disk. */
export function benchFolder(): string {
  const base = join(root, 'dist', 'bench');
  mkdirSync(base, { recursive: true });
  return mkdtempSync(join(base, 'run-'));
}

/** Sends one request; resolves with status and body. */
export function send(method: string, url: string, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

let hostScript: string | undefined;

function buildHost(): string {
  if (hostScript) return hostScript;
  const outfile = join(root, 'dist', 'bench', 'host-command.cjs');
  const entryPoints = [join(root, 'src/local/host/command.ts')];
  buildSync({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    logLevel: 'error',
  });
  const script = join(root, 'dist', 'bench', 'host-main.cjs');
  writeFileSync(
    script,
    `require('./host-command.cjs').runHostCommand(process.argv.slice(2)).then((code) => process.exit(code));`,
  );
  return (hostScript = script);
}

/** Starts the local host on the bench app. */
export async function startLocalHost(stateFile: string): Promise<HostContestant> {
  const script = buildHost();
  const app = join(root, 'test/bench/host/app');
  const began = performance.now();
  const child = spawn(process.execPath, [script, 'start', '--app', app, '--port', '0', '--state', stateFile]);
  const output = await untilOutput(child, /listening on (\S+)/);
  const startupMs = performance.now() - began;
  const url = /listening on (\S+)/.exec(output)?.[1] ?? '';
  const key = /durabletask\?code=(\S+)/.exec(output)?.[1] ?? '';
  const base = `${url}/runtime/webhooks/durabletask`;
  return {
    name: 'local-host',
    pid: child.pid ?? 0,
    startupMs,
    async run(workflow, input) {
      const target = `${base}/orchestrators/${workflow}?timeout=120&pollingInterval=1&code=${key}`;
      const { status, text } = await send('POST', target, String(input));
      if (status !== 200 || text !== String(input)) throw new Error(`local host: ${status} ${text}`);
    },
    async metric(name) {
      const { text } = await send('GET', `${url}/metrics`);
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    },
    status: async (id) => (await send('GET', `${base}/instances/${id}?code=${key}`)).status,
    stop: () => end(child),
  };
}

/** Starts Restate's server and a service with the same workflows; installs the peers when they are not there. */
export async function startRestate(folder: string): Promise<Contestant> {
  const peers = join(root, 'test/bench/peers');
  if (!existsSync(join(peers, 'node_modules/.bin/restate-server'))) {
    const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
      cwd: peers,
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) throw new Error('The peers could not be installed.');
  }
  const [servicePort, ingressPort, adminPort, nodePort] = await freePorts(4);
  const service = spawn(process.execPath, [join(peers, 'restate-service.mjs')], {
    env: { ...process.env, SERVICE_PORT: String(servicePort), RESTATE_LOGGING: 'ERROR' },
  });
  await untilOutput(service, /service on/);
  const server = spawn(join(peers, 'node_modules/.bin/restate-server'), ['--base-dir', join(folder, 'restate')], {
    env: {
      ...process.env,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingressPort}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${adminPort}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${nodePort}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${nodePort}`,
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LOG_FILTER: 'warn',
      DO_NOT_TRACK: '1',
    },
  });
  let log = '';
  server.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  server.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const deployment = JSON.stringify({ uri: `http://127.0.0.1:${servicePort}` });
  for (let tries = 0; ; tries++) {
    const answer = await send('POST', `http://127.0.0.1:${adminPort}/deployments`, deployment).catch(() => undefined);
    if (answer && answer.status < 300) break;
    if (tries > 300 || server.exitCode !== null) {
      throw new Error(`Restate did not start: ${answer?.text ?? ''}\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  let counter = 0;
  return {
    name: 'restate',
    async run(workflow, input) {
      const target = `http://127.0.0.1:${ingressPort}/${workflow}/w${counter++}/run`;
      const { status, text } = await send('POST', target, String(input));
      if (status !== 200 || text !== String(input)) throw new Error(`restate: ${status} ${text}\n${log.slice(-2000)}`);
    },
    async stop() {
      await end(server);
      await end(service);
      rmSync(join(folder, 'restate'), { recursive: true, force: true });
    },
  };
}

/** CPU seconds that a process has used. */
export function cpuSeconds(pid: number): number {
  const [, , ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) | /);
  // Fields 14 and 15 of proc(5), in ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function untilOutput(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      if (pattern.test(text)) resolve(text);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`ended with ${String(code)}:\n${text}`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timeout = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(timeout);
}
