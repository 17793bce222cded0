// Builds what runs: the deployable function app (dist/app), the console in it, and the command line (dist/caretaker.js).
//   node scripts/build.mjs            both
//   node scripts/build.mjs --bundle   the app, minified, with a report of its size
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { buildConsole } from './console.mjs';

const root = new URL('..', import.meta.url);
const at = (path) => new URL(path, root).pathname;
const release = process.argv.includes('--bundle');
const manifest = JSON.parse(await readFile(at('package.json'), 'utf8'));

const shared = {
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  bundle: true,
  sourcemap: true,
  logLevel: 'warning',
};

await rm(at('dist/app'), { recursive: true, force: true });
await mkdir(at('dist/app/functions'), { recursive: true });

const app = build({
  ...shared,
  entryPoints: [at('functions/index.ts')],
  outfile: at('dist/app/functions/index.js'),
  // The Functions worker provides this module; it is on no registry.
  external: ['@azure/functions-core'],
  minify: release,
  keepNames: true,
  metafile: release,
});
const tool = release
  ? Promise.resolve()
  : build({
      ...shared,
      entryPoints: [at('src/cli/main.ts')],
      outfile: at('dist/caretaker.js'),
      packages: 'external',
      banner: { js: '#!/usr/bin/env node' },
    });

const [{ metafile }] = await Promise.all([app, tool, buildConsole()]);
await copyFile(at('host.json'), at('dist/app/host.json'));
await writeFile(
  at('dist/app/package.json'),
  `${JSON.stringify({ name: manifest.name, version: manifest.version, private: true, main: 'functions/index.js', engines: manifest.engines }, null, 2)}\n`,
);
if (release) {
  const { size } = await stat(at('dist/app/functions/index.js'));
  const largest = Object.entries(
    Object.values(metafile.outputs).find((one) => one.entryPoint !== undefined)?.inputs ?? {},
  ).reduce((sums, [path, { bytesInOutput }]) => {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'caretaker';
    return sums.set(name, (sums.get(name) ?? 0) + bytesInOutput);
  }, new Map());
  console.log(`dist/app: ${(size / 1024).toFixed(0)} KiB in one file`);
  for (const [name, bytes] of [...largest].sort((left, right) => right[1] - left[1]).slice(0, 6)) {
    console.log(`  ${(bytes / 1024).toFixed(0).padStart(6)} KiB  ${name}`);
  }
}
