import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerCertificate } from '../certificates';
import type { ActiveFault } from '../model';
import type { World } from '../world';

const largestBody = 1024 * 1024;

/** One call of a data plane, taken apart. */
export interface PlaneRequest {
  readonly method: string;
  readonly url: URL;
  /** What the parentheses of the route's pattern matched, decoded. */
  readonly parts: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** A fault that changes what the operation does, for the handler to obey. */
  readonly fault: ActiveFault | undefined;
}

export interface PlaneAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** JSON, or text as it is. */
  readonly body?: unknown;
}

export interface PlaneRoute {
  readonly method: string;
  readonly path: RegExp;
  /** What faults match, such as `KeyVault/secrets/set`. */
  readonly operation: string;
  handle(request: PlaneRequest): PlaneAnswer;
}

/** A refusal with the error body of Azure's data planes. */
export class PlaneRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Record<string, string> = {},
    readonly inner?: string,
  ) {
    super(message);
  }

  get body(): unknown {
    const innererror = this.inner === undefined ? {} : { innererror: { code: this.inner } };
    return { error: { code: this.code, message: this.message, ...innererror } };
  }
}

/** The JSON body of a request. */
export function jsonBody(request: PlaneRequest): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(request.text === '' ? '{}' : request.text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through to the refusal: what is no JSON is as wrong as what is no object.
  }
  throw new PlaneRefusal(400, 'BadParameter', 'The body is not a JSON object.');
}

/** An HTTPS server on loopback over a table of routes. */
export function createPlane(world: World, certificate: ServerCertificate, routes: readonly PlaneRoute[]): Server {
  return createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    serve(world, routes, request, response).catch((error: unknown) => {
      process.stderr.write(`local cloud: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!response.headersSent) response.writeHead(503, { 'Retry-After': '5' });
      response.end();
    });
  });
}

async function serve(
  world: World,
  routes: readonly PlaneRoute[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= largestBody) chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(request.url ?? '/', `https://${request.headers.host ?? 'localhost'}`);
  const method = request.method ?? 'GET';
  world.schedule.settle();
  const route = routes.find((one) => one.method === method && one.path.test(url.pathname));
  if (route === undefined) {
    send(response, {
      status: 404,
      body: { error: { code: 'NotFound', message: `Nothing is at ${method} ${url.pathname}.` } },
    });
    return;
  }
  const resource = url.pathname;
  const fault = world.faults.take({ operation: route.operation, resource, principal: 'caretaker' });
  const effect = fault?.effect;
  if (effect?.kind === 'connection-reset') {
    request.socket.destroy();
    return;
  }
  const parts = (route.path.exec(url.pathname) ?? []).slice(1).map((part) => decodeURIComponent(part ?? ''));
  let answer: PlaneAnswer;
  try {
    if (effect?.kind === 'status') {
      const wait = effect.retryAfterSeconds ?? ([429, 503].includes(effect.status) ? 5 : undefined);
      const headers: Record<string, string> = wait === undefined ? {} : { 'Retry-After': String(wait) };
      throw new PlaneRefusal(effect.status, effect.code ?? 'Refused', effect.message ?? 'Refused on demand.', headers);
    }
    answer = route.handle({ method, url, parts, headers: request.headers, text, fault });
  } catch (error) {
    if (!(error instanceof PlaneRefusal)) throw error;
    answer = { status: error.status, headers: error.headers, body: error.body };
  }
  if (effect?.kind === 'timeout-after-effect') {
    request.socket.destroy();
    return;
  }
  send(response, answer);
}

function send(response: ServerResponse, { status, headers = {}, body }: PlaneAnswer): void {
  const isText = typeof body === 'string';
  const content = body === undefined ? undefined : Buffer.from(isText ? body : JSON.stringify(body));
  const type = isText ? 'application/xml' : 'application/json; charset=utf-8';
  response.writeHead(status, {
    ...(content === undefined ? {} : { 'Content-Type': type }),
    'Content-Length': String(content?.length ?? 0),
    ...headers,
  });
  response.end(content);
}
