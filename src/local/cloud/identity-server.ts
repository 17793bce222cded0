import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { checkedParameters, isControlMethod } from './control-schemas';
import { CloudControlError } from './errors';
import type { CloudControl, Principal } from './model';
import { identityToken } from './people-tokens';
import { jsonReply, readBody, send } from './reply';
import { createSignIn, crossOrigin, type SignIn } from './sign-in/endpoints';
import type { World } from './world';

/** The versions of the App Service identity endpoint that the SDKs use. */
const identityVersions = ['2019-08-01', '2020-06-01'];
const LARGEST_BODY = 4 * 1024 * 1024;

export interface IdentityServerOptions {
  world: World;
  /** The control exists only once the address of this server is known. */
  control: () => CloudControl;
  baseUrl: () => string;
}

/** The secret in `IDENTITY_HEADER` of a process whose identity is this principal. */
export function identityHeaderOf(world: World, principal: Principal): string {
  return world.random.hex(`identity header ${principal.name}`, 32).toUpperCase();
}

/**
 * Plain HTTP on loopback: managed identity tokens, OpenID metadata and keys, signing in, an inbox for messages, the control under
 * `/_local/`.
 */
export function createIdentityServer(options: IdentityServerOptions): Server {
  const signIn = createSignIn(options.world, () => authorityOf(options));
  return createServer((request, response) => {
    serve(options, signIn, request, response).catch((error: unknown) => {
      process.stderr.write(`local cloud: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!response.headersSent) response.writeHead(503, { 'Retry-After': '5' });
      response.end();
    });
  });
}

async function serve(
  options: IdentityServerOptions,
  signIn: SignIn,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', options.baseUrl());
  const { method } = request;
  // A web page can point a name of its own at this address; its requests then carry that name.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(request.headers.host ?? '')) {
    answer(response, 421, {
      error: { code: 'MisdirectedRequest', message: 'Only 127.0.0.1 and localhost are served.' },
    });
    return;
  }
  if (url.pathname === '/msi/token' && method === 'GET') {
    managedIdentity(options.world, url, request, response);
  } else if (url.pathname.startsWith('/_local/') && method === 'POST') {
    await runControl(options, url.pathname.slice('/_local/'.length), request, response);
  } else if (url.pathname.startsWith('/inbox/') && method === 'POST') {
    await options.world.inbox.take(url.pathname.slice('/inbox/'.length), request);
    answer(response, 202, {});
  } else if (url.pathname.startsWith(`/${options.world.estate.tenantId}/`)) {
    await serveTenant(options, signIn, url, request, response);
  } else {
    answer(response, 404, { error: { code: 'NotFound', message: `Nothing is at ${method} ${url.pathname}.` } });
  }
}

/** The App Service contract: `X-IDENTITY-HEADER` says which app asks, the query which of its identities it wants. */
function managedIdentity(world: World, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const refuse = (status: number, message: string): void =>
    answer(response, status, {
      statusCode: status,
      message,
      correlationId: world.random.guid(`refusal ${url.search}`),
    });
  const header = request.headers['x-identity-header'];
  const principals = [...world.principals.values()];
  const caller = principals.find((each) => each.kind !== 'person' && identityHeaderOf(world, each) === header);
  if (caller === undefined) return refuse(403, 'The X-IDENTITY-HEADER header is missing or does not match.');
  const version = url.searchParams.get('api-version');
  if (version === null || !identityVersions.includes(version)) {
    return refuse(
      400,
      `The api-version '${version ?? ''}' is not supported. Supported: ${identityVersions.join(', ')}.`,
    );
  }
  const resource = url.searchParams.get('resource');
  if (resource === null || resource === '') return refuse(400, "The query parameter 'resource' is required.");
  const wanted = {
    clientId: url.searchParams.get('client_id'),
    objectId: url.searchParams.get('object_id') ?? url.searchParams.get('principal_id'),
    resourceId: url.searchParams.get('mi_res_id'),
  };
  const named = Object.entries(wanted).find(([, value]) => value !== null);
  const principal =
    named === undefined
      ? caller
      : principals.find(
          (each) =>
            each.kind === 'user-assigned' &&
            String(each[named[0] as keyof typeof wanted] ?? '').toLowerCase() === named[1]?.toLowerCase(),
        );
  if (principal === undefined) {
    return refuse(
      400,
      'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
    );
  }
  const token = identityToken(world, principal, resource);
  answer(response, 200, {
    access_token: token.access_token,
    expires_on: String(token.expires_on),
    resource,
    token_type: 'Bearer',
    client_id: principal.clientId,
  });
}

function authorityOf({ world, baseUrl }: IdentityServerOptions): string {
  return `${baseUrl()}/${world.estate.tenantId}`;
}

/** What is below the tenant's address. Pages on this machine may read all that programs read; a browser asks beforehand. */
async function serveTenant(
  options: IdentityServerOptions,
  signIn: SignIn,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const authority = authorityOf(options);
  const path = url.pathname.slice(options.world.estate.tenantId.length + 1);
  const forPrograms: Readonly<Record<string, (() => unknown) | undefined>> = {
    '/v2.0/.well-known/openid-configuration': () => ({
      issuer: `${authority}/v2.0`,
      jwks_uri: `${authority}/discovery/v2.0/keys`,
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'oid', 'tid', 'roles', 'preferred_username', 'ver'],
      ...signIn.metadata(),
    }),
    '/discovery/v2.0/keys': () => options.world.tokens.jwks(),
    // Only a browser's question is answered here; the rest is the sign-in's.
    '/oauth2/v2.0/token': undefined,
  };
  const isForPrograms = Object.hasOwn(forPrograms, path);
  const origin = isForPrograms ? crossOrigin(request) : {};
  if (isForPrograms && request.method === 'OPTIONS') {
    const allowed = { 'Access-Control-Allow-Methods': 'GET, POST', 'Access-Control-Allow-Headers': 'Content-Type' };
    send(response, { status: 204, headers: { ...origin, ...allowed, 'Access-Control-Max-Age': '600' }, body: '' });
    return;
  }
  const document = request.method === 'GET' && isForPrograms ? forPrograms[path] : undefined;
  const reply = document === undefined ? await signIn.handle(request, url) : jsonReply(200, document());
  if (reply === undefined) {
    answer(response, 404, { error: { code: 'NotFound', message: `Nothing is at ${request.method} ${url.pathname}.` } });
    return;
  }
  send(response, { ...reply, headers: { ...reply.headers, ...origin } });
}

/**
 * Only JSON is taken: a web page open in a browser on this machine cannot send that across origins without asking first,
 * and is then refused.
 */
async function runControl(
  options: IdentityServerOptions,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refuse = (status: number, code: string, message: string): void =>
    answer(response, status, { error: { code, message } });
  if (!isControlMethod(name)) return refuse(404, 'NotFound', `The local cloud has no control named '${name}'.`);
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return refuse(415, 'UnsupportedMediaType', 'Send the arguments as application/json.');
  }
  const body = await readBody(request, LARGEST_BODY);
  if (body === undefined) return refuse(413, 'RequestContentTooLarge', 'The request content is too large.');
  let parameters: unknown[];
  try {
    const value: unknown = body.length === 0 ? [] : JSON.parse(body.toString('utf8'));
    parameters = Array.isArray(value) ? value : [value];
  } catch (error) {
    return refuse(400, 'InvalidRequestContent', `The body is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  try {
    const lever = options.control()[name] as (...given: unknown[]) => Promise<unknown>;
    const value = await lever(...checkedParameters(name, parameters));
    answer(response, 200, value ?? null);
  } catch (error) {
    // A wrong argument is the caller's; what else goes wrong is told too, this being a tool for developers.
    refuse(
      400,
      error instanceof CloudControlError ? 'BadRequest' : 'Failed',
      error instanceof Error ? error.message : String(error),
    );
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  send(response, jsonReply(status, body));
}
