import * as df from 'durable-functions';
import { HostBench, START } from './support';

let broken = true;
const calls: string[] = [];
df.app.activity('call', {
  handler: (name: string) => {
    calls.push(name);
    if (broken && name.startsWith('bad')) throw new Error(`${name} is broken`);
    return name;
  },
});
df.app.orchestration('plain', function* (context) {
  const first = yield context.df.callActivity('call', 'good');
  const second = yield context.df.callActivity('call', 'bad');
  return [first, second];
});
df.app.orchestration('parallel', function* (context) {
  const names = ['good1', 'bad', 'good2'];
  return yield context.df.Task.all(names.map((name) => context.df.callActivity('call', name)));
});
df.app.orchestration('retried', function* (context) {
  yield context.df.callActivity('call', 'good');
  return yield context.df.callActivityWithRetry('call', new df.RetryOptions(1000, 2), 'bad');
});
df.app.orchestration('throws', function* (context) {
  yield context.df.callActivity('call', 'good');
  if (broken) throw new Error('by itself');
  return 'mended';
});
// eslint-disable-next-line require-yield -- one that never yields is what is tested
df.app.orchestration('throwsAtOnce', function* () {
  if (broken) throw new Error('by itself');
  return 'mended';
});
df.app.orchestration('outer', function* (context) {
  const inner = yield context.df.callSubOrchestrator('plain', undefined, 'inner');
  return { inner };
});
df.app.orchestration('section', function* (context) {
  const ids = ['x', 'y', 'z'].map((key) => new df.EntityId('box', key));
  const lock = (yield context.df.lock(ids)) as { release(): void };
  context.df.setCustomStatus('inside');
  yield context.df.waitForExternalEvent('leave');
  lock.release();
});
df.app.entity('box', (context) => {
  context.df.setState(context.df.getInput());
});

describe('rewind', () => {
  const bench = new HostBench();
  beforeEach(() => {
    broken = true;
    calls.length = 0;
  });
  afterEach(() => bench.close());

  it.each([
    ['plain', ['good', 'bad'], ['good', 'bad', 'bad']],
    ['parallel', ['good1', 'bad', 'good2'], ['good1', 'bad', 'good2', 'bad']],
    ['retried', 'bad', ['good', 'bad', 'bad', 'bad']],
    ['throws', 'mended', ['good']],
    ['throwsAtOnce', 'mended', []],
    ['outer', { inner: ['good', 'bad'] }, ['good', 'bad', 'bad']],
  ])('takes up %s before what failed', async (name, output, called) => {
    const host = await bench.start();
    const id = await host.startOrchestration(name);
    await host.runToQuiescence();
    expect(host.instance(id)?.runtimeStatus).toBe('Failed');
    broken = false;
    const url = `${host.url}/runtime/webhooks/durabletask/instances/${id}/rewind?reason=mended`;
    const answer = await fetch(url, { method: 'POST', headers: { 'x-functions-key': host.keys.master } });
    expect(answer.status).toBe(202);
    await host.runToQuiescence();
    expect(host.instance(id)).toMatchObject({ runtimeStatus: 'Completed', output });
    expect(calls).toEqual(called);
  });
});

describe('critical sections', () => {
  const bench = new HostBench();
  afterEach(() => bench.close());

  it('are left when the instance that waits for one, or is in one, is terminated', async () => {
    const host = await bench.start();
    const terminate = async (id: string): Promise<void> => {
      const url = `${host.url}/runtime/webhooks/durabletask/instances/${id}/terminate?reason=x`;
      await fetch(url, { method: 'POST', headers: { 'x-functions-key': host.keys.master } });
      await host.idle();
    };
    for (const id of ['first', 'second', 'third']) {
      await host.startOrchestration('section', { instanceId: id });
      await host.idle();
    }
    expect(host.instance('first')?.customStatus).toBe('inside');
    expect(host.instance('second')?.customStatus).toBeNull();
    await terminate('second');
    expect(host.instance('third')?.customStatus).toBeNull();
    await terminate('first');
    expect(host.instance('third')?.customStatus).toBe('inside');
    await host.raiseEvent('third', 'leave');
    await host.idle();
    expect(host.instance('third')?.runtimeStatus).toBe('Completed');
    await host.startOrchestration('section', { instanceId: 'fourth' });
    await host.idle();
    expect(host.instance('fourth')?.customStatus).toBe('inside');
  });
});

describe('entities over the management API', () => {
  const bench = new HostBench();
  afterEach(() => bench.close());

  it('take signals for later, and are listed and deleted', async () => {
    const host = await bench.start();
    const call = (method: string, path: string, body?: string): Promise<Response> =>
      fetch(`${host.url}/runtime/webhooks/durabletask/${path}`, {
        method,
        headers: { 'x-functions-key': host.keys.durabletask, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      });
    await call('POST', 'entities/box/now?op=set', '1');
    const later = new Date(START + 3_600_000).toISOString();
    await call('POST', `entities/box/later?op=set&scheduledTime=${later}`, '2');
    await host.idle();
    expect(await (await call('GET', 'entities/box/now')).json()).toBe(1);
    expect((await call('GET', 'entities/box/later')).status).toBe(404);
    await host.runToQuiescence();
    expect(host.clock.now()).toBe(START + 3_600_000);
    const listed = (await (await call('GET', 'entities/box?top=1')).json()) as unknown[];
    expect(listed).toEqual([{ entityId: { name: 'box', key: 'later' }, lastOperationTime: later, state: 2 }]);
    const page = await call('GET', 'entities?top=1');
    expect(page.headers.get('x-ms-continuation-token')).not.toBe('');
    expect((await call('DELETE', 'instances/@box@now')).status).toBe(200);
    expect(host.entities('box').map(({ key }) => key)).toEqual(['later']);
  });
});
