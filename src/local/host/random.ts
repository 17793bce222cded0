import { randomBytes } from 'node:crypto';

/** Chance for the host: numbers in [0, 1). */
export type Random = () => number;

// One call for many numbers: asking the system for six bytes at a time took a third of the host's time under load.
const POOL_BYTES = 6 * 1024;

/** Chance that nobody can foresee. */
export function createSystemRandom(): Random {
  let pool = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used >= pool.length) {
      pool = randomBytes(POOL_BYTES);
      used = 0;
    }
    const value = pool.readUIntBE(used, 6) / 2 ** 48;
    used += 6;
    return value;
  };
}

/** Chance that is the same for the same seed (mulberry32). Not for secrets. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `digits` random hexadecimal digits. */
export function randomHex(random: Random, digits: number): string {
  let text = '';
  while (text.length < digits) {
    text += Math.floor(random() * 0x10000)
      .toString(16)
      .padStart(4, '0');
  }
  return text.slice(0, digits);
}

/** A random UUID (version 4) in the usual form with hyphens. */
export function randomUuid(random: Random): string {
  const hex = randomHex(random, 32);
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
