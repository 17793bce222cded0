import { AutomationError, PermanentError, TransientError } from '../../kernel/errors';

/** What an SDK's error carries, read structurally: bundles may hold more than one copy of its class. */
interface ServiceError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly response?: { readonly status?: unknown; readonly headers?: { get?(name: string): string | undefined } };
}

/** Status and code of the storage's answer; both `undefined` when none came. */
export interface StorageFailure {
  readonly status: number | undefined;
  /** Such as `BlobNotFound`; without an answer the transport's, such as `ECONNREFUSED`. */
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;
}

/** Reads an unknown thrown value. Never looks at the text of a message. */
export function failureOf(error: unknown): StorageFailure {
  const one = (typeof error === 'object' && error !== null ? error : {}) as ServiceError;
  const headers = one.response?.headers;
  const status = one.statusCode ?? one.response?.status;
  // An answer to HEAD has no body: the code stands in a header only.
  const code = headers?.get?.('x-ms-error-code') ?? one.code ?? one.name;
  const wait = Number(headers?.get?.('retry-after') ?? Number.NaN);
  return {
    status: typeof status === 'number' ? status : undefined,
    code: typeof code === 'string' && code !== '' ? code : undefined,
    retryAfterSeconds: Number.isFinite(wait) && wait >= 0 ? Math.min(wait, 3600) : undefined,
  };
}

/** Codes of refusals that pass by themselves, whatever their status. */
const passingCodes: ReadonlySet<string> = new Set([
  'AccountBeingCreated',
  'ContainerBeingDeleted',
  'OperationTimedOut',
  'ServerBusy',
]);

/**
 * Which of ours an error of the storage SDK is. Without a status there was no answer (connection, time limit, no token to be
 * had): transient. 408, 429 and 5xx are transient, with the wait that was asked for; everything else would be
 * answered the same again.
 */
export function classify(error: unknown, operation: string): AutomationError {
  if (error instanceof AutomationError) {
    return error;
  }
  const { status, code, retryAfterSeconds } = failureOf(error);
  const options = { details: { operation, status: status ?? null, code: code ?? null }, cause: error };
  const said = `${code ?? 'no code'}${status === undefined ? '' : `, status ${status}`}`;
  if (status === undefined) {
    return new TransientError('StorageUnreachable', `the storage did not answer (${operation}: ${said})`, options);
  }
  if (status === 408 || status === 429 || status >= 500 || (code !== undefined && passingCodes.has(code))) {
    const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return new TransientError('StorageUnavailable', `the storage is not available (${operation}: ${said})`, {
      ...options,
      ...wait,
    });
  }
  if (status === 401 || status === 403) {
    return new PermanentError('StorageDenied', `the storage does not permit this (${operation}: ${said})`, options);
  }
  return new PermanentError('StorageRefused', `the storage refuses this (${operation}: ${said})`, options);
}
