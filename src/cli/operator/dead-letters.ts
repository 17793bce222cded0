import { Command } from 'commander';
import { z } from 'zod';
import { pathOf } from './api';
import { listing, more, pageQuery, type Kit, type Paged } from './kit';
import { table } from './table';

const deadLettersSchema = z.looseObject({
  deadLetters: z.array(
    z.looseObject({ id: z.string(), receivedAt: z.string(), source: z.string(), reason: z.string() }),
  ),
  cursor: z.string().nullable(),
});
const replaySchema = z.looseObject({
  signals: z.array(z.looseObject({ signalId: z.string(), action: z.string(), duplicate: z.boolean() })),
});

/** `caretaker dead-letters`. */
export function deadLettersCommand({ command, shown }: Kit): Command {
  const deadLetters = new Command('dead-letters').description('messages that were refused');
  deadLetters.addCommand(
    listing(
      command<Paged>('list', 'those that are kept, newest first', async (api, options) => {
        const answer = await api.get(`dead-letters?${pageQuery(options)}`, deadLettersSchema);
        return shown(answer, options, () => {
          const rows = answer.deadLetters.map(({ id, receivedAt, source, reason }) => [id, receivedAt, source, reason]);
          return `${table(['id', 'received', 'from', 'reason'], rows)}${more(answer.cursor)}`;
        });
      }),
    ),
    { isDefault: true },
  );
  deadLetters.addCommand(
    command('show <id>', 'one of them, with what is wrong with it', async (api, options, id = '') => {
      const one = await api.get(`dead-letters/${pathOf(id)}`, z.looseObject({}));
      return shown(one, options, () => `${JSON.stringify(one, null, 2)}\n`);
    }),
  );
  deadLetters.addCommand(
    command(
      'replay <id>',
      'take it as if it came now; what is known already is decided no second time',
      async (api, options, id = '') => {
        const answer = await api.send('POST', `dead-letters/${pathOf(id)}/replay`, replaySchema);
        return shown(answer, options, () =>
          table(
            ['signal', 'action', 'known before'],
            answer.signals.map(({ signalId, action, duplicate }) => [signalId, action, duplicate ? 'yes' : 'no']),
          ),
        );
      },
    ),
  );
  deadLetters.addCommand(
    command('discard <id>', 'remove it for good', async (api, options, id = '') => {
      await api.send('DELETE', `dead-letters/${pathOf(id)}`, z.null());
      return shown({ id, discarded: true }, options, () => `${id} is gone.\n`);
    }),
  );
  return deadLetters;
}
