import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CommonAlert } from '../../../../src/local/cloud';

export interface Receiver {
  url: string;
  alerts: CommonAlert[];
  /** Status of the next answers; the last one stays. 0 cuts the connection. */
  answers: number[];
  /** Resolves when that many requests have been answered in all. */
  received(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** A webhook that keeps what it is told. */
export async function startReceiver(): Promise<Receiver> {
  const alerts: CommonAlert[] = [];
  const answers = [200];
  let count = 0;
  let waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      alerts.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as CommonAlert);
      const status = answers.length > 1 ? (answers.shift() ?? 200) : (answers[0] ?? 200);
      if (status === 0) request.socket.destroy();
      else response.writeHead(status).end();
      count += 1;
      const ready = waiting.filter((each) => each.count <= count);
      waiting = waiting.filter((each) => each.count > count);
      for (const each of ready) each.resolve();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/alerts`,
    alerts,
    answers,
    received: (wanted) =>
      count >= wanted ? Promise.resolve() : new Promise((resolve) => waiting.push({ count: wanted, resolve })),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Waits for a condition of the cloud that real input and output lead to; the test's time limit is the limit. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
