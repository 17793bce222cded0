import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/**
 * One text in the place of a real file (types are known only for files that exist), and what must be said of it. Shows that
 * a rule is on, and where; what it finds is the matter of its own tests.
 */
const plants: readonly (readonly [what: string, path: string, code: string, rules: readonly string[]])[] = [
  ['the clock in a plan', 'src/run/plan.ts', 'export const now = Date.now();', ['caretaker/deterministic']],
  [
    'randomness in an orchestrator',
    'src/run/incident.orchestrator.ts',
    'export const n = Math.random();',
    ['caretaker/deterministic'],
  ],
  [
    'the network in a part of an orchestrator',
    'src/run/carry-out.ts',
    "export const answer = () => fetch('https://example.org');",
    ['caretaker/deterministic'],
  ],
  ['a wait in the account', 'src/run/account.ts', 'setTimeout(String, 10);', ['caretaker/deterministic']],
  ['a wait in waiting', 'src/kernel/waiting.ts', 'setTimeout(String, 10);', ['caretaker/deterministic']],
  [
    'a task state',
    'src/kernel/activity.ts',
    'export const f = (t: { isFaulted: 1 }) => t.isFaulted;',
    ['caretaker/deterministic'],
  ],
  [
    'a locale in a runbook',
    'src/runbooks/restart-vm/index.ts',
    "export const n = 'a'.localeCompare('b');",
    ['caretaker/deterministic'],
  ],
  ['the clock in an activity', 'src/run/activities.ts', 'export const now = Date.now();', []],
  ['the environment in a domain', 'src/run/activities.ts', 'export const e = process.env;', ['no-restricted-globals']],
  [
    'the environment in an adapter',
    'src/adapters/azure/classify.ts',
    'export const e = process.env;',
    ['no-restricted-globals'],
  ],
  ['the environment at the entry', 'functions/index.ts', 'export const e = process.env;', []],
  ['the environment of a command', 'src/cli/program.ts', 'export const e = process.env;', []],
  [
    'a promise that nobody waits for',
    'src/run/intake.ts',
    'async function f() {}\nf();',
    ['@typescript-eslint/no-floating-promises'],
  ],
  [
    'a promise where a truth is wanted',
    'src/run/intake.ts',
    'export async function f(): Promise<boolean> { return true; }\nexport const g = () => { if (f()) { return 1; } return 2; };',
    ['@typescript-eslint/no-misused-promises'],
  ],
  [
    'a case that was forgotten',
    'src/run/intake.ts',
    "export const f = (x: 'a' | 'b') => { switch (x) { case 'a': return 1; } return 2; };",
    ['@typescript-eslint/switch-exhaustiveness-check'],
  ],
  [
    'a type that is imported as a value',
    'src/run/intake.ts',
    "import { Clock } from '../kernel/clock';\nexport type C = Clock;",
    ['@typescript-eslint/consistent-type-imports'],
  ],
  ['a default export', 'src/run/intake.ts', 'export default 1;', ['no-restricted-syntax']],
  [
    'a default export by another way',
    'src/run/intake.ts',
    'const a = 1;\nexport { a as default };',
    ['no-restricted-syntax'],
  ],
  ['an enum', 'src/run/intake.ts', 'export enum Mode { Auto }', ['no-restricted-syntax']],
  ['any', 'src/run/intake.ts', 'export const a: any = 1;', ['@typescript-eslint/no-explicit-any']],
  [
    'a non-null assertion',
    'src/run/intake.ts',
    'export const f = (a?: string) => a!;',
    ['@typescript-eslint/no-non-null-assertion'],
  ],
  [
    'an interface with a prefix',
    'src/run/intake.ts',
    'export interface IClock { now: 1 }',
    ['@typescript-eslint/naming-convention'],
  ],
  ['a file that is too long', 'src/run/intake.ts', 'export {};\n'.repeat(501), ['max-lines']],
  ['a long file that is not too long', 'src/run/intake.ts', 'export {};\n'.repeat(500), []],
  ['a line on the console', 'src/run/intake.ts', "console.log('a');", ['no-console']],
  [
    'an exemption that exempts nothing',
    'src/run/intake.ts',
    '// eslint-disable-next-line no-console -- no reason\nexport {};',
    ["Unused eslint-disable directive (no problems were reported from 'no-console')."],
  ],
  ['a focused test', 'test/architecture/lint.test.ts', "test.only('a', () => {});", ['no-restricted-properties']],
  ['a skipped suite', 'test/architecture/lint.test.ts', "describe.skip('a', () => {});", ['no-restricted-properties']],
  [
    'a hook that is not always called',
    'src/console/app.tsx',
    "import { useState } from 'preact/hooks';\nexport const Sometimes = ({ on }: { on: boolean }) => (on ? <p>{useState(1)[0]}</p> : null);",
    ['react-hooks/rules-of-hooks'],
  ],
  [
    'a promise that a page does not wait for',
    'src/console/app.tsx',
    "export const Page = () => <button onClick={() => { fetch('/'); }}>Go</button>;",
    ['@typescript-eslint/no-floating-promises'],
  ],
  ['a default export of a page', 'src/console/app.tsx', 'export default () => <p />;', ['no-restricted-syntax']],
  ['a name that says nothing', 'lint/utils.cjs', 'module.exports = 1;', ['caretaker/file-name']],
];

let found: string[][];
beforeAll(() => {
  const input = JSON.stringify(plants.map(([, path, code]) => ({ path, code })));
  const args = [join(__dirname, 'lint-plants.mjs')];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: root, input, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`the linter did not run: ${stderr}`);
  }
  found = JSON.parse(stdout);
}, 120_000);

test.each(plants.map(([what, path, , rules], index) => ({ what, path, rules, index })))(
  '$what in $path',
  ({ rules, index }) => {
    expect([...new Set(found[index])]).toEqual(rules);
  },
);

test('every planted text stands in the place of a file that exists', () => {
  const missing = plants
    .map(([, path]) => path)
    .filter((path) => /[.]tsx?$/.test(path) && !existsSync(join(root, path)));
  expect(missing).toEqual([]);
});
