import * as df from 'durable-functions';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { START } from './support';

/** One thing that a client does, or that happens outside the host. */
export type Act =
  | { readonly start: string; readonly id: string; readonly input?: unknown; readonly version?: string }
  | { readonly raise: string; readonly event: string; readonly data: unknown }
  | { readonly post: string; readonly body?: string }
  | { readonly remove: string }
  /** Virtual time passes until so many milliseconds after the beginning. */
  | { readonly until: number }
  | { readonly settle: true }
  /** From now on what was broken works. */
  | { readonly mend: true }
  /** What has become of instance `i`. */
  | { readonly ends: string; readonly output: unknown };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What is outside the host, and is not set back by a crash. */
export const world = { mended: false, jobs: '', now: (): number => START };

// How long a job of the job server takes, in virtual time.
const JOB_MS = 25_000;

/** A server whose jobs are answered with 202 until they are done. What it says depends on the virtual time alone. */
export async function startJobServer(): Promise<{ readonly requests: string[]; close(): Promise<void> }> {
  const requests: string[] = [];
  const server = createServer((request, answer) => {
    requests.push(`${request.method} ${request.url} at ${(world.now() - START) / 1000}s`);
    const started = request.method === 'POST' && request.url === '/jobs';
    const asked = request.method === 'GET' && request.url === '/jobs/1' && !('x-functions-key' in request.headers);
    if (!started && !asked) answer.writeHead(404).end('no such job');
    else if (world.now() < START + JOB_MS) answer.writeHead(202, { location: '/jobs/1', 'retry-after': '10' }).end();
    else answer.writeHead(200).end('done');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.jobs = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jobs`;
  return {
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

df.app.activity('fragile', {
  handler: (name: string) => {
    if (world.mended) return name;
    const error = new Error(`${name} is broken`);
    // Failures carry their stacks, and those depend on who called.
    error.stack = error.message;
    throw error;
  },
});
df.app.orchestration('fragileSteps', function* (context) {
  const before = yield context.df.callActivity('echo', 'before');
  return [before, yield context.df.callActivity('fragile', 'step')];
});
df.app.orchestration('fragileChildren', function* (context) {
  const tasks = ['child', undefined].map((id) => context.df.callSubOrchestrator('fragileSteps', undefined, id));
  return yield context.df.Task.all(tasks);
});
df.app.orchestration('retriedActivity', function* (context) {
  return yield context.df.callActivityWithRetry('fragile', new df.RetryOptions(MINUTE, 4), 'activity');
});
df.app.orchestration('retriedChild', function* (context) {
  const retry = new df.RetryOptions(MINUTE, 4);
  const named = context.df.callSubOrchestratorWithRetry('fragileSteps', retry, undefined, 'child');
  const unnamed = context.df.callSubOrchestratorWithRetry('fragileSteps', retry);
  return yield context.df.Task.all([named, unnamed]);
});
df.app.orchestration('jobPolling', function* (context) {
  const url = context.df.getInput<string>() || world.jobs;
  const request = { method: 'POST', url, body: { job: 1 }, headers: { 'x-functions-key': 'for the start alone' } };
  const response = (yield context.df.callHttp(request)) as { statusCode: number; content: string };
  return [response.statusCode, response.content];
});
df.app.orchestration('versions', function* (context) {
  const child = yield context.df.callSubOrchestrator('versioned', undefined, 'child', '3.0');
  return [context.df.version, child];
});

/** Every durable pattern, as what clients do from outside. */
export const patterns: Readonly<Record<string, readonly Act[]>> = {
  sequence: [{ start: 'sequence', id: 'i', input: ['a', 'b', 'c'] }],
  fanOut: [{ start: 'fanOut', id: 'i', input: 12 }],
  anyOf: [{ start: 'anyOf', id: 'i' }],
  catching: [{ start: 'catching', id: 'i' }],
  timer: [{ start: 'timer', id: 'i', input: 5 * MINUTE }],
  longTimer: [{ start: 'timer', id: 'i', input: 20 * 24 * HOUR }],
  events: [
    { start: 'events', id: 'i', input: 3 },
    { raise: 'i', event: 'item', data: 'x' },
    { raise: 'i', event: 'item', data: 'y' },
    { raise: 'i', event: 'item', data: 'z' },
  ],
  approval: [
    { start: 'approval', id: 'i', input: HOUR },
    { until: 10 * MINUTE },
    { raise: 'i', event: 'approval', data: 'yes' },
  ],
  expiry: [{ start: 'approval', id: 'i', input: HOUR }, { until: 61 * MINUTE }],
  parent: [{ start: 'parent', id: 'i' }],
  failingChild: [{ start: 'failingChild', id: 'i' }],
  eternal: [
    { start: 'eternal', id: 'i', input: 0 },
    { raise: 'i', event: 'add', data: 3 },
    { raise: 'i', event: 'add', data: 4 },
    { raise: 'i', event: 'add', data: 0 },
  ],
  counted: [{ start: 'counted', id: 'i', input: 3 }],
  status: [
    { start: 'status', id: 'i' },
    { raise: 'i', event: 'finish', data: null },
  ],
  large: [{ start: 'large', id: 'i', input: 300_000 }],
  guids: [{ start: 'guids', id: 'i' }],
  throwing: [{ start: 'throwing', id: 'i', input: 'trouble' }],
  retriedActivity: [
    { start: 'retriedActivity', id: 'i' },
    { until: 1.5 * MINUTE },
    { mend: true },
    { settle: true },
    { ends: 'Completed', output: 'activity' },
  ],
  retriedInVain: [{ start: 'retriedActivity', id: 'i' }],
  retriedChild: [
    { start: 'retriedChild', id: 'i' },
    { until: 1.5 * MINUTE },
    { mend: true },
    { settle: true },
    {
      ends: 'Completed',
      output: [
        ['before', 'step'],
        ['before', 'step'],
      ],
    },
  ],
  callHttp: [{ start: 'jobPolling', id: 'i' }, { settle: true }, { ends: 'Completed', output: [200, 'done'] }],
  versions: [
    { start: 'versions', id: 'i', version: '2.1' },
    { ends: 'Completed', output: ['2.1', '3.0'] },
  ],
  entityCalls: [{ start: 'entityCalls', id: 'i', input: 'k' }],
  entityError: [{ start: 'entityError', id: 'i' }],
  locked: [{ start: 'locked', id: 'i', input: { from: 'a', to: 'b', amount: 5 } }],
  signals: [
    { post: 'entities/Counter/s?op=add', body: '7' },
    { post: 'entities/Counter/s?op=forward', body: '"t"' },
  ],
  scheduledSignal: [
    { post: `entities/Counter/s?op=add&scheduledTime=${new Date(START + HOUR).toISOString()}`, body: '7' },
    { until: HOUR / 2 },
    { post: 'entities/Counter/s?op=add', body: '1' },
    { settle: true },
    { post: 'entities/Counter/s?op=forward', body: '"t"' },
  ],
  terminate: [{ start: 'events', id: 'i', input: 2 }, { post: 'instances/i/terminate?reason=enough' }],
  restart: [
    { start: 'sequence', id: 'i', input: ['a'] },
    { post: 'instances/i/restart?restartWithNewInstanceId=false' },
  ],
  restartAsAnother: [{ start: 'sequence', id: 'i', input: ['a'] }, { post: 'instances/i/restart' }],
  rewind: [{ start: 'throwing', id: 'i', input: 'trouble' }, { post: 'instances/i/rewind?reason=again' }],
  rewindMended: [
    { start: 'fragileSteps', id: 'i' },
    { mend: true },
    { post: 'instances/i/rewind?reason=mended' },
    { ends: 'Completed', output: ['before', 'step'] },
  ],
  rewindOfRetries: [
    { start: 'retriedActivity', id: 'i' },
    { settle: true },
    { mend: true },
    { post: 'instances/i/rewind?reason=mended' },
    { settle: true },
    { ends: 'Completed', output: 'activity' },
  ],
  rewindOfChildren: [
    { start: 'fragileChildren', id: 'i' },
    { mend: true },
    { post: 'instances/i/rewind?reason=mended' },
    { settle: true },
    {
      ends: 'Completed',
      output: [
        ['before', 'step'],
        ['before', 'step'],
      ],
    },
  ],
  suspend: [
    { start: 'events', id: 'i', input: 1 },
    { post: 'instances/i/suspend?reason=hold' },
    { raise: 'i', event: 'item', data: 1 },
    { post: 'instances/i/resume?reason=go' },
  ],
  purge: [
    { start: 'sequence', id: 'i', input: ['a'] },
    { start: 'sequence', id: 'kept', input: ['b'] },
    { remove: 'instances/i' },
    { start: 'sequence', id: 'i', input: ['c'] },
  ],
  purgeOfEntity: [
    { post: 'entities/Counter/s?op=add', body: '7' },
    { post: 'entities/Counter/kept?op=add', body: '1' },
    { remove: 'instances/@counter@s' },
  ],
  purgeByFilter: [
    { start: 'sequence', id: 'kept', input: ['a'] },
    { start: 'throwing', id: 'i', input: 'one' },
    { start: 'throwing', id: 'j', input: 'two' },
    { start: 'events', id: 'waiting', input: 1 },
    { remove: 'instances?createdTimeFrom=2026-01-01T00:00:00Z&runtimeStatus=Failed,Running' },
    { raise: 'waiting', event: 'item', data: 1 },
  ],
};
