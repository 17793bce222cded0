import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { searchFor } from '../../../src/local/canary';

const secret = 'k3y+with/"odd" chärs==&more';
const { values, ...search } = searchFor(['another-value-altogether', secret]);
const found = (bytes: Buffer | string) =>
  search.in({ place: 'x', bytes }).map(({ encoding, value }) => [encoding, value]);

test.each([
  ['plain', `before ${secret} behind`],
  ['hex', `x${Buffer.from(secret).toString('hex')}y`],
  ['HEX', Buffer.from(secret).toString('hex').toUpperCase()],
  ['url', `?key=${encodeURIComponent(secret)}&b=1`],
  ['json', JSON.stringify({ secret })],
  ['json in json', JSON.stringify(JSON.stringify({ secret }))],
  ['utf16', Buffer.from(`--${secret}--`, 'utf16le')],
  ['base64+0', Buffer.from(secret).toString('base64')],
  ['base64+1', Buffer.from(`a${secret}`).toString('base64')],
  ['base64+2', Buffer.from(`ab${secret}z`).toString('base64')],
  ['base64url+0', Buffer.from(`abc${secret}`).toString('base64url')],
])('a value is found as %s', (encoding, bytes) => {
  // An encoding that gives the same bytes as an earlier one is known under the earlier one's name.
  expect(found(bytes).map(([, value]) => value)).toContain(1);
  expect(found(bytes).map(([name]) => String(name).replace('base64url', 'base64'))).toContain(
    encoding.replace('base64url', 'base64'),
  );
});

test('a value is found inside gzip and zlib members, within others, and in one that breaks off', () => {
  const inner = gzipSync(`log line with ${secret}`);
  const outer = Buffer.concat([
    Buffer.from('header'),
    deflateSync(Buffer.concat([Buffer.from('--'), inner])),
    Buffer.from('tail'),
  ]);
  expect(found(outer)).toEqual([['plain', 1]]);
  const long = gzipSync(`${secret} ${Array.from({ length: 400 }, (_, index) => index * 7919).join()}`);
  expect(found(long.subarray(0, long.length - 20))).toEqual([['plain', 1]]);
});

test('what is not there is not found, and a value that would be found by chance is refused', () => {
  expect(values).toBe(2);
  expect(found(`k3y+with ${gzipSync('nothing').toString('latin1')} \u001f\u008b\u0008 broken`)).toEqual([]);
  expect(() => searchFor(['long enough to search', 'short'])).toThrow('value 1 has fewer than ten characters');
});

test('every file below a folder is searched', () => {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-canary-'));
  try {
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'clean.txt'), 'nothing');
    writeFileSync(join(folder, 'deep/dirty.bin'), Buffer.concat([Buffer.alloc(4096), Buffer.from(secret)]));
    expect(search.inFolder(folder)).toEqual({
      files: 2,
      bytes: 7 + 4096 + Buffer.byteLength(secret),
      leaks: [{ place: 'deep/dirty.bin', encoding: 'plain', value: 1 }],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
