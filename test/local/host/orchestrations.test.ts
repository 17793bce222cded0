import { app, type HttpRequest, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { HostBench } from './support';

const attempts = new Map<string, number>();

df.app.activity('greet', { handler: (name: string) => `Hello ${name}` });
df.app.activity('flaky', {
  handler: ({ key, failures }: { key: string; failures: number }) => {
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    if (attempt <= failures) throw new Error(`attempt ${attempt}`);
    return attempt;
  },
});
df.app.orchestration('sequence', function* (context) {
  const names = context.df.getInput<string[]>();
  const greetings: string[] = [];
  for (const name of names) greetings.push((yield context.df.callActivity('greet', name)) as string);
  return greetings;
});
df.app.orchestration('fanOut', function* (context) {
  const names = context.df.getInput<string[]>();
  return yield context.df.Task.all(names.map((name) => context.df.callActivity('greet', name)));
});
df.app.orchestration('retrying', function* (context) {
  const input = context.df.getInput<{ key: string; failures: number; attempts: number }>();
  const retry = Object.assign(new df.RetryOptions(1000, input.attempts), { backoffCoefficient: 2 });
  try {
    return yield context.df.callActivityWithRetry('flaky', retry, input);
  } catch (error) {
    return `gave up: ${(error as Error).message.split('\n')[0]?.trim()}`;
  }
});
df.app.orchestration('waiting', function* (context) {
  const first = yield context.df.waitForExternalEvent('go');
  const second = yield context.df.waitForExternalEvent('go');
  context.df.setCustomStatus({ seen: 2 });
  return [first, second];
});
df.app.orchestration('deadline', function* (context) {
  const due = new Date(context.df.currentUtcDateTime.getTime() + 60_000);
  const timer = context.df.createTimer(due);
  const event = context.df.waitForExternalEvent('approve');
  const winner = yield context.df.Task.any([timer, event]);
  if (winner === event) {
    timer.cancel();
    return 'approved';
  }
  return 'timed out';
});
df.app.orchestration('month', function* (context) {
  const due = new Date(context.df.currentUtcDateTime.getTime() + 30 * 24 * 3600_000);
  yield context.df.createTimer(due);
  return context.df.currentUtcDateTime.toISOString();
});
df.app.orchestration('parent', function* (context) {
  const one = yield context.df.callSubOrchestrator('sequence', ['a'], 'fixed-child');
  const two = yield context.df.callSubOrchestrator('sequence', ['b']);
  return [one, two];
});
df.app.orchestration('forever', function* (context) {
  const count = context.df.getInput<number>();
  const event = yield context.df.waitForExternalEvent('next');
  if (event === 'stop') return count;
  context.df.continueAsNew(count + 1);
  return undefined;
});
df.app.entity('counter', (context) => {
  const state = context.df.getState(() => 0) as number;
  if (context.df.operationName === 'add') {
    context.df.setState(state + Number(context.df.getInput()));
    context.df.return(state + Number(context.df.getInput()));
  } else context.df.return(state);
});
df.app.orchestration('counting', function* (context) {
  const id = new df.EntityId('counter', 'shared');
  context.df.signalEntity(id, 'add', 5);
  const sum = yield context.df.callEntity(id, 'add', 2);
  return sum;
});
app.http('starter', {
  route: 'start/{name}',
  extraInputs: [df.input.durableClient()],
  handler: async (request: HttpRequest, context: InvocationContext) => {
    const client = df.getClient(context);
    const options = { input: await request.json() };
    const id = await client.startNew(request.params.name ?? '', options);
    return client.createCheckStatusResponse(request, id);
  },
});

describe('orchestrations in virtual time', () => {
  const bench = new HostBench();
  afterEach(() => bench.close());

  async function outcome(name: string, input?: unknown): Promise<{ status: unknown; output: unknown }> {
    const host = await bench.start();
    const id = await host.startOrchestration(name, { input });
    await host.runToQuiescence();
    const instance = host.instance(id);
    return { status: instance?.runtimeStatus, output: instance?.output };
  }

  it('runs activities one after the other', async () => {
    expect(await outcome('sequence', ['x', 'y'])).toEqual({ status: 'Completed', output: ['Hello x', 'Hello y'] });
  });

  it('runs activities side by side', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `n${index}`);
    const { output } = await outcome('fanOut', names);
    expect(output).toEqual(names.map((name) => `Hello ${name}`));
  });

  it('tries failed activities again, waiting longer each time', async () => {
    const host = await bench.start();
    const before = host.clock.now();
    const id = await host.startOrchestration('retrying', { input: { key: 'a', failures: 2, attempts: 5 } });
    await host.runToQuiescence();
    expect(host.instance(id)?.output).toBe(3);
    expect(host.clock.now() - before).toBe(3000);
  });

  it('gives the last failure to the orchestrator when the attempts are used up', async () => {
    expect(await outcome('retrying', { key: 'b', failures: 9, attempts: 2 })).toEqual({
      status: 'Completed',
      output: "gave up: Activity function 'flaky' failed: attempt 2",
    });
  });

  it('keeps events that come before they are awaited', async () => {
    const host = await bench.start();
    const id = await host.startOrchestration('waiting');
    await host.raiseEvent(id, 'go', 1);
    await host.raiseEvent(id, 'go', 2);
    await host.idle();
    expect(host.instance(id)).toMatchObject({ runtimeStatus: 'Completed', output: [1, 2], customStatus: { seen: 2 } });
  });

  it('lets a timer and an event race', async () => {
    expect(await outcome('deadline')).toEqual({ status: 'Completed', output: 'timed out' });
    const host = await bench.start();
    const id = await host.startOrchestration('deadline');
    await host.raiseEvent(id, 'approve', null);
    await host.idle();
    expect(host.instance(id)?.output).toBe('approved');
  });

  it('waits for a month in one go', async () => {
    expect(await outcome('month')).toEqual({ status: 'Completed', output: '2026-04-01T08:00:00.000Z' });
  });

  it('runs sub-orchestrations with and without an id of their own', async () => {
    const host = await bench.start();
    const id = await host.startOrchestration('parent');
    await host.idle();
    expect(host.instance(id)?.output).toEqual([['Hello a'], ['Hello b']]);
    expect(host.instance('fixed-child')).toMatchObject({ runtimeStatus: 'Completed', parentInstanceId: id });
  });

  it('continues as new and keeps events', async () => {
    const host = await bench.start();
    const id = await host.startOrchestration('forever', { input: 0 });
    for (const event of ['a', 'b', 'c', 'stop']) await host.raiseEvent(id, 'next', event);
    await host.idle();
    expect(host.instance(id)).toMatchObject({ runtimeStatus: 'Completed', output: 3 });
  });

  it('signals and calls entities', async () => {
    const host = await bench.start();
    const id = await host.startOrchestration('counting');
    await host.idle();
    expect(host.instance(id)?.output).toBe(7);
    expect(host.entity('counter', 'shared')?.state).toBe(7);
  });

  it('serves the client of durable-functions', async () => {
    const host = await bench.start();
    const response = await fetch(`${host.url}/api/start/sequence`, { method: 'POST', body: JSON.stringify(['q']) });
    expect(response.status).toBe(202);
    const { statusQueryGetUri } = (await response.json()) as { statusQueryGetUri: string };
    await host.idle();
    const status = await fetch(statusQueryGetUri);
    expect(status.status).toBe(200);
    expect(await status.json()).toMatchObject({ runtimeStatus: 'Completed', output: ['Hello q'] });
  });
});
