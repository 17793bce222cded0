import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { removeHostScript, spawnHost, type HostProcess } from '../local/host/host-process';

/**
 * The host that the conformance suite talks to. By default the suite starts the local host in a process of its own. With
 * CONFORMANCE_URL it talks to a host that runs the same app already, such as `func start` in the app's folder;
 * CONFORMANCE_FUNCTION_KEY and CONFORMANCE_MASTER_KEY are its keys (Core Tools ask for none).
 */
export class ConformanceTarget {
  readonly #app: string;
  #process: HostProcess | undefined;
  #folder: string | undefined;

  constructor(app: string) {
    this.#app = resolve(__dirname, 'apps', app);
  }

  get isExternal(): boolean {
    return process.env.CONFORMANCE_URL !== undefined;
  }

  /** Starts the host with these settings; an external host has its own. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.isExternal) return;
    this.#folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    this.#process = await spawnHost(this.#app, join(this.#folder, 'state.db'), { env });
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    removeHostScript();
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }

  get url(): string {
    return (process.env.CONFORMANCE_URL ?? this.#process?.url ?? '').replace(/\/$/, '');
  }

  get functionKey(): string {
    return process.env.CONFORMANCE_FUNCTION_KEY ?? this.#process?.keys.default ?? '';
  }

  get masterKey(): string {
    return process.env.CONFORMANCE_MASTER_KEY ?? this.#process?.keys.master ?? '';
  }

  get eventGridKey(): string {
    return process.env.CONFORMANCE_EVENTGRID_KEY ?? this.#process?.keys.master ?? '';
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { redirect: 'manual', ...init });
  }

  /** Calls a door of the patterns app; `error` is what the SDK's client threw. */
  async door(method: string, path: string, body?: unknown): Promise<{ value?: any; error?: string }> {
    const response = await this.fetch(`/api/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status !== 200 && response.status !== 422) {
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    }
    return (await response.json()) as { value?: unknown; error?: string };
  }

  /** Starts an orchestration and returns its id. */
  async begin(name: string, input?: unknown, id?: string): Promise<string> {
    const path = id === undefined ? `start/${name}` : `start/${name}/${id}`;
    const { value, error } = await this.door('POST', path, input);
    if (error !== undefined) throw new Error(error);
    return value as string;
  }

  /** Asks for the status until it passes; the outcome of an orchestration is not known any sooner. */
  async until(id: string, passes: (status: any) => boolean, query = ''): Promise<any> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const { value, error } = await this.door('GET', `status/${id}${query}`);
      if (error === undefined && passes(value)) return value;
      if (Date.now() > deadline) throw new Error(`Instance ${id} did not get there: ${JSON.stringify(value ?? error)}`);
      await new Promise((resume) => setTimeout(resume, 25));
    }
  }

  /** Waits until the instance has ended. */
  ended(id: string, query = ''): Promise<any> {
    return this.until(
      id,
      ({ runtimeStatus }) => /Completed|Failed|Terminated|Canceled/.test(runtimeStatus as string),
      query,
    );
  }

  /** Runs an orchestration to its end. */
  async run(name: string, input?: unknown): Promise<{ status: string; output: any }> {
    const { runtimeStatus, output } = await this.ended(await this.begin(name, input));
    return { status: runtimeStatus as string, output };
  }
}

let counter = 0;

/** An id that no other run has used: the suite may be pointed at a host with old state. */
export function freshId(prefix: string): string {
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${counter++}`;
}
