import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stacksCommand } from '../../src/cli/stacks';
import { manifestText } from './manifests';

/** A repository of 501 stacks on 26 projects and 60 modules that use each other. */
function build(root: string): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('infra/workspaces/stacks.yaml', manifestText({ units: 166, projects: 25 }));
  write(
    'infra/projects/base/main.tf',
    'module "m" {\n  source = "../../modules/m0"\n}\n\noutput "foundation" {\n  value = 1\n}\n',
  );
  for (let index = 0; index < 25; index += 1) {
    write(
      `infra/projects/project-${index}/main.tf`,
      `variable "foundation" {\n  type = any\n}\n\nmodule "a" {\n  source = "../../modules/m${index + 10}"\n}\n\nmodule "b" {\n  source = "../../modules/m${index + 35}"\n}\n`,
    );
  }
  for (let index = 0; index < 60; index += 1) {
    write(
      `infra/modules/m${index}/main.tf`,
      index < 10
        ? 'output "x" {\n  value = 1\n}\n'
        : `module "below" {\n  source = "../m${Math.floor(index / 10)}"\n}\n`,
    );
  }
}

describe('five hundred stacks', () => {
  let root: string;
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'caretaker-many-'));
    build(root);
    git('init', '--quiet', '--initial-branch=dev');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '--message', 'empty');
    git('add', '--all');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--message', 'first');
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
});
