import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { RegisteredFunction } from '../core';
import type { Invoker } from '../invoker';
import { randomUuid, type Random } from '../random';
import { sendResponse, type HostRequest } from './message';

const INVOCATION_ID = 'x-ms-invocation-id';

/**
 * HTTP streaming (`app.setup({ enableHttpStream: true })`): the library opens a server of its own, the host hands the request through to
 * it byte by byte and calls the function beside; both meet by the invocation id.
 */
export class HttpStreams {
  readonly #invoker: Invoker;
  readonly #target: URL;
  readonly #random: Random;

  constructor(invoker: Invoker, target: string, random: Random) {
    this.#invoker = invoker;
    this.#target = new URL(target);
    this.#random = random;
  }

  async call(
    fn: RegisteredFunction,
    params: Readonly<Record<string, string>>,
    request: HostRequest,
    answer: ServerResponse,
  ): Promise<void> {
    const invocationId = randomUuid(this.#random);
    const { url, method, raw } = request;
    const proxied = httpRequest({
      host: this.#target.hostname,
      port: this.#target.port,
      method,
      path: `${url.pathname}${url.search}`,
      headers: {
        ...raw.headers,
        [INVOCATION_ID]: invocationId,
        'x-forwarded-host': url.host,
        'x-forwarded-proto': url.protocol.slice(0, -1),
      },
    });
    // One of the two tells what went wrong; the function's own error is logged by the invoker.
    const sent = pipeline(raw, proxied).catch((error: unknown) => proxied.destroy(error as Error));
    const answered = new Promise<IncomingMessage | undefined>((resolve) => {
      proxied.once('response', resolve);
      proxied.once('error', () => resolve(undefined));
    });
    const called = this.#invoker.call(fn, {
      invocationId,
      triggerMetadata: {
        ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }])),
        Headers: { json: JSON.stringify(request.headers) },
      },
      values: params,
      traceParent: request.headers.traceparent,
      traceState: request.headers.tracestate,
    });
    const failed = called.then(
      ({ failure }) => failure !== undefined,
      () => true,
    );
    void failed.then((isFailed) => {
      // Without an answer of the function the library would wait for ever.
      if (isFailed) proxied.destroy();
    });
    const response = await answered;
    if (!response) {
      sendResponse(answer, { status: (await failed) ? 500 : 502 });
      return;
    }
    const headers = { ...response.headers };
    delete headers[INVOCATION_ID];
    answer.writeHead(response.statusCode ?? 200, headers);
    await pipeline(response, answer);
    await Promise.all([sent, failed]);
  }
}
