import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticFolder } from '../../../src/adapters/file';
import { TransientError } from '../../../src/kernel/errors';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'static-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : Buffer.from(bytes).toString());

it('reads every file with its compressed forms', async () => {
  mkdirSync(join(folder, 'assets/deep'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), 'page');
  writeFileSync(join(folder, 'assets/deep/main.js'), 'script');
  writeFileSync(join(folder, 'assets/deep/main.js.br'), 'brotli');
  writeFileSync(join(folder, 'assets/deep/main.js.gz'), 'gzip');
  writeFileSync(join(folder, 'archive.gz'), 'of its own');
  const files = await staticFolder(folder).read();
  expect([...(files?.keys() ?? [])].sort()).toEqual(['archive.gz', 'assets/deep/main.js', 'index.html']);
  const script = files?.get('assets/deep/main.js');
  expect([script?.bytes, script?.compressed.br, script?.compressed.gzip].map(text)).toEqual([
    'script',
    'brotli',
    'gzip',
  ]);
  expect(files?.get('index.html')?.compressed).toEqual({});
});

it('tells contents apart, and only contents', async () => {
  writeFileSync(join(folder, 'a.js'), 'one');
  writeFileSync(join(folder, 'b.js'), 'one');
  writeFileSync(join(folder, 'c.js'), 'two');
  const files = await staticFolder(folder).read();
  const [a, b, c] = ['a.js', 'b.js', 'c.js'].map((name) => files?.get(name)?.version);
  expect(a).toMatch(/^[0-9a-f]{32}$/);
  expect(b).toBe(a);
  expect(c).not.toBe(a);
});

it('follows no link out of the folder', async () => {
  writeFileSync(join(folder, 'index.html'), 'page');
  symlinkSync(__filename, join(folder, 'linked.js'));
  symlinkSync(__dirname, join(folder, 'linked'));
  expect([...((await staticFolder(folder).read())?.keys() ?? [])]).toEqual(['index.html']);
});

it('says when there is no folder, and fails when what is there is none', async () => {
  expect(await staticFolder(join(folder, 'absent')).read()).toBeUndefined();
  writeFileSync(join(folder, 'file'), '');
  await expect(staticFolder(join(folder, 'file')).read()).rejects.toThrow(TransientError);
});
