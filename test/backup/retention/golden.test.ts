import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decide, readCase, shown } from './golden-case';

const directory = join(__dirname, 'golden');
const files = readdirSync(directory).sort();

it('has at least thirty cases', () => {
  expect(files.length).toBeGreaterThanOrEqual(30);
});

it.each(files)('%s', (file) => {
  const golden = readCase(readFileSync(join(directory, file), 'utf8'));
  expect(shown(decide(golden))).toBe(golden.expected);
});
