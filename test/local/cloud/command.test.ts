import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { buildSync } from 'esbuild';
import { CloudReady, connectCloudControl, runCloud } from '../../../src/local/cloud';
import { VM } from './support/cloud';

const root = join(__dirname, '../../..');
let directory: string;
let children: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cloud-command-'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(directory, { recursive: true, force: true });
});

/** The command as a file that plain Node runs, inside the repository so that it finds its packages. */
function build(): string {
  const outfile = join(directory, 'cloud.cjs');
  buildSync({
    stdin: {
      contents: `import { runCloud } from './src/local/cloud';
        runCloud({ directory: process.argv[2], azurite: { directory: process.argv[2] + '/blobs' } });`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
  });
  return outfile;
}

async function start() {
  const child = spawn(process.execPath, [build(), directory], {
    env: { ...process.env, NODE_PATH: join(root, 'node_modules') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, exited: once(child, 'exit'), ready: JSON.parse(line) as CloudReady };
}

it.each(['SIGTERM', 'the end of its input'])('prints its endpoints, works, and ends on %s', async (how) => {
  const { child, exited, ready } = await start();
  expect(existsSync(ready.caFile)).toBe(true);
  expect((await connectCloudControl(ready.controlEndpoint).machine(VM)).healthy).toBe(true);
  expect(ready.environment).toMatchObject({
    IDENTITY_ENDPOINT: ready.identityEndpoint,
    NODE_EXTRA_CA_CERTS: ready.caFile,
    CARETAKER_ARM_ENDPOINT: ready.armEndpoint,
    CARETAKER_LOCAL_CLOUD: ready.controlEndpoint,
    AZURE_TENANT_ID: ready.tenantId,
  });

  // Another process, which trusts the CA by its environment alone.
  const asked = spawn(
    process.execPath,
    ['-e', `fetch(process.env.CARETAKER_ARM_ENDPOINT + '/subscriptions').then((r) => console.log(r.status))`],
    { env: { ...process.env, ...ready.environment }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  expect(await once(createInterface({ input: asked.stdout }), 'line')).toEqual(['401']);

  if (how === 'SIGTERM') child.kill('SIGTERM');
  else child.stdin.end();
  expect(await exited).toEqual([0, null]);
  await expect(fetch(ready.controlEndpoint)).rejects.toThrow();
  expect(() => process.kill(ready.blob?.pid ?? 0, 0)).toThrow('ESRCH');
});

it('runs in process, without blobs, until its input ends', async () => {
  const input = new PassThrough();
  const lines: string[] = [];
  let printed: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    printed = resolve;
  });
  const running = runCloud({
    directory,
    input,
    write: (line) => {
      lines.push(line);
      printed();
    },
  });
  await first;
  expect(JSON.parse(lines[0] ?? '')).not.toHaveProperty('blob');
  input.end();
  await running;
  expect(lines).toHaveLength(1);
});

it('fails when its port is taken', async () => {
  const input = new PassThrough();
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const running = runCloud({ directory, input, write });
  while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const { controlEndpoint } = JSON.parse(lines[0] ?? '') as CloudReady;
  const identityPort = Number(new URL(controlEndpoint).port);
  await expect(runCloud({ directory, input: new PassThrough(), write, identityPort })).rejects.toThrow('EADDRINUSE');
  input.end();
  await running;
});
