import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaledTimeFromNow } from '../../src/local/platform/clock';
import { startPlatform } from '../../src/local/platform/platform';
import { operatorClient } from '../../src/local/demo/client';

// The real process tree: the built command line, the real bundle, real time (sixty times as fast), and kill -9.

const root = join(__dirname, '../..');
const victim = 'vm-web-prod-weu-02';

async function until<Thing>(look: () => Promise<Thing | undefined>): Promise<Thing> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come to pass within a minute');
}

test('the host is killed while it repairs, twice; the incident ends, and nothing is done twice', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'caretaker-processes-'));
  const platform = await startPlatform({
    directory,
    root,
    policyFile: join(root, 'policy/caretaker.yaml'),
    time: scaledTimeFromNow(60),
    port: 0,
  });
  try {
    const { control } = platform;
    const asked = async () =>
      (await control.journal())
        .filter(({ method }) => method === 'POST')
        .map(({ operation }) => operation?.split('/').at(-2));
    await control.breakMachine(victim, { kind: 'guest-hung', healedBy: 'redeploy' });
    await control.addFault({
      effect: { kind: 'accept-and-do-nothing' },
      operation: 'Microsoft.Compute/virtualMachines/restart/action',
    });
    const operator = operatorClient(platform.url, await platform.token('rae'));
    const open = await until(async () => (await operator.openIncidents())[0]);
    await until(async () => ((await asked()).includes('restart') ? true : undefined));
    await platform.killHost();
    await platform.restartHost();
    await until(async () => ((await asked()).includes('redeploy') ? true : undefined));
    await platform.killHost();
    await platform.restartHost();
    const { incident } = await until(async () => {
      const answer = await operator.incident(open.id);
      return answer.incident === null ? undefined : answer;
    });
    expect(incident?.end).toBe('repaired');
    expect(await asked()).toEqual(['restart', 'redeploy']);
    expect((await control.machine(victim)).healthy).toBe(true);
  } finally {
    await platform.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);

test('the demo ends well, says so in its last line, and leaves nothing behind', async () => {
  const folders = () => {
    try {
      return readdirSync(join(root, '.caretaker')).filter((name) => name.startsWith('demo-'));
    } catch {
      return [];
    }
  };
  const before = folders();
  const child = spawn(
    process.execPath,
    [join(root, 'dist/caretaker.js'), 'demo', '--scene', 'hung-machine', '--json', '--speed', '60'],
    {
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  expect({ code, told: code === 0 ? '' : told }).toEqual({ code: 0, told: '' });
  const summary = JSON.parse(out.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  expect(summary).toMatchObject({
    ok: true,
    scenes: [
      {
        scene: 'hung-machine',
        end: 'repaired',
        outcomes: [
          { runbook: 'restart-vm', result: 'ineffective' },
          { runbook: 'redeploy-vm', result: 'verified' },
        ],
        armWrites: 2,
        ledger: { valid: true },
      },
    ],
  });
  expect(folders()).toEqual(before);
}, 120_000);
