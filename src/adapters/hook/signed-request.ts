import { createHmac } from 'node:crypto';
import type { Clock } from '../../kernel/clock';
import { isoOf } from '../../kernel/clock';
import { PermanentError, TransientError } from '../../kernel/errors';
import type { SecretValue } from '../../kernel/secret-value';

const patienceMillis = 20_000;

/**
 * Posts JSON that is signed: `caretaker-signature: sha256=<HMAC of "<time stamp>.<body>" in hexadecimal digits>` and
 * `caretaker-timestamp`. Gives the JSON answer. What the service says in a refusal is not repeated: it may hold what was sent.
 */
export async function postSigned(
  clock: Clock,
  url: string,
  key: SecretValue,
  content: Readonly<Record<string, unknown>>,
  abort: AbortSignal,
): Promise<unknown> {
  const body = JSON.stringify(content);
  const timestamp = isoOf(clock.now());
  const signature = createHmac('sha256', key.reveal()).update(`${timestamp}.${body}`, 'utf8').digest('hex');
  const headers = {
    'content-type': 'application/json',
    'caretaker-timestamp': timestamp,
    'caretaker-signature': `sha256=${signature}`,
  };
  const signal = AbortSignal.any([abort, AbortSignal.timeout(patienceMillis)]);
  const { host } = new URL(url);
  const request = { method: 'POST', headers, body, signal, redirect: 'error' as const };
  const response = await fetch(url, request).catch(() => undefined);
  if (response === undefined) {
    throw new TransientError('HookUnavailable', `the service at ${host} does not answer`);
  }
  if (!response.ok) {
    await response.body?.cancel();
    const text = `the service at ${host} answers ${response.status}`;
    if ([408, 425, 429].includes(response.status) || response.status >= 500) {
      throw new TransientError('HookUnavailable', text);
    }
    throw new PermanentError('HookRefused', text);
  }
  return response.json().catch(() => {
    throw new TransientError('HookUnavailable', `the service at ${host} does not answer in JSON`);
  });
}
