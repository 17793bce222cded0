import { app } from 'durable-functions';
import { durableEngine } from '../src/adapters/durable';
import {
  keepPoisonedEvents,
  takeEvents,
  takeQueuedEvents,
  takeSecureEvents,
  type Access,
  type EventDeps,
} from '../src/operator';
import { apiRoute } from './http-route';

/** The queue that Event Grid delivers to, and the name of its connection (infra/modules/function-app). */
const queueName = 'caretaker-events';
const connection = 'CaretakerEvents';

/**
 * Registers the doors of Event Grid's events: the Storage queue where it is configured, and `POST /api/events/event-grid` for
 * delivery to a webhook, with a token, or below `/key` with a function key.
 */
export function registerEvents(deps: EventDeps, access: Access, options: { readonly queue: boolean }): void {
  if (options.queue) {
    app.client.storageQueue('events-queue', {
      queueName,
      connection,
      handler: (message, client) => takeQueuedEvents(deps, message, durableEngine(client)),
    });
    app.client.storageQueue('events-queue-poison', {
      queueName: `${queueName}-poison`,
      connection,
      handler: (message) => keepPoisonedEvents(deps, message),
    });
  }
  app.client.http('events-event-grid', {
    route: apiRoute('events/event-grid'),
    methods: ['POST', 'OPTIONS'],
    authLevel: access.kind === 'token' ? 'anonymous' : 'function',
    handler: (request, client) => takeSecureEvents(deps, access, request, durableEngine(client)),
  });
  app.client.http('events-event-grid-key', {
    route: apiRoute('events/event-grid/key'),
    methods: ['POST', 'OPTIONS'],
    authLevel: 'function',
    handler: (request, client) => takeEvents(deps, request, durableEngine(client)),
  });
}
