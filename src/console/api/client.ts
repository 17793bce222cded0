import { credentials, sessionIsOver } from '../session/session';

/** One thing that is wrong with what was sent, and where. */
export interface InputProblem {
  readonly path: string;
  readonly message: string;
}

/** An answer of the API that is no success, or none at all (status 0). `message` can be shown to people. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(
    readonly status: number,
    /** Stable, for programs: `OwnRequest`, `OtherPlan`, ... */
    readonly code: string,
    readonly title: string,
    detail: string,
    readonly problems: readonly InputProblem[] = [],
    /** Seconds after which the same may be sent again. */
    readonly retryAfter: number | undefined = undefined,
  ) {
    super(detail);
  }
}

export type QueryValues = Readonly<Record<string, string | number | boolean | undefined | null>>;

export interface CallOptions {
  readonly query?: QueryValues | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** Address of a route below `/api/operator/`. Parameters of the path are to be encoded by the caller: see {@link pathOf}. */
export function addressOf(path: string, query: QueryValues = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `/api/operator/${path}${text === '' ? '' : `?${text}`}`;
}

/** A path with its parts encoded: ``pathOf`incidents/${id}` ``. */
export function pathOf(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((path, part, index) => {
    const value = values[index];
    return path + part + (value === undefined ? '' : encodeURIComponent(value));
  }, '');
}

async function send(method: string, path: string, options: CallOptions, renew: boolean): Promise<Response> {
  const { query, body, headers, signal } = options;
  try {
    return await fetch(addressOf(path, query), {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(await credentials(renew)),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
      cache: 'no-store',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(
      0,
      'Unreachable',
      'Caretaker cannot be reached',
      'No answer came. Look at your network, and whether Caretaker runs; this page keeps trying.',
    );
  }
}

/**
 * Calls the operator API as whoever is signed in. A token that is refused is replaced once. 304 is an answer; every other status
 * that is not 2xx is thrown.
 * @throws ApiProblem with what the problem document says.
 */
export async function call<Body = unknown>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  options: CallOptions = {},
): Promise<Answer<Body>> {
  let response = await send(method, path, options, false);
  if (response.status === 401) response = await send(method, path, options, true);
  const { status, headers } = response;
  if (response.ok) {
    const text = await response.text();
    const isJson =
      /\bjson\b/.test(headers.get('content-type') ?? '') && !/ndjson/.test(headers.get('content-type') ?? '');
    return { status, headers, body: (text === '' ? undefined : isJson ? JSON.parse(text) : text) as Body };
  }
  if (status === 304) return { status, headers, body: undefined as Body };
  const problem = await problemOf(response);
  if (status === 401) sessionIsOver(problem.message);
  throw problem;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const { status, headers } = response;
  const wait = Number(headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(wait) ? wait : undefined;
  const text = await response.text().catch(() => '');
  try {
    const { type, title, detail, problems } = JSON.parse(text) as {
      type: string;
      title: string;
      detail: string;
      problems?: readonly InputProblem[];
    };
    return new ApiProblem(status, type.split(':').at(-1) ?? '', title, detail, problems, retryAfter);
  } catch {
    const detail =
      status === 401 || status === 403
        ? 'You are not signed in here, or not allowed.'
        : `The answer was ${status} without an explanation. It may be a proxy's, or the app is starting.`;
    return new ApiProblem(status, 'Unexplained', `Status ${status}`, detail, [], retryAfter);
  }
}
