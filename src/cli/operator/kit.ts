import { Command, InvalidArgumentError } from 'commander';
import { CommandError, connect, type Api, type Connection } from './api';

/** What the commands stand on; tests give their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof globalThis.fetch;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly exit: (code: number) => void;
  /** Whether a person looks at it: then long work shows that it goes on, and a watched table is drawn in its place. */
  readonly isScreen: boolean;
  /** Lets time pass; false when it is time to stop watching. Milliseconds. */
  readonly pause: (millis: number) => Promise<boolean>;
}

/** The terminal that this process was started in. */
export const thisTerminal: Terminal = {
  env: process.env,
  fetch: globalThis.fetch,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  exit: (code) => {
    process.exitCode = code;
  },
  isScreen: process.stdout.isTTY === true && process.stderr.isTTY === true,
  pause: (millis) => new Promise((resolve) => setTimeout(() => resolve(true), millis)),
};

/** Options that every command over the API has. */
export interface Shared {
  readonly url?: string;
  readonly token?: string;
  readonly key?: string;
  readonly json: boolean;
  /** Seconds between two looks, where the command can be watched. */
  readonly watch?: number;
}

export interface Paged extends Shared {
  readonly limit: number;
  readonly cursor?: string;
}

/** What commands are made with. */
export interface Kit {
  readonly terminal: Terminal;
  /** A command that asks the API: `usage` is its name and arguments. What it throws becomes one line and an exit code. */
  command<Options extends Shared>(
    usage: string,
    description: string,
    work: (api: Api, options: Options, ...given: string[]) => Promise<unknown>,
  ): Command;
  /** Prints for people, and hands the answer on for programs. */
  shown<Answer>(answer: Answer, options: Shared, text: () => string): Answer;
}

export const explained = `
Exit codes: 0 done; 1 the command or its input is wrong, or there is no such thing; 2 done, and not as wanted;
3 not allowed; 4 Caretaker cannot be reached or cannot do it right now. More in docs/cli.md.`;

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 100) {
    throw new InvalidArgumentError('give a whole number from 1 to 100');
  }
  return number;
}

function interval(text: string): number {
  const number = Number(text);
  if (!(number >= 1 && number <= 3600)) {
    throw new InvalidArgumentError('give a number of seconds from 1 to 3600');
  }
  return number;
}

/** Adds the options of a page. */
export const listing = (one: Command): Command =>
  one
    .option('--limit <number>', 'so many of those on record', count, 20)
    .option('--cursor <text>', 'where the page before ended');

/** Adds `--watch`. */
export const watchable = (one: Command): Command =>
  one.addOption(
    one
      .createOption('--watch [seconds]', 'show it again every so many seconds (5), until Ctrl+C')
      .preset('5')
      .argParser(interval),
  );

/** Adds where Caretaker is and who asks. */
export const connected = (one: Command): Command =>
  one
    .option('--url <url>', 'where Caretaker is (CARETAKER_URL)')
    .option('--token <token>', 'access token of Entra (CARETAKER_TOKEN)')
    .option('--key <key>', 'function key, where no tokens are set up (CARETAKER_KEY)');

/** Where to ask, from options and environment. */
export function connectionOf({ url, token, key }: Omit<Shared, 'json'>, env: Terminal['env']): Connection {
  return {
    url: url ?? env['CARETAKER_URL'],
    token: token ?? env['CARETAKER_TOKEN'],
    key: key ?? env['CARETAKER_KEY'],
  };
}

/** Shows that something goes on, once it takes longer than a moment; to a person alone. Returns what ends it. */
function showWaiting({ isScreen, err }: Terminal): () => void {
  if (!isScreen) {
    return () => undefined;
  }
  const begin = Date.now();
  const timer = setInterval(() => err(`\r… ${Math.round((Date.now() - begin) / 1000)} s`), 1000);
  return () => {
    clearInterval(timer);
    if (Date.now() - begin >= 1000) {
      err('\r\u001b[K');
    }
  };
}

/** Runs what a command does; a user's mistake or an outage is one line and an exit code. */
export async function carriedOut(terminal: Terminal, work: () => Promise<void>): Promise<void> {
  const done = showWaiting(terminal);
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CommandError)) {
      throw error;
    }
    terminal.err(`caretaker: ${error.message}\n`);
    terminal.exit(error.exitCode);
  } finally {
    done();
  }
}

/** Makes commands for a terminal. */
export function kitFor(terminal: Terminal): Kit {
  const { env, out, isScreen } = terminal;
  return {
    terminal,
    command(usage, description, work) {
      const [name, ...wanted] = usage.split(' ');
      const made = new Command(name);
      wanted.forEach((argument) => made.argument(argument));
      return connected(made)
        .description(description)
        .option('--json', 'print the answer as JSON', false)
        .addHelpText('after', explained)
        .action(async (...all: unknown[]) => {
          const self = all.at(-1) as Command;
          type Options = Parameters<typeof work>[1];
          const options = self.opts<Options>();
          const once = () =>
            carriedOut(terminal, async () => {
              const api = connect(connectionOf(options, env), terminal.fetch);
              const answer = await work(api, options, ...self.args);
              if (options.json) {
                out(`${JSON.stringify(answer, null, options.watch === undefined ? 2 : undefined)}\n`);
              }
            });
          if (options.watch === undefined) {
            return once();
          }
          do {
            if (isScreen && !options.json) {
              out('\u001b[H\u001b[2J');
            }
            await once();
          } while (await terminal.pause(options.watch * 1000));
        });
    },
    shown(answer, { json }, text) {
      if (!json) {
        out(text());
      }
      return answer;
    },
  };
}

/** Query of a page. */
export const pageQuery = ({ limit, cursor }: { readonly limit: number; readonly cursor?: string }): string =>
  new URLSearchParams({ limit: String(limit), ...(cursor === undefined ? {} : { cursor }) }).toString();

/** How to get the next page, for people. */
export const more = (cursor: string | null): string => (cursor === null ? '' : `More: --cursor ${cursor}\n`);
