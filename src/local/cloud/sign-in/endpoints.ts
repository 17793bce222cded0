import type { IncomingMessage } from 'node:http';
import type { Principal } from '../model';
import { idToken, personToken } from '../people-tokens';
import { jsonReply, readBody, type Reply } from '../reply';
import type { World } from '../world';
import { audienceOf, loopbackAddress, readAuthorization } from './authorization';
import { createGrants } from './grants';
import { choicePage, problemPage, signedOutPage } from './pages';

const LARGEST_FORM = 64 * 1024;
const notKept = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };

/** What stands in for the sign-in pages and the token endpoint of Entra: the authorization code flow with PKCE, for browsers. */
export interface SignIn {
  /** Answers what is below the tenant's address; `undefined` for what is not its own. */
  handle(request: IncomingMessage, url: URL): Promise<Reply | undefined>;
  /** What the OpenID metadata say about it. */
  metadata(): Readonly<Record<string, unknown>>;
}

export function createSignIn(world: World, authority: () => string): SignIn {
  const grants = createGrants(world.tokenNow);
  const { tenantId, applications } = world.estate;
  const below = `/${tenantId}/oauth2/v2.0`;
  const people = (): Principal[] => [...world.principals.values()].filter(({ kind }) => kind === 'person');

  function choice(given: URLSearchParams): Reply {
    const read = readAuthorization(given, applications);
    if (!read.ok) return problemPage(400, 'This sign-in cannot go on', read.problems);
    const { application, redirectUri } = read.authorization;
    return choicePage({
      application: application.displayName,
      people: people(),
      action: `${below}/authorize`,
      fields: [...given].filter(([name]) => name !== 'person'),
      target: new URL(redirectUri),
    });
  }

  async function chosen(request: IncomingMessage): Promise<Reply> {
    // Only the page above sends this: another site must not choose for whoever is looking at it.
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin') {
      return problemPage(403, 'This sign-in cannot go on', ['The choice was not made on the page of this sign-in.']);
    }
    const form = await formOf(request);
    if (form === undefined) return problemPage(400, 'This sign-in cannot go on', ['What was sent is no form.']);
    const person = people().find(({ name }) => name === form.get('person'));
    const read = readAuthorization(form, applications);
    if (!read.ok || person === undefined) {
      const problems = read.ok ? ['person is nobody who is known here.'] : read.problems;
      return problemPage(400, 'This sign-in cannot go on', problems);
    }
    const { application, redirectUri, state, challenge, ...asked } = read.authorization;
    const grant = { ...asked, person: person.name, clientId: application.clientId };
    return redirectTo(redirectUri, { code: grants.issueCode(grant, redirectUri, challenge), state });
  }

  async function token(request: IncomingMessage): Promise<Reply> {
    const refuse = (error: string, error_description: string): Reply =>
      jsonReply(400, { error, error_description }, notKept);
    const form = await formOf(request);
    if (form === undefined) {
      return refuse('invalid_request', 'Send a form: application/x-www-form-urlencoded, at most 64 KiB.');
    }
    const repeated = [...new Set(form.keys())].find((name) => form.getAll(name).length > 1);
    if (repeated !== undefined) return refuse('invalid_request', `${repeated} is there more than once.`);
    const clientId = form.get('client_id')?.toLowerCase() ?? '';
    if (!applications.some((one) => one.clientId === clientId)) {
      return refuse('invalid_client', 'client_id is missing or of no application that is known here.');
    }
    const kind = form.get('grant_type');
    const needed = { authorization_code: ['code', 'redirect_uri', 'code_verifier'], refresh_token: ['refresh_token'] };
    if (kind !== 'authorization_code' && kind !== 'refresh_token') {
      return refuse('unsupported_grant_type', 'grant_type must be authorization_code or refresh_token.');
    }
    const missing = needed[kind].filter((name) => (form.get(name) ?? '') === '');
    if (missing.length > 0) return refuse('invalid_request', `Missing: ${missing.join(', ')}.`);
    const value = (name: string): string => form.get(name) ?? '';
    const scope = form.get('scope');
    const named = scope === null ? { audience: undefined } : audienceOf(scope);
    if ('problem' in named) return refuse('invalid_scope', named.problem);
    const redeemed =
      kind === 'authorization_code'
        ? grants.redeemCode({
            ...{ code: value('code'), clientId, redirectUri: value('redirect_uri') },
            verifier: value('code_verifier'),
          })
        : grants.redeemRefreshToken({ refreshToken: value('refresh_token'), clientId, audience: named.audience });
    if (!redeemed.ok) return refuse('invalid_grant', redeemed.problem);
    const { grant, refreshToken } = redeemed;
    const issuer = `${authority()}/v2.0`;
    const azp = { azp: clientId };
    const access = personToken(world, { name: grant.person, audience: grant.audience, claims: azp }, issuer);
    return jsonReply(
      200,
      {
        token_type: 'Bearer',
        scope: grant.scope,
        expires_in: access.expires_on - Math.floor(world.tokenNow() / 1000),
        access_token: access.access_token,
        id_token: idToken(world, { person: grant.person, clientId, nonce: grant.nonce }, issuer),
        ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      },
      notKept,
    );
  }

  function signedOut(given: URLSearchParams): Reply {
    const next = given.get('post_logout_redirect_uri');
    if (next === null) return signedOutPage();
    if (loopbackAddress(next) === undefined) {
      const problem =
        'post_logout_redirect_uri must be an address on this machine: http://localhost or http://127.0.0.1.';
      return problemPage(400, 'You are signed out, and stay here', [problem]);
    }
    const state = given.get('state');
    return redirectTo(next, state === null ? {} : { state });
  }

  return {
    async handle(request, url) {
      const { method } = request;
      if (url.pathname === `${below}/authorize`) {
        if (method === 'GET') return choice(url.searchParams);
        if (method === 'POST') return chosen(request);
      }
      if (url.pathname === `${below}/token` && method === 'POST') return token(request);
      if (url.pathname === `${below}/logout` && method === 'GET') return signedOut(url.searchParams);
      return undefined;
    },
    metadata: () => ({
      token_endpoint: `${authority()}/oauth2/v2.0/token`,
      authorization_endpoint: `${authority()}/oauth2/v2.0/authorize`,
      end_session_endpoint: `${authority()}/oauth2/v2.0/logout`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    }),
  };
}

/** Headers that let a page on this machine, and no other, read the answer. */
export function crossOrigin(request: IncomingMessage): Readonly<Record<string, string>> {
  const { origin } = request.headers;
  const isHere = origin !== undefined && loopbackAddress(origin)?.origin === origin;
  return { Vary: 'Origin', ...(isHere ? { 'Access-Control-Allow-Origin': origin } : {}) };
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) return undefined;
  const body = await readBody(request, LARGEST_FORM);
  return body === undefined ? undefined : new URLSearchParams(body.toString('utf8'));
}

function redirectTo(address: string, parameters: Readonly<Record<string, string>>): Reply {
  const url = new URL(address);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { status: 303, headers: { Location: url.href, ...notKept, 'Referrer-Policy': 'no-referrer' }, body: '' };
}
