import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedLoad } from '../../src/scaling';

export const shapes = ['steady', 'ramp', 'spike', 'sawtooth', 'missing-data', 'step', 'daily-season'] as const;
export type Shape = (typeof shapes)[number];

/** A recorded load as minutes, whatever its step is. */
export function recording(shape: Shape): RecordedLoad[] {
  const path = join(__dirname, '../fixtures/loads', `${shape}.json`);
  const { from, everySeconds, load } = JSON.parse(readFileSync(path, 'utf8')) as {
    from: string;
    everySeconds: number;
    load: (number | null)[];
  };
  const start = Date.parse(from);
  return load.flatMap((value, index) =>
    Array.from({ length: everySeconds / 60 }, (_, minute) => ({
      at: start + index * everySeconds * 1000 + minute * 60_000,
      load: value,
    })),
  );
}
