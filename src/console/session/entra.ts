import * as oauth from 'oauth4webapi';
import { readStored, writeStored } from './stored';
import type { EntraWay, Tokens } from './session';

/** What is remembered while the browser is at the sign-in page. */
interface Begun {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly returnTo: string;
}

const redirectUri = (): string => `${location.origin}/signed-in`;
const scopesOf = ({ scope }: EntraWay): string => `openid profile offline_access ${scope}`;

/** Only the stand-in of the local platform speaks plain HTTP, on this machine alone. */
const transport = ({ local }: EntraWay): { [oauth.allowInsecureRequests]: boolean } => ({
  [oauth.allowInsecureRequests]: local,
});

async function server(way: EntraWay): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(way.authority);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, transport(way)));
}

/** The address of the page to sign in at: authorization code flow with PKCE (RFC 7636). */
export async function beginSignIn(way: EntraWay, returnTo: string): Promise<string> {
  const { authorization_endpoint: endpoint } = await server(way);
  if (endpoint === undefined) throw new Error(`${way.authority} names no authorization endpoint`);
  const begun: Begun = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    returnTo,
  };
  writeStored('session', 'begun', begun);
  const address = new URL(endpoint);
  const asked = {
    client_id: way.clientId,
    response_type: 'code',
    redirect_uri: redirectUri(),
    scope: scopesOf(way),
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  return address.href;
}

/** Exchanges what the sign-in page sent back. Throws when it is not what was begun in this tab, or was refused. */
export async function completeSignIn(way: EntraWay, here: URL): Promise<{ tokens: Tokens; returnTo: string }> {
  const begun = readStored<Begun>('session', 'begun');
  if (begun === undefined) throw new Error('This sign-in was not begun in this tab, or was completed before.');
  writeStored('session', 'begun', undefined);
  const as = await server(way);
  const client = { client_id: way.clientId };
  const parameters = oauth.validateAuthResponse(as, client, here, begun.state);
  const answer = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    oauth.None(),
    parameters,
    redirectUri(),
    begun.verifier,
    transport(way),
  );
  const result = await oauth.processAuthorizationCodeResponse(as, client, answer, {
    expectedNonce: begun.nonce,
    requireIdToken: true,
  });
  return { tokens: tokensOf(result, undefined), returnTo: begun.returnTo };
}

/** A new access token for a refresh token. */
export async function renewed(way: EntraWay, refreshToken: string): Promise<Tokens> {
  const as = await server(way);
  const client = { client_id: way.clientId };
  const answer = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), refreshToken, {
    ...transport(way),
    additionalParameters: { scope: scopesOf(way) },
  });
  return tokensOf(await oauth.processRefreshTokenResponse(as, client, answer), refreshToken);
}

/** Where one signs out. */
export async function endSession(way: EntraWay, idToken: string | undefined): Promise<string> {
  const { end_session_endpoint: endpoint } = await server(way);
  if (endpoint === undefined) return '/';
  const address = new URL(endpoint);
  address.searchParams.set('post_logout_redirect_uri', `${location.origin}/`);
  if (idToken !== undefined) address.searchParams.set('id_token_hint', idToken);
  return address.href;
}

function tokensOf(result: oauth.TokenEndpointResponse, refreshToken: string | undefined): Tokens {
  return {
    accessToken: result.access_token,
    refreshToken: result.refresh_token ?? refreshToken,
    idToken: result.id_token,
    expiresAt: Date.now() + (result.expires_in ?? 3600) * 1000,
  };
}
