import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createEventGrid } from '../../../src/local/cloud/events/event-grid';
import { createRandom } from '../../../src/local/cloud/random';
import { createManualClock } from '../../../src/local/cloud';

interface Received {
  readonly kind: string | undefined;
  readonly events: readonly {
    readonly id: string;
    readonly eventType: string;
    readonly data: Record<string, unknown>;
  }[];
}

/** A webhook that answers the handshake unless told otherwise, and events with the statuses given. */
async function webhook(statuses: number[], handshake = true) {
  const received: Received[] = [];
  let told: (() => void) | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const events = JSON.parse(Buffer.concat(chunks).toString()) as Received['events'];
      const kind = request.headers['aeg-event-type'] as string;
      if (kind === 'SubscriptionValidation') {
        const code = events[0]?.data['validationCode'];
        response.end(handshake ? JSON.stringify({ validationResponse: code }) : '{}');
        return;
      }
      received.push({ kind, events });
      response.statusCode = statuses.shift() ?? 200;
      response.end();
      told?.();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    /** Resolves when so many events were received. */
    async heard(count: number) {
      while (received.length < count) await new Promise<void>((resolve) => (told = resolve));
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const raised = { topic: '/subscriptions/s', subject: 'x', eventType: 'My.Event', data: { a: 1 } };
const grid = () => {
  const clock = createManualClock(Date.parse('2026-03-02T08:00:00Z'));
  return { clock, events: createEventGrid({ clock, random: createRandom(1), webhookTimeout: 5_000 }) };
};

it('delivers after the handshake, as often as copies are asked for, with one id', async () => {
  const hook = await webhook([]);
  const { events } = grid();
  events.raise(raised);
  await events.subscribe(hook.url);
  const { id } = events.raise({ ...raised, copies: 2 });
  await hook.heard(2);
  expect(hook.received.map((one) => [one.kind, one.events[0]?.id])).toEqual([
    ['Notification', id],
    ['Notification', id],
  ]);
  expect(events.events()).toHaveLength(2);
  events.stop();
  await hook.close();
});

it('tries again after 503 by the schedule, and not after 400', async () => {
  const hook = await webhook([503, 200, 400]);
  const { clock, events } = grid();
  await events.subscribe(hook.url);
  events.raise(raised);
  await hook.heard(1);
  while (events.deliveries()[0]?.attempts.length !== 1) await new Promise(setImmediate);
  clock.advance(10_000);
  await hook.heard(2);
  events.raise(raised);
  await hook.heard(3);
  while (events.deliveries()[1]?.state === 'pending') await new Promise(setImmediate);
  expect(events.deliveries().map(({ state, attempts }) => [state, attempts.map(({ status }) => status)])).toEqual([
    ['delivered', [503, 200]],
    ['refused', [400]],
  ]);
  events.stop();
  await hook.close();
});

it('refuses a webhook that does not answer the handshake', async () => {
  const hook = await webhook([], false);
  const { events } = grid();
  await expect(events.subscribe(hook.url)).rejects.toThrow('handshake');
  events.stop();
  await hook.close();
});
