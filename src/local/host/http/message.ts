import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as the host's handlers see it. */
export interface HostRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: IncomingMessage;
  /** The whole body. */
  body(): Promise<Buffer>;
}

/** An answer of the host's own endpoints. */
export interface HostResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array | undefined;
}

/** The body is larger than the host accepts. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

// The default limit of the Functions host (FUNCTIONS_REQUEST_BODY_SIZE_LIMIT).
const BODY_LIMIT = 104_857_600;

/** Wraps Node's request. */
export function readRequest(raw: IncomingMessage, fallbackHost: string): HostRequest {
  const host = raw.headers.host ?? fallbackHost;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  let body: Promise<Buffer> | undefined;
  return {
    method: raw.method ?? 'GET',
    url: new URL(raw.url ?? '/', `http://${host}`),
    headers,
    raw,
    body: () => (body ??= collect(raw)),
  };
}

async function collect(raw: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new BodyTooLargeError(`The request body is larger than ${BODY_LIMIT} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Sends an answer. */
export function sendResponse(raw: ServerResponse, response: HostResponse): void {
  if (raw.headersSent || raw.destroyed) return;
  raw.statusCode = response.status;
  for (const [name, value] of Object.entries(response.headers ?? {})) {
    raw.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  const { body } = response;
  // An answer of 304 is about a body that the client has: its length is not 0.
  if (response.status === 304) return void raw.end();
  if (body === undefined) raw.setHeader('content-length', 0);
  else raw.setHeader('content-length', Buffer.byteLength(body));
  raw.end(body);
}

/** An answer with a JSON body. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): HostResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** An answer with a plain text. */
export function text(status: number, value: string, headers: Readonly<Record<string, string>> = {}): HostResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: value };
}
