import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { plants, sound } from './dependency-plants';

const run = promisify(execFile);

// Another process does the work; how long it takes says nothing about the rules.
jest.setTimeout(120_000);
const root = join(__dirname, '../..');
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const config: { forbidden: { name: string }[] } = require('../../.dependency-cruiser.cjs');

/** What the tool finds in a tree that has `functions` and `src`: `rule: from -> to`, with packages by their name. */
async function violations(tree: string): Promise<string[]> {
  const args = [cruiser, 'functions', 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  // The exit code is the number of violations; a tree that has some is what is asked for here.
  const { stdout } = await run(process.execPath, args, { cwd: tree, maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: { code: unknown; stdout: string; stderr: string }) => {
      if (error.stdout === '') {
        throw new Error(`the dependency check did not run: ${error.stderr}`);
      }
      return error;
    },
  );
  const { summary } = JSON.parse(stdout);
  return summary.violations.map(
    ({ rule, from, to }: { rule: { name: string }; from: string; to: string }) =>
      `${rule.name}: ${from} -> ${to.replace(/^.*node_modules\/((?:@[^/]+\/)?[^/]+).*$/, '$1')}`,
  );
}

/** What is found in the sound tree with these files in it. */
async function found(files: Record<string, string>): Promise<string[]> {
  const tree = await mkdtemp(join(tmpdir(), 'caretaker-planted-'));
  try {
    for (const [path, text] of Object.entries({ ...sound, ...files })) {
      await mkdir(dirname(join(tree, path)), { recursive: true });
      await writeFile(join(tree, path), text);
    }
    for (const name of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) {
      await cp(join(root, name), join(tree, name));
    }
    await symlink(join(root, 'node_modules'), join(tree, 'node_modules'), 'dir');
    return await violations(tree);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

test('the code itself breaks no rule', async () => {
  expect(await violations(root)).toEqual([]);
});

test('a tree of the same shape in which all is well breaks no rule', async () => {
  expect(await found({})).toEqual([]);
});

describe('planted', () => {
  let all: string[];
  beforeAll(async () => {
    all = await found(Object.assign({}, ...Object.values(plants).map(({ files }) => files)));
  });

  test.each(Object.entries(plants))('%s', (_name, { files, found: expected }) => {
    const mine = all.filter((line) => Object.keys(files).some((path) => line.includes(`: ${path} -> `)));
    expect(mine.sort()).toEqual([...expected].sort());
  });

  test('nothing else is found', () => {
    expect(all).toHaveLength(Object.values(plants).flatMap((one) => one.found).length);
  });
});

test('every rule is broken by something planted', () => {
  const broken = new Set(Object.values(plants).flatMap((one) => one.found.map((line) => line.split(':')[0])));
  expect(config.forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
});
