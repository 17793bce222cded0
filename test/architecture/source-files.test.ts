import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
}

/** What is in the repository or about to be: everything that git does not ignore. */
const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 16 * 1024 * 1024,
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));

const isText = /\.(?:ts|tsx|js|mjs|cjs|json|md|ya?ml|tf|hcl|rego|html|css|sh|svg|txt)$|(?:^|\/)\.[a-z]+(?:ignore|rc)$/;
const texts: readonly SourceFile[] = paths
  .filter((path) => isText.test(path) && path !== 'package-lock.json')
  .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n') }));
const code = texts.filter(({ path }) => /\.(?:ts|tsx|js|mjs|cjs)$/.test(path));

/** `path:line: text` of every line that the expression finds, from the place where it does. */
function lines(files: readonly SourceFile[], wanted: RegExp): string[] {
  return files.flatMap(({ path, lines: all }) =>
    all.flatMap((line, index) => {
      const at = line.search(wanted);
      return at < 0 ? [] : [`${path}:${index + 1}: ${line.slice(at, at + 120)}`];
    }),
  );
}

test('the files are found', () => {
  expect(paths).toContain('test/architecture/source-files.test.ts');
  expect(code.length).toBeGreaterThan(200);
});

test('no file of code is above 500 lines', () => {
  // A last line break ends a line and begins none.
  const long = code.filter(({ lines: all }) => all.length - (all.at(-1) === '' ? 1 : 0) > 500);
  expect(long.map(({ path }) => path)).toEqual([]);
});

const focused =
  /\b(?:test|it|describe)\s*(?:\.\s*(?:concurrent|each)\s*)?\.\s*(?:only|skip|todo)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\s*(?:\.\s*each\s*)?[(`]/;
/** A test that cannot run everywhere says why, for the linter and for the reader, on the line before it. */
const excused = /eslint-disable-next-line no-restricted-properties -- \S+ \S+/;

test('no test is focused or skipped without a reason', () => {
  const found = code
    .filter(({ path }) => !path.startsWith('test/architecture/'))
    .flatMap(({ path, lines: all }) =>
      all.flatMap((line, index) =>
        focused.test(line) && !excused.test(all[index - 1] ?? '') ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
    );
  expect(found).toEqual([]);
});

test.each(['test.only(', 'it.skip(', 'describe.skip (', 'test.each.only(', 'xit(', 'fdescribe(', 'test.todo('])(
  '%s would be found',
  (text) => {
    expect(focused.test(text)).toBe(true);
  },
);

// Put together from parts, so that this file does not find itself. A Spacelift worker's own folder is no machine of ours.
const machinePath = new RegExp(
  `(?<![\\w.\\-/}])/(?:${['work', 'home/[a-z]+', 'Users/[A-Za-z]+', 'root', 'mnt'].join('|')})/(?!workspace/spacelift)[\\w.-]|[A-Z]:\\\\{1,2}Users`,
);

test('no file names a place on somebody’s machine', () => {
  expect(lines(texts, machinePath)).toEqual([]);
});

test.each(['work/x', 'home/jane/x', 'Users/Jane/x', 'root/x'])('/%s would be found', (path) => {
  expect(machinePath.test(`const folder = '/${path}';`)).toBe(true);
  expect(machinePath.test(`https://example.org/${path}`)).toBe(false);
});

test('every exemption from a rule has a reason', () => {
  const exemptions = lines(code, /(?:\/\/|\/\*)\s*(?:eslint-disable|@ts-(?:expect-error|ignore|nocheck))/);
  expect(
    exemptions.filter((line) => !/(?:eslint-disable\S* .* -- \S+|@ts-expect-error\S* \S+ \S+)/.test(line)),
  ).toEqual([]);
});
