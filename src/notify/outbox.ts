import type { Json } from '../kernel/canonical-json';
import { isoOf, type Clock } from '../kernel/clock';
import { describeError, InvariantError, TransientError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { Log } from '../kernel/log';
import type { Channels, Delivery } from '../ports/channels';
import type { Documents } from '../ports/documents';
import type { Notification, Notifications } from '../ports/notifications';
import {
  channelStateSchema,
  freshChannel,
  notificationSchema,
  pendingSchema,
  toldSchema,
  undeliveredSchema,
  type ChannelSettings,
  type ChannelState,
  type NotificationSettings,
  type Pending,
  type Undelivered,
} from './model';
import { afterDelivery, channelsFor, longestWaitMillis, messageOf, nextDelivery } from './plan';

export interface OutboxPorts {
  readonly documents: Documents;
  /** The policy's section as it is now; `undefined` when it has none. May throw `TransientError`. */
  readonly settings: () => Promise<NotificationSettings | undefined>;
  readonly channels: Channels;
  /** Address of a page on which a person can answer; `undefined` where no pages are set up. */
  readonly linkOf: (page: NonNullable<Notification['page']>) => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Starts work that nobody waits for; leaves it to the schedule when absent. What it throws is told to the log. */
  readonly soon?: (work: () => Promise<void>) => void;
}

/** How a channel stands, for people. */
export interface ChannelStatus {
  readonly name: string;
  readonly kind: ChannelSettings['kind'];
  readonly waiting: number;
  readonly failures: number;
  readonly problem: string | null;
  readonly retryAt: string | null;
}

/** Notifications that are kept first and sent afterwards. */
export interface Outbox extends Notifications {
  /**
   * Sends what waits, as far as the channels' limits let it; a channel that fails keeps no other from being told. At least
   * once: after a crash in between a message may go out again, under the same id. Returns how many messages were sent.
   */
  deliver(): Promise<number>;
  status(): Promise<readonly ChannelStatus[]>;
  /** What was given up, at most 200. */
  undelivered(): Promise<readonly Undelivered[]>;
  /** How many of those there are, at most 200. One read. */
  undeliveredCount(): Promise<number>;
  /** Tries again what was given up; `absent` when there is none with this id. */
  retry(id: string): Promise<'waiting' | 'absent'>;
}

/** One attempt may take so long. */
const attemptLimitMillis = 10_000;
/** Who sends to a channel has it for so long; longer than {@link mostMessages} attempts at their limit would be a hung process. */
const busyMillis = 120_000;
const mostMessages = 10;
const pageSize = 200;

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

export function createOutbox(ports: OutboxPorts): Outbox {
  const { documents, channels, clock, log } = ports;
  const folderOf = (channel: string): string => `notify/pending/${channel}/`;
  const statePath = (channel: string): string => `notify/channels/${channel}.json`;

  async function pendingOf(channel: string): Promise<{ readonly path: string; readonly pending: Pending }[]> {
    const { paths } = await documents.list(folderOf(channel), { limit: pageSize });
    const loaded = await Promise.all(paths.map(async (path) => ({ path, stored: await documents.get(path) })));
    return loaded.flatMap(({ path, stored }) => {
      if (stored === undefined) {
        return [];
      }
      const parsed = pendingSchema.safeParse(stored.value);
      if (!parsed.success) {
        log.error('a kept notification cannot be read', { path });
        return [];
      }
      return [{ path, pending: parsed.data }];
    });
  }

  async function stateOf(
    channel: string,
  ): Promise<{ readonly state: ChannelState; readonly etag: string | undefined }> {
    const stored = await documents.get(statePath(channel));
    if (stored === undefined) {
      return { state: freshChannel, etag: undefined };
    }
    const parsed = channelStateSchema.safeParse(stored.value);
    // Nothing in it is worth not telling people for.
    return { state: parsed.success ? parsed.data : freshChannel, etag: stored.etag };
  }

  /** Stores a channel's state over the version that was read; `undefined` when somebody else was faster. */
  async function putState(channel: string, state: ChannelState, etag: string | undefined): Promise<string | undefined> {
    if (etag === undefined) {
      const made = await documents.create(statePath(channel), asJson(state));
      return made.kind === 'created' ? made.etag : undefined;
    }
    const put = await documents.replace(statePath(channel), asJson(state), etag);
    return put.kind === 'replaced' ? put.etag : undefined;
  }

  async function giveUp(path: string, pending: Pending, reason: string): Promise<void> {
    const gaveUpAt = isoOf(clock.now());
    await documents.create(`notify/undelivered/${pending.id}.json`, asJson({ ...pending, gaveUpAt, reason }));
    await documents.remove(path);
    const { channel, notification } = pending;
    log.error('a notification was not delivered', { channel, key: notification.key, reason });
  }

  async function attempt(name: string, settings: ChannelSettings, items: readonly [Pending, ...Pending[]]) {
    const channel = channels.named(name, settings.kind);
    if (channel === undefined) {
      return { kind: 'later', reason: 'no address is set for it in CARETAKER_CHANNELS' } satisfies Delivery;
    }
    return channel.send(messageOf(items, ports.linkOf), AbortSignal.timeout(attemptLimitMillis));
  }

  /** Sends what waits for one channel. One at a time: the others find it busy. */
  async function deliverTo(name: string, settings: ChannelSettings): Promise<number> {
    let waiting = await pendingOf(name);
    if (waiting.length === 0) {
      return 0;
    }
    const before = await stateOf(name);
    let now = clock.now();
    if (before.state.busyUntil > now) {
      return 0;
    }
    let state: ChannelState = { ...before.state, busyUntil: now + busyMillis };
    const etag = await putState(name, state, before.etag);
    if (etag === undefined) {
      return 0;
    }
    let sent = 0;
    try {
      for (let message = 0; message < mostMessages; message += 1) {
        now = clock.now();
        const old = waiting.filter(({ pending }) => Date.parse(pending.keptAt) < now - longestWaitMillis);
        for (const { path, pending } of old) {
          await giveUp(path, pending, `not delivered within a day: ${state.problem ?? 'its limit is too low'}`);
        }
        waiting = waiting.filter((one) => !old.includes(one));
        const pending = waiting.map((one) => one.pending);
        const next = nextDelivery(state, settings, pending, now);
        if (next.kind !== 'send') {
          break;
        }
        const delivery = await attempt(name, settings, next.items);
        state = afterDelivery(state, settings, delivery, clock.now());
        if (delivery.kind === 'later') {
          log.warn('a channel does not take messages', {
            channel: name,
            reason: delivery.reason,
            failures: state.failures,
          });
          break;
        }
        const ids = new Set(next.items.map(({ id }) => id));
        for (const one of waiting.filter((item) => ids.has(item.pending.id))) {
          await (delivery.kind === 'sent'
            ? documents.remove(one.path)
            : giveUp(one.path, one.pending, delivery.reason));
        }
        waiting = waiting.filter((item) => !ids.has(item.pending.id));
        sent += delivery.kind === 'sent' ? 1 : 0;
      }
    } finally {
      await putState(name, { ...state, busyUntil: 0 }, etag);
    }
    return sent;
  }

  async function deliver(only?: readonly string[]): Promise<number> {
    const settings = await ports.settings();
    const names = Object.entries(settings?.channels ?? {}).filter(([name]) => only?.includes(name) ?? true);
    const results = await Promise.allSettled(names.map(([name, channel]) => deliverTo(name, channel)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) {
      throw new TransientError('DeliveryIncomplete', `a channel's notifications could not be read or written`, {
        cause: failed.reason,
      });
    }
    return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), 0);
  }

  return {
    async tell(given) {
      const parsed = notificationSchema.safeParse({
        ...given,
        title: given.title.slice(0, 200),
        text: given.text.slice(0, 2000),
      });
      if (!parsed.success) {
        throw new InvariantError(`the notification ${given.key} does not fit its schema: ${parsed.error.message}`);
      }
      const notification = parsed.data;
      const { key, kind, severity, environment, title } = notification;
      const settings = await ports.settings().catch((error: unknown) => {
        throw new TransientError('RoutesUnknown', `nobody can tell who is to be told: ${describeError(error)}`, {
          cause: error,
        });
      });
      const names = settings === undefined ? [] : channelsFor(settings, given);
      if (settings === undefined || names.length === 0) {
        log.warn('notification', { key, kind, severity, environment, title, channels: 'none' });
        return;
      }
      const now = clock.now();
      const hash = hashOf(key).slice(0, 40);
      const toldPath = `notify/told/${hash}.json`;
      const stored = await documents.get(toldPath);
      const told = toldSchema.safeParse(stored?.value);
      const last: Readonly<Record<string, number>> = told.success ? told.data.channels : {};
      const due = names.filter((name) => {
        const window = (settings.channels[name] as ChannelSettings).windowSeconds * 1000;
        return (last[name] ?? Number.NEGATIVE_INFINITY) <= now - window;
      });
      if (due.length === 0) {
        return;
      }
      // What is to be sent is kept before it counts as told: after a crash in between it is kept once more, and not lost.
      for (const name of due) {
        // Until it counts as told it has the same name, so keeping it again keeps it once.
        const id = `${hash}-${hashOf({ name, before: last[name] ?? 0 }).slice(0, 12)}`;
        const pending: Pending = { version: 1, id, channel: name, keptAt: isoOf(now), notification };
        await documents.create(`${folderOf(name)}${id}.json`, asJson(pending));
      }
      const value = { key, channels: { ...last, ...Object.fromEntries(due.map((name) => [name, now])) } };
      await (stored === undefined
        ? documents.create(toldPath, value)
        : documents.replace(toldPath, value, stored.etag));
      log.info('notification', { key, kind, severity, environment, title, channels: due.join(', ') });
      ports.soon?.(async () => {
        await deliver(due);
      });
    },

    deliver: () => deliver(),

    async status() {
      const settings = await ports.settings();
      return Promise.all(
        Object.entries(settings?.channels ?? {}).map(async ([name, { kind }]) => {
          const [{ state }, { paths }] = await Promise.all([
            stateOf(name),
            documents.list(folderOf(name), { limit: 1000 }),
          ]);
          const { failures, problem, notBefore } = state;
          const retryAt = failures > 0 ? new Date(notBefore).toISOString() : null;
          return { name, kind, waiting: paths.length, failures, problem, retryAt };
        }),
      );
    },

    async undelivered() {
      const { paths } = await documents.list('notify/undelivered/', { limit: pageSize });
      const loaded = await Promise.all(paths.map((path) => documents.get(path)));
      return loaded.flatMap((stored) => {
        const parsed = undeliveredSchema.safeParse(stored?.value);
        return parsed.success ? [parsed.data] : [];
      });
    },

    undeliveredCount: async () => (await documents.list('notify/undelivered/', { limit: pageSize })).paths.length,

    async retry(id) {
      if (!/^[0-9a-f]{40}-[0-9a-f]{12}$/.test(id)) {
        return 'absent';
      }
      const path = `notify/undelivered/${id}.json`;
      const parsed = undeliveredSchema.safeParse((await documents.get(path))?.value);
      if (!parsed.success) {
        return 'absent';
      }
      const { version, channel, notification } = parsed.data;
      const pending: Pending = { version, id, channel, keptAt: isoOf(clock.now()), notification };
      await documents.create(`${folderOf(channel)}${id}.json`, asJson(pending));
      await documents.remove(path);
      ports.soon?.(async () => {
        await deliver([channel]);
      });
      return 'waiting';
    },
  };
}

/** Starts work that nobody waits for, and tells the log when it fails. */
export function inBackground(log: Log): (work: () => Promise<void>) => void {
  return (work) => {
    work().catch((error: unknown) => {
      log.warn('notifications wait for the next minute', { error: describeError(error) });
    });
  };
}
