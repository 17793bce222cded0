import { AutomationError, PermanentError, TransientError } from '../../kernel/errors';
import type { Refusal } from '../../ports/machines';

/** What the SDK's errors carry, read structurally: `RestError` of core-rest-pipeline and of core-client alike. */
interface ServiceError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
  readonly name?: unknown;
  readonly response?: { readonly status?: unknown; readonly headers?: { get?(name: string): string | undefined } };
  readonly details?: unknown;
}

/** The parts of a service's answer that decide what to do about it. */
export interface Failure {
  readonly status: number | undefined;
  /** ARM's error code, such as `AllocationFailed`, or the transport's, such as `ECONNRESET`. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
}

/** Reads an unknown thrown value. Never looks at the text of a message to decide anything. */
export function failureOf(error: unknown): Failure {
  const one = (typeof error === 'object' && error !== null ? error : {}) as ServiceError;
  const header = one.response?.headers?.get?.('retry-after');
  const seconds = header === undefined ? Number.NaN : Number(header);
  const status = typeof one.statusCode === 'number' ? one.statusCode : one.response?.status;
  return {
    status: typeof status === 'number' ? status : typeof status === 'string' ? Number(status) : undefined,
    code:
      armCode(one) ??
      (typeof one.code === 'string' && one.code !== ''
        ? one.code
        : typeof one.name === 'string'
          ? one.name
          : 'Unknown'),
    message: typeof one.message === 'string' ? one.message.slice(0, 1024) : String(error).slice(0, 1024),
    retryAfterSeconds: Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : undefined,
  };
}

/** `error.code` of ARM's error body, where the SDK put it. */
function armCode(error: ServiceError): string | undefined {
  let at: unknown = error.details;
  for (let depth = 0; depth < 2 && typeof at === 'object' && at !== null; depth += 1) {
    const { code, error: inner } = at as { code?: unknown; error?: unknown };
    if (typeof code === 'string') {
      return code;
    }
    at = inner;
  }
  return undefined;
}

/**
 * Which of ours an error of an Azure SDK is. Without a status the request got no answer (connection, time limit): transient.
 * 401, 408, 429 and 5xx are transient; everything else will answer the same again. A 401 is about the token, not about
 * permissions (that is 403): one that has just expired, or clocks that differ, and it passes with the next token.
 */
export function classify(error: unknown): AutomationError {
  if (error instanceof AutomationError) {
    return error;
  }
  const { status, code, message, retryAfterSeconds } = failureOf(error);
  const details = { status: status ?? null, code };
  if (status === undefined || status === 401 || status === 408 || status === 429 || status >= 500) {
    const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return new TransientError(
      status === undefined ? 'AzureUnreachable' : 'AzureUnavailable',
      `Azure: ${code}: ${message}`,
      { details, cause: error, ...wait },
    );
  }
  return new PermanentError(status === 403 ? 'AzureDenied' : 'AzureRefused', `Azure: ${code}: ${message}`, {
    details,
    cause: error,
  });
}

/** What to do about an error that came instead of an operation's acceptance. */
export type StartFailure =
  | { readonly kind: 'later'; readonly retryAfterSeconds: number; readonly reason: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * A 409 that will be the same later: refused by state or quota (Compute's `OperationNotAllowed`), by somebody's lock
 * (`ScopeLocked`), or for want of machines.
 */
const lastingConflicts: ReadonlySet<string> = new Set([
  'OperationNotAllowed',
  'ScopeLocked',
  'AllocationFailed',
  'ZonalAllocationFailed',
  'OverconstrainedAllocationRequest',
  'OverconstrainedZonalAllocationRequest',
  'SkuNotAvailable',
  'QuotaExceeded',
]);

/**
 * Errors that certainly mean "not started". Throttled (429), held by another operation (409, or 429 with
 * `RetryableErrorDueToAnotherOperation`) and without a valid token (401) ask for later. Other 4xx are refusals, and so is
 * a 409 that time does not change. Anything else is thrown, because the request may have been accepted.
 */
export function startFailure(error: unknown): StartFailure {
  const failure = failureOf(error);
  const { status, code, message } = failure;
  if (status === 401 || status === 429 || (status === 409 && !lastingConflicts.has(code))) {
    return { kind: 'later', retryAfterSeconds: failure.retryAfterSeconds ?? 30, reason: `${code}: ${message}` };
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) {
    return { kind: 'refused', refusal: { code, message } };
  }
  throw classify(error);
}

/**
 * Codes with which ARM says for certain that a resource is not there. Its other 404s do not: `SubscriptionNotFound`, for one,
 * also means that the identity sees nothing of the subscription.
 */
const absenceCodes: ReadonlySet<string> = new Set(['ResourceNotFound', 'ResourceGroupNotFound', 'NotFound']);

/** Whether an error says for certain that the resource is not there. */
export function isAbsence(error: unknown): boolean {
  const { status, code } = failureOf(error);
  return status === 404 && absenceCodes.has(code);
}
