import { CloudControlError } from '../errors';
import type { CloudTimer } from '../model';
import type { SeededRandom } from '../random';
import type { CloudClock } from '../model';
import type { EventDelivery, GridEvent, RaisedEvent } from './model';

/** Waits before each further attempt, in ms: the first of Event Grid's schedule (Microsoft Learn, "Delivery and retry"). */
const retryAfter = [10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000];
/** Statuses after which Event Grid does not try again and dead-letters. Same source. */
const finalStatuses = new Set([400, 401, 403, 404, 413]);

/** So many events are remembered, so that a long simulation does not fill the memory. */
const KEPT = 2_000;

/** Event Grid with one webhook subscription: takes events from the cloud's parts and delivers them. */
export interface EventGrid {
  /** Keeps the event and delivers it to the webhook, if there is one; in real time, whatever the clock. */
  raise(event: RaisedEvent): GridEvent;
  /** Subscribes a webhook after the handshake, as Event Grid does. Fails when the door does not answer it. */
  subscribe(url: string): Promise<void>;
  deliveries(): EventDelivery[];
  /** The newest events, also those from before there was a subscription. */
  events(): GridEvent[];
  stop(): void;
}

export function createEventGrid(options: {
  readonly clock: CloudClock;
  readonly random: SeededRandom;
  /** Longest that the webhook may take, in real milliseconds. */
  readonly webhookTimeout: number;
}): EventGrid {
  const { clock, random, webhookTimeout } = options;
  const raised: GridEvent[] = [];
  const deliveries: EventDelivery[] = [];
  const timers = new Set<CloudTimer>();
  let made = 0;
  let webhook: string | undefined;
  let stopped = false;

  const post = async (url: string, kind: string, events: readonly GridEvent[]): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'aeg-event-type': kind },
      body: JSON.stringify(events),
      redirect: 'manual',
      signal: AbortSignal.timeout(webhookTimeout),
    });

  const attempt = async (url: string, delivery: EventDelivery): Promise<void> => {
    let result: { status: number; error?: string };
    try {
      const response = await post(url, 'Notification', [delivery.event]);
      await response.arrayBuffer();
      result = { status: response.status };
    } catch (error) {
      // Whatever fetch throws is a transport error: that is a fact about the receiver, kept with the delivery.
      const reason = error instanceof Error ? error : new Error(String(error));
      result = { status: 0, error: reason.cause instanceof Error ? reason.cause.message : reason.message };
    }
    if (stopped) return;
    const at = clock.now();
    delivery.attempts.push({ at, ...result });
    if (result.status >= 200 && result.status < 300) {
      delivery.state = 'delivered';
      return;
    }
    const wait = retryAfter[delivery.attempts.length - 1];
    if (finalStatuses.has(result.status) || wait === undefined) {
      delivery.state = wait === undefined ? 'exhausted' : 'refused';
      return;
    }
    const timer = clock.setTimer(at + wait, () => {
      timers.delete(timer);
      void attempt(url, delivery);
    });
    timers.add(timer);
  };

  const complete = ({ topic, subject, eventType, data }: RaisedEvent): GridEvent => ({
    id: random.guid(`event-${(made += 1)}`),
    ...{ topic, subject, eventType, data },
    eventTime: new Date(clock.now()).toISOString(),
    dataVersion: '1',
    metadataVersion: '1',
  });

  return {
    raise(event) {
      const full = complete(event);
      raised.push(full);
      if (raised.length > KEPT) raised.shift();
      if (webhook !== undefined) {
        const url = webhook;
        for (let copy = 0; copy < (event.copies ?? 1); copy += 1) {
          const delivery: EventDelivery = { event: full, state: 'pending', attempts: [] };
          deliveries.push(delivery);
          void attempt(url, delivery);
        }
      }
      return structuredClone(full);
    },
    async subscribe(url) {
      const validationCode = random.guid(`validation-${url}`);
      const question = complete({
        topic: '/subscriptions/validation',
        subject: '',
        eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
        data: { validationCode },
      });
      const response = await post(url, 'SubscriptionValidation', [question]);
      const answer = (await response.json().catch(() => undefined)) as { validationResponse?: unknown } | undefined;
      if (response.status !== 200 || answer?.validationResponse !== validationCode) {
        throw new CloudControlError(`the webhook did not answer Event Grid's handshake (status ${response.status})`);
      }
      webhook = url;
    },
    deliveries: () => structuredClone(deliveries),
    events: () => structuredClone(raised),
    stop() {
      stopped = true;
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}
