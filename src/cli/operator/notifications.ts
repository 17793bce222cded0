import { Command } from 'commander';
import { z } from 'zod';
import { exitCodes, pathOf } from './api';
import { watchable, type Kit, type Shared } from './kit';
import { table } from './table';

const notificationsSchema = z.looseObject({
  channels: z.array(
    z.looseObject({ name: z.string(), kind: z.string(), waiting: z.number(), problem: z.string().nullable() }),
  ),
  undelivered: z.array(
    z.looseObject({ id: z.string(), channel: z.string(), title: z.string(), reason: z.string(), gaveUpAt: z.string() }),
  ),
});

/** `caretaker notifications`. */
export function notificationsCommand({ command, shown, terminal }: Kit): Command {
  const notifications = new Command('notifications').description('how people are told, and what did not reach them');
  notifications.addCommand(
    watchable(
      command<Shared>(
        'list',
        'channels, and what was given up. Exit code 2 when there is any of that',
        async (api, options) => {
          const answer = await api.get('notifications', notificationsSchema);
          if (answer.undelivered.length > 0) {
            terminal.exit(exitCodes.notAsWanted);
          }
          return shown(answer, options, () => {
            const channels = answer.channels.map(({ name, kind, waiting, problem }) => [
              name,
              kind,
              String(waiting),
              problem ?? 'none',
            ]);
            const lost = answer.undelivered.map(({ id, channel, title, reason }) => [id, channel, title, reason]);
            const given = lost.length === 0 ? '' : `\n${table(['not delivered', 'channel', 'title', 'reason'], lost)}`;
            return `${table(['channel', 'kind', 'waiting', 'problem'], channels)}${given}`;
          });
        },
      ),
    ),
    { isDefault: true },
  );
  notifications.addCommand(
    command('retry <id>', 'try again what was given up', async (api, options, id = '') => {
      const answer = await api.send('POST', `notifications/${pathOf(id)}/retry`, z.looseObject({ id: z.string() }));
      return shown(answer, options, () => `${id} waits to be sent.\n`);
    }),
  );
  return notifications;
}
