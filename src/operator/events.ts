import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { isoOf, type Clock } from '../kernel/clock';
import { describeError, InvalidInputError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { DeadLetters } from '../ledger';
import type { Engine } from '../ports/engine';
import { parsePlatformEvents, readJson, type PlatformEvent } from '../signal';
import type { Access } from './access';
import { answerTo, json, limitBody, unavailable } from './door';

/**
 * Does what follows from an event. Idempotent by the event's id, because delivery is at least once; whatever it throws makes
 * the event come again.
 */
export type EventHandler = (event: PlatformEvent, engine: Engine) => Promise<void>;

/** Handlers by type of event. A type that nobody asked for is let pass. */
export type EventHandlers = ReadonlyMap<string, readonly EventHandler[]>;

export interface EventDeps {
  readonly handlers: EventHandlers;
  readonly deadLetters: DeadLetters;
  /** Only events of these subscriptions are taken. */
  readonly subscriptions: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Joins what the domains handle. Types are compared without regard to case. */
export function joinHandlers(parts: readonly Readonly<Record<string, EventHandler>>[]): EventHandlers {
  const joined = new Map<string, EventHandler[]>();
  for (const [type, handler] of parts.flatMap((part) => Object.entries(part))) {
    const key = type.toLowerCase();
    joined.set(key, [...(joined.get(key) ?? []), handler]);
  }
  return joined;
}

/** Event Grid keeps a request below 1 MB. Bytes. */
export const eventBodyLimit = 1_024 * 1_024;

const validationType = 'microsoft.eventgrid.subscriptionvalidationevent';
/** What the event doors keep their dead letters under. */
export const eventSource = 'event-grid';

/**
 * Takes events over HTTP, with the handshakes of both schemas. 202 when everything that follows is durable; 400 or 413 with a
 * dead letter for what is not valid; 503 with `Retry-After` when a handler failed, and Event Grid sends all of it again.
 */
export async function takeEvents(deps: EventDeps, request: HttpRequest, engine: Engine): Promise<HttpResponseInit> {
  if (request.method === 'OPTIONS') {
    return allowOrigin(request);
  }
  let body = '';
  let events: readonly PlatformEvent[];
  try {
    body = await request.text();
    limitBody(body, eventBodyLimit);
    events = parsePlatformEvents(readJson(body));
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      return unavailable(error, deps.log);
    }
    try {
      await keep(deps, body, error);
    } catch (storageError) {
      return unavailable(storageError, deps.log);
    }
    return answerTo(error, deps.log);
  }
  const code = events.find(({ type }) => type.toLowerCase() === validationType)?.data['validationCode'];
  if (typeof code === 'string') {
    return json(200, { validationResponse: code });
  }
  try {
    return json(202, await handleEvents(deps, events, engine));
  } catch (error) {
    return unavailable(error, deps.log);
  }
}

/** The same for a sender who has to show a token: Event Grid's own, or an operator's. */
export async function takeSecureEvents(
  deps: EventDeps,
  access: Access,
  request: HttpRequest,
  engine: Engine,
): Promise<HttpResponseInit> {
  const admission = await access.eventSender(request);
  return admission.kind === 'refused' ? admission.answer : takeEvents(deps, request, engine);
}

/**
 * Takes a message of the queue that Event Grid delivers to. What is not valid is a dead letter and is done with; whatever else
 * fails is thrown, so that the message comes again.
 */
export async function takeQueuedEvents(deps: EventDeps, message: unknown, engine: Engine): Promise<void> {
  try {
    const events = parsePlatformEvents(typeof message === 'string' ? readJson(message) : message);
    await handleEvents(deps, events, engine);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    await keep(deps, bodyOf(message), error);
  }
}

/** Keeps a message that could not be handled in any of its tries, for a person to look at and to replay. */
export async function keepPoisonedEvents(deps: EventDeps, message: unknown): Promise<void> {
  const text = 'could not be handled in five tries; see the log for why, mend that, and replay it';
  await keep(deps, bodyOf(message), new InvalidInputError('EventNotHandled', text, [{ path: '', message: text }]));
}

/** Gives events to those who handle them. Throws when a handler failed: then all of them come again. */
export async function handleEvents(
  deps: Pick<EventDeps, 'handlers' | 'subscriptions' | 'log'>,
  events: readonly PlatformEvent[],
  engine: Engine,
): Promise<{ taken: number; ignored: number }> {
  let taken = 0;
  const work = events.flatMap((event) => {
    const handlers = deps.handlers.get(event.type.toLowerCase()) ?? [];
    if (handlers.length === 0 || !isOurs(deps, event)) {
      deps.log.debug('event let pass', { id: event.id, type: event.type, source: event.source });
      return [];
    }
    taken += 1;
    return handlers.map(async (handler) => {
      try {
        await handler(event, engine);
      } catch (error) {
        deps.log.error('event not handled', { id: event.id, type: event.type, error: describeError(error) });
        // Whatever it is called, it is no fault of the message: one that is thrown as `InvalidInputError` would lose it.
        throw new Error(`the event ${event.id} could not be handled`, { cause: error });
      }
    });
  });
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason;
  }
  return { taken, ignored: events.length - taken };
}

function isOurs({ subscriptions }: Pick<EventDeps, 'subscriptions'>, { source: from }: PlatformEvent): boolean {
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(from)?.[1];
  return subscription !== undefined && subscriptions.has(subscription.toLowerCase());
}

/** The handshake of CloudEvents (cloudevents.io, "HTTP 1.1 Web Hooks for Event Delivery", section 4). */
function allowOrigin(request: HttpRequest): HttpResponseInit {
  const origin = request.headers.get('webhook-request-origin') ?? '';
  return /^[\w.-]{1,253}$/.test(origin)
    ? { status: 200, headers: { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*', allow: 'POST' } }
    : { status: 400, headers: { 'cache-control': 'no-store' } };
}

async function keep(deps: EventDeps, body: string, { code: reason, problems }: InvalidInputError): Promise<void> {
  await deps.deadLetters.keep({ source: eventSource, reason, problems, body, receivedAt: isoOf(deps.clock.now()) });
  deps.log.warn('event refused', { code: reason, problems: problems.length });
}

function bodyOf(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}
