import { createHash, randomBytes } from 'node:crypto';

/** What somebody has allowed an application. */
export interface Grant {
  readonly person: string;
  readonly clientId: string;
  /** Where its access tokens are taken. */
  readonly audience: string;
  readonly scope: string;
  readonly nonce: string | undefined;
  /** Whether the application may go on without asking again. */
  readonly isOffline: boolean;
}

interface Code {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly expiresAt: number;
  /** The refresh token that it led to, and those that followed: all are over when the code is shown again. */
  family: Family | undefined;
  isUsed: boolean;
}

interface Family {
  isOver: boolean;
}

interface Refresh {
  readonly grant: Grant;
  readonly family: Family;
  readonly expiresAt: number;
}

/** What a code or a refresh token gave. */
export type Redeemed =
  | { readonly ok: true; readonly grant: Grant; readonly refreshToken: string | undefined }
  /** `invalid_grant`, and why. */
  | { readonly ok: false; readonly problem: string };

/** Codes and refresh tokens. They are in memory alone: stopping the cloud makes all of them invalid. */
export interface Grants {
  issueCode(grant: Grant, redirectUri: string, challenge: string): string;
  /** Good once, within a minute, for whoever has the verifier of the challenge (RFC 7636, S256). */
  redeemCode(given: { code: string; clientId: string; redirectUri: string; verifier: string }): Redeemed;
  /** Good once: the answer has the one that follows it. `audience`: where the next access token shall be taken, if it is said. */
  redeemRefreshToken(given: { refreshToken: string; clientId: string; audience: string | undefined }): Redeemed;
}

const codeLife = 60_000;
/** As Entra gives applications in a browser. */
const refreshLife = 24 * 60 * 60_000;

/** `now`: the real time in epoch milliseconds. Secrets are from real chance: whoever could repeat it could guess them. */
export function createGrants(now: () => number): Grants {
  const codes = new Map<string, Code>();
  const refreshes = new Map<string, Refresh>();
  const secret = (): string => randomBytes(32).toString('base64url');

  function forgetExpired(): void {
    for (const kept of [codes, refreshes]) {
      for (const [name, { expiresAt }] of kept) if (expiresAt <= now()) kept.delete(name);
    }
  }

  function follow(grant: Grant, family: Family, expiresAt: number): string | undefined {
    if (!grant.isOffline) return undefined;
    const token = secret();
    refreshes.set(token, { grant, family, expiresAt });
    return token;
  }

  return {
    issueCode(grant, redirectUri, challenge) {
      forgetExpired();
      const code = secret();
      const expiresAt = now() + codeLife;
      codes.set(code, { grant, redirectUri, challenge, expiresAt, family: undefined, isUsed: false });
      return code;
    },
    redeemCode({ code, clientId, redirectUri, verifier }) {
      forgetExpired();
      const found = codes.get(code);
      if (found === undefined) return { ok: false, problem: 'The code is unknown or has expired.' };
      if (found.isUsed) {
        if (found.family !== undefined) found.family.isOver = true;
        return { ok: false, problem: 'The code was used before.' };
      }
      // Whatever comes of it: a code that was shown is over.
      found.isUsed = true;
      if (found.grant.clientId !== clientId) return { ok: false, problem: 'The code is of another application.' };
      if (found.redirectUri !== redirectUri) return { ok: false, problem: 'The code was for another redirect_uri.' };
      if (createHash('sha256').update(verifier).digest('base64url') !== found.challenge) {
        return { ok: false, problem: 'The code_verifier does not match the code_challenge.' };
      }
      found.family = { isOver: false };
      return { ok: true, grant: found.grant, refreshToken: follow(found.grant, found.family, now() + refreshLife) };
    },
    redeemRefreshToken({ refreshToken, clientId, audience }) {
      forgetExpired();
      const found = refreshes.get(refreshToken);
      if (found === undefined || found.family.isOver) {
        return { ok: false, problem: 'The refresh token is unknown, was used before or has expired.' };
      }
      if (found.grant.clientId !== clientId) {
        return { ok: false, problem: 'The refresh token is of another application.' };
      }
      if (audience !== undefined && audience !== found.grant.audience) {
        return { ok: false, problem: `The refresh token is for ${found.grant.audience}.` };
      }
      refreshes.delete(refreshToken);
      const { grant, family, expiresAt } = found;
      return { ok: true, grant, refreshToken: follow(grant, family, expiresAt) };
    },
  };
}
