import { createHmac } from 'node:crypto';
import type { StorageConnection } from './connection';

/** A message taken from a queue. */
export interface QueueMessage {
  readonly id: string;
  readonly popReceipt: string;
  readonly text: string;
  readonly dequeueCount: number;
  readonly insertedOn: string;
  readonly expiresOn: string;
  readonly nextVisibleOn: string;
}

/** The queue service answered with an error. */
export class QueueServiceError extends Error {
  override readonly name = 'QueueServiceError';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

// A version that Azurite and the service both speak.
const VERSION = '2021-12-02';

/**
 * One storage queue over its REST interface, with shared key authorization. Only what a trigger and an output binding need; the
 * interface is that of https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api
 */
export class QueueClient {
  readonly #connection: StorageConnection;
  readonly name: string;

  constructor(connection: StorageConnection, name: string) {
    this.#connection = connection;
    this.name = name;
  }

  /** Creates the queue unless it is there. */
  async create(): Promise<void> {
    await this.#request('PUT', '', {});
  }

  /** Takes up to `count` (1 to 32) messages, hidden from others for `visibilitySeconds`. */
  async receive(count: number, visibilitySeconds: number): Promise<QueueMessage[]> {
    const query = { numofmessages: String(count), visibilitytimeout: String(visibilitySeconds) };
    const xml = await this.#request('GET', '/messages', query);
    return [...xml.matchAll(/<QueueMessage>(.*?)<\/QueueMessage>/gs)].map(([, message = '']) => ({
      id: element(message, 'MessageId'),
      popReceipt: element(message, 'PopReceipt'),
      text: element(message, 'MessageText'),
      dequeueCount: Number(element(message, 'DequeueCount')),
      insertedOn: element(message, 'InsertionTime'),
      expiresOn: element(message, 'ExpirationTime'),
      nextVisibleOn: element(message, 'TimeNextVisible'),
    }));
  }

  async send(text: string): Promise<void> {
    const body = `<QueueMessage><MessageText>${escapeXml(text)}</MessageText></QueueMessage>`;
    await this.#request('POST', '/messages', {}, body);
  }

  async delete({ id, popReceipt }: QueueMessage): Promise<void> {
    await this.#request('DELETE', `/messages/${id}`, { popreceipt: popReceipt });
  }

  /** Makes a taken message visible again after so many seconds. */
  async release({ id, popReceipt }: QueueMessage, visibilitySeconds: number): Promise<void> {
    await this.#request('PUT', `/messages/${id}`, {
      popreceipt: popReceipt,
      visibilitytimeout: String(visibilitySeconds),
    });
  }

  async #request(method: string, path: string, query: Readonly<Record<string, string>>, body = ''): Promise<string> {
    const url = new URL(`${this.#connection.queueEndpoint}/${this.name}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const type = body === '' ? '' : 'application/xml';
    const headers: Record<string, string> = { 'x-ms-date': new Date().toUTCString(), 'x-ms-version': VERSION };
    headers.authorization = sign(this.#connection, method, url, headers, Buffer.byteLength(body), type);
    if (type !== '') headers['content-type'] = type;
    const response = await fetch(url, { method, headers, ...(body === '' ? {} : { body }) });
    const text = await response.text();
    if (!response.ok) {
      const code = element(text, 'Code') || String(response.status);
      throw new QueueServiceError(response.status, `Queue ${this.name}: ${method} failed with ${code}.`);
    }
    return text;
  }
}

/** Shared key signature; empty lines stand for headers that are not sent. */
function sign(
  { account, key }: StorageConnection,
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  length: number,
  type: string,
): string {
  const own = Object.entries(headers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  const query = [...url.searchParams]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `\n${name}:${value}`)
    .join('');
  const fields = [method, '', '', length === 0 ? '' : String(length), '', type, '', '', '', '', '', ''];
  const text = `${fields.join('\n')}\n${own}/${account}${url.pathname}${query}`;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64');
  return `SharedKey ${account}:${signature}`;
}

function element(xml: string, name: string): string {
  const text = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1] ?? '';
  return text.replace(
    /&(lt|gt|quot|apos|amp|#(\d+)|#x([0-9a-f]+));/gi,
    (_, entity: string, decimal?: string, hex?: string) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      return { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }[entity.toLowerCase()] ?? '';
    },
  );
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char] ?? char);
}
