import type { HttpResponseInit } from '@azure/functions';
import {
  ConflictError,
  describeError,
  InvalidInputError,
  PermanentError,
  TransientError,
  type InputProblem,
} from '../kernel/errors';
import type { Log } from '../kernel/log';

/** A problem document (RFC 9457), with the list of what is wrong with the input as an extension. */
export interface Problem {
  /** A URN of ours: stable, for programs. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly problems?: readonly InputProblem[];
}

/** The answer that carries a problem document. `retryAfterSeconds` becomes the `Retry-After` header. */
export function problem(
  status: number,
  code: string,
  title: string,
  detail: string,
  more: { problems?: readonly InputProblem[]; retryAfterSeconds?: number } = {},
): HttpResponseInit {
  const body: Problem = {
    type: `urn:caretaker:problem:${code}`,
    title,
    status,
    detail,
    ...(more.problems === undefined ? {} : { problems: more.problems }),
  };
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(more.retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(more.retryAfterSeconds)) }),
    },
    body: JSON.stringify(body),
  };
}

/** The answer that carries JSON. */
export function json(status: number, body: unknown): HttpResponseInit {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

/** How long a sender is asked to wait after a failure of ours that says nothing better. */
const defaultRetryAfterSeconds = 20;

/** Names of refusals that have a status of their own. */
const statuses: Readonly<Record<string, number>> = { TooLarge: 413, PayloadTooLarge: 413, NotFound: 404 };

/**
 * Turns whatever a handler throws into an answer. What the caller did wrong is a 4xx that names it; every failure of ours is
 * a 503 with `Retry-After`, because senders such as Azure Monitor try again after 503 and give up for good after 500.
 */
export function answerTo(error: unknown, log: Log): HttpResponseInit {
  if (error instanceof InvalidInputError) {
    const status = statuses[error.code] ?? 400;
    return problem(status, error.code, 'The input is not valid', error.message, { problems: error.problems });
  }
  if (error instanceof ConflictError) {
    return problem(409, error.code, 'The state is not the one that was expected', error.message);
  }
  if (error instanceof PermanentError && statuses[error.code] !== undefined) {
    return problem(statuses[error.code] as number, error.code, 'There is no such thing', error.message);
  }
  return unavailable(error, log);
}

/** 503 for a failure of ours, whatever it is, with the wait that it asks for. What failed stands in the log only. */
export function unavailable(error: unknown, log: Log): HttpResponseInit {
  log.error('request failed', { error: describeError(error) });
  const retryAfterSeconds =
    (error instanceof TransientError ? error.retryAfterSeconds : undefined) ?? defaultRetryAfterSeconds;
  return problem(
    503,
    'Unavailable',
    'Caretaker cannot take this right now',
    'Nothing was lost; send it again after the time in Retry-After.',
    { retryAfterSeconds },
  );
}

/**
 * Refuses a body above a limit in bytes. The host has read it by then and has a limit of its own (100 MB).
 * @throws InvalidInputError with code `TooLarge`.
 */
export function limitBody(text: string, limit: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > limit) {
    const message = `the body has ${bytes} bytes; at most ${limit} are taken`;
    throw new InvalidInputError('TooLarge', message, [{ path: '', message: `${message}; send less in one request` }]);
  }
}
