import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from './canonical-json';

/** SHA-256 of a text, as 64 lower-case hexadecimal digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** SHA-256 of a value's canonical JSON: the same for values that are equal, whatever the order of their keys. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value));
}

/**
 * A UUID (version 8, RFC 9562) that is a pure function of its parts, for headers and fields that want a UUID and must
 * stay the same when a step is carried out again.
 */
export function uuidOf(...parts: readonly string[]): string {
  const digits = hashOf(parts).slice(0, 32).split('');
  digits[12] = '8';
  digits[16] = '89ab'[Number.parseInt(digits[16] as string, 16) % 4] as string;
  const text = digits.join('');
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

/** The HMAC of a text with a secret, in lower-case hexadecimal digits: what {@link isSignedWith} takes. */
export function signatureOf(algorithm: 'sha256' | 'sha512', secret: string, text: string): string {
  return createHmac(algorithm, secret).update(text, 'utf8').digest('hex');
}

/**
 * Whether a text was signed with a secret: `signature` is the HMAC in lower-case hexadecimal digits. Takes the same time for
 * every signature of the right length. An empty secret signs nothing.
 */
export function isSignedWith(algorithm: 'sha256' | 'sha512', secret: string, text: string, signature: string): boolean {
  const expected = Buffer.from(createHmac(algorithm, secret).update(text, 'utf8').digest('hex'), 'utf8');
  const given = Buffer.from(signature, 'utf8');
  return secret !== '' && expected.length === given.length && timingSafeEqual(expected, given);
}
