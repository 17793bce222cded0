import type { CloudTimer, CommonAlert, Delivery } from '../model';
import type { World } from '../world';

/** Waits before each further attempt, in ms. Source: Azure Monitor documentation, "action groups" (webhook retries). */
const retryAfter = [5_000, 20_000, 5_000, 40_000, 5_000];
const retriedStatuses = new Set([408, 429, 503, 504]);
/** After the last attempt nothing is sent to the endpoint for this long. */
const SILENCE = 15 * 60_000;

/** Posts alerts to webhooks the way action groups do. */
export interface Deliverer {
  send(url: string, alert: CommonAlert): void;
  list(): Delivery[];
  stop(): void;
}

export function createDeliverer(world: World): Deliverer {
  const deliveries: Delivery[] = [];
  const silentUntil = new Map<string, number>();
  const timers = new Set<CloudTimer>();
  let stopped = false;

  const post = async (delivery: Delivery): Promise<{ status: number; error?: string }> => {
    try {
      const response = await fetch(delivery.url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json; charset=utf-8', 'User-Agent': 'IcMBroadcaster/1.0' },
        body: JSON.stringify(delivery.payload),
        redirect: 'manual',
        signal: AbortSignal.timeout(world.timing.webhookTimeout),
      });
      await response.arrayBuffer();
      return { status: response.status };
    } catch (error) {
      // Whatever fetch throws is a transport error: that is a fact about the receiver, kept with the delivery.
      const reason = error instanceof Error ? error : new Error(String(error));
      return { status: 0, error: reason.cause instanceof Error ? reason.cause.message : reason.message };
    }
  };

  const attempt = async (delivery: Delivery): Promise<void> => {
    const result = await post(delivery);
    if (stopped) return;
    const at = world.clock.now();
    delivery.attempts.push({ at, ...result });
    if (result.status >= 200 && result.status < 300) {
      delivery.state = 'delivered';
      return;
    }
    if (result.status !== 0 && !retriedStatuses.has(result.status)) {
      delivery.state = 'refused';
      return;
    }
    const wait = retryAfter[delivery.attempts.length - 1];
    if (wait === undefined) {
      delivery.state = 'exhausted';
      silentUntil.set(delivery.url, at + SILENCE);
      return;
    }
    const timer = world.clock.setTimer(at + wait, () => {
      timers.delete(timer);
      void attempt(delivery);
    });
    timers.add(timer);
  };

  return {
    send(url, payload) {
      const { essentials } = payload.data;
      const silent = world.clock.now() < (silentUntil.get(url) ?? 0);
      const delivery: Delivery = {
        id: `delivery-${deliveries.length + 1}`,
        alertId: essentials.alertId,
        rule: essentials.alertRule,
        monitorCondition: essentials.monitorCondition,
        url,
        state: silent ? 'suppressed' : 'pending',
        attempts: [],
        payload,
      };
      deliveries.push(delivery);
      if (!silent) void attempt(delivery);
    },
    list: () => structuredClone(deliveries),
    stop() {
      stopped = true;
      for (const timer of timers) timer.cancel();
      timers.clear();
    },
  };
}
