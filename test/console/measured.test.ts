import { readable } from '../../src/console/story/measured';

const series = (unit: string, ...values: (number | null)[]) => ({
  name: 'a',
  unit,
  points: values.map((value, index) => ({ at: `2026-11-30T20:0${index}:00.000Z`, value })),
});
const valuesOf = ({ points }: ReturnType<typeof readable>) => points.map(({ value }) => value);

it.each([
  ['Percent', [12, null], '%', [12, null]],
  ['Count', [1, 0], 'Count', [1, 0]],
  ['Bytes', [1_610_612_736, 3_221_225_472, null], 'GiB', [1.5, 3, null]],
  ['Bytes', [1024, 512], 'KiB', [1, 0.5]],
  ['Bytes', [1023, 0], 'B', [1023, 0]],
  ['Bytes', [null, null], 'B', [null, null]],
])('%s %j is shown in %s', (unit, values, shown, expected) => {
  const one = readable(series(unit, ...values));
  expect(one.unit).toBe(shown);
  expect(valuesOf(one)).toEqual(expected);
});
