import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { describeError, TransientError } from '../../kernel/errors';
import type { Bearer, Tokens, TokenVerdict } from '../../ports/tokens';

export interface EntraTokensOptions {
  readonly tenantId: string;
  /** Accepted `aud` values: an application's tokens carry its client id (version 2) or its identifier URI (version 1). */
  readonly audiences: readonly string[];
  /** Version 2 issuer, when it is not Entra's own: that of the local cloud. */
  readonly issuer?: string;
  /** The real time in epoch milliseconds. Entra's clock is nobody's to speed up. */
  readonly now?: () => number;
}

/** Clocks of servers that use time synchronization are closer than this. Seconds. */
const clockTolerance = 60;
/**
 * How long fetched keys serve without being asked for again. A token with an unknown key asks at once, so this only limits
 * how long a withdrawn key is taken. Microsoft's own libraries refresh every 12 hours.
 */
const keysMaxAge = 12 * 60 * 60 * 1000;
/** No more than one request for keys in this time, whatever key ids callers invent. */
const keysCooldown = 30 * 1000;
const keysTimeout = 5 * 1000;

const claimsSchema = z.object({
  oid: z.guid(),
  tid: z.string(),
  name: z.string().optional(),
  preferred_username: z.string().optional(),
  /** Version 2; version 1 says `appid`. */
  azp: z.string().optional(),
  appid: z.string().optional(),
  idtyp: z.string().optional(),
  scp: z.string().optional(),
  roles: z.array(z.string()).max(100).default([]),
  /** There when the application asks for them; Entra lists 200 at most and then says in `_claim_names` where the rest is. */
  groups: z.array(z.string()).max(1000).default([]),
  _claim_names: z.looseObject({ groups: z.unknown() }).optional(),
});

/**
 * Access tokens of one Entra tenant for this application, versions 1 and 2. Only RS256, which is all that Entra signs with.
 * Keys are fetched from the issuer when first needed and kept.
 * https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
export function createEntraTokens(options: EntraTokensOptions): Tokens {
  const { tenantId, audiences, now = Date.now } = options;
  const issuer = options.issuer ?? `https://login.microsoftonline.com/${tenantId}/v2.0`;
  const keys = createRemoteJWKSet(new URL(`${issuer.replace(/\/v2\.0$/, '')}/discovery/v2.0/keys`), {
    cacheMaxAge: keysMaxAge,
    cooldownDuration: keysCooldown,
    timeoutDuration: keysTimeout,
  });
  const keyOf: JWTVerifyGetKey = async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      // Fetched, and the token's key is not among them: the token is at fault. All else is the fetching.
      if (
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported
      ) {
        throw error;
      }
      throw new TransientError('KeysUnavailable', `the keys of tokens cannot be fetched: ${describeError(error)}`, {
        cause: error,
        retryAfterSeconds: 30,
      });
    }
  };

  return {
    async check(token) {
      let payload: unknown;
      try {
        ({ payload } = await jwtVerify(token, keyOf, {
          algorithms: ['RS256'],
          issuer: [issuer, `https://sts.windows.net/${tenantId}/`],
          audience: [...audiences],
          requiredClaims: ['exp'],
          clockTolerance,
          currentDate: new Date(now()),
        }));
      } catch (error) {
        if (error instanceof errors.JOSEError) {
          return refused(error);
        }
        throw error;
      }
      const parsed = claimsSchema.safeParse(payload);
      if (!parsed.success) {
        return { kind: 'refused', reason: 'the token lacks claims that an access token of Entra has' };
      }
      if (parsed.data.tid.toLowerCase() !== tenantId.toLowerCase()) {
        return { kind: 'refused', reason: 'the token is of another tenant' };
      }
      return { kind: 'genuine', bearer: bearerOf(parsed.data) };
    },
  };
}

function bearerOf(claims: z.infer<typeof claimsSchema>): Bearer {
  const applicationId = claims.azp ?? claims.appid;
  // Only a person's token says what the application may do for them (`scp`); `idtyp` is there when it was asked for.
  const kind = claims.idtyp === 'app' || claims.scp === undefined ? 'application' : 'person';
  const groups = claims._claim_names?.groups === undefined ? claims.groups : undefined;
  const name =
    kind === 'person' ? (claims.name ?? claims.preferred_username ?? claims.oid) : (applicationId ?? claims.oid);
  return { objectId: claims.oid, name, kind, applicationId, roles: claims.roles, groups };
}

function refused(error: errors.JOSEError): TokenVerdict {
  if (error instanceof errors.JWTExpired) {
    return { kind: 'refused', reason: 'the token has expired; get a new one' };
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const claims: Readonly<Record<string, string>> = {
      aud: 'the token is for another audience',
      iss: 'the token is of another issuer or tenant',
      nbf: 'the token is not valid yet',
    };
    return { kind: 'refused', reason: claims[error.claim] ?? 'a claim of the token is missing or not valid' };
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return { kind: 'refused', reason: 'the token is not signed by its issuer' };
  }
  return { kind: 'refused', reason: 'this is no token of Entra' };
}
