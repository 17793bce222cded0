import { spawn } from 'node:child_process';
import type { Platform } from '../platform';
import { operatorClient, type OperatorClient } from './client';
import type { Screen } from './screen';

/** One thing the demo promises, and whether it came true. */
export interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
}

/** A check with what was found instead, as text. */
export function check(what: string, ok: boolean, found: unknown): Check {
  return { what, ok, found: String(found) };
}

/** What a scene turned out to be. */
export interface Story {
  readonly checks: readonly Check[];
  /** Figures for `--json`. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** One story of the demo. It works on resources of its own and leaves no fault behind; what is left for people to settle is what the last one is about. */
export interface Scene {
  /** For `--scene`: lower case with hyphens. */
  readonly name: string;
  /** One sentence that says what will happen. */
  readonly title: string;
  tell(stage: Stage): Promise<Story>;
}

/** What the real command line did. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What a scene has at hand. */
export interface Stage {
  readonly platform: Platform;
  readonly control: Platform['control'];
  readonly screen: Screen;
  /** Aborted when somebody presses Ctrl+C. */
  readonly signal: AbortSignal;
  /** Prints a line with the platform's time since the scene began. */
  at(line: string): Promise<void>;
  /** The operator API as one of the local people: `rae` reads, `omar` operates, `ava` approves, `ada` administers. */
  as(person: string): Promise<OperatorClient>;
  /** Runs the real `caretaker` in a process of its own, against this platform and with this person's token. */
  caretaker(person: string, ...argv: readonly string[]): Promise<CommandResult>;
  /** Looks again and again until there is something; throws `otherwise` after some minutes, or when interrupted. */
  until<Thing>(otherwise: string, look: () => Promise<Thing | undefined>): Promise<Thing>;
}

/** How long, in real time, a scene waits for anything before it gives up. Milliseconds. */
const patience = 150_000;
const glance = 150;

/** Sets the stage for one scene: its time begins now. */
export async function setStage(options: {
  readonly platform: Platform;
  readonly screen: Screen;
  readonly signal: AbortSignal;
  readonly program: string;
}): Promise<Stage> {
  const { platform, screen, signal, program } = options;
  const { control } = platform;
  const begin = await control.now();
  return {
    platform,
    control,
    screen,
    signal,
    at: async (line) => screen.at((await control.now()) - begin, line),
    as: async (person) => operatorClient(platform.url, await platform.token(person)),
    async caretaker(person, ...argv) {
      const env = {
        ...process.env,
        CARETAKER_URL: platform.url,
        CARETAKER_TOKEN: await platform.token(person),
      };
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...argv], {
        env,
        signal,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      const code = await new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (status) => resolve(status ?? 1));
      });
      return { code, out, err };
    },
    async until(otherwise, look) {
      const giveUpAt = Date.now() + patience;
      for (;;) {
        const found = await look();
        if (found !== undefined) {
          return found;
        }
        signal.throwIfAborted();
        if (Date.now() > giveUpAt) {
          throw new Error(`${otherwise} within ${patience / 1000} seconds`);
        }
        await new Promise((resolve) => setTimeout(resolve, glance));
      }
    },
  };
}
