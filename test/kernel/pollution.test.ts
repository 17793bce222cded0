import { findUnsafePath, maximumDepth } from '../../src/kernel/pollution';

function nested(levels: number): unknown {
  return levels === 0 ? 'leaf' : [nested(levels - 1)];
}

it.each([
  ['{"__proto__": {"admin": true}}', '__proto__'],
  ['{"a": {"constructor": 1}}', 'a.constructor'],
  ['{"a": [{}, {"prototype": null}]}', 'a[1].prototype'],
  ['{"a": {"b": [[{"__proto__": []}]]}}', 'a.b[0][0].__proto__'],
])('finds the key in %s', (text, path) => {
  expect(findUnsafePath(JSON.parse(text))).toBe(path);
});

it.each([
  ['{"proto": 1, "value": "__proto__"}'],
  ['[1, "constructor", null, true]'],
  ['"__proto__"'],
  ['null'],
  ['{}'],
])('finds nothing in %s', (text) => {
  expect(findUnsafePath(JSON.parse(text))).toBeUndefined();
});

it('takes the deepest nesting there may be and refuses one level more', () => {
  expect(maximumDepth).toBe(64);
  expect(findUnsafePath(nested(65))).toBeUndefined();
  expect(findUnsafePath(nested(66))).toBe('[0]'.repeat(65));
});

it('looks at nothing beyond the limit, however deep it goes', () => {
  let deep: unknown = 'leaf';
  for (let level = 0; level < 200_000; level += 1) {
    deep = { in: deep };
  }
  expect(findUnsafePath(deep)).toMatch(/^in(?:\.in){64}$/);
});
