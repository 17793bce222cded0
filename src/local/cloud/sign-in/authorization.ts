import type { Application } from '../model';

/** A request for a code that everything is right with. */
export interface Authorization {
  readonly application: Application;
  readonly redirectUri: string;
  readonly state: string;
  readonly challenge: string;
  readonly scope: string;
  readonly audience: string;
  readonly nonce: string | undefined;
  readonly isOffline: boolean;
}

/** Scopes of OpenID Connect itself. All others are of an API. */
const openIdScopes = ['openid', 'profile', 'email', 'offline_access'];

/** An address on this machine that a browser may be sent to: plain HTTP, as whoever listens there speaks. */
export function loopbackAddress(text: string | null): URL | undefined {
  const url = text !== null && URL.canParse(text) ? new URL(text) : undefined;
  const isHere = url?.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(url.hostname);
  return isHere && url.username === '' && url.password === '' && url.hash === '' ? url : undefined;
}

/** Where tokens with this scope are taken: `api://caretaker` of `openid api://caretaker/.default`. It must name one API. */
export function audienceOf(scope: string): { readonly audience: string } | { readonly problem: string } {
  const others = scope.split(' ').filter((one) => one !== '' && !openIdScopes.includes(one));
  const audiences = [...new Set(others.map((one) => one.slice(0, Math.max(0, one.lastIndexOf('/')))))];
  const [audience = ''] = audiences;
  return audiences.length === 1 && audience !== ''
    ? { audience }
    : { problem: 'scope must name one API, such as api://caretaker-local/.default.' };
}

/** Reads the parameters of an authorization request (RFC 6749 and 7636). Lists everything that is wrong with them. */
export function readAuthorization(
  given: URLSearchParams,
  applications: readonly Application[],
): { readonly ok: true; readonly authorization: Authorization } | { readonly ok: false; readonly problems: string[] } {
  const problems: string[] = [];
  const must = (isRight: boolean, problem: string): void => {
    if (!isRight) problems.push(problem);
  };
  for (const name of new Set(given.keys())) {
    must(given.getAll(name).length === 1, `${name} is there more than once.`);
  }
  const clientId = given.get('client_id');
  const application = applications.find((one) => one.clientId === clientId?.toLowerCase());
  must(application !== undefined, 'client_id is of no application that is known here.');
  const redirectUri = given.get('redirect_uri') ?? '';
  must(
    loopbackAddress(redirectUri) !== undefined,
    'redirect_uri must be an address on this machine: http://localhost or http://127.0.0.1, without a fragment.',
  );
  must(given.get('response_type') === 'code', 'response_type must be code.');
  must(['query', null].includes(given.get('response_mode')), 'response_mode must be query.');
  const state = given.get('state') ?? '';
  must(state !== '', 'state is missing.');
  const challenge = given.get('code_challenge') ?? '';
  must(/^[\w-]{43}$/.test(challenge), 'code_challenge is missing or is no SHA-256 in base64url (43 characters).');
  must(given.get('code_challenge_method') === 'S256', 'code_challenge_method must be S256.');
  const scope = given.get('scope') ?? '';
  must(scope.split(' ').includes('openid'), 'scope must have openid in it.');
  const named = audienceOf(scope);
  if ('problem' in named) problems.push(named.problem);
  if (problems.length > 0 || application === undefined || 'problem' in named) return { ok: false, problems };
  return {
    ok: true,
    authorization: {
      ...{ application, redirectUri, state, challenge, scope, audience: named.audience },
      nonce: given.get('nonce') ?? undefined,
      isOffline: scope.split(' ').includes('offline_access'),
    },
  };
}
