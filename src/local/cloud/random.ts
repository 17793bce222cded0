import { createHash } from 'node:crypto';

/**
 * Chance that can be repeated: every value is a function of the seed and a name, so neither the order of calls nor a
 * restart changes it.
 */
export interface SeededRandom {
  /** A GUID for this name: version 4 in form, the same each time. */
  guid(name: string): string;
  /** A number in [0, 1) for this name. */
  fraction(name: string): number;
  /** Lower-case hexadecimal digits for this name, at most 64. */
  hex(name: string, length: number): string;
}

export function createRandom(seed: number): SeededRandom {
  const digest = (name: string): Buffer => createHash('sha256').update(`${seed}\u0000${name}`).digest();
  return {
    guid(name) {
      const bytes = digest(name);
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
      const hex = bytes.toString('hex');
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
    },
    fraction: (name) => digest(name).readUInt32BE(0) / 2 ** 32,
    hex: (name, length) => digest(name).toString('hex').slice(0, length),
  };
}
