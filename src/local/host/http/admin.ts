import type { HostKeys } from '../api';
import type { RegisteredFunction } from '../core';
import { hasKey } from './keys';
import { json, text, type HostRequest, type HostResponse } from './message';

/** What the admin endpoints work with. */
export interface AdminParts {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  readonly keys: HostKeys;
  /** URL by which an HTTP function is called; undefined for others. */
  invokeUrl(fn: RegisteredFunction): string | undefined;
  /** Runs a function with this input in the background. */
  run(fn: RegisteredFunction, input: unknown): void;
  readonly uptimeMs: () => number;
  readonly hostId: string;
}

/** `/admin`: status, list of functions, manual runs. All but the ping need the master key. */
export class AdminApi {
  readonly #parts: AdminParts;

  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  async handle(request: HostRequest): Promise<HostResponse> {
    const { functions, keys } = this.#parts;
    const [, , area, name, rest] = request.url.pathname.split('/').map(decodeURIComponent);
    if (area === 'host' && name === 'ping') return { status: 200 };
    if (!hasKey(request, keys.master)) return text(401, 'The admin endpoints need the master key.');
    if (area === 'host' && name === 'status' && request.method === 'GET') return json(200, this.#status());
    if (area !== 'functions' || rest !== undefined) return { status: 404 };
    if (name === undefined || name === '') {
      if (request.method !== 'GET') return { status: 404 };
      return json(
        200,
        [...functions.values()].map((fn) => this.#describe(fn)),
      );
    }
    const fn = [...functions.values()].find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (!fn) return { status: 404 };
    if (request.method === 'GET') return json(200, this.#describe(fn));
    if (request.method !== 'POST') return { status: 404 };
    const body = (await request.body()).toString('utf8');
    let input: unknown;
    try {
      input = body === '' ? undefined : (JSON.parse(body) as { input?: unknown }).input;
    } catch {
      return text(400, 'The body must be JSON: {"input": ...}.');
    }
    this.#parts.run(fn, input);
    return { status: 202 };
  }

  #status(): unknown {
    const { hostId, uptimeMs } = this.#parts;
    return {
      id: hostId,
      state: 'Running',
      version: '4.1040.0',
      versionDetails: 'local functions host',
      processUptime: uptimeMs(),
      functionAppContentEditingState: 'NotAllowed',
    };
  }

  #describe(fn: RegisteredFunction): unknown {
    const bindings = Object.entries(fn.metadata.bindings).map(([name, binding]) => ({ name, ...binding }));
    return {
      name: fn.name,
      script_href: null,
      invoke_url_template: this.#parts.invokeUrl(fn) ?? null,
      language: 'node',
      isDisabled: false,
      config: { name: fn.name, bindings },
    };
  }
}
