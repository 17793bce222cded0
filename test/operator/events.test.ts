import { HttpRequest } from '@azure/functions';
import type { EpochMillis } from '../../src/kernel/clock';
import { TransientError } from '../../src/kernel/errors';
import { silentLog } from '../../src/kernel/log';
import { createDeadLetters } from '../../src/ledger';
import { joinHandlers, keepPoisonedEvents, takeEvents, takeQueuedEvents, type EventHandler } from '../../src/operator';
import type { Engine } from '../../src/ports/engine';
import { MemoryStorage } from '../support/memory-storage';

const subscription = '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';
const engine = {} as Engine;
const event = (more: object = {}) => ({
  ...{ id: 'e1', topic: `/subscriptions/${subscription}/x`, subject: 's', eventType: 'My.Event', data: { a: 1 } },
  eventTime: '2026-03-02T08:00:00Z',
  ...more,
});

function door(handler: EventHandler) {
  const deadLetters = createDeadLetters({ documents: new MemoryStorage().documents });
  const deps = {
    handlers: joinHandlers([{ 'my.EVENT': handler }]),
    deadLetters,
    subscriptions: new Set([subscription]),
    clock: { now: () => Date.parse('2026-03-02T08:00:01Z') as EpochMillis },
    log: silentLog,
  };
  const post = (body: string, method = 'POST', headers: Record<string, string> = {}) =>
    takeEvents(
      deps,
      new HttpRequest({
        url: 'https://here/api/events',
        method,
        headers,
        ...(method === 'POST' ? { body: { string: body } } : {}),
      }),
      engine,
    );
  return { deps, post, letters: async () => (await deadLetters.list()).deadLetters };
}

it('gives an event to everyone who handles its type, whatever its case, and lets others pass', async () => {
  const seen: string[] = [];
  const { post } = door(async ({ id }) => void seen.push(id));
  const answer = await post(JSON.stringify([event(), event({ id: 'e2', eventType: 'Other.Event' })]));
  expect([answer.status, answer.body]).toEqual([202, '{"taken":1,"ignored":1}']);
  expect(seen).toEqual(['e1']);
});

it('lets pass what comes from another subscription', async () => {
  const seen: string[] = [];
  const { post } = door(async ({ id }) => void seen.push(id));
  const foreign = event({ topic: '/subscriptions/00000000-0000-0000-0000-000000000000/x' });
  expect((await post(JSON.stringify(foreign))).status).toBe(202);
  expect(seen).toEqual([]);
});

it('answers the handshakes of both schemas', async () => {
  const { post } = door(async () => undefined);
  const question = event({
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    data: { validationCode: '512d38b6' },
  });
  expect(await post(JSON.stringify([question]))).toMatchObject({
    status: 200,
    body: '{"validationResponse":"512d38b6"}',
  });
  expect(await post('', 'OPTIONS', { 'WebHook-Request-Origin': 'eventgrid.azure.net' })).toMatchObject({
    status: 200,
    headers: { 'webhook-allowed-origin': 'eventgrid.azure.net' },
  });
  expect((await post('', 'OPTIONS')).status).toBe(400);
});

it('is unavailable when a handler fails, so that the event comes again, also when the failure is called bad input', async () => {
  const { post, letters } = door(async () => {
    throw new TransientError('Down', 'the vault does not answer');
  });
  const answer = await post(JSON.stringify(event()));
  expect(answer.status).toBe(503);
  expect(answer.headers).toHaveProperty('retry-after');
  expect(await letters()).toEqual([]);
});

it('keeps what is not valid as a dead letter, from both doors', async () => {
  const { post, deps, letters } = door(async () => undefined);
  expect((await post('{"id": ')).status).toBe(400);
  expect((await post(JSON.stringify(event({ id: undefined })))).status).toBe(400);
  await takeQueuedEvents(deps, { hello: 'world' }, engine);
  expect((await letters()).map(({ source, reason }) => [source, reason]).sort()).toEqual([
    ['event-grid', 'InvalidEvent'],
    ['event-grid', 'InvalidEvent'],
    ['event-grid', 'InvalidJson'],
  ]);
});

it('throws from the queue what a handler threw, and keeps what failed in every try', async () => {
  const { deps, letters } = door(async () => {
    throw new Error('no');
  });
  await expect(takeQueuedEvents(deps, event(), engine)).rejects.toThrow('e1');
  expect(await letters()).toEqual([]);
  await keepPoisonedEvents(deps, event());
  expect((await letters())[0]).toMatchObject({ reason: 'EventNotHandled', body: JSON.stringify(event()) });
});
