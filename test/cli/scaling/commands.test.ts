import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { scaleCommand } from '../../../src/cli/scaling';

const target = 'vmss-web-1';
const decision = {
  at: '2026-05-04T08:00:00.000Z',
  action: 'hold',
  from: 3,
  to: 3,
  reasons: ['enough'],
  min: 2,
  max: 8,
};
const shown = {
  name: target,
  rule: 'web',
  environment: 'prod',
  pause: null as object | null,
  raise: null as object | null,
  pending: null,
  forecast: { reason: 'forecasts got 91.0 % of the load right: good enough' },
  last: decision,
};

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

async function run(argv: readonly string[], answer: (sent: Sent) => unknown = () => ({})) {
  let [out, err, exit] = ['', '', 0];
  const sent: Sent[] = [];
  const terminal = {
    env: { CARETAKER_URL: 'https://caretaker.example', CARETAKER_TOKEN: 'token' },
    fetch: (async (given: string, init: RequestInit = {}) => {
      const one = {
        method: init.method ?? 'GET',
        path: new URL(given).pathname.replace('/api/operator/', '') + new URL(given).search,
        body: init.body === undefined ? undefined : (JSON.parse(init.body as string) as unknown),
      };
      sent.push(one);
      return new Response(JSON.stringify(answer(one)), {
        status: 200,
        headers: { 'content-type': 'application/json' },
      });
    }) as typeof fetch,
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    exit: (code: number) => void (exit = code),
    isScreen: false,
    pause: async () => false,
  };
  const program = new Command('caretaker').exitOverride().configureOutput({ writeErr: terminal.err });
  program.addCommand(scaleCommand(terminal));
  program.commands.forEach(function quiet(one: Command) {
    one.exitOverride().configureOutput({ writeErr: terminal.err });
    one.commands.forEach(quiet);
  });
  await program.parseAsync(['scale', ...argv], { from: 'user' }).catch((error: { exitCode?: number }) => {
    exit = error.exitCode ?? 1;
  });
  return { out, err, exit, sent };
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'caretaker-scale-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('shows how it stands, for people and for programs', async () => {
  const all = await run(['status'], () => ({ targets: [shown] }));
  expect(all.sent).toEqual([{ method: 'GET', path: 'scaling', body: undefined }]);
  expect(all.out).toMatch(/vmss-web-1 +web +3 +2 to 8 +- +enough/);
  const one = await run(['status', target], () => ({ ...shown, decisions: [decision] }));
  expect(one.out).toContain('91.0 % of the load right');
  const json = await run(['status', target, '--json'], () => ({ ...shown, decisions: [decision] }));
  expect(JSON.parse(json.out)).toMatchObject({ name: target, decisions: [{ action: 'hold' }] });
});

it('pauses with a reason and an end, and takes neither for granted', async () => {
  const until = '2026-05-04T10:00:00.000Z';
  const ended = await run(['pause', target, '--reason', 'load test', '--for', '2h'], () => ({
    ...shown,
    pause: { until, by: 'Omar', reason: 'load test' },
  }));
  expect(ended.sent).toEqual([
    { method: 'PUT', path: `scaling/${target}/pause`, body: { reason: 'load test', for: '2h' } },
  ]);
  expect(ended.out).toBe(`${target}: paused until ${until}\n`);
  expect((await run(['pause', target, '--for', '2h'])).err).toContain('--reason');
  expect((await run(['resume', target], () => shown)).sent[0]).toMatchObject({ method: 'DELETE' });
});

it('raises the ceiling for a time, and gives it back', async () => {
  const raise = { until: '2026-05-04T10:00:00.000Z', by: 'Omar', reason: 'sale', max: 12 };
  const argv = ['raise', target, '--max', '12', '--reason', 'sale', '--for', '2h'];
  const ended = await run(argv, () => ({ ...shown, raise }));
  expect(ended.sent[0]?.body).toEqual({ reason: 'sale', for: '2h', max: 12 });
  expect(ended.out).toBe(`${target}: up to 12 until ${raise.until}\n`);
  expect(await run(['raise', target, '--reason', 'sale', '--for', '2h'])).toMatchObject({ exit: 1 });
  expect((await run(['lower', target], () => shown)).sent[0]).toMatchObject({
    method: 'DELETE',
    path: `scaling/${target}/raise`,
  });
});

describe('a replay', () => {
  const load = 'test/fixtures/loads/ramp.json';
  const policy = 'policy/caretaker.yaml';

  it('of a file shows what the rule would have done, without asking anybody', async () => {
    const ended = await run(['replay', '--file', load, '--policy', policy]);
    expect(ended.sent).toEqual([]);
    expect(ended.out).toMatch(/^ramp: 8\.0 hours from 2026-03-02T00:00:00\.000Z, target 60\n/);
    expect(ended.out).toMatch(/web-prod +\d+ +0 +\d+(\.\d)? +\d+ +9 +0\n/);
    const steps = await run(['replay', '--file', load, '--policy', policy, '--steps']);
    expect(steps.out).toMatch(/2026-03-02T\d{2}:\d{2}:00\.000Z +3 to \d/);
  });

  it('gives programs instances over time, minutes over target, instance hours and flaps', async () => {
    const ended = await run(['replay', '--file', load, '--policy', policy, '--json']);
    const { proposed } = JSON.parse(ended.out) as { proposed: Record<string, unknown> & { instances: number[][] } };
    expect(proposed).toMatchObject({ flaps: 0, most: 9, minutesOverloaded: 0 });
    expect(proposed.instances).toHaveLength(96);
    expect(proposed.instances[0]?.slice(0, 3)).toEqual([Date.parse('2026-03-02T00:00:00Z'), 3, 3]);
  });

  it('of what Caretaker recorded stands beside what was done then', async () => {
    const recording = {
      name: target,
      from: '2026-03-02T00:00:00.000Z',
      everySeconds: 300,
      load: Array.from({ length: 48 }, () => 200),
      capacity: Array.from({ length: 48 }, () => 9),
    };
    const ended = await run(['replay', target, '--since', '30d', '--policy', policy], () => recording);
    expect(ended.sent[0]?.path).toBe(`scaling/${target}/recording?since=30d`);
    expect(ended.out).toMatch(/as it was +0 +0 +36 +0 +9 +0\n/);
    expect(ended.out).toMatch(/web-prod +0 +0 +\d+/);
  });

  it('says what is wrong with what it was given', async () => {
    const bad = join(directory, 'bad.json');
    writeFileSync(bad, '{"name": 1}');
    expect((await run(['replay', '--file', bad, '--policy', policy])).err).toMatch(/is no recording: name: /);
    expect((await run(['replay', '--file', '/nowhere.json', '--policy', policy])).err).toMatch(/cannot be read/);
    expect((await run(['replay', '--file', load, '--policy', policy, '--rule', 'none'])).err).toMatch(
      /it has web-prod/,
    );
    expect((await run(['replay', '--policy', policy])).err).toMatch(/a name, or --file/);
  });
});
