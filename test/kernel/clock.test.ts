import fc from 'fast-check';
import { epochOf, isoOf, scaledClock, type EpochMillis } from '../../src/kernel/clock';
import { instantSchema } from '../../src/kernel/schemas';

describe('reading an instant', () => {
  // 2026-01-31T09:00:00Z is 20,484 days and 9 hours after the epoch.
  const nine = 20_484 * 86_400_000 + 9 * 3_600_000;

  it.each([
    ['2026-01-31T09:00:00Z', nine],
    ['2026-01-31T09:00:00.000Z', nine],
    ['2026-01-31T10:00:00+01:00', nine],
    ['2026-01-31T03:30:00-05:30', nine],
    ['2026-01-31T09:00:00.1234567+00:00', nine + 123],
    ['2024-02-29T00:00:00Z', 19_782 * 86_400_000],
  ])('%s', (text, expected) => {
    expect(epochOf(text)).toBe(expected);
    expect(instantSchema.parse(text)).toBe(new Date(expected).toISOString());
  });

  it.each([
    ['without its zone', '2026-01-31T09:00:00'],
    ['without its time', '2026-01-31'],
    ['without seconds', '2026-01-31T09:00Z'],
    ['the 30th of February', '2026-02-30T09:00:00Z'],
    ['the 29th of February of a common year', '2026-02-29T09:00:00Z'],
    ['a 13th month', '2026-13-01T09:00:00Z'],
    ['hour 24', '2026-01-31T24:00:00Z'],
    ['second 60', '2026-01-31T09:00:60Z'],
    ['with a blank', '2026-01-31 09:00:00Z'],
    ['in words', 'Sat, 31 Jan 2026 09:00:00 GMT'],
    ['a number', '1769850000000'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(epochOf(text)).toBeUndefined();
    const parsed = instantSchema.safeParse(text);
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues[0]?.message).toContain('its zone');
  });

  it('reads back every instant that it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (instant) => {
        expect(epochOf(isoOf(instant as EpochMillis))).toBe(instant);
      }),
      { seed: 1 },
    );
  });
});

it('a scaled clock shows its origin at its start and runs faster from there', () => {
  const now = jest.spyOn(Date, 'now');
  const clock = scaledClock({ origin: 1_000_000 as EpochMillis, startedAt: 5000 as EpochMillis, speed: 60 });
  now.mockReturnValue(5000);
  expect(clock.now()).toBe(1_000_000);
  now.mockReturnValue(6000);
  expect(clock.now()).toBe(1_060_000);
  now.mockRestore();
});
