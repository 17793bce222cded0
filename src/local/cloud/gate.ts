import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** One request at the gate: before it reaches its server, or after its effect and before its answer. */
export interface GatedCall {
  readonly server: string;
  readonly method: string;
  readonly path: string;
  readonly when: 'before' | 'after';
}

/**
 * Stands in front of every server of the cloud, for tests that end a process at any of its requests. `watch` may cut the connection:
 * before, and nothing happens; after, and the effect has happened and nobody is told.
 */
export interface Gate {
  watch: ((call: GatedCall) => 'cut' | undefined) | undefined;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Puts the gate in front of a server's listeners. */
export function gateServer(gate: Gate, name: string, server: Server): void {
  const listeners = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { watch } = gate;
    if (watch !== undefined) {
      const call = { server: name, method: request.method ?? '', path: (request.url ?? '').split('?')[0] ?? '' };
      if (watch({ ...call, when: 'before' }) === 'cut') {
        request.socket.destroy();
        return;
      }
      const end = response.end.bind(response);
      const writeHead = response.writeHead.bind(response);
      let cut: boolean | undefined;
      const decide = (): boolean => (cut ??= watch({ ...call, when: 'after' }) === 'cut');
      response.writeHead = ((...given: Parameters<typeof writeHead>) => {
        if (decide()) {
          request.socket.destroy();
          return response;
        }
        return writeHead(...given);
      }) as typeof response.writeHead;
      response.end = ((...given: Parameters<typeof end>) =>
        decide() ? response : end(...given)) as typeof response.end;
    }
    for (const listener of listeners) listener(request, response);
  });
}
