import { isoOf, type Clock } from '../kernel/clock';
import { describeError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import { everywhere } from '../guard';
import type { Engine } from '../ports/engine';
import type { Notifications } from '../ports/notifications';

/**
 * An engine whose kill switches people hear of: whoever is on call has to know that nothing is repaired any more. That they
 * cannot be told stops no kill switch.
 */
export function announcedEngine(
  engine: Engine,
  { notifications, clock, log }: { readonly notifications: Notifications; readonly clock: Clock; readonly log: Log },
): Engine {
  return {
    ...engine,
    async setKillSwitch(environment, order) {
      await engine.setKillSwitch(environment, order);
      const { engaged, rule, by, reason } = order;
      const where = environment === everywhere ? 'everywhere' : environment;
      const what = rule === undefined ? 'everything' : `rule ${rule}`;
      try {
        await notifications.tell({
          key: `kill-switch:${environment}:${rule ?? ''}:${engaged ? 'engaged' : 'cleared'}:${isoOf(clock.now())}`,
          kind: 'guard',
          severity: engaged ? 'critical' : 'warning',
          environment: where,
          title: `Kill switch ${engaged ? 'engaged' : 'cleared'}: ${what} in ${where}`.slice(0, 200),
          text: `${by}: ${reason}`.slice(0, 2000),
        });
      } catch (error) {
        log.error('nobody could be told of a kill switch', { environment, error: describeError(error) });
      }
    },
  };
}
