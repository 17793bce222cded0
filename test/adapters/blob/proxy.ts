import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to one request: an answer in the storage's place, no answer at all, the connection broken off before or after the
 * storage carried it out, or nothing special.
 */
export type Fault =
  | { readonly status: number; readonly code: string; readonly retryAfter?: number }
  | 'silent'
  | 'reset-before'
  | 'reset-after'
  | undefined;

export interface FaultyProxy {
  /** The connection string of the storage behind, by way of the proxy. */
  readonly connectionString: string;
  /** What happens to the next requests, one after the other; then nothing special. */
  readonly faults: Fault[];
  /** `PUT /account/container/blob` of every request, in order of arrival. */
  readonly requests: string[];
  stop(): Promise<void>;
}

/** Stands between the SDK and a real storage, and breaks what it is told to break. Listens on loopback. */
export async function startProxy(connectionString: string): Promise<FaultyProxy> {
  const target = new URL(/BlobEndpoint=([^;]+)/.exec(connectionString)?.[1] as string);
  const faults: Fault[] = [];
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
    void serve(target, incoming, outgoing, faults.shift());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connectionString: connectionString.replace(target.host, `127.0.0.1:${port}`),
    faults,
    requests,
    stop: () => close(server),
  };
}

async function serve(target: URL, incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  if (fault === 'silent') {
    return;
  }
  if (fault === 'reset-before') {
    incoming.socket.destroy();
    return;
  }
  if (typeof fault === 'object') {
    const { status, code, retryAfter } = fault;
    outgoing.writeHead(status, {
      'x-ms-error-code': code,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    });
    outgoing.end();
    return;
  }
  const { method, url: path, headers } = incoming;
  const forwarded = request({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
    if (fault === 'reset-after') {
      answer.resume().on('end', () => incoming.socket.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  forwarded.end(Buffer.concat(chunks));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
