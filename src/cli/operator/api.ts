import { z } from 'zod';

/** What the exit code of a command over the API says. */
export const exitCodes = {
  done: 0,
  /** The command or its input is wrong, or there is no such thing. */
  mistake: 1,
  /** It was done, and the outcome is not the one that was wanted. */
  notAsWanted: 2,
  /** No token, one that is not good, or no role that is enough. */
  notAllowed: 3,
  /** Caretaker cannot be reached or cannot do it right now; the same command may do later. */
  unavailable: 4,
} as const;

/** A failure to tell the user in one line, with the exit code that it ends in. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

export interface Connection {
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly key: string | undefined;
}

/** The operator API. Every method throws `CommandError` for whatever is no success. */
export interface Api {
  get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer>;
  send<Answer>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    schema: z.ZodType<Answer>,
    more?: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Answer>;
}

const problemSchema = z.object({
  detail: z.string(),
  problems: z.array(z.object({ path: z.string(), message: z.string(), line: z.number().optional() })).optional(),
});

/** A cold start on Azure takes most of this. Milliseconds. */
const patience = 60_000;

/** Parts of a path from what a user gave. */
export const pathOf = (...parts: readonly string[]): string => parts.map(encodeURIComponent).join('/');

/** Connects to the API of a function app. Nothing is asked yet. */
export function connect({ url, token, key }: Connection, fetch: typeof globalThis.fetch = globalThis.fetch): Api {
  const base = /^https?:\/\/[^/?#]+/.exec(url ?? '')?.[0];
  if (base === undefined) {
    const message = 'say where Caretaker is: --url https://... or the environment variable CARETAKER_URL';
    throw new CommandError(message, exitCodes.mistake);
  }
  if (base.startsWith('http:') && !/^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(base)) {
    throw new CommandError(`${base} is not encrypted, and a token would be sent there; use https`, exitCodes.mistake);
  }
  const who = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(key === undefined ? {} : { 'x-functions-key': key }),
  };

  async function call<Answer>(
    method: string,
    path: string,
    schema: z.ZodType<Answer>,
    { body, headers = {} }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${base}/api/operator/${path}`, {
        method,
        headers: { ...who, ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // A token is for one place alone.
        redirect: 'error',
        signal: AbortSignal.timeout(patience),
      });
      text = await response.text();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const said = cause instanceof Error ? cause.message || cause.name : String(cause);
      throw new CommandError(`${base} cannot be reached: ${said}`, exitCodes.unavailable);
    }
    const value = jsonOf(text);
    if (!response.ok) {
      throw refusal(base ?? '', response, value);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      const message = `${base} answers with something else than this version knows; is it a Caretaker of this version?`;
      throw new CommandError(message, exitCodes.unavailable);
    }
    return parsed.data;
  }

  return {
    get: (path, schema) => call('GET', path, schema),
    send: (method, path, schema, more) => call(method, path, schema, more),
  };
}

function jsonOf(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    // Whatever it is, it is no answer of ours; the caller says so.
    return undefined;
  }
}

function refusal(base: string, { status, headers }: Response, value: unknown): CommandError {
  const parsed = problemSchema.safeParse(value);
  const said = parsed.success ? parsed.data.detail : `${base} answers ${status}`;
  if (status === 401) {
    const how = 'give a token (--token or CARETAKER_TOKEN)';
    return new CommandError(`${said}${said.endsWith('.') ? '' : ';'} ${how}`, exitCodes.notAllowed);
  }
  if (status === 403) {
    return new CommandError(said, exitCodes.notAllowed);
  }
  if (status >= 500 || status === 429) {
    const wait = headers.get('retry-after');
    const again = wait === null ? 'try again later' : `try again in ${wait} s`;
    return new CommandError(`${base} cannot do it right now (${status}); ${again}`, exitCodes.unavailable);
  }
  return new CommandError(said, exitCodes.mistake);
}
