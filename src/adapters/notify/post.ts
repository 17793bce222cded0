import type { Delivery } from '../../ports/channels';

/** Posts a body and says what became of it. Follows no redirect: the address is a secret, for one place alone. */
export async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  abort: AbortSignal,
): Promise<Delivery> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
      redirect: 'manual',
      signal: abort,
    });
    // Read to its end, so that the connection can be used again. What a channel answers is not for the record.
    await response.arrayBuffer();
  } catch {
    // What is thrown is not told: it can name the address.
    return { kind: 'later', reason: abort.aborted ? 'no answer in time' : 'it cannot be reached' };
  }
  const { status } = response;
  if (status >= 200 && status < 300) {
    return { kind: 'sent' };
  }
  // These are about the message. Everything else, an address that is gone among it, is about the channel and can be mended.
  if (status === 400 || status === 413 || status === 422) {
    return { kind: 'refused', reason: `it answers ${status}` };
  }
  const wait = Number(response.headers.get('retry-after'));
  return {
    kind: 'later',
    reason: `it answers ${status}`,
    ...(Number.isFinite(wait) && wait > 0 ? { retryAfterSeconds: Math.min(wait, 86_400) } : {}),
  };
}
