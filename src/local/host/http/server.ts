import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HostKeys } from '../api';
import type { Busy } from '../busy';
import { MANAGEMENT_PATH, RPC_PATH } from '../durable/client-data';
import { UnavailableError } from '../durable/errors';
import { unauthorized, type ManagementApi } from '../durable/management';
import type { Logger } from '../log';
import type { AdminApi } from './admin';
import type { HttpFunction, HttpFunctionCaller } from './functions';
import { hasKey } from './keys';
import {
  BodyTooLargeError,
  json,
  readRequest,
  sendResponse,
  text,
  type HostRequest,
  type HostResponse,
} from './message';

/** An endpoint of the host that is not the app's. Undefined means: not mine. */
export type Endpoint = (request: HostRequest) => Promise<HostResponse | undefined> | HostResponse | undefined;

/** What the server answers with. */
export interface ServerParts {
  readonly functions: readonly HttpFunction[];
  readonly caller: HttpFunctionCaller;
  readonly management: ManagementApi;
  readonly admin: AdminApi;
  readonly endpoints: readonly Endpoint[];
  readonly keys: HostKeys;
  readonly rpcToken: string;
  readonly log: Logger;
  readonly busy: Busy;
}

/** The host's HTTP server. It listens first and learns afterwards what to answer, since links carry the port. */
export class HostServer {
  readonly #server: Server;
  #parts: ServerParts | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(port: number, hostname: string): Promise<HostServer> {
    const server = createServer();
    // Function apps answer long polls; Node's limits are for servers that face strangers.
    server.requestTimeout = 0;
    server.keepAliveTimeout = 30_000;
    const host = new HostServer(server);
    server.on('request', (raw, answer) => void host.#answer(raw, answer));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE'
            ? new Error(`Port ${port} of ${hostname} is taken. Choose another with --port.`)
            : new Error(`Cannot listen on port ${port} of ${hostname}: ${error.message}.`, { cause: error }),
        ),
      );
      server.listen(port, hostname, resolve);
    });
    return host;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  serve(parts: ServerParts): void {
    this.#parts = parts;
  }

  /** Accepts no more connections; resolves when all requests are answered, or after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timeout = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(timeout);
  }

  async #answer(raw: IncomingMessage, answer: ServerResponse): Promise<void> {
    const parts = this.#parts;
    if (!parts) return sendResponse(answer, text(503, 'The host is starting.', { 'retry-after': '1' }));
    const end = parts.busy.begin();
    try {
      await this.#route(parts, raw, answer);
    } catch (error) {
      sendResponse(answer, this.#failure(parts, error));
    } finally {
      end();
    }
  }

  #failure({ log }: ServerParts, error: unknown): HostResponse {
    if (error instanceof UnavailableError) return json(503, { Message: error.message }, { 'retry-after': '5' });
    if (error instanceof BodyTooLargeError) return text(413, error.message);
    log.error('Host.Http', 'A request failed inside the host.', error);
    return json(500, { Message: 'Something went wrong while processing your request.' });
  }

  async #route(parts: ServerParts, raw: IncomingMessage, answer: ServerResponse): Promise<void> {
    let request: HostRequest;
    try {
      request = readRequest(raw, `localhost:${this.port}`);
    } catch {
      return sendResponse(answer, text(400, 'The request target or Host header is malformed.'));
    }
    const { pathname } = request.url;
    if (pathname.startsWith(`${MANAGEMENT_PATH}/`)) {
      if (!hasKey(request, parts.keys.durabletask, parts.keys.master)) return sendResponse(answer, unauthorized());
      return sendResponse(answer, await this.#manage(parts, request, MANAGEMENT_PATH));
    }
    const rpc = `${RPC_PATH}/${parts.rpcToken}/`;
    if (pathname.startsWith(rpc)) {
      const traceparent = pathname.slice(rpc.length).split('/')[0] ?? '';
      const headers = { traceparent, ...request.headers };
      return sendResponse(answer, await this.#manage(parts, { ...request, headers }, `${rpc}${traceparent}`));
    }
    for (const { route, methods } of parts.functions) {
      const params = route.match(pathname);
      if (!params) continue;
      const target = parts.functions.find(
        (candidate) => candidate.methods.has(request.method) && candidate.route.match(pathname),
      );
      if (!target) break;
      const found = methods.has(request.method) ? params : (target.route.match(pathname) ?? {});
      return parts.caller.call(target, found, request, answer);
    }
    if (pathname.startsWith('/admin')) return sendResponse(answer, await parts.admin.handle(request));
    for (const endpoint of parts.endpoints) {
      const response = await endpoint(request);
      if (response) return sendResponse(answer, response);
    }
    sendResponse(answer, { status: 404 });
  }

  #manage(parts: ServerParts, request: HostRequest, base: string): Promise<HostResponse> {
    const path = request.url.pathname.slice(base.length + 1).split('/');
    if (path.at(-1) === '' && path.length > 1) path.pop();
    try {
      return parts.management.handle(request, path.map(decodeURIComponent));
    } catch {
      return Promise.resolve(text(400, 'The path is not valid percent-encoding.'));
    }
  }
}
