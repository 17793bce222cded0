import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { epochOf, isoOf, type EpochMillis } from '../kernel/clock';
import { why, whyNot, type Said } from '../rehearsal';
import { connect, pathOf, type Api } from './operator/api';
import {
  carriedOut,
  connected,
  connectionOf,
  explained,
  thisTerminal,
  type Shared,
  type Terminal,
} from './operator/kit';
import { openStorage } from './storage';

/** One sentence a line, each with the record behind it. */
export function saidText(said: readonly Said[]): string {
  return said.map(({ text, from }) => `${text}  [${from}]\n`).join('');
}

function instant(text: string): EpochMillis {
  const at = epochOf(text);
  if (at === undefined) {
    throw new InvalidArgumentError('give an instant with its zone, such as 2026-01-31T09:00:00Z');
  }
  return at;
}

interface Options extends Shared {
  readonly environment?: string;
}

const answerSchema = z.object({ said: z.array(z.object({ text: z.string(), from: z.string() })) });

/**
 * `caretaker why` and `caretaker why-not`: ask Caretaker, or with `--environment` read the records in the storage that the environment
 * variables of the function app point to, for when the app does not run.
 */
export function whyCommands(terminal: Terminal = thisTerminal): readonly Command[] {
  const { env, out } = terminal;
  const command = (name: string, description: string): Command =>
    connected(new Command(name))
      .description(description)
      .option('--environment <name>', 'read the records in the storage of this deployment instead of asking it')
      .option('--json', 'print it as JSON', false)
      .addHelpText('after', explained);
  const tell = (
    options: Options,
    ask: (api: Api) => Promise<readonly Said[]>,
    look: (name: string) => Promise<readonly Said[]>,
  ) =>
    carriedOut(terminal, async () => {
      const connection = connectionOf(options, env);
      const environment =
        options.environment ?? (connection.url === undefined ? env['CARETAKER_ENVIRONMENT'] : undefined);
      const said = environment === undefined ? await ask(connect(connection, terminal.fetch)) : await look(environment);
      out(options.json ? `${JSON.stringify(said, null, 2)}\n` : saidText(said));
    });
  return [
    command('why', 'say why a signal or a run led to what it led to')
      .argument('<id>', 'id of a signal or of a run')
      .action((id: string, options: Options) =>
        tell(
          options,
          async (api) => (await api.get(`why/${pathOf(id)}`, answerSchema)).said,
          async (environment) => {
            const said = await why(openStorage(environment), id);
            if (said === undefined) {
              throw new Error(`neither a signal nor a run "${id}" is known in ${environment}`);
            }
            return said;
          },
        ),
      ),
    command('why-not', 'say why nothing, or not more, was done to a resource around a time')
      .argument('<resource>', 'resource id, or name')
      .requiredOption('--at <time>', 'the time in question', instant)
      .action((resource: string, options: Options & { readonly at: EpochMillis }) =>
        tell(
          options,
          async (api) => {
            const query = new URLSearchParams({ resource, at: isoOf(options.at) });
            return (await api.get(`why-not?${query.toString()}`, answerSchema)).said;
          },
          (environment) => whyNot(openStorage(environment), resource, options.at),
        ),
      ),
  ];
}
