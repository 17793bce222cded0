import type { Log } from '../kernel/log';
import type { Notifications } from '../ports/notifications';

/** For a deployment without a channel: what would be told stands in the log, where an alert rule can see it. */
export function logNotifications(log: Log): Notifications {
  return {
    tell: async ({ key, kind, severity, environment, title, text }) => {
      log.warn('notification', { key, kind, severity, environment, title, text });
    },
  };
}
