import type { IssuedToken, Principal, TokenRequest } from './model';
import type { World } from './world';

/** Claims every token has. */
function timesOf(world: World, lifeSeconds: number): { iat: number; nbf: number; exp: number } {
  const iat = Math.floor(world.tokenNow() / 1000);
  return { iat, nbf: iat, exp: iat + lifeSeconds };
}

/** A token of a managed identity, as Entra's v1 endpoint issues it. */
export function identityToken(world: World, principal: Principal, resource: string): IssuedToken {
  const times = timesOf(world, world.timing.tokenLifeSeconds);
  const issuer = `https://sts.windows.net/${world.estate.tenantId}/`;
  const access_token = world.tokens.sign({
    aud: resource,
    iss: issuer,
    ...times,
    appid: principal.clientId,
    appidacr: '2',
    idp: issuer,
    idtyp: 'app',
    oid: principal.objectId,
    sub: principal.objectId,
    tid: world.estate.tenantId,
    ver: '1.0',
    ...(principal.resourceId === undefined ? {} : { xms_mirid: principal.resourceId }),
  });
  return { access_token, token_type: 'Bearer', expires_on: times.exp };
}

/** A token of a person signed in to an application, as Entra's v2 endpoint issues it. */
export function personToken(world: World, request: TokenRequest, issuer: string): IssuedToken {
  const person = requirePerson(world, request.name);
  const times = timesOf(world, request.lifeSeconds ?? 3600);
  const tenantId = request.tenantId ?? world.estate.tenantId;
  const roles = request.roles ?? person.appRoles ?? [];
  const access_token = world.tokens.sign({
    aud: request.audience,
    iss: request.issuer ?? issuer,
    ...times,
    azp: person.clientId,
    azpacr: '0',
    name: person.displayName ?? person.name,
    oid: person.objectId,
    preferred_username: `${person.name}@example.com`,
    ...(roles.length === 0 ? {} : { roles }),
    scp: 'user_impersonation',
    sub: world.random.hex(`subject ${person.objectId} ${request.audience}`, 43),
    tid: tenantId,
    ver: '2.0',
    ...request.claims,
  });
  return { access_token, token_type: 'Bearer', expires_on: times.exp };
}

/** What an application is told of who has signed in to it, as Entra's v2 endpoint tells it. */
export function idToken(
  world: World,
  request: { readonly person: string; readonly clientId: string; readonly nonce: string | undefined },
  issuer: string,
): string {
  const person = requirePerson(world, request.person);
  const { appRoles: roles = [] } = person;
  return world.tokens.sign({
    aud: request.clientId,
    iss: issuer,
    ...timesOf(world, 3600),
    name: person.displayName ?? person.name,
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
    oid: person.objectId,
    preferred_username: `${person.name}@example.com`,
    ...(roles.length === 0 ? {} : { roles }),
    sub: world.random.hex(`subject ${person.objectId} ${request.clientId}`, 43),
    tid: world.estate.tenantId,
    ver: '2.0',
  });
}

function requirePerson(world: World, name: string): Principal {
  const known = world.principals.get(name);
  if (known !== undefined) return known;
  const person: Principal = {
    name,
    displayName: name,
    objectId: world.random.guid(`person ${name}`),
    clientId: world.random.guid(`client of ${name}`),
    kind: 'person',
  };
  world.principals.set(name, person);
  return person;
}
