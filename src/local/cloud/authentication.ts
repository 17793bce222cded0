import { ArmError } from './errors';
import type { Principal } from './model';
import type { World } from './world';

const armAudiences = ['https://management.azure.com', 'https://management.core.windows.net'];

/** Who calls, from the bearer token; else 401 with ARM's challenge. */
export function authenticate(world: World, authorization: string | undefined): Principal {
  const refuse = (code: string, message: string): ArmError =>
    new ArmError(401, code, message, {
      'WWW-Authenticate':
        `Bearer authorization_uri="https://login.windows.net/${world.estate.tenantId}", ` +
        `error="invalid_token", error_description="${message.replace(/"/g, "'")}"`,
      'x-ms-failure-cause': 'gateway',
    });
  if (authorization === undefined) {
    throw refuse('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
  }
  const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) {
    throw refuse(
      'AuthenticationFailedInvalidHeader',
      "Authentication failed. The 'Authorization' header is provided in an invalid format.",
    );
  }
  const verified = world.tokens.verify(token);
  if (!verified.ok) {
    if (verified.problem === 'expired') {
      throw refuse(
        'ExpiredAuthenticationToken',
        `The access token expiry UTC time is earlier than current UTC time '${new Date(world.tokenNow()).toUTCString()}'.`,
      );
    }
    throw refuse('InvalidAuthenticationToken', `The access token is invalid (${verified.problem}).`);
  }
  const { aud, oid, tid } = verified.claims;
  const accepted = [...armAudiences, ...world.audiences];
  if (typeof aud !== 'string' || !accepted.some((each) => withoutSlash(each) === withoutSlash(aud))) {
    throw refuse(
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for wrong audience or resource '${String(aud)}'. It should exactly match ` +
        `with one of the allowed audiences '${accepted.map((each) => `${withoutSlash(each)}/`).join("','")}'.`,
    );
  }
  if (tid !== world.estate.tenantId) {
    throw refuse('InvalidAuthenticationTokenTenant', `The access token is from the wrong issuer '${String(tid)}'.`);
  }
  const principal = [...world.principals.values()].find((each) => each.objectId === oid);
  if (principal === undefined) {
    throw refuse(
      'InvalidAuthenticationToken',
      `The access token is invalid: no principal has the object id '${String(oid)}'.`,
    );
  }
  return principal;
}

function withoutSlash(audience: string): string {
  return audience.replace(/\/+$/, '');
}
