import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');
const children = new Set<ChildProcess>();
let bundle: { folder: string; script: string } | undefined;

/** The host command as one script, built once for each test file. */
function hostScript(): string {
  if (!bundle) {
    const folder = mkdtempSync(join(tmpdir(), 'host-command-'));
    const script = join(folder, 'host.cjs');
    const entry = join(root, 'src/local/host/command.ts');
    const outfile = join(folder, 'command.cjs');
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
    writeFileSync(
      script,
      `require('./command.cjs').runHostCommand(process.argv.slice(2)).then((code) => process.exit(code));`,
    );
    bundle = { folder, script };
  }
  return bundle.script;
}

/** Removes the built script, and ends hosts that never got as far as to be waited for; call it when the test file is done. */
export function removeHostScript(): void {
  for (const child of children) child.kill('SIGKILL');
  if (bundle) rmSync(bundle.folder, { recursive: true, force: true });
  bundle = undefined;
}

/** A host in a process of its own. */
export interface HostProcess {
  readonly url: string;
  readonly keys: { readonly durabletask: string; readonly default: string; readonly master: string };
  /** What it has written so far. */
  output(): string;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** kill -9. */
  kill(): Promise<void>;
}

/**
 * Runs `host start` on a free port and waits until it listens, or, with `ready`, until it has written that. Rejects with its output
 * when it ends instead.
 */
export function spawnHost(
  app: string,
  stateFile: string,
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly args?: readonly string[];
    readonly ready?: RegExp;
  } = {},
): Promise<HostProcess> {
  const args = [hostScript(), 'start', '--app', app, '--port', '0', '--state', stateFile, ...(options.args ?? [])];
  const child: ChildProcess = spawn(process.execPath, args, { env: { ...process.env, ...options.env } });
  let output = '';
  children.add(child);
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  void exited.then(() => children.delete(child));
  return new Promise((started, failed) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /Host is listening on (\S+)/.exec(output)?.[1] ?? '';
      if (!(options.ready ? options.ready.test(output) : url)) return;
      const find = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? '';
      started({
        url,
        keys: {
          durabletask: find(/durabletask\?code=(\S+)/),
          default: find(/Function key: (\S+)/),
          master: find(/Master key: +(\S+)/),
        },
        output: () => output,
        stop() {
          child.kill('SIGTERM');
          return exited;
        },
        async kill() {
          child.kill('SIGKILL');
          await exited;
        },
      });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    void exited.then((code) => failed(new Error(`The host ended with ${String(code)}:\n${output}`)));
  });
}
