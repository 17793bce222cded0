import type { MetricsAnswer } from './types';

type Series = MetricsAnswer['series'][number];

const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A series in a unit that people read: `%` for the platform's `Percent`, and bytes in the largest binary unit that leaves no zero before the point. */
export function readable({ name, unit, points }: Series): Series {
  if (unit === 'Percent') return { name, unit: '%', points };
  if (unit !== 'Bytes') return { name, unit, points };
  const most = Math.max(1, ...points.map(({ value }) => Math.abs(value ?? 0)));
  const power = Math.min(binary.length - 1, Math.floor(Math.log2(most) / 10));
  const scaled = points.map(({ at, value }) => ({ at, value: value === null ? null : value / 1024 ** power }));
  return { name, unit: binary[power] ?? 'B', points: scaled };
}
