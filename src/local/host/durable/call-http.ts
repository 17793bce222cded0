import type { ActivityOutcome } from './activities';

/** A request as `callHttp` of the SDK writes it into an action, and the host into a history. */
export interface DurableHttpRequest {
  readonly method: string;
  readonly uri: string;
  readonly content?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tokenSource?: unknown;
  /** The timer that has to fire before this request, which is a poll, is made. */
  readonly afterTimer?: number;
}

// The real extension's default for HttpClient.
const TIMEOUT_MS = 100_000;

/**
 * Makes one request for `callHttp`. Any answer is a result, whatever its status; no answer is a failure. Polling after 202 is
 * the SDK's: it comes as further steps, a timer and a request.
 */
export async function callHttp(input: string): Promise<ActivityOutcome> {
  const request = JSON.parse(input) as DurableHttpRequest;
  if (request.tokenSource !== undefined && request.tokenSource !== null) {
    const reason = 'callHttp with a tokenSource needs a managed identity, which this host does not have.';
    return { failure: { reason, details: '' } };
  }
  try {
    const response = await fetch(request.uri, {
      method: request.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(request.headers ? { headers: request.headers } : {}),
      ...(request.content === undefined || /^(get|head)$/i.test(request.method) ? {} : { body: request.content }),
    });
    const result = {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      content: await response.text(),
    };
    return { result: JSON.stringify(result) };
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    return { failure: { reason: `HTTP request ${request.method} ${request.uri} failed: ${why}`, details: why } };
  }
}
