import { createHmac } from 'node:crypto';
import type { Channel, OutgoingMessage } from '../../ports/channels';
import { post } from './post';

/**
 * Headers of Standard Webhooks: the receiver takes the HMAC of `<id>.<timestamp>.<body>` and refuses what is old, so that nobody
 * can make up a message or send one again later. Libraries for most languages check it.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param secret as shared with the receiver: `whsec_` and base64, or any other text of at least 24 characters, taken as it is.
 * @param seconds the real time since 1970, which is what receivers compare with.
 */
export function signatureHeaders(secret: string, id: string, seconds: number, body: string): Record<string, string> {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret, 'utf8');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`, 'utf8').digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}

/** A webhook of anybody's: the message as JSON, signed. */
export function webhookChannel(url: string, secret: string): Channel {
  return {
    send: (message: OutgoingMessage, abort) => {
      const body = JSON.stringify({ type: `caretaker.${message.kind}`, timestamp: message.at, data: message });
      // The clock of the local platform runs faster; the receiver's does not.
      const seconds = Math.floor(Date.now() / 1000);
      return post(url, body, signatureHeaders(secret, message.id, seconds, body), abort);
    },
  };
}
