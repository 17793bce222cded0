import fc from 'fast-check';
import { compileGlob, globCovers, globsOverlap } from '../../src/rules/glob';

// The same inputs in every run; change the seed to look elsewhere.
fc.configureGlobal({ seed: 20260322 });

/** Glob matching as its definition reads, without any cleverness: exponential, for short texts only. */
function reference(glob: string, text: string): boolean {
  if (glob === '') {
    return text === '';
  }
  const [head, rest] = [glob[0], glob.slice(1)];
  if (head === '*') {
    return reference(rest, text) || (text !== '' && reference(glob, text.slice(1)));
  }
  return text !== '' && (head === '?' || head === text[0]) && reference(rest, text.slice(1));
}

const glob = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 7 }).map((parts) => parts.join(''));
const text = fc.array(fc.constantFrom('a', 'b', '-'), { maxLength: 8 }).map((parts) => parts.join(''));

/** Every text over a and b of at most seven characters: enough for globs of at most three. */
const texts = Array.from({ length: 8 }, (_, length) =>
  Array.from({ length: 2 ** length }, (_, bits) =>
    bits.toString(2).padStart(length, '0').slice(0, length).replaceAll('0', 'a').replaceAll('1', 'b'),
  ),
).flat();
const shortGlob = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 3 }).map((parts) => parts.join(''));

test.each([
  ['vm-*', 'vm-web-1', true],
  ['vm-*', 'VM-Web-1', true],
  ['VM-web-?', 'vm-web-1', true],
  ['vm-web-?', 'vm-web-10', false],
  ['vm-web', 'vm-web-1', false],
  ['*-prod-*', 'rg-web-prod-001', true],
  ['*', '', true],
  ['?', '', false],
  ['', '', true],
  ['a.c', 'abc', false],
  ['[ab]', 'a', false],
  ['**a**', 'bab', true],
])('%s and %s: %s', (pattern, name, expected) => {
  expect(compileGlob(pattern)(name)).toBe(expected);
});

test('agrees with the definition', () => {
  fc.assert(
    fc.property(glob, text, (pattern, name) => {
      expect(compileGlob(pattern)(name)).toBe(reference(pattern, name));
    }),
    { numRuns: 3000 },
  );
});

test('a pattern made to backtrack is answered all the same', () => {
  expect(compileGlob(`${'*a'.repeat(129)}*b`)('a'.repeat(260))).toBe(false);
});

test('two globs overlap exactly when some text fits both', () => {
  fc.assert(
    fc.property(shortGlob, shortGlob, (left, right) => {
      const both = texts.some((one) => reference(left, one) && reference(right, one));
      expect(globsOverlap(left, right)).toBe(both);
      expect(globsOverlap(right, left)).toBe(both);
    }),
    { numRuns: 1000 },
  );
});

test('a glob that covers another fits all that the other fits', () => {
  fc.assert(
    fc.property(shortGlob, shortGlob, (wide, narrow) => {
      fc.pre(globCovers(wide, narrow));
      expect(texts.filter((one) => reference(narrow, one) && !reference(wide, one))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['*', 'vm-*', true],
  ['vm-*', 'vm-web-?', true],
  ['vm-?', 'vm-1', true],
  ['vm-1', 'vm-?', false],
  ['vm-web-?', 'vm-web-*', false],
  ['VM-1', 'vm-1', true],
])('%s covers %s: %s', (wide, narrow, expected) => {
  expect(globCovers(wide, narrow)).toBe(expected);
});
