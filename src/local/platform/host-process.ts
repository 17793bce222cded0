import type { ScaledTime } from '../../kernel/clock';
import { startHost, type HostLogEntry } from '../host';
import { serveUntilAsked } from './child-process';
import { timedClock } from './clock';

/** What the host's process tells when it is ready. */
export interface HostReady {
  readonly url: string;
  readonly keys: { readonly master: string; readonly default: string };
  readonly functions: readonly { readonly name: string; readonly kind: string }[];
}

/** Runs the built function app on the local host until asked to stop. Entry of a process of its own. */
export async function runHostProcess(options: {
  readonly app: string;
  readonly stateFile: string;
  readonly port: number;
  readonly time: ScaledTime;
}): Promise<void> {
  const { app, stateFile, port, time } = options;
  const host = await startHost({
    app: { directory: app },
    stateFile,
    port,
    clock: timedClock(time),
    log: (entry) => {
      process.stderr.write(`${lineOf(entry)}\n`);
    },
  });
  const ready: HostReady = {
    url: host.url,
    keys: { master: host.keys.master, default: host.keys.default },
    functions: host.functions.map(({ name, trigger }) => ({ name, kind: trigger.type })),
  };
  await serveUntilAsked({ ...ready }, () => host.stop());
}

function lineOf({ level, category, message, error }: HostLogEntry): string {
  return `${level} ${category}: ${message}${error === undefined ? '' : ` ${error}`}`;
}
