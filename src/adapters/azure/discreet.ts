import { AutomationError, PermanentError, TransientError } from '../../kernel/errors';
import { failureOf } from './classify';

/**
 * An error of a service that was sent or asked for a secret, in words of our own: status and code, and neither the service's text,
 * nor its request, nor its answer, any of which may repeat what was sent.
 */
export function discreetly(
  error: unknown,
  what: string,
  codes: Readonly<Record<string, string>> = {},
): AutomationError {
  if (error instanceof AutomationError) {
    return error;
  }
  const { status, code: said, retryAfterSeconds } = failureOf(error);
  const code = /^[A-Za-z0-9_.-]{1,60}$/.test(said) ? said : 'Unknown';
  const details = { status: status ?? null, code };
  const text = `${what}: ${status === undefined ? 'no answer' : `status ${status}`}, ${code}`;
  if (status === undefined || status === 401 || status === 408 || status === 429 || status >= 500) {
    const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return new TransientError('SecretSideUnavailable', text, { details, ...wait });
  }
  return new PermanentError(codes[code] ?? codes[String(status)] ?? 'SecretSideRefused', text, { details });
}
