import fc from 'fast-check';
import { InvalidInputError, type InputProblem } from '../../src/kernel/errors';
import { findUnsafePath } from '../../src/kernel/pollution';
import { maximumJsonLength, readJson } from '../../src/signal';

// The same inputs in every run; change the seed to look elsewhere.
fc.configureGlobal({ seed: 20260322 });

function refusalOf(text: string): InvalidInputError {
  try {
    readJson(text);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error;
    }
    throw error;
  }
  throw new Error('the text was accepted');
}

describe('what JSON is', () => {
  const json = fc.jsonValue().filter((value) => findUnsafePath(value) === undefined);

  test('reads what was written', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test('takes no text that JSON.parse refuses', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      'a',
      '\\',
      'u00e9',
      '1',
      '-',
      '.',
      'e',
      '0',
      'true',
      'null',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
        ),
        (text) => {
          let expected: unknown;
          try {
            expected = JSON.parse(text) as unknown;
          } catch {
            expect(refusalOf(text).code).toBe('InvalidJson');
            return;
          }
          expect(readJson(text)).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('skips a byte order mark', () => {
    expect(readJson('\uFEFF[1]')).toEqual([1]);
  });
});

describe('what is refused', () => {
  const cases: [string, string, InputProblem[]][] = [
    ['nothing', '', [{ path: '', message: 'the body is empty; expected a JSON document', line: 1, column: 1 }]],
    [
      'a comma too many',
      '{\n  "a": 1,\n}',
      [{ path: '', message: 'expected a key in double quotes, found "}"', line: 3, column: 1 }],
    ],
    [
      'an end too early',
      '{"a": [1,\n 2',
      [{ path: '', message: 'expected "," or "]", found the end of the text', line: 2, column: 3 }],
    ],
    ['a word', '{"a": tru}', [{ path: '', message: 'expected a value, found "t"', line: 1, column: 7 }]],
    [
      'more than one document',
      '{} {}',
      [{ path: '', message: 'expected the end of the document, found "{"', line: 1, column: 4 }],
    ],
    [
      'a line break in a text',
      '["a\nb"]',
      [{ path: '', message: 'a text in quotes does not go on like this: found "\\n"', line: 1, column: 4 }],
    ],
    ['no colon', '{"a" 1}', [{ path: '', message: 'expected ":" after the key "a", found "1"', line: 1, column: 6 }]],
    [
      'a number too large',
      '{"a": 1e400}',
      [{ path: 'a', message: 'is a number too large to be held', line: 1, column: 7 }],
    ],
    [
      'keys that appear twice and keys that pollute, all of them',
      '{"a": 1,\n "a": 2,\n "b": [{"__proto__": {"admin": true}, "constructor": 1}],\n "\\u0061": 3}',
      [
        {
          path: 'a',
          message: 'appears twice in one object; which one counts differs between readers, so keep one',
          line: 2,
          column: 2,
        },
        { path: 'b[0].__proto__', message: 'the key "__proto__" is not allowed; remove it', line: 3, column: 9 },
        { path: 'b[0].constructor', message: 'the key "constructor" is not allowed; remove it', line: 3, column: 39 },
        {
          path: 'a',
          message: 'appears twice in one object; which one counts differs between readers, so keep one',
          line: 4,
          column: 2,
        },
      ],
    ],
  ];
  test.each(cases)('%s', (_, text, problems) => {
    expect(refusalOf(text).problems).toEqual(problems);
  });

  test('a nesting deeper than 64 levels, however deep', () => {
    expect(readJson(`${'['.repeat(65)}${']'.repeat(65)}`)).toBeDefined();
    const problem = { path: '', message: 'is nested deeper than 64 levels; flatten it', line: 1, column: 66 };
    expect(refusalOf(`${'['.repeat(66)}${']'.repeat(66)}`).problems).toEqual([problem]);
    expect(refusalOf('['.repeat(400_000)).problems).toEqual([problem]);
  });

  test('a text that is too long, without reading it', () => {
    const { code, problems } = refusalOf(' '.repeat(maximumJsonLength + 1));
    expect(code).toBe('PayloadTooLarge');
    expect(problems).toEqual([{ path: '', message: 'the body has 524289 characters; at most 524288 are read' }]);
  });

  test('a body full of the same key lists fifty problems and no more', () => {
    const text = `{${Array.from({ length: 1000 }, () => '"a":1').join(',')}}`;
    expect(refusalOf(text).problems).toHaveLength(50);
  });
});
