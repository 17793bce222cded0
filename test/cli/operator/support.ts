import { Command } from 'commander';
import { operatorCommands } from '../../../src/cli/operator';
import type { doors } from '../../operator/support';

export const place = { CARETAKER_URL: 'https://caretaker.example', CARETAKER_TOKEN: 'secret-token' };

export interface Ended {
  readonly out: string;
  readonly err: string;
  readonly exit: number;
}
export type Sent = { readonly url: string; readonly init: RequestInit };

/** Answers of the API from its own handlers, without a network. */
export function fetchFrom(door: ReturnType<typeof doors>, sent: Sent[] = []): typeof fetch {
  return async (given, init = {}) => {
    const url = new URL(given as string);
    sent.push({ url: url.href, init });
    const path = url.pathname.replace('/api/', '').split('/').map(decodeURIComponent);
    for (const { name, route, method } of door.routes) {
      const parts = route.split('/');
      const fits =
        parts.length === path.length && parts.every((part, index) => part.startsWith('{') || part === path[index]);
      if (method === init.method && fits) {
        const params = Object.fromEntries(
          parts.flatMap((part, index) => (part.startsWith('{') ? [[part.slice(1, -1), path[index] ?? '']] : [])),
        );
        const answer = await door.call(name.replace('operator-', ''), {
          params,
          query: Object.fromEntries(url.searchParams),
          headers: init.headers as Record<string, string>,
          text: (init.body as string | undefined) ?? '',
        });
        const body = answer.status === 204 ? null : JSON.stringify(answer.body);
        return new Response(body, { status: answer.status ?? 0, headers: answer.headers });
      }
    }
    throw new Error(`no route ${url.href}`);
  };
}

/** Runs one command line, its words parted by single blanks. */
export async function run(
  argv: string,
  answer: typeof fetch,
  env: Record<string, string> = place,
  pauses = 0,
): Promise<Ended> {
  let [out, err, exit] = ['', '', 0];
  const program = new Command('caretaker');
  const terminal = {
    env,
    fetch: answer,
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    exit: (code: number) => void (exit = code),
    isScreen: false,
    pause: async () => (pauses -= 1) >= 0,
  };
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
    command.commands.forEach(quiet);
  };
  operatorCommands(terminal).forEach((one) => program.addCommand(one));
  quiet(program);
  try {
    await program.parseAsync(argv.split(' '), { from: 'user' });
  } catch (error) {
    exit = (error as { exitCode?: number }).exitCode ?? 99;
    err += String(error);
  }
  return { out, err, exit };
}
