import { createHash } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { createEntraTokens } from '../../../src/adapters/entra';
import { seedEstate } from '../../../src/local/cloud';
import { startTestCloud, type TestCloud } from './support/cloud';

let test: TestCloud;
/** The real time, as far as the sign-in knows. */
let now = Date.now();
let as: oauth.AuthorizationServer;
beforeAll(async () => {
  test = await startTestCloud({ tokenNow: () => now });
  const issuer = new URL(test.cloud.issuer);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, overHttp));
});
afterAll(() => test.stop());
beforeEach(() => {
  now = Date.now();
});

const overHttp = { [oauth.allowInsecureRequests]: true };
const clientId = seedEstate().applications[0]?.clientId ?? '';
const client: oauth.Client = { client_id: clientId };
const redirectUri = 'http://localhost:7071/signed-in';
const audience = 'api://caretaker-local';
const verifier = 'v'.repeat(64);
const right = {
  client_id: clientId,
  response_type: 'code',
  redirect_uri: redirectUri,
  scope: `openid profile offline_access ${audience}/.default`,
  state: 'a state',
  nonce: 'a nonce',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
};
type Parameters = Readonly<Record<string, string | undefined>>;

function parametersOf(changed: Parameters): URLSearchParams {
  const all = Object.entries({ ...right, ...changed });
  return new URLSearchParams(all.filter((one): one is [string, string] => one[1] !== undefined));
}

const look = (changed: Parameters = {}) => fetch(`${as.authorization_endpoint}?${parametersOf(changed)}`);
const choose = (person: string, changed: Parameters = {}, headers: Record<string, string> = {}) =>
  fetch(as.authorization_endpoint ?? '', {
    method: 'POST',
    body: parametersOf({ ...changed, person }),
    redirect: 'manual',
    headers,
  });
const redirected = (response: Response) => new URL(response.headers.get('location') ?? '');

/** What the console does after the page has sent its visitor back. */
async function signIn(person: string, changed: Parameters = {}) {
  const here = redirected(await choose(person, changed));
  const parameters = oauth.validateAuthResponse(as, client, here, right.state);
  const answer = await oauth.authorizationCodeGrantRequest(
    ...([as, client, oauth.None(), parameters, redirectUri, verifier] as const),
    overHttp,
  );
  return oauth.processAuthorizationCodeResponse(as, client, answer, {
    ...(changed['nonce'] === undefined && 'nonce' in changed ? {} : { expectedNonce: right.nonce }),
    requireIdToken: true,
  });
}

