import type { Command } from 'commander';
import { z } from 'zod';
import { listing, more, watchable, type Kit, type Paged } from './kit';
import { shortName, table } from './table';

const decisionsSchema = z.looseObject({
  decisions: z.array(
    z.looseObject({
      signalId: z.string(),
      at: z.string(),
      target: z.string(),
      alertRule: z.string(),
      action: z.string(),
      sentence: z.string(),
    }),
  ),
  cursor: z.string().nullable(),
});

type Options = Paged & { since?: string; until?: string; resource?: string; action?: string };

/** `caretaker decisions`. */
export function decisionsCommand({ command, shown }: Kit): Command {
  const made = command<Options>(
    'decisions',
    'what was decided about signals, newest first; the whole story of one: caretaker why SIGNAL',
    async (api, options) => {
      const { since, until, resource, action, limit, cursor } = options;
      const given = { since, until, target: resource, action, limit: String(limit), cursor };
      const query = new URLSearchParams(
        Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      const answer = await api.get(`decisions?${query.toString()}`, decisionsSchema);
      return shown(answer, options, () => {
        const rows = answer.decisions.map(({ signalId, at, target, action: what, sentence }) => [
          signalId,
          at,
          shortName(target),
          what,
          sentence,
        ]);
        return `${table(['signal', 'at', 'resource', 'action', 'why'], rows)}${more(answer.cursor)}`;
      });
    },
  )
    .option('--since <time>', 'from when on, such as 2026-01-31T09:00:00Z')
    .option('--until <time>', 'until when')
    .option('--resource <id or name>', 'about this resource alone')
    .option('--action <name>', 'with this action alone, such as open-incident, held or none');
  return watchable(listing(made));
}
