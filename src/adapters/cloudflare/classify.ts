import { APIConnectionError, APIError } from 'cloudflare';
import { AutomationError, PermanentError, TransientError, type ErrorDetails } from '../../kernel/errors';

/** What an error of the SDK says, without its wording being matched. */
export interface Failure {
  /** `undefined` when no answer came. */
  readonly status: number | undefined;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
}

/** Reads an error of the SDK. */
export function failureOf(error: unknown): Failure {
  if (error instanceof APIError && error.status !== undefined) {
    // Each of the envelope's errors has a code and a message; the first says what it is about.
    const errors = error.errors as readonly { readonly code?: number; readonly message?: string }[];
    const first = errors[0];
    const wait = Number((error.headers as Headers | undefined)?.get('retry-after') ?? NaN);
    const status = error.status as number;
    return {
      status,
      code: first?.code === undefined ? String(status) : String(first.code),
      message:
        errors
          .map(({ message }) => message ?? '')
          .join('; ')
          .slice(0, 500) || `status ${status}`,
      retryAfterSeconds: Number.isFinite(wait) && wait >= 0 ? wait : undefined,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { status: undefined, code: 'NoAnswer', message, retryAfterSeconds: undefined };
}

/** An error of ours that the SDK wrapped on its way; `undefined` for the SDK's own. */
export function ownError(error: unknown): AutomationError | undefined {
  if (error instanceof AutomationError) {
    return error;
  }
  return error instanceof APIConnectionError && error.cause instanceof AutomationError ? error.cause : undefined;
}

/** Turns an error of the SDK into one of ours. */
export function classify(error: unknown, what: string): AutomationError {
  const own = ownError(error);
  if (own !== undefined) {
    return own;
  }
  const { status, code, message, retryAfterSeconds } = failureOf(error);
  const details: ErrorDetails = { status: status ?? null, code };
  const text = `Cloudflare, ${what}: ${code} ${message}`;
  if (status === 401 || status === 403) {
    return new PermanentError('DnsDenied', text, { details, cause: error });
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return new PermanentError('DnsRefused', text, { details, cause: error });
  }
  return new TransientError('DnsUnavailable', text, {
    details,
    cause: error,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
