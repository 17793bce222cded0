import fc from 'fast-check';
import { canonicalJson } from '../../src/kernel/canonical-json';
import { hashOf, sha256, uuidOf } from '../../src/kernel/hash';

describe('canonical JSON', () => {
  it('writes the example of RFC 8785, section 3.2.2', () => {
    const value = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by UTF-16 code unit, as the example of RFC 8785, section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const order = [...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map((match) => match[1]);
    expect(order).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it.each([
    [-0, '0'],
    [1e21, '1e+21'],
    [9007199254740994, '9007199254740994'],
    [5e-324, '5e-324'],
  ])('writes the number %p as RFC 8785 does', (value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it('leaves out members that are undefined, and puts null for items that are', () => {
    expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
    // eslint-disable-next-line no-sparse-arrays -- the hole is what is tested
    expect(canonicalJson([1, , 2])).toBe('[1,null,2]');
  });

  it.each([
    ['a function', () => 1, 'function'],
    ['a bigint', 1n, 'bigint'],
    ['a symbol', Symbol('s'), 'symbol'],
    ['not-a-number', Number.NaN, 'NaN'],
    ['an infinity', Number.POSITIVE_INFINITY, 'Infinity'],
    ['a date', new Date(0), 'Date'],
    ['a map', new Map([['a', 1]]), 'Map'],
    ['a set', new Set([1]), 'Set'],
  ])('refuses %s', (_, value, named) => {
    expect(() => canonicalJson({ member: value })).toThrow(TypeError);
    expect(() => canonicalJson({ member: value })).toThrow(named);
  });

  it('gives equal texts for equal values in any order of keys, and text that reads back as the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(JSON.parse(JSON.stringify(value))))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 1 },
    );
  });
});

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(reversed);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, member]) => [key, reversed(member)]),
    );
  }
  return value;
}

describe('hashes', () => {
  it('hashes text as SHA-256 does (FIPS 180-2, "abc")', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('hashes equal values equally', () => {
    expect(hashOf({ a: 1, b: [2] })).toBe(hashOf({ b: [2], a: 1 }));
    expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: '1' }));
  });

  it('makes version 8 UUIDs that are a function of their parts', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (parts) => {
        const uuid = uuidOf(...parts);
        expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(uuidOf(...parts)).toBe(uuid);
      }),
      { seed: 1 },
    );
    expect(uuidOf('a', 'b')).not.toBe(uuidOf('ab'));
    expect(uuidOf('a', 'b')).not.toBe(uuidOf('b', 'a'));
  });
});
