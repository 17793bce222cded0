import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stacksCommand } from '../../src/cli/stacks';
import { leaveEvidence, manyStacks } from './many-stacks';

describe('five hundred stacks', () => {
  let root: string;
  let git: (...args: string[]) => string;

  beforeAll(() => {
    ({ root, git } = manyStacks());
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  async function run(name: string, ...args: string[]): Promise<string> {
    let out = '';
    const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += String(text);
      return true;
    });
    const before = process.exitCode;
    try {
      await stacksCommand()
        .exitOverride()
        .parseAsync([name, '--directory', root, ...args], { from: 'user' });
      expect(process.exitCode ?? 0).toBe(0);
      return out;
    } finally {
      process.exitCode = before;
      spy.mockRestore();
    }
  }

  async function refused(name: string, ...args: string[]): Promise<{ code: unknown; err: string }> {
    let err = '';
    const spy = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      err += String(text);
      return true;
    });
    const before = process.exitCode;
    try {
      await stacksCommand()
        .exitOverride()
        .parseAsync([name, '--directory', root, ...args], { from: 'user' });
      return { code: process.exitCode, err };
    } finally {
      process.exitCode = before;
      spy.mockRestore();
    }
  }

  it('are checked with their projects', async () => {
    expect(await run('check')).toContain('501 stacks in 3 environments');
  });

  it('are ordered: foundations first, all others beside each other', async () => {
    const order = JSON.parse(await run('order', '--json')) as string[][];
    expect(order.map((wave) => wave.length)).toEqual([3, 498]);
  });

  it('are drawn, each once', async () => {
    const picture = await run('graph', '--format', 'mermaid');
    expect(picture.match(/\["unit-/g)).toHaveLength(498);
    expect(picture.match(/-->/g)).toHaveLength(498);
  });

  it('are affected exactly where a module is used, through others too', async () => {
    writeFileSync(join(root, 'infra/modules/m1/main.tf'), 'output "x" {\n  value = 2\n}\n');
    const found = JSON.parse(await run('affected', '--since', 'HEAD', '--json')) as { stack: string; how: string }[];
    // m10 to m19 use m1, and projects 0 to 9 use those: units whose number modulo 25 is below 10, in three environments.
    const expected = Array.from({ length: 166 }, (_, unit) => unit).filter((unit) => unit % 25 < 10).length * 3;
    expect(found).toHaveLength(expected);
    expect(new Set(found.map(({ how }) => how))).toEqual(new Set(['direct']));
    git('checkout', '--quiet', '--', '.');
  });

  it('are all new since before there were any', async () => {
    expect(JSON.parse(await run('affected', '--since', 'HEAD~1', '--json'))).toHaveLength(501);
  });

  it('are planned in order, each with what it takes from whose plan', async () => {
    const waves = JSON.parse(await run('plan', '--list', '--json')) as { stack: string; inputs: object[] }[][];
    expect(waves.map((wave) => wave.length)).toEqual([3, 498]);
    const taken = waves[1]?.find(({ stack }) => stack === 'unit-7-qa');
    expect(taken?.inputs).toEqual([{ input: 'foundation', from: 'base-qa.foundation', planned: true }]);
  });

  it('are not planned where one is named that there is not', async () => {
    const { code, err } = await refused('plan', '--list', '--stack', 'unit-7-qa', 'nope');
    expect([code, err]).toEqual([1, expect.stringContaining('there is no stack nope')]);
  });

  describe('promoted', () => {
    let evidence: string;

    beforeAll(async () => {
      evidence = mkdtempSync(join(tmpdir(), 'caretaker-many-evidence-'));
      await leaveEvidence(root, evidence, 'dev', git('rev-parse', 'HEAD'));
    });
    afterAll(() => {
      rmSync(evidence, { recursive: true, force: true });
    });

    it('all go from dev to qa with what was applied', async () => {
      const { from, to, stacks } = JSON.parse(await run('promote', 'dev', 'qa', '--evidence', evidence)) as {
        from: string;
        to: string;
        stacks: { stack: string; from: string }[];
      };
      expect([from, to, stacks.length]).toEqual(['dev', 'qa', 167]);
      expect(stacks.find(({ stack }) => stack === 'unit-7-qa')?.from).toBe('unit-7-dev');
    });

    it('none goes when one was not applied from these files', async () => {
      const path = join(evidence, 'unit-7-dev.evidence.json');
      const kept = readFileSync(path, 'utf8');
      const changed = JSON.parse(kept) as { binding: { digests: { project: string } } };
      changed.binding.digests.project = '0'.repeat(64);
      writeFileSync(path, JSON.stringify(changed));
      const { code, err } = await refused('promote', 'dev', 'qa', '--evidence', evidence);
      expect([code, err]).toEqual([1, expect.stringContaining("the project's files are not those that were applied")]);
      writeFileSync(path, kept);
    });
  });
});
