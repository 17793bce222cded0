import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createSeededRandom, type Random } from '../../../src/local/host';
import { removeHostScript, spawnHost, type HostProcess } from './host-process';

const app = resolve(__dirname, '../../conformance/apps/patterns');
const KILLS = 8;
const CLIENTS = 12;
// Events that each waiting instance waits for.
const EVENTS = 4;

/** What the clients were told, and what they asked for without being told anything. */
interface Account {
  /** Instances whose start was acknowledged, with the orchestrator's name. */
  readonly started: Map<string, string>;
  /** Payloads of acknowledged events, in the order of their acknowledgements, by instance. */
  readonly raised: Map<string, string[]>;
  /** Acknowledged and possible additions, by key of the counter. */
  readonly added: Map<string, { acknowledged: number; asked: number }>;
}

/** One client: does one thing after the other, as its seed says, until the host is gone. */
async function work(
  host: HostProcess,
  name: string,
  random: Random,
  account: Account,
  onAcknowledged: () => void,
): Promise<void> {
  const post = async (path: string, body: unknown): Promise<boolean> => {
    const answer = await fetch(`${host.url}/api/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (answer.status === 200) await answer.text();
    return answer.status === 200;
  };
  let waiting: string | undefined;
  for (let count = 0; ; count++) {
    const id = `${name}-${count}`;
    const choice = random();
    if (choice < 0.25) {
      const counter = account.added.get(name) ?? { acknowledged: 0, asked: 0 };
      account.added.set(name, counter);
      counter.asked++;
      if (await post(`signal/Counter/${name}/add`, 1)) counter.acknowledged++;
    } else if (choice < 0.5) {
      if (await post(`start/sequence/${id}`, [id])) account.started.set(id, 'sequence');
    } else if (waiting === undefined) {
      if (await post(`start/events/${id}`, EVENTS)) {
        account.started.set(id, 'events');
        account.raised.set(id, []);
        waiting = id;
      }
    } else {
      const events = account.raised.get(waiting) ?? [];
      if (await post(`raise/${waiting}/item`, id)) events.push(id);
      if (events.length === EVENTS) waiting = undefined;
    }
    onAcknowledged();
  }
}

describe('kill -9 under load', () => {
  let folder: string;
  let host: HostProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'host-kill-'));
  });
  afterEach(async () => {
    await host?.kill();
    host = undefined;
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(removeHostScript);

  it('loses no acknowledged start, event or signal', async () => {
    const random = createSeededRandom(20_260_302);
    const state = join(folder, 'state.db');
    const account: Account = { started: new Map(), raised: new Map(), added: new Map() };
    for (let kill = 0; kill < KILLS; kill++) {
      const running = (host = await spawnHost(app, state));
      // The moment: so many acknowledgements after the start, while the other clients' requests are on their way.
      let left = 1 + Math.floor(random() * 250);
      let killed: Promise<void> | undefined;
      const onAcknowledged = (): void => {
        if (--left === 0) killed = running.kill();
      };
      const clients = Array.from({ length: CLIENTS }, (_, client) =>
        work(running, `k${kill}c${client}`, createSeededRandom(kill * 100 + client), account, onAcknowledged),
      );
      // A client ends by a connection that breaks; any other end would be an error of the test.
      for (const ended of await Promise.allSettled(clients)) expect(ended.status).toBe('rejected');
      expect(killed).toBeDefined();
      await killed;
    }

    const last = (host = await spawnHost(app, state));
    const door = async (method: string, path: string, body?: unknown): Promise<any> => {
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      return ((await (await fetch(`${last.url}/api/${path}`, { method, ...init })).json()) as { value?: unknown })
        .value;
    };
    const until = async <T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> => {
      for (let tries = 0; ; tries++) {
        const value = await read();
        if (holds(value) || tries === 200) return value;
        await new Promise((resume) => setTimeout(resume, 20));
      }
    };
    const check = async (id: string, name: string): Promise<void> => {
      if (name === 'events') {
        // Whatever it still waits for.
        for (let left = EVENTS; left > 0; left--) await door('POST', `raise/${id}/item`, 'filler');
      }
      const ended = await until(
        () => door('GET', `status/${id}`),
        ({ runtimeStatus }) => runtimeStatus === 'Completed',
      );
      expect(ended).toMatchObject({ name, runtimeStatus: 'Completed' });
      if (name === 'sequence') return expect(ended.output).toEqual([`Hello ${id}`]);
      const acknowledged = account.raised.get(id) ?? [];
      const received = (ended.output as string[]).filter((event) => event !== 'filler');
      // One more may have arrived whose acknowledgement the kill swallowed.
      expect(received.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(received.length - acknowledged.length).toBeLessThanOrEqual(1);
    };
    expect(account.started.size).toBeGreaterThan(KILLS);
    await Promise.all([...account.started].map(([id, name]) => check(id, name)));
    for (const [key, { acknowledged, asked }] of account.added) {
      const { entityState = 0 } = await until(
        () => door('GET', `entity/Counter/${key}`),
        ({ entityState: sum }) => (sum ?? 0) >= acknowledged,
      );
      expect(entityState).toBeGreaterThanOrEqual(acknowledged);
      expect(entityState).toBeLessThanOrEqual(asked);
    }
    // Many processes one after the other: on a busy machine each takes its time to start.
  }, 120_000);
});
