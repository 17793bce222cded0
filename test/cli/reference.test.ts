import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '../../src/cli/program';
import { cliReference, completion } from '../../src/cli/reference';

it('docs/cli.md is what the program says (else: npm run generate)', () => {
  expect(readFileSync(join(__dirname, '../../docs/cli.md'), 'utf8')).toBe(cliReference(createProgram()));
});

it('documents each exit code, and no command that people do not call', () => {
  const text = cliReference(createProgram());
  expect(text.match(/^\| [0-4] \| .+\|$/gm)).toHaveLength(5);
  expect(text).toContain('### `caretaker hold add <resource>`');
  expect(text).not.toMatch(/local-host|local-cloud/);
});

/** What bash offers after the words so far. */
function offered(...words: string[]): string[] {
  const script = [
    completion(createProgram(), 'bash'),
    `COMP_WORDS=(${['caretaker', ...words].map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length}`,
    '_caretaker',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\n').filter(Boolean);
}

it('bash completes commands, their commands, and options', () => {
  expect(offered('ho')).toEqual(['host', 'hold']);
  expect(offered('hold', '')).toEqual(expect.arrayContaining(['list', 'add', 'release']));
  expect(offered('hold', 'add', '--re')).toEqual(['--reason']);
  expect(offered('stop', '--gl')).toEqual(['--global']);
  expect(offered('nothing', '')).toEqual([]);
});

it.each(['zsh', 'fish'] as const)('%s is offered every command', (shell) => {
  const script = completion(createProgram(), shell);
  for (const name of ['status', 'hold', 'why-not', 'rehearse', 'dead-letters']) {
    expect(script).toContain(name);
  }
});
