import { Command, InvalidArgumentError } from 'commander';
import { epochOf, type EpochMillis } from '../kernel/clock';
import { why, whyNot, type Said } from '../rehearsal';
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

interface Options {
  readonly environment: string;
  readonly json: boolean;
}

function print(said: readonly Said[], { json }: Options): void {
  process.stdout.write(json ? `${JSON.stringify(said, null, 2)}\n` : saidText(said));
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption('--environment <name>', 'whose records', process.env['CARETAKER_ENVIRONMENT'])
    .option('--json', 'print it as JSON', false);
}

/** `caretaker why` and `caretaker why-not`: read the records in the storage that the environment variables point to. */
export function whyCommands(): readonly Command[] {
  return [
    command('why', 'say why a signal or a run led to what it led to')
      .argument('<id>', 'id of a signal or of a run')
      .action(async (id: string, options: Options) => {
        const said = await why(openStorage(options.environment), id);
        if (said === undefined) {
          throw new Error(`neither a signal nor a run "${id}" is known in ${options.environment}`);
        }
        print(said, options);
      }),
    command('why-not', 'say why nothing, or not more, was done to a resource around a time')
      .argument('<resource>', 'resource id, or name')
      .requiredOption('--at <time>', 'the time in question', instant)
      .action(async (resource: string, options: Options & { readonly at: EpochMillis }) => {
        print(await whyNot(openStorage(options.environment), resource, options.at), options);
      }),
  ];
}
