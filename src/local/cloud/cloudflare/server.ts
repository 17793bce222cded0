import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { CloudflareRefusal, invalid, noRoute, notAuthenticated } from './errors';
import type { CloudflareToken } from './model';
import { originProbe } from './origins';
import type { CloudflareRoute } from './routes';
import { CloudflareState } from './state';

export const apiRoot = '/client/v4';
const largestBody = 32 * 1024 * 1024;

/** Cloudflare's API version 4 over plain HTTP on loopback, and beside it the places that origins are looked at from. */
export function createCloudflareServer(state: CloudflareState, routes: readonly CloudflareRoute[]): Server {
  return createServer((request, response) => {
    serve(state, routes, request, response).catch((error: unknown) => {
      process.stderr.write(
        `local cloudflare: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      if (!response.headersSent) response.writeHead(503, { 'Retry-After': '5' });
      response.end();
    });
  });
}

async function serve(
  state: CloudflareState,
  routes: readonly CloudflareRoute[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(request.headers.host ?? '')) {
    response.writeHead(421).end();
    return;
  }
  if (url.pathname.startsWith('/probe/')) {
    originProbe(state, url, response);
    return;
  }
  const path = url.pathname.startsWith(`${apiRoot}/`) ? url.pathname.slice(apiRoot.length) : undefined;
  const method = request.method ?? 'GET';
  const body = await bodyOf(request);
  if (path === undefined) {
    response.writeHead(404).end();
    return;
  }
  const allowance = state.spend(1);
  const limits = CloudflareState.headers(allowance);
  const fault = state.takeFault(`${method} ${path}`);
  const note = (status: number, success: boolean, token?: CloudflareToken): void =>
    state.record({
      method,
      path: `${path}${url.search}`,
      status,
      success,
      ...(token === undefined ? {} : { token: token.name }),
      ...(fault === undefined ? {} : { fault: fault.id }),
    });
  let token: CloudflareToken | undefined;
  try {
    if (!allowance.allowed) {
      const wait = { 'Retry-After': String(allowance.resetSeconds) };
      throw new CloudflareRefusal(429, 971, 'Please wait and consider throttling your request speed', wait);
    }
    token = tokenOf(state, request);
    const effect = fault?.effect;
    if (effect?.kind === 'connection-reset') {
      note(0, false, token);
      response.destroy();
      return;
    }
    if (effect?.kind === 'status') {
      const seconds = effect.retryAfterSeconds ?? ([429, 503].includes(effect.status) ? 5 : undefined);
      const headers = seconds === undefined ? {} : { 'Retry-After': String(seconds) };
      throw new CloudflareRefusal(
        effect.status,
        effect.code ?? 10_000,
        effect.message ?? 'Refused on demand.',
        headers,
      );
    }
    if (effect?.kind === 'success-false') {
      throw new CloudflareRefusal(200, effect.code ?? 10_013, effect.message ?? 'Internal error.');
    }
    const parsed = parse(body);
    const route = routes.find((one) => one.method === method && one.path.test(path));
    if (route === undefined) throw noRoute(path);
    const parts = (route.path.exec(path) ?? []).slice(1);
    const answer =
      effect?.kind === 'accept-and-do-nothing'
        ? { result: { deletes: [], patches: [], puts: [], posts: [] } }
        : route.handle({
            state,
            token,
            query: url.searchParams,
            body: parsed,
            parts,
            half: effect?.kind === 'half-batch',
          });
    note(effect?.kind === 'timeout-after-effect' ? 0 : 200, true, token);
    if (effect?.kind === 'timeout-after-effect') {
      response.destroy();
      return;
    }
    send(response, 200, { ...answer, success: true, errors: [], messages: [] }, limits);
  } catch (error) {
    if (!(error instanceof CloudflareRefusal)) throw error;
    note(error.status, false, token);
    const { status, code, message, headers } = error;
    const pointer = (error as { pointer?: string }).pointer;
    const source = pointer === undefined ? {} : { source: { pointer } };
    const errors = [{ code, message, ...source }];
    send(response, status, { success: false, errors, messages: [], result: null }, { ...limits, ...headers });
  }
}

function tokenOf(state: CloudflareState, request: IncomingMessage): CloudflareToken {
  const value = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const found = [...state.tokens.values()].find((token) => token.value === value);
  const expired = found?.expires_on !== undefined && Date.parse(found.expires_on) <= state.now();
  if (found === undefined || found.status !== 'active' || expired) throw notAuthenticated();
  return found;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= largestBody) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): unknown {
  try {
    return body === '' ? undefined : JSON.parse(body);
  } catch {
    throw invalid(9207, 'Request body is invalid.');
  }
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string>): void {
  const content = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { ...headers, 'Content-Type': 'application/json', 'Content-Length': content.length });
  response.end(content);
}
