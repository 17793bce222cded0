import type { IncomingMessage } from 'node:http';

/** A message that somebody was sent: what a channel of people's would show. */
export interface InboxMessage {
  /** The last part of the address. */
  channel: string;
  /** Milliseconds since the epoch, by the cloud's clock. */
  at: number;
  headers: Record<string, string>;
  body: string;
}

/** Stands for every place where people read messages: takes whatever is posted to it, and shows it. */
export interface Inbox {
  take(channel: string, request: IncomingMessage): Promise<void>;
  messages(): InboxMessage[];
}

/** So many are kept; then the oldest go. */
const mostMessages = 1000;
const longestMessage = 64 * 1024;

export function createInbox(now: () => number): Inbox {
  const kept: InboxMessage[] = [];
  return {
    async take(channel, request) {
      let body = '';
      request.setEncoding('utf8');
      for await (const text of request) {
        body = (body + (text as string)).slice(0, longestMessage);
      }
      const headers = Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
      );
      kept.push({ channel, at: now(), headers, body });
      kept.splice(0, Math.max(0, kept.length - mostMessages));
    },
    messages: () => [...kept],
  };
}
