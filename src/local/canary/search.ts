import { constants, gunzipSync, inflateSync } from 'node:zlib';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { needlesOf, type Needle } from './encodings';

/** Where a value was found. Names the value by its number, so that a report does not spread it further. */
export interface Leak {
  readonly place: string;
  readonly encoding: string;
  /** Position of the value in the list that was searched for. */
  readonly value: number;
}

/** Something to search: a file, an answer, a log. */
export interface Searched {
  readonly place: string;
  readonly bytes: Buffer | string;
}

/** Compressed parts within compressed parts are looked into so deep. */
const deepest = 3;

/** Looks for values in whatever is given, in all their encodings and inside gzip and zlib members. */
export interface LeakSearch {
  /** How many values are looked for. */
  readonly values: number;
  in(searched: Searched): readonly Leak[];
  /** Every file below a folder. A file that is gone by the time it is read is passed over. */
  inFolder(folder: string): { readonly files: number; readonly bytes: number; readonly leaks: readonly Leak[] };
}

/** Prepares a search. Values below ten characters are refused: they would be found by chance. */
export function searchFor(values: readonly string[]): LeakSearch {
  const short = values.findIndex((value) => value.length < 10);
  if (short >= 0) {
    throw new RangeError(`value ${short} has fewer than ten characters; it would be found by chance`);
  }
  const numbers = new Map(values.map((value, index) => [value, index]));
  // All needles at once: by their first four bytes, which are compared as one number at every place.
  const byStart = new Map<number, Needle[]>();
  const firstTwo = new Uint8Array(65_536);
  for (const needle of values.flatMap(needlesOf)) {
    const start = needle.bytes.readUInt32LE(0);
    byStart.set(start, [...(byStart.get(start) ?? []), needle]);
    firstTwo[needle.bytes.readUInt16LE(0)] = 1;
  }

  function scan(place: string, bytes: Buffer, depth: number): Leak[] {
    const found: Leak[] = [];
    for (let at = 0; at + 4 <= bytes.length; at += 1) {
      const two = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
      if (firstTwo[two] === 1) {
        for (const { value, encoding, bytes: wanted } of byStart.get(bytes.readUInt32LE(at)) ?? []) {
          const end = at + wanted.length;
          if (end <= bytes.length && bytes.compare(wanted, 0, wanted.length, at, end) === 0) {
            found.push({ place, encoding, value: numbers.get(value) ?? -1 });
          }
        }
      }
      if (depth < deepest && isCompressed(bytes, at)) {
        const inner = inflated(bytes.subarray(at));
        if (inner !== undefined) {
          found.push(...scan(`${place} (compressed at ${at})`, inner, depth + 1));
        }
      }
    }
    return found;
  }

  const search = ({ place, bytes }: Searched): Leak[] =>
    scan(place, typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes, 0);

  return {
    values: values.length,
    in: search,
    inFolder(folder) {
      let files = 0;
      let total = 0;
      const leaks: Leak[] = [];
      for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const path = join(folder, entry);
        const bytes = readIfThere(path);
        if (bytes !== undefined) {
          files += 1;
          total += bytes.length;
          leaks.push(...search({ place: entry, bytes }));
        }
      }
      return { files, bytes: total, leaks };
    },
  };
}

/** A gzip member, or a zlib stream of the usual window. */
function isCompressed(bytes: Buffer, at: number): boolean {
  const [first, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  return (first === 0x1f && second === 0x8b && third === 8) || (first === 0x78 && (second === 0x9c || second === 0xda));
}

/** What a compressed part holds, also when it breaks off; undefined for what only looks like one. */
function inflated(bytes: Buffer): Buffer | undefined {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 256 * 1024 * 1024 };
  try {
    const inner = bytes[0] === 0x1f ? gunzipSync(bytes, options) : inflateSync(bytes, options);
    return inner.length === 0 ? undefined : inner;
  } catch {
    // Two or three bytes that begin like a compressed part are no such part.
    return undefined;
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
