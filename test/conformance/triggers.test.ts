import { AzuriteProcess } from './azurite';
import { ConformanceTarget } from './target';

const azurite = new AzuriteProcess();
const host = new ConformanceTarget('triggers');
beforeAll(async () => {
  if (!host.isExternal) await azurite.start();
  await host.start({ AzureWebJobsStorage: azurite.connectionString });
});
afterAll(async () => {
  await host.stop();
  await azurite.stop();
});

type Entry = Readonly<Record<string, unknown>>;

async function seen(kind: string): Promise<Entry[]> {
  const all = (await (await host.fetch('/seen')).json()) as Entry[];
  return all.filter((entry) => entry.kind === kind);
}

/** Waits until entries of this kind pass: queues and timers act in their own time. */
async function until(kind: string, passes: (entries: Entry[]) => boolean): Promise<Entry[]> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const entries = await seen(kind);
    if (passes(entries)) return entries;
    if (Date.now() > deadline) throw new Error(`Saw only ${JSON.stringify(entries)} of ${kind}.`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

const grid = (name: string, init: RequestInit): Promise<Response> =>
  host.fetch(`/runtime/webhooks/eventgrid?functionName=${name}&code=${host.eventGridKey}`, init);

function deliver(name: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return grid(name, { method: 'POST', body: JSON.stringify(body), headers });
}

const gridEvent = (id: string, subject = 's'): Entry => ({
  id,
  topic: 't',
  subject,
  eventType: 'Test.Happened',
  eventTime: '2026-03-02T08:00:00Z',
  data: {},
  dataVersion: '1',
  metadataVersion: '1',
});
const cloudEvent = (id: string, source = '/s'): Entry => ({
  specversion: '1.0',
  id,
  source,
  type: 'test.happened',
  data: {},
});

describe('Event Grid', () => {
  const notification = { 'aeg-event-type': 'Notification' };

  it('delivers batches in its own schema', async () => {
    expect((await deliver('gridOne', [gridEvent('a'), gridEvent('b')], notification)).status).toBe(202);
    const ids = (await seen('gridOne')).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['a', 'b']));
  });

  it('delivers cloud events, one and many', async () => {
    const one = { 'content-type': 'application/cloudevents+json' };
    const many = { 'content-type': 'application/cloudevents-batch+json' };
    expect((await deliver('gridOne', cloudEvent('c'), one)).status).toBe(202);
    expect((await deliver('gridMany', [cloudEvent('d'), cloudEvent('e')], many)).status).toBe(202);
    expect(await seen('gridOne')).toContainEqual({ kind: 'gridOne', id: 'c', type: 'test.happened' });
    expect(await seen('gridMany')).toContainEqual({ kind: 'gridMany', ids: ['d', 'e'] });
  });

  it('asks for another delivery when the function failed', async () => {
    expect((await deliver('gridOne', [gridEvent('f', 'fail')], notification)).status).toBe(500);
  });

  it('answers both handshakes', async () => {
    const validation = [{ ...gridEvent('v'), data: { validationCode: 'code-1' } }];
    const answer = await deliver('gridOne', validation, { 'aeg-event-type': 'SubscriptionValidation' });
    expect([answer.status, await answer.json()]).toEqual([200, { validationResponse: 'code-1' }]);
    const options = await grid('gridOne', { method: 'OPTIONS', headers: { 'WebHook-Request-Origin': 'grid.example' } });
    expect([options.status, options.headers.get('webhook-allowed-origin')]).toEqual([200, 'grid.example']);
  });

  it('turns away unknown functions', async () => {
    expect((await deliver('nobody', [gridEvent('x')], notification)).status).toBe(404);
  });
});

describe('storage queues and blobs', () => {
  it('run a function for a message and write its outputs', async () => {
    expect((await host.fetch('/enqueue', { method: 'POST', body: 'job' })).status).toBe(202);
    await until('worker', (entries) => entries.some(({ message }) => message === 'job'));
    const noted = await until('noted', (entries) => entries.length >= 2);
    expect(noted.map(({ message }) => message)).toEqual(expect.arrayContaining(['job-1', { note: 'job-2' }]));
    expect(await (await host.fetch('/read/job')).json()).toEqual({ content: 'content of job' });
    expect(await (await host.fetch('/read/nothing')).json()).toEqual({ content: null });
  });

  it('put a message that fails too often on the poison queue', async () => {
    await host.fetch('/enqueue', { method: 'POST', body: 'bad' });
    await until('poisoned', (entries) => entries.some(({ message }) => message === 'bad'));
    const tries = (await seen('worker')).filter(({ message }) => message === 'bad');
    expect(tries.map(({ dequeueCount }) => dequeueCount)).toEqual([1, 2, 3]);
  });
});

describe('a route for the rest, with a constraint and a default value,', () => {
  it.each([
    ['/', { path: 'home' }],
    ['/home', { path: 'home' }],
    ['/a/b.js', { path: 'a/b.js' }],
    ['/readings', { path: 'readings' }],
  ])('takes %s as %j', async (path, params) => {
    expect(await (await host.fetch(path)).json()).toEqual(params);
  });

  it.each(['/read', '/admin/elsewhere', '/runtime/webhooks/elsewhere', '/RUNTIME'])(
    'does not take %s',
    async (path) => {
      const answer = await host.fetch(path);
      expect([path, answer.status === 404 || answer.status === 401]).toEqual([path, true]);
    },
  );

  it('answers HEAD without a body, and other methods not at all', async () => {
    const head = await host.fetch('/a', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await host.fetch('/a', { method: 'POST' })).status).toBe(404);
  });
});

describe('timers, warmup and hooks', () => {
  it('tick, and run on start-up', async () => {
    await until('tick', (entries) => entries.length >= 2);
    expect(await seen('atStart')).toHaveLength(1);
  });

  it('try again as the retry options say', async () => {
    const headers = { 'x-functions-key': host.masterKey, 'content-type': 'application/json' };
    const answer = await host.fetch('/admin/functions/stubborn', { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(202);
    const tries = await until('stubborn', (entries) => entries.length >= 3);
    expect(tries.map(({ retry }) => retry)).toEqual([0, 1, 2]);
  });

  it('call the app when it starts', async () => {
    expect(await seen('appStart')).toHaveLength(1);
    // Core Tools warm nothing up.
    if (!host.isExternal) expect(await seen('warm')).toHaveLength(1);
  });

  it('let hooks wrap the handler and replace the result', async () => {
    expect(await (await host.fetch('/hooked')).json()).toEqual(['pre', 'wrapped', 'post', 'handler']);
  });
});
