// The operator's console, from src/console into dist/app/console: static files whose names change with their content, compressed once.
//   node scripts/console.mjs --dev http://127.0.0.1:7071     serves the sources, with the API of a platform that runs there
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build, createServer } from 'vite';

const root = new URL('..', import.meta.url).pathname;
const folder = join(root, 'dist/app/console');
/** Smaller files gain nothing. Bytes. */
const worthCompressing = 1024;

/** @type {import('vite').InlineConfig} */
const config = {
  root: join(root, 'src/console'),
  configFile: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: { alias: { react: 'preact/compat', 'react-dom': 'preact/compat' } },
  build: {
    outDir: folder,
    emptyOutDir: true,
    // Inlined files would need exceptions in the content security policy.
    assetsInlineLimit: 0,
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
};

/** Builds the console. Brotli takes its time at its best level, so that the function app need not take any. */
export async function buildConsole() {
  await build(config);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/\.(?:js|css|html|svg|json)$/.test(name)) continue;
    const content = await readFile(join(folder, name));
    if (content.length < worthCompressing) continue;
    await writeFile(join(folder, `${name}.br`), brotliCompressSync(content, quality));
    await writeFile(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
  }
}

const dev = process.argv.indexOf('--dev');
if (import.meta.filename === process.argv[1] && dev !== -1) {
  const target = process.argv[dev + 1] ?? 'http://127.0.0.1:7071';
  // The sources have a folder api/ of their own.
  const proxy = { '/api/operator': target, '/sign-in.json': target };
  const server = await createServer({ ...config, logLevel: 'info', server: { host: '127.0.0.1', proxy } });
  await server.listen();
  server.printUrls();
}
