import * as df from 'durable-functions';
import { createSeededRandom, createVirtualClock, type HistoryEvent, type RunningHost } from '../../../src/local/host';
import { functionsCore } from '../../support/functions-core';
import { HostBench, START } from './support';

import '../../conformance/apps/patterns/functions/durable.js';
import '../../conformance/apps/patterns/functions/entities.js';

df.app.activity('slow', {
  // Takes real time, a different one each time.
  handler: async (n: number) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    return n;
  },
});
df.app.orchestration('mixed', function* (context) {
  const numbers = Array.from({ length: 6 }, (_, index) => index);
  const results = (yield context.df.Task.all(numbers.map((n) => context.df.callActivity('slow', n)))) as number[];
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));
  const child = yield context.df.callSubOrchestrator('sequence', ['c']);
  const sum = yield context.df.callEntity(new df.EntityId('Counter', 'mixed'), 'add', 1);
  return [...results, child, sum, context.df.newGuid(context.df.instanceId)];
});
df.app.orchestration('chain', function* (context) {
  const steps = context.df.getInput<number>();
  for (let i = 0; i < steps; i++) yield context.df.callActivity('echo', i);
  return steps;
});

// Decides by a variable outside: replays and turns in memory come to different decisions.
let mood = 'echo';
df.app.orchestration('moody', function* (context) {
  for (let i = 0; i < 60; i++) yield context.df.callActivity('echo', i);
  yield context.df.callActivity(mood, 'x');
  yield context.df.waitForExternalEvent('end');
  return 'ended';
});

async function historyOf(host: RunningHost): Promise<readonly HistoryEvent[]> {
  await host.startOrchestration('mixed', { instanceId: 'm' });
  await host.runToQuiescence();
  return host.history('m') ?? [];
}

describe('histories', () => {
  const bench = new HostBench();
  afterEach(() => bench.close());

  it('are the same byte for byte for the same seed', async () => {
    const first = JSON.stringify(await historyOf(await bench.start()));
    const second = JSON.stringify(await historyOf(await bench.start()));
    expect(second).toBe(first);
    const other = JSON.stringify(await historyOf(await bench.start({ random: createSeededRandom(8) })));
    expect(other).not.toBe(first);
  });

  it('do not depend on whether turns are replayed or kept in memory', async () => {
    const run = async (replay: 'auto' | 'always'): Promise<[string, number]> => {
      const host = await bench.start({ replay });
      const id = await host.startOrchestration('chain', { instanceId: 'c', input: 150 });
      await host.runToQuiescence();
      expect(host.instance(id)?.output).toBe(150);
      return [JSON.stringify(host.history(id)), host.statistics().replays];
    };
    const [kept, few] = await run('auto');
    const [replayed, many] = await run('always');
    expect(kept).toBe(replayed);
    expect(many).toBe(150);
    expect(few).toBeLessThan(many / 3);
  });

  it('name the step at which a restarted orchestrator decides otherwise', async () => {
    const stateFile = `${bench.folder()}/state.db`;
    mood = 'echo';
    const first = await bench.start({ stateFile });
    const id = await first.startOrchestration('moody', { instanceId: 'm' });
    await first.idle();
    await first.stop();
    mood = 'greet';
    const second = await bench.start({ stateFile, clock: createVirtualClock(START), app: { core: functionsCore } });
    await second.raiseEvent(id, 'end');
    await second.idle();
    const instance = second.instance(id);
    expect(instance?.runtimeStatus).toBe('Failed');
    expect(instance?.output).toContain("step 60 TaskScheduled 'echo'");
    expect(instance?.output).toContain("step 60, activity 'greet'");
  });

  it('are found out before the end even when nothing was replayed', async () => {
    mood = 'echo';
    const host = await bench.start();
    const id = await host.startOrchestration('moody', { instanceId: 'm' });
    await host.idle();
    mood = 'greet';
    await host.raiseEvent(id, 'end');
    await host.idle();
    expect(host.instance(id)).toMatchObject({ runtimeStatus: 'Failed' });
    expect(host.instance(id)?.output).toContain("step 60, activity 'greet'");
  });
});
