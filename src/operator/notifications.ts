import { z } from 'zod';
import { PermanentError } from '../kernel/errors';
import { json } from './door';
import { operatorRoute, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

/** Routes over how people are told. */
export function notificationRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  return [
    operatorRoute(deps, {
      name: 'notifications',
      method: 'GET',
      path: 'notifications',
      role: 'Caretaker.Reader',
      summary: 'How each channel stands, and notifications that were given up (at most 200)',
      answers: {
        200: z.object({
          channels: z.array(
            z.object({
              name: z.string(),
              kind: z.enum(['teams', 'slack', 'webhook']),
              waiting: z.int(),
              failures: z.int(),
              problem: z.string().nullable(),
              retryAt: z.string().nullable(),
            }),
          ),
          undelivered: z.array(
            z.object({
              id: z.string(),
              channel: z.string(),
              key: z.string(),
              title: z.string(),
              reason: z.string(),
              keptAt: z.string(),
              gaveUpAt: z.string(),
            }),
          ),
        }),
      },
      work: async () => {
        const [channels, lost] = await Promise.all([deps.outbox.status(), deps.outbox.undelivered()]);
        const undelivered = lost.map(({ id, channel, notification, reason, keptAt, gaveUpAt }) => ({
          id,
          channel,
          key: notification.key,
          title: notification.title,
          reason,
          keptAt,
          gaveUpAt,
        }));
        return json(200, { channels, undelivered });
      },
    }),

    operatorRoute(deps, {
      name: 'retry-notification',
      method: 'POST',
      path: 'notifications/{id}/retry',
      role: 'Caretaker.Operator',
      summary: 'Send a notification that was given up; idempotent while it waits',
      answers: { 202: z.object({ id: z.string() }) },
      work: async ({ param, caller }) => {
        const id = param('id');
        if ((await deps.outbox.retry(id)) === 'absent') {
          throw new PermanentError('NotFound', `notification ${id} is not known here`);
        }
        deps.log.info('notification tried again', { id, by: caller.id });
        return json(202, { id });
      },
    }),
  ];
}
