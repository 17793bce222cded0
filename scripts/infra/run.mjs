// Runs the tools for infra/: `node scripts/infra/run.mjs <command>` (test, readme, ownership, picture, release).
// The tools are TypeScript; they are bundled in memory and run, so that nothing has to be built first.
import { createRequire } from 'node:module';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../..', import.meta.url).pathname;
const { outputFiles } = await build({
  entryPoints: [join(root, 'scripts/infra/cli.ts')],
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});

// Beside the packages, so that they resolve.
const folder = await mkdtemp(join(root, 'node_modules', '.infra-'));
const remove = () => rm(folder, { recursive: true, force: true });
try {
  const file = join(folder, 'cli.cjs');
  await writeFile(file, outputFiles[0].text);
  const { main } = createRequire(import.meta.url)(file);
  process.exitCode = await main(root, process.argv.slice(2));
} finally {
  await remove();
}
