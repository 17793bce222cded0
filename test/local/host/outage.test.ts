import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import * as df from 'durable-functions';
import { migrate, SCHEMA_VERSION } from '../../../src/local/host/durable/schema';
import { Store } from '../../../src/local/host/durable/store';
import type { RunningHost } from '../../../src/local/host';
import { HostBench } from './support';

let running = 0;
df.app.activity('work', {
  handler: (n: number) => {
    running++;
    return n;
  },
});
df.app.orchestration('steps', function* (context) {
  let sum = 0;
  for (let i = 0; i < 3; i++) sum += (yield context.df.callActivity('work', i)) as number;
  sum += (yield context.df.waitForExternalEvent('last')) as number;
  return sum;
});

// What node:sqlite throws when the disk is full; 13 is SQLITE_FULL.
const diskFull = (): Error =>
  Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });

describe('a disk that fills up', () => {
  const bench = new HostBench();
  afterEach(() => bench.close());

  const manage = (host: RunningHost, method: string, path: string, body?: string): Promise<Response> =>
    fetch(`${host.url}/runtime/webhooks/durabletask/${path}`, {
      method,
      headers: { 'x-functions-key': host.keys.master, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });

  it('turns requests away with 503, loses nothing acknowledged, and goes on when there is room', async () => {
    let full = false;
    const lines: string[] = [];
    const host = await bench.start({
      log: ({ level, message }) => lines.push(`${level}: ${message}`),
      onCommit: {
        before: () => {
          if (full) throw diskFull();
        },
      },
    });
    expect((await manage(host, 'POST', 'orchestrators/steps/kept', '1')).status).toBe(202);
    await host.idle();
    full = true;
    const refused = await manage(host, 'POST', 'orchestrators/steps/refused', '1');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(((await refused.json()) as { Message: string }).Message).toContain('database or disk is full');
    // While it cannot write it refuses at once, and still answers what is on disk.
    expect((await manage(host, 'POST', 'instances/kept/raiseEvent/last', '1')).status).toBe(503);
    expect((await manage(host, 'GET', 'instances/kept')).status).toBe(202);
    expect((await manage(host, 'GET', 'instances/refused')).status).toBe(404);
    expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
    full = false;
    while ((await manage(host, 'POST', 'instances/kept/raiseEvent/last', '4')).status === 503) {
      await new Promise((resume) => setTimeout(resume, 20));
    }
    await host.idle();
    expect(host.instance('kept')).toMatchObject({ runtimeStatus: 'Completed', output: 7 });
    expect(running).toBe(3);
    expect((await manage(host, 'POST', 'orchestrators/steps/refused', '1')).status).toBe(202);
  });

  it('runs an activity again whose outcome could not be written', async () => {
    let failNext = false;
    const host = await bench.start({
      onCommit: {
        before: ({ kind }) => {
          if (!failNext || kind !== 'turn') return;
          failNext = false;
          throw diskFull();
        },
      },
    });
    running = 0;
    failNext = true;
    const id = await host.startOrchestration('steps', { input: 1 });
    while (host.instance(id)?.runtimeStatus !== 'Completed') {
      await host.raiseEvent(id, 'last', 4).catch(() => undefined);
      await new Promise((resume) => setTimeout(resume, 20));
    }
    expect(host.instance(id)?.output).toBe(7);
    expect(running).toBe(4);
  });
});

describe('the state file', () => {
  const bench = new HostBench();
  afterEach(() => bench.close());

  it('is refused when it is from a newer host, or from another program', () => {
    const folder = bench.folder();
    const newer = join(folder, 'newer.db');
    Store.open(newer).close();
    const db = new DatabaseSync(newer);
    db.exec(`PRAGMA user_version=${SCHEMA_VERSION + 1}`);
    db.close();
    expect(() => Store.open(newer)).toThrow('written by a newer host');
    const foreign = join(folder, 'foreign.db');
    const other = new DatabaseSync(foreign);
    other.exec('CREATE TABLE theirs(a)');
    other.close();
    expect(() => Store.open(foreign)).toThrow('belongs to another program');
  });

  it('is brought forward from an earlier version with all that is in it', () => {
    const file = join(bench.folder(), 'old.db');
    const old = new DatabaseSync(file);
    migrate(old, file, 1);
    old.exec(
      `INSERT INTO instances(key, id, name, execution, execution_id, status, created, updated, input, trace_parent, first_turn)
       VALUES(1, 'kept', 'steps', 0, 'e', 'Completed', 0, 0, '7', '00-1-1-01', 0)`,
    );
    expect(old.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    old.close();
    const store = Store.open(file);
    expect(store.instance('kept')).toMatchObject({ name: 'steps', input: '7' });
    store.close();
    const now = new DatabaseSync(file);
    expect(now.prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION });
    now.close();
  });

  it('is written through to the disk', () => {
    const file = join(bench.folder(), 'state.db');
    const store = Store.open(file);
    expect(store.durability()).toEqual({ journal: 'wal', synchronous: 2 });
    store.close();
  });
});
