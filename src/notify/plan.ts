import type { Delivery, OutgoingMessage } from '../ports/channels';
import type { Notification } from '../ports/notifications';
import type { ChannelSettings, ChannelState, NotificationSettings, Pending, Route } from './model';

/** A day: who has not been told by then needs telling no more, and finds it among what was not delivered. */
export const longestWaitMillis = 86_400_000;
/** Waits after failures grow from half a minute to half an hour. */
const firstWaitMillis = 30_000;
const longestBackoffMillis = 1_800_000;
/** Titles shown of what is told together. */
const mostTitles = 15;

/** Names of the channels that are told, each once, in the order of the routes. */
export function channelsFor({ channels, routes }: NotificationSettings, notification: Notification): string[] {
  const known = (name: string): boolean => Object.hasOwn(channels, name);
  if (notification.channel !== undefined) {
    return [notification.channel].filter(known);
  }
  const fitting = routes.filter((route) => fits(route, notification));
  return [...new Set(fitting.flatMap(({ to }) => to))].filter(known);
}

function fits({ environments, kinds, severities }: Route, notification: Notification): boolean {
  return (
    (environments?.includes(notification.environment) ?? true) &&
    (kinds?.includes(notification.kind) ?? true) &&
    (severities?.includes(notification.severity) ?? true)
  );
}

/** What to do with what waits for a channel. */
export type Next =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'send'; readonly items: readonly [Pending, ...Pending[]] };

/**
 * What goes out next: the oldest by itself while there is room, and all together in the last message that the limit allows.
 * Pages for a person are never told together with something else, and go first.
 */
export function nextDelivery(
  state: ChannelState,
  { burst, perSeconds }: ChannelSettings,
  pending: readonly Pending[],
  now: number,
): Next {
  const waiting = [...pending].sort((left, right) =>
    left.keptAt < right.keptAt ? -1 : left.keptAt > right.keptAt ? 1 : 0,
  );
  const [first, ...rest] = [
    ...waiting.filter(({ notification }) => notification.page !== undefined),
    ...waiting.filter(({ notification }) => notification.page === undefined),
  ];
  if (first === undefined) {
    return { kind: 'nothing' };
  }
  if (state.notBefore > now) {
    return { kind: 'wait', until: state.notBefore };
  }
  const recent = recentOf(state, perSeconds, now);
  if (recent.length >= burst) {
    return { kind: 'wait', until: (recent[0] as number) + perSeconds * 1000 };
  }
  const together = recent.length === burst - 1 && first.notification.page === undefined ? rest : [];
  return { kind: 'send', items: [first, ...together] };
}

function recentOf({ sentAt }: ChannelState, perSeconds: number, now: number): number[] {
  return sentAt.filter((at) => at > now - perSeconds * 1000);
}

/** How a channel stands after an attempt. */
export function afterDelivery(
  state: ChannelState,
  { perSeconds }: ChannelSettings,
  delivery: Delivery,
  now: number,
): ChannelState {
  const sentAt = recentOf(state, perSeconds, now);
  switch (delivery.kind) {
    case 'sent':
      return { ...state, sentAt: [...sentAt, now], failures: 0, notBefore: 0, problem: null };
    case 'refused':
      // The channel answers; it is the message that it does not take.
      return { ...state, sentAt, failures: 0, notBefore: 0, problem: delivery.reason };
    case 'later': {
      const backoff = Math.min(firstWaitMillis * 2 ** Math.min(state.failures, 12), longestBackoffMillis);
      const wait = Math.max(backoff, (delivery.retryAfterSeconds ?? 0) * 1000);
      return { ...state, sentAt, failures: state.failures + 1, notBefore: now + wait, problem: delivery.reason };
    }
  }
}

const rank = { info: 0, warning: 1, critical: 2 } as const;

/** The message for what goes out; `linkOf` makes the address of a page. */
export function messageOf(
  items: readonly [Pending, ...Pending[]],
  linkOf: (page: NonNullable<Notification['page']>) => string | undefined,
): OutgoingMessage {
  const [{ id, keptAt, notification }, ...others] = items;
  if (others.length === 0) {
    const { environment, kind, severity, title, text, facts = [], links = [], page } = notification;
    const url = page === undefined ? undefined : linkOf(page);
    const pages = url === undefined ? [] : [{ title: 'See and answer', url }];
    return { id, at: keptAt, environment, kind, severity, title, text, facts, links: [...links, ...pages] };
  }
  const severity = items.reduce<Notification['severity']>(
    (worst, item) => (rank[item.notification.severity] > rank[worst] ? item.notification.severity : worst),
    'info',
  );
  const environments = [...new Set(items.map((item) => item.notification.environment))];
  const shown = items
    .slice(0, mostTitles)
    .map((item) => `${item.notification.environment}: ${item.notification.title}`);
  const rest = items.length - shown.length;
  return {
    id,
    at: keptAt,
    environment: environments.join(', ').slice(0, 200),
    kind: 'digest',
    severity,
    title: `${items.length} notifications that came close together`,
    text: [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(' | ').slice(0, 2900),
    facts: [],
    links: [],
  };
}
