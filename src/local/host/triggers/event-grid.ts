import type { HostKeys } from '../api';
import type { Busy } from '../busy';
import type { HostClock } from '../clock';
import type { RegisteredFunction } from '../core';
import { hasKey } from '../http/keys';
import { json, text, type HostRequest, type HostResponse } from '../http/message';
import type { Invoker } from '../invoker';
import type { Logger } from '../log';
import { invokeWithRetry } from '../retry';

/** Path of the webhook that Event Grid delivers to. */
export const EVENT_GRID_PATH = '/runtime/webhooks/eventgrid';

/** What the webhook works with. */
export interface EventGridParts {
  readonly functions: Iterable<RegisteredFunction>;
  readonly invoker: Invoker;
  readonly keys: HostKeys;
  readonly clock: HostClock;
  readonly log: Logger;
  readonly busy: Busy;
}

type Event = Readonly<Record<string, unknown>>;

/**
 * The Event Grid webhook of the Functions host: `POST ?functionName=`, in the Event Grid schema (always an array) and in the CloudEvents
 * schema (one event, or a batch), with both handshakes. Answers 202 when every function call succeeded, else 500, so
 * that Event Grid delivers again.
 */
export class EventGridWebhook {
  readonly #parts: EventGridParts;
  readonly #functions: ReadonlyMap<string, RegisteredFunction>;

  constructor(parts: EventGridParts) {
    this.#parts = parts;
    const own = [...parts.functions].filter(({ trigger }) => trigger.type.toLowerCase() === 'eventgridtrigger');
    this.#functions = new Map(own.map((fn) => [fn.name.toLowerCase(), fn]));
  }

  async handle(request: HostRequest): Promise<HostResponse | undefined> {
    if (request.url.pathname.toLowerCase() !== EVENT_GRID_PATH) return undefined;
    const { keys } = this.#parts;
    if (!hasKey(request, keys.eventgrid, keys.master)) {
      return text(401, 'The Event Grid webhook needs the key "eventgrid", as query parameter "code".');
    }
    const name = request.url.searchParams.get('functionName') ?? '';
    const fn = this.#functions.get(name.toLowerCase());
    if (!fn) return text(404, `cannot find function: '${name}'`);
    if (request.method === 'OPTIONS') return acceptOrigin(request);
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST, OPTIONS' } };
    const events = readEvents((await request.body()).toString('utf8'));
    if (!events) return text(400, 'The body must be an event or an array of events, as JSON objects.');
    switch (request.headers['aeg-event-type']?.toLowerCase()) {
      case 'subscriptionvalidation':
        return validate(events);
      case 'unsubscribe':
        return { status: 202 };
      default:
        return this.#deliver(fn, events);
    }
  }

  async #deliver(fn: RegisteredFunction, events: readonly Event[]): Promise<HostResponse> {
    const { invoker, clock, log, busy } = this.#parts;
    const calls = fn.trigger.cardinality === 'many' ? [events] : events;
    const outcomes = await Promise.all(
      calls.map(async (call) => {
        try {
          const data = { json: JSON.stringify(call) };
          const traceParent =
            'traceparent' in call && typeof call.traceparent === 'string' ? call.traceparent : undefined;
          const { failure } = await invokeWithRetry(fn, clock, busy, (retry) =>
            invoker.call(fn, { data, traceParent, values: call as Event, ...(retry ? { retry } : {}) }),
          );
          return failure === undefined;
        } catch (error) {
          log.error(`Function.${fn.name}`, `'${fn.name}' could not be called.`, error, { functionName: fn.name });
          return false;
        }
      }),
    );
    return outcomes.every(Boolean) ? { status: 202 } : { status: 500 };
  }
}

/** The handshake of the CloudEvents webhook specification. */
function acceptOrigin(request: HostRequest): HostResponse {
  const origin = request.headers['webhook-request-origin'];
  if (origin === undefined) return text(400, 'The handshake needs the header WebHook-Request-Origin.');
  return { status: 200, headers: { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' } };
}

/** The handshake of the Event Grid schema. */
function validate([first]: readonly Event[]): HostResponse {
  const code = (first?.data as { validationCode?: unknown } | undefined)?.validationCode;
  if (typeof code !== 'string') return text(400, 'The validation event has no data.validationCode.');
  return json(200, { validationResponse: code });
}

function readEvents(body: string): Event[] | undefined {
  try {
    const parsed = JSON.parse(body) as unknown;
    const events = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
    const all = events.every((event) => typeof event === 'object' && event !== null && !Array.isArray(event));
    return all ? (events as Event[]) : undefined;
  } catch {
    // Told to the sender by the answer.
    return undefined;
  }
}
