import { createSign, createVerify, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { SeededRandom } from './random';

/** One claim set, as it is in a token. */
export type Claims = Record<string, unknown>;

export type TokenProblem =
  'malformed' | 'unsupported-algorithm' | 'unknown-key' | 'bad-signature' | 'expired' | 'not-yet-valid';

export type VerifiedToken = { ok: true; claims: Claims } | { ok: false; problem: TokenProblem };

/** Issues and checks RS256 tokens with a key made at start: a new start makes all earlier tokens invalid. */
export interface TokenAuthority {
  sign(claims: Claims): string;
  /** Checks signature and time (5 minutes of tolerance, as Entra's libraries have it). The audience is the caller's. */
  verify(token: string): VerifiedToken;
  jwks(): { keys: Record<string, unknown>[] };
}

const TOLERANCE_SECONDS = 300;

export function createTokenAuthority(options: { random: SeededRandom; now: () => number }): TokenAuthority {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyId = options.random.hex('signing-key', 32);
  return {
    sign(claims) {
      const head = encode({ typ: 'JWT', alg: 'RS256', kid: keyId, x5t: keyId });
      const input = `${head}.${encode(claims)}`;
      return `${input}.${createSign('RSA-SHA256').update(input).sign(privateKey, 'base64url')}`;
    },
    verify: (token) => verifyToken(token, keyId, publicKey, Math.floor(options.now() / 1000)),
    jwks() {
      const jwk = publicKey.export({ format: 'jwk' });
      return { keys: [{ ...jwk, use: 'sig', alg: 'RS256', kid: keyId, x5t: keyId }] };
    },
  };
}

function verifyToken(token: string, keyId: string, key: KeyObject, nowSeconds: number): VerifiedToken {
  const [head, body, signature, ...rest] = token.split('.');
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0) {
    return { ok: false, problem: 'malformed' };
  }
  const header = decode(head);
  const claims = decode(body);
  if (header === undefined || claims === undefined) return { ok: false, problem: 'malformed' };
  if (header['alg'] !== 'RS256') return { ok: false, problem: 'unsupported-algorithm' };
  if (header['kid'] !== keyId) return { ok: false, problem: 'unknown-key' };
  if (!createVerify('RSA-SHA256').update(`${head}.${body}`).verify(key, signature, 'base64url')) {
    return { ok: false, problem: 'bad-signature' };
  }
  const expires = claims['exp'];
  const notBefore = claims['nbf'];
  if (typeof expires !== 'number' || expires + TOLERANCE_SECONDS <= nowSeconds) {
    return { ok: false, problem: 'expired' };
  }
  if (typeof notBefore === 'number' && notBefore - TOLERANCE_SECONDS > nowSeconds) {
    return { ok: false, problem: 'not-yet-valid' };
  }
  return { ok: true, claims };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    // Not JSON: the caller answers that the token is malformed.
    return undefined;
  }
}
