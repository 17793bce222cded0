import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bindingDigest, generateKeyPair, sealPlan, sha256Of, type Binding } from '../../src/stacks';

const scripts = resolve(__dirname, '../../scripts/pipeline');

function run(
  script: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(scripts, script), ...args], {
      env: { ...process.env, ...options.env },
    });
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
    child.on('close', (code) => {
      done({ code, ...text });
    });
    child.stdin.end(options.input ?? '');
  });
}

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'caretaker-scripts-'));
});
afterEach(() => {
  rmSync(work, { recursive: true, force: true });
});

describe('settings', () => {
  it('come from the manifest, by branch or by environment', async () => {
    const { out } = await run('settings.mjs', ['--branch', 'main']);
    const settings = Object.fromEntries(
      out
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    ) as Record<string, string>;
    expect(settings).toMatchObject({ environment: 'prod', from: 'qa', two_people: 'true' });
    expect(settings['plan_client']).not.toBe(settings['apply_client']);
    expect((await run('settings.mjs', ['--environment', 'dev'])).out).toContain('from=\n');
    expect(await run('settings.mjs', ['--branch', 'feature'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no environment for --branch feature') as string,
    });
  });
});

describe('stacks whose drift is due', () => {
  it('are those whose schedule names the hour', async () => {
    const names = async (hour: string): Promise<string[]> =>
      (JSON.parse((await run('due.mjs', [hour])).out) as { name: string }[]).map(({ name }) => name);
    expect(await names('6')).toEqual(['environment-dev', 'payments-dev']);
    expect(await names('5')).toEqual(['environment-qa', 'payments-qa']);
    expect(await names('12')).toEqual(['environment-prod', 'payments-prod']);
    expect(await names('7')).toEqual([]);
    expect(await names('all')).toHaveLength(6);
    expect((await run('due.mjs', ['24'])).code).toBe(1);
  });

  it('have every hour at which one is due in the workflow, and no other', async () => {
    const text = readFileSync(resolve(__dirname, '../../.github/workflows/drift.yml'), 'utf8');
    const hours = /cron: ['"]0 ([\d,]+) \* \* \*['"]/.exec(text)?.[1]?.split(',').map(Number);
    const due = await Promise.all(
      Array.from({ length: 24 }, async (_, hour) => (await run('due.mjs', [String(hour)])).out.trim() !== '[]'),
    );
    expect(hours).toEqual(due.flatMap((isDue, hour) => (isDue ? [hour] : [])));
  });
});

describe('approvals of a run', () => {
  it('name every plan of the run by the digest that the apply asks for, and only gates of its environment', async () => {
    const plan = Buffer.from('plan');
    const binding: Binding = {
      version: 1,
      stack: 'payments-prod',
      environment: 'prod',
      commit: 'a'.repeat(40),
      author: 'Ådä',
      state: { lineage: 'l', serial: 7 },
      lockFile: null,
      digests: { project: 'c'.repeat(64), modules: { b: 'd'.repeat(64), a: 'e'.repeat(64) } },
      inputs: {},
      planFile: sha256Of(plan),
      planJson: 'f'.repeat(64),
      createdAt: '2026-03-01T10:00:00.000Z' as Binding['createdAt'],
      expiresAt: '2026-03-01T14:00:00.000Z' as Binding['expiresAt'],
    };
    writeFileSync(
      join(work, 'payments-prod.plan.json'),
      JSON.stringify(sealPlan(plan, binding, generateKeyPair().publicKey), null, 2),
    );
    const review = (login: string, environment: string, state = 'approved'): object => ({
      state,
      comment: '',
      environments: [{ name: environment }],
      user: { login },
    });
    const input = JSON.stringify([
      review('bob', 'prod-first'),
      review('eve', 'prod'),
      review('joe', 'qa'),
      review('ann', 'prod', 'rejected'),
    ]);
    expect(await run('approvals.mjs', ['prod', work, join(work, 'out')], { input })).toMatchObject({ code: 0 });
    const approvals = JSON.parse(readFileSync(join(work, 'out/payments-prod.approvals.json'), 'utf8')) as object[];
    const plans = { plan: bindingDigest(binding), groups: ['platform-approvers'] };
    expect(approvals).toMatchObject([
      { ...plans, by: 'bob', answer: 'approve' },
      { ...plans, by: 'eve', answer: 'approve' },
      { ...plans, by: 'ann', answer: 'reject' },
    ]);
  });
});

describe('the smoke test', () => {
  let server: Server;
  let url: string;
  let answers: { signal: object; duplicate: boolean };

  beforeEach(async () => {
    answers = { signal: { signalId: 's1', action: 'none', sentence: 'no rule' }, duplicate: true };
    let taken = 0;
    server = createServer((request, response) => {
      const isAlert =
        request.method === 'POST' &&
        request.url === '/api/alerts/azure-monitor' &&
        request.headers.authorization === 'Bearer token';
      const isDecision = request.url === '/api/operator/decisions/s1';
      taken += isAlert ? 1 : 0;
      const body = isAlert ? { signals: [{ ...answers.signal, duplicate: taken > 1 && answers.duplicate }] } : {};
      request.resume().on('end', () => {
        response
          .writeHead(isAlert ? 202 : isDecision ? 200 : 404, { 'content-type': 'application/json' })
          .end(JSON.stringify(body));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await new Promise((done) => server.close(done));
  });

  const smoke = (): ReturnType<typeof run> =>
    run('smoke.mjs', ['22222222-2222-4222-8222-22222222d001'], {
      env: { CARETAKER_URL: url, CARETAKER_TOKEN: 'token' },
    });

  it('passes when the alert is taken once, decided and recorded', async () => {
    expect(await smoke()).toMatchObject({ code: 0, out: expect.stringContaining('"action":"none"') as string });
  });

  it('fails when the synthetic alert opens an incident', async () => {
    answers.signal = { signalId: 's1', action: 'open-incident', sentence: 'x' };
    expect(await smoke()).toMatchObject({ code: 1, err: expect.stringContaining('opened an incident') as string });
  });

  it('fails when the same alert is two signals', async () => {
    answers.duplicate = false;
    expect(await smoke()).toMatchObject({ code: 1, err: expect.stringContaining('is not one signal') as string });
  });
});

describe('a deployment', () => {
  /** An `az` and a smoke test that do as they are told, and write down what they were asked. */
  async function deploy(
    slot: boolean,
    smokes: readonly boolean[],
    previous = true,
  ): Promise<{ code: number | null; asked: string[] }> {
    mkdirSync(join(work, 'bin'));
    writeFileSync(join(work, 'bin/az'), `#!/bin/sh\necho "az $*" >> "${work}/asked"\n`);
    chmodSync(join(work, 'bin/az'), 0o755);
    writeFileSync(
      join(work, 'smoke.mjs'),
      `import { appendFileSync, readFileSync } from 'node:fs';\nappendFileSync('${work}/asked', 'smoke ' + process.env.CARETAKER_URL + '\\n');\nconst results = ${JSON.stringify(smokes)};\nconst done = readFileSync('${work}/asked', 'utf8').split('\\n').filter((line) => line.startsWith('smoke')).length;\nprocess.exit(results[done - 1] ? 0 : 1);\n`,
    );
    writeFileSync(join(work, 'new.zip'), 'new');
    writeFileSync(join(work, 'old.zip'), 'old');
    const args = [
      '--group',
      'g',
      '--app',
      'care',
      '--package',
      join(work, 'new.zip'),
      '--subscription',
      's',
      ...(slot ? ['--slot', 'next'] : []),
      ...(previous ? ['--previous', join(work, 'old.zip')] : []),
    ];
    const { code } = await run('deploy-app.mjs', args, {
      env: { PATH: `${join(work, 'bin')}:${process.env['PATH'] ?? ''}`, CARETAKER_SMOKE: join(work, 'smoke.mjs') },
    });
    const text = existsSync(join(work, 'asked')) ? readFileSync(join(work, 'asked'), 'utf8') : '';
    const asked = text
      .trim()
      .split('\n')
      .map((line) =>
        line.startsWith('smoke')
          ? line.replace('.azurewebsites.net', '')
          : line.includes('swap')
            ? 'swap'
            : `deploy ${/(new|old)\.zip/.exec(line)?.[1] ?? '?'}${line.includes('--slot next') ? ' to slot' : ''}`,
      );
    return { code, asked };
  }

  it.each([
    ['in place, working', false, [true], 0, ['deploy new', 'smoke https://care']],
    [
      'in place, put back',
      false,
      [false, true],
      1,
      ['deploy new', 'smoke https://care', 'deploy old', 'smoke https://care'],
    ],
    [
      'in place, with nothing that works',
      false,
      [false, false],
      2,
      ['deploy new', 'smoke https://care', 'deploy old', 'smoke https://care'],
    ],
    [
      'in a slot, working',
      true,
      [true, true],
      0,
      ['deploy new to slot', 'smoke https://care-next', 'swap', 'smoke https://care'],
    ],
    ['in a slot, never seen by anybody', true, [false], 1, ['deploy new to slot', 'smoke https://care-next']],
    [
      'in a slot, swapped back',
      true,
      [true, false, true],
      1,
      ['deploy new to slot', 'smoke https://care-next', 'swap', 'smoke https://care', 'swap', 'smoke https://care'],
    ],
  ])('%s', async (_what, slot, smokes, code, asked) => {
    expect(await deploy(slot, smokes)).toEqual({ code, asked });
  });

  it('says so when there is nothing to go back to', async () => {
    expect(await deploy(false, [false], false)).toMatchObject({ code: 2 });
  });
});
