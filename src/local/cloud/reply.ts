import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer over HTTP. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonReply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const content = Buffer.from(body);
  // An answer of 204 has no length.
  response.writeHead(status, { ...headers, ...(status === 204 ? {} : { 'Content-Length': content.length }) });
  response.end(content);
}

/** The body of a request; `undefined` when it has more than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
