import fc from 'fast-check';
import type { EpochMillis } from '../../src/kernel/clock';
import { after, between, formatDuration, parseDuration, seconds } from '../../src/kernel/duration';

it.each([
  ['0s', 0],
  ['90s', 90],
  ['10m', 600],
  ['1h30m', 5400],
  ['2d', 172_800],
  ['1w', 604_800],
  ['1w2d3h4m5s', 604_800 + 172_800 + 10_800 + 240 + 5],
])('reads %s', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

it.each(['', '90', '1.5h', '-5m', '5m1h', '1h1h', '1y', '1M', ' 5m', '5 m', '5M', '1234567s', 'PT5M'])(
  'refuses "%s"',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

it.each([
  [0, '0s'],
  [-3, '0s'],
  [59, '59s'],
  [60, '1m'],
  [5400, '1h30m'],
  [604_800, '1w'],
  [694_861, '1w1d1h1m1s'],
])('writes %d', (count, expected) => {
  expect(formatDuration(seconds(count))).toBe(expected);
});

it('reads back what it writes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999 * 86_400 }), (count) => {
      expect(parseDuration(formatDuration(seconds(count)))).toBe(count);
    }),
    { seed: 1 },
  );
});

it('goes from one instant to another and back', () => {
  const start = 1000 as EpochMillis;
  expect(after(start, seconds(90))).toBe(91_000);
  expect(between(start, 91_000 as EpochMillis)).toBe(90);
  expect(between(91_000 as EpochMillis, start)).toBe(-90);
});