const redeem = (body: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(as.token_endpoint ?? '', { method: 'POST', body: new URLSearchParams(body), headers });
const redeemCode = (code: string, changed: Record<string, string> = {}) =>
  redeem({
    ...{ grant_type: 'authorization_code', client_id: clientId, code, redirect_uri: redirectUri },
    ...{ code_verifier: verifier, ...changed },
  });
const codeOf = async (person: string) => redirected(await choose(person)).searchParams.get('code') ?? '';

describe('signing in', () => {
  it.each([
    ['rae', 'Rae Reader', ['Caretaker.Reader']],
    ['ada', 'Ada Admin', ['Caretaker.Admin']],
  ])('as %s gives tokens that the console and the operator API take', async (person, name, roles) => {
    const result = await signIn(person);
    expect(result).toMatchObject({ token_type: 'bearer', scope: right.scope, refresh_token: expect.any(String) });
    expect(result.expires_in).toBeGreaterThan(3590);
    expect(oauth.getValidatedIdTokenClaims(result)).toMatchObject({ name, aud: clientId, nonce: right.nonce, roles });
    const tokens = createEntraTokens({
      tenantId: test.cloud.tenantId,
      audiences: [audience],
      issuer: test.cloud.issuer,
    });
    expect(await tokens.check(result.access_token)).toMatchObject({
      kind: 'genuine',
      bearer: { name, kind: 'person', applicationId: clientId, roles },
    });
  });

  it('without a nonce or a wish to stay gives an id token without one, and no refresh token', async () => {
    const scope = `openid ${audience}/.default`;
    const result = await signIn('omar', { nonce: undefined, scope });
    expect(oauth.getValidatedIdTokenClaims(result)).not.toHaveProperty('nonce');
    expect(result.refresh_token).toBeUndefined();
  });

  it('asks who to be on a page that says with what and runs nothing', async () => {
    const response = await look({ state: `"><script>alert('planted')</script>` });
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toMatch(
      /<html lang="en">[^]*<title>Who do you want to be\?<\/title>[^]*<h1>Who do you want to be\?<\/h1>/,
    );
    for (const text of ['Rae Reader', 'Caretaker.Operator', 'Ava Approver', 'Ada Admin', 'localhost:7071']) {
      expect(html).toContain(text);
    }
    expect(html).not.toContain('<script');
    expect(html).not.toContain('caretaker-pruner');
    const policy = response.headers.get('content-security-policy') ?? '';
    const [, style = ''] = /<style>([^]*)<\/style>/.exec(html) ?? [];
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self' http://localhost:7071;");
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['another kind of answer', { response_type: 'token' }, 'response_type must be code'],
    ['an unknown application', { client_id: '00000000-0000-4000-8000-000000000000' }, 'client_id is of no application'],
    ['no application', { client_id: undefined }, 'client_id is of no application'],
    ['no state', { state: undefined }, 'state is missing'],
    ['no challenge', { code_challenge: undefined }, 'code_challenge is missing'],
    ['a challenge that is none', { code_challenge: 'short' }, 'code_challenge is missing or is no SHA-256'],
    ['no method', { code_challenge_method: undefined }, 'code_challenge_method must be S256'],
    ['the weak method', { code_challenge_method: 'plain' }, 'code_challenge_method must be S256'],
    ['an answer in the fragment', { response_mode: 'fragment' }, 'response_mode must be query'],
    ['no openid', { scope: `${audience}/.default` }, 'scope must have openid'],
    ['no API', { scope: 'openid profile' }, 'scope must name one API'],
    ['two APIs', { scope: 'openid api://a/.default api://b/.default' }, 'scope must name one API'],
    ['no address', { redirect_uri: undefined }, 'redirect_uri must be'],
    ['a foreign address', { redirect_uri: 'https://evil.example/signed-in' }, 'redirect_uri must be'],
    ['a foreign address over HTTP', { redirect_uri: 'http://evil.example/' }, 'redirect_uri must be'],
    [
      'an address that only looks like this machine',
      { redirect_uri: 'http://localhost.evil.example/' },
      'redirect_uri',
    ],
    ['a name in the address', { redirect_uri: 'http://localhost:7071@evil.example/' }, 'redirect_uri must be'],
    ['a script for an address', { redirect_uri: 'javascript:alert(1)//localhost' }, 'redirect_uri must be'],
    ['a fragment in the address', { redirect_uri: `${redirectUri}#there` }, 'redirect_uri must be'],
  ])('with %s is refused on a page, and nobody is sent anywhere', async (_what, changed, words) => {
    for (const response of [await look(changed), await choose('ada', changed)]) {
      expect([response.status, response.headers.get('location')]).toEqual([400, null]);
      const html = await response.text();
      expect(html).toContain(words);
      expect(html).not.toContain('<form');
      expect(response.headers.get('content-security-policy')).toContain("form-action 'none'");
    }
  });

  it('says everything that is wrong at once', async () => {
    const html = await (await fetch(as.authorization_endpoint ?? '')).text();
    expect(html.match(/<li>/g)?.length).toBeGreaterThan(6);
    const twice = await (await fetch(`${as.authorization_endpoint}?${parametersOf({})}&state=other`)).text();
    expect(twice).toContain('state is there more than once');
  });

  it('is for people who there are, and only on its own page', async () => {
    const nobody = await choose('caretaker');
    expect([nobody.status, await nobody.text()]).toEqual([400, expect.stringContaining('person is nobody')]);
    expect((await choose('ada', {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await choose('ada', {}, { 'sec-fetch-site': 'same-origin' })).status).toBe(303);
    const json = await fetch(as.authorization_endpoint ?? '', { method: 'POST', body: '{}' });
    expect(json.status).toBe(400);
  });
});

describe('a code', () => {
  const problemOf = async (response: Response) => {
    expect(response.headers.get('cache-control')).toBe('no-store');
    return { status: response.status, ...((await response.json()) as { error: string; error_description: string }) };
  };

  it('is good once; shown again, what came of it is over as well', async () => {
    const code = await codeOf('ada');
    const first = (await (await redeemCode(code)).json()) as { refresh_token: string };
    expect(await problemOf(await redeemCode(code))).toMatchObject({ status: 400, error: 'invalid_grant' });
    const next = await redeem({ grant_type: 'refresh_token', client_id: clientId, refresh_token: first.refresh_token });
    expect(await problemOf(next)).toMatchObject({ status: 400, error: 'invalid_grant' });
  });

  it('is good for a minute', async () => {
    const [early, late] = [await codeOf('ada'), await codeOf('ada')];
    now += 59_000;
    expect((await redeemCode(early)).status).toBe(200);
    now += 2_000;
    expect(await problemOf(await redeemCode(late))).toMatchObject({ error: 'invalid_grant' });
  });

  it.each([
    ['another verifier', { code_verifier: 'w'.repeat(64) }, 'invalid_grant', 'code_verifier'],
    ['another address', { redirect_uri: 'http://localhost:7072/signed-in' }, 'invalid_grant', 'redirect_uri'],
    ['another application', { client_id: 'b7e43f90-2a6d-4c81-9f05-d8c7a1e2f312' }, 'invalid_client', 'client_id'],
    ['no verifier', { code_verifier: '' }, 'invalid_request', 'code_verifier'],
    ['another kind of grant', { grant_type: 'password' }, 'unsupported_grant_type', 'grant_type'],
    ['an API too many', { scope: 'api://a/.default api://b/.default' }, 'invalid_scope', 'scope'],
    ['another code', { code: 'guess' }, 'invalid_grant', 'unknown'],
  ])('with %s is refused: %s', async (_what, changed, error, words) => {
    const refused = await problemOf(await redeemCode(await codeOf('ada'), changed));
    expect(refused).toMatchObject({ status: 400, error });
    expect(refused.error_description).toContain(words);
  });

  it('that was tried with a wrong verifier cannot be tried again', async () => {
    const code = await codeOf('ada');
    await redeemCode(code, { code_verifier: 'w'.repeat(64) });
    expect((await redeemCode(code)).status).toBe(400);
  });

  it('is asked for with a form', async () => {
    const body = JSON.stringify({ grant_type: 'authorization_code' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(as.token_endpoint ?? '', { method: 'POST', body, headers });
    expect(await problemOf(answer)).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await problemOf(await redeemCode('x'.repeat(70_000)))).toMatchObject({ error: 'invalid_request' });
  });
});

describe('a refresh token', () => {
  const refresh = async (token: string | undefined, more: Record<string, string> = {}) => {
    const body = { grant_type: 'refresh_token', client_id: clientId, refresh_token: token ?? '', ...more };
    const response = await redeem(body);
    const said = (await response.json()) as { refresh_token?: string; error?: string; error_description?: string };
    return { status: response.status, ...said };
  };

  it('is replaced by the next one, each good once', async () => {
    const { refresh_token: first = '' } = await signIn('omar');
    const answer = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), first, {
      ...overHttp,
      additionalParameters: { scope: right.scope },
    });
    const second = await oauth.processRefreshTokenResponse(as, client, answer);
    expect(oauth.getValidatedIdTokenClaims(second)).toMatchObject({ name: 'Omar Operator' });
    expect(second.refresh_token).not.toBe(first);
    expect(await refresh(first)).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect(await refresh(second.refresh_token)).toMatchObject({ status: 200, access_token: expect.any(String) });
  });

  it('is for the API that was signed in to, and says so without being used up', async () => {
    const { refresh_token: token } = await signIn('omar');
    const other = await refresh(token, { scope: 'openid api://other/.default' });
    expect(other).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect(other.error_description).toContain(audience);
    expect((await refresh(token)).status).toBe(200);
  });

  it('is over after a day, however often it was replaced', async () => {
    const { refresh_token: first } = await signIn('omar');
    now += 23 * 3_600_000;
    const { refresh_token: second } = await refresh(first);
    now += 2 * 3_600_000;
    expect(await refresh(second)).toMatchObject({ status: 400, error: 'invalid_grant' });
  });
});

describe('signing out', () => {
  const out = (query: string) => fetch(`${as.end_session_endpoint}${query}`, { redirect: 'manual' });

  it('leads back to where one came from, on this machine alone', async () => {
    const back = await out(`?post_logout_redirect_uri=${encodeURIComponent('http://localhost:7071/')}&state=s`);
    expect([back.status, back.headers.get('location')]).toEqual([303, 'http://localhost:7071/?state=s']);
    const foreign = await out('?post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F');
    expect([foreign.status, foreign.headers.get('location')]).toEqual([400, null]);
    const nowhere = await out('');
    expect([nowhere.status, await nowhere.text()]).toEqual([200, expect.stringContaining('You are signed out')]);
  });
});

describe('other origins', () => {
  const addresses = () => [`${test.cloud.issuer}/.well-known/openid-configuration`, as.jwks_uri, as.token_endpoint];

  it.each([
    ['http://localhost:7071', true],
    ['http://127.0.0.1:7071', true],
    ['https://evil.example', false],
    ['http://localhost.evil.example', false],
    ['null', false],
  ])('%s may read what programs read: %s', async (origin, isAllowed) => {
    for (const address of addresses()) {
      const asked = await fetch(address ?? '', { method: 'OPTIONS', headers: { origin } });
      const isToken = address === as.token_endpoint;
      const read = await fetch(address ?? '', { method: isToken ? 'POST' : 'GET', headers: { origin } });
      for (const response of [asked, read]) {
        expect(response.headers.get('access-control-allow-origin')).toBe(isAllowed ? origin : null);
        expect(response.headers.get('vary')).toBe('Origin');
        expect(response.headers.has('access-control-allow-credentials')).toBe(false);
      }
      expect([asked.status, read.status]).toEqual([204, isToken ? 400 : 200]);
      expect(asked.headers.get('access-control-allow-methods')).toBe('GET, POST');
    }
  });

  it('may not read the page', async () => {
    const page = await fetch(`${as.authorization_endpoint}?${parametersOf({})}`, {
      headers: { origin: 'http://localhost:7071' },
    });
    expect(page.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('are told what there is', () => {
    expect(as).toMatchObject({
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      response_modes_supported: ['query'],
      response_types_supported: ['code'],
      token_endpoint_auth_methods_supported: ['none'],
    });
  });
});
