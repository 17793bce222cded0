// Runs the benchmarks and prints their results as JSON lines: name, unit, median, min, max, runs.
//   node scripts/bench.mjs [part of a file name ...]
import { spawnSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;
const wanted = process.argv.slice(2);
const files = (await readdir(join(root, 'test/bench'), { recursive: true }))
  .filter((name) => name.endsWith('.bench.ts') && !name.includes('node_modules'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`no benchmark has ${wanted.join(' or ')} in its name`);
  process.exit(1);
}
await mkdir(join(root, 'dist/bench'), { recursive: true });
let failed = 0;
for (const file of files) {
  const outfile = join(root, 'dist/bench', `${file.replaceAll('/', '-').replace(/\.ts$/, '')}.cjs`);
  await build({
    entryPoints: [join(root, 'test/bench', file)],
    outfile,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    bundle: true,
    packages: 'external',
    logLevel: 'warning',
  });
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', outfile], {
    stdio: 'inherit',
    env: { ...process.env, CARETAKER_ROOT: root },
  });
  if (status !== 0) {
    console.error(`${relative(root, join(root, 'test/bench', file))} failed`);
    failed += 1;
  }
}
process.exit(failed === 0 ? 0 : 1);
