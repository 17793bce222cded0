import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DurableWrite, RunningHost } from '../../../src/local/host';
import { HostBench } from './support';

import '../../conformance/apps/patterns/functions/durable.js';
import '../../conformance/apps/patterns/functions/entities.js';

process.env.CONFORMANCE_GREETING = 'Hello';

/** One thing that a client does. */
type Act =
  | { readonly start: string; readonly id: string; readonly input?: unknown }
  | { readonly raise: string; readonly event: string; readonly data: unknown }
  | { readonly post: string; readonly path: string }
  | { readonly pass: number }
  | { readonly settle: true };

const MINUTE = 60_000;

/** Every durable pattern of the conformance app, as what clients do from outside. */
const patterns: Readonly<Record<string, readonly Act[]>> = {
  sequence: [{ start: 'sequence', id: 'i', input: ['a', 'b', 'c'] }],
  fanOut: [{ start: 'fanOut', id: 'i', input: 12 }],
  anyOf: [{ start: 'anyOf', id: 'i' }],
  catching: [{ start: 'catching', id: 'i' }],
  timer: [{ start: 'timer', id: 'i', input: 5 * MINUTE }],
  longTimer: [{ start: 'timer', id: 'i', input: 20 * 24 * 60 * MINUTE }],
  events: [
    { start: 'events', id: 'i', input: 3 },
    { raise: 'i', event: 'item', data: 'x' },
    { raise: 'i', event: 'item', data: 'y' },
    { raise: 'i', event: 'item', data: 'z' },
  ],
  approval: [
    { start: 'approval', id: 'i', input: 60 * MINUTE },
    { pass: 10 * MINUTE },
    { raise: 'i', event: 'approval', data: 'yes' },
  ],
  expiry: [{ start: 'approval', id: 'i', input: 60 * MINUTE }, { pass: 61 * MINUTE }],
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
  entityCalls: [{ start: 'entityCalls', id: 'i', input: 'k' }],
  entityError: [{ start: 'entityError', id: 'i' }],
  locked: [{ start: 'locked', id: 'i', input: { from: 'a', to: 'b', amount: 5 } }],
  signals: [
    { post: 'entities/Counter/s?op=add', path: '7' },
    { post: 'entities/Counter/s?op=forward', path: '"t"' },
  ],
  terminate: [
    { start: 'events', id: 'i', input: 2 },
    { post: 'instances/i/terminate?reason=enough', path: '' },
  ],
  restart: [
    { start: 'sequence', id: 'i', input: ['a'] },
    { post: 'instances/i/restart?restartWithNewInstanceId=false', path: '' },
  ],
  rewind: [
    { start: 'throwing', id: 'i', input: 'trouble' },
    { post: 'instances/i/rewind?reason=again', path: '' },
  ],
  suspend: [
    { start: 'events', id: 'i', input: 1 },
    { post: 'instances/i/suspend?reason=hold', path: '' },
    { raise: 'i', event: 'item', data: 1 },
    { post: 'instances/i/resume?reason=go', path: '' },
  ],
};

class Crash extends Error {}

/** What the outside world can see in the end. */
function endState(host: RunningHost): unknown {
  const instances = host.instances().map((instance) => ({
    id: instance.instanceId.includes(':') ? 'generated' : instance.instanceId,
    name: instance.name,
    status: instance.runtimeStatus,
    output: instance.output,
    custom: instance.customStatus,
  }));
  return { instances, entities: host.entities().map(({ name, key, state }) => ({ name, key, state })) };
}

describe('a crash at every durable write', () => {
  const bench = new HostBench();
  afterEach(() => bench.close());

  async function act(host: RunningHost, step: Act): Promise<void> {
    if ('start' in step) await host.startOrchestration(step.start, { instanceId: step.id, input: step.input });
    else if ('raise' in step) await host.raiseEvent(step.raise, step.event, step.data);
    else if ('post' in step) {
      const [path = '', query = ''] = step.post.split('?');
      const url = `${host.url}/runtime/webhooks/durabletask/${path}?${query}&code=${host.keys.durabletask}`;
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url, { method: 'POST', headers, body: step.path });
      if (response.status === 503) throw new Crash();
      // 410, 412: an earlier try of the same request has done it already.
      expect([202, 410, 412]).toContain(response.status);
    } else if ('pass' in step) await host.runToQuiescence({ until: host.clock.now() + step.pass });
    else await host.runToQuiescence();
    await host.idle();
  }

  /** Whether a request that was not acknowledged has taken effect all the same. */
  function tookEffect(host: RunningHost, step: Act, entitiesBefore: string): boolean {
    if ('start' in step) return host.instance(step.id) !== undefined;
    if ('raise' in step) {
      const instance = host.instance(step.raise);
      if (instance && instance.runtimeStatus !== 'Running' && instance.runtimeStatus !== 'Suspended') return true;
      const data = JSON.stringify(step.data);
      const recorded = host.history(step.raise)?.some(({ Name, Input }) => Name === step.event && Input === data);
      return recorded === true || acceptedInLastWrite;
    }
    return 'post' in step && (acceptedInLastWrite || JSON.stringify(host.entities()) !== entitiesBefore);
  }

  let acceptedInLastWrite = false;

  /** Runs a pattern; with a crash, goes on with a new host on the file as it was at that moment. */
  async function run(
    steps: readonly Act[],
    crash?: { sequence: number; when: 'before' | 'after' },
  ): Promise<{ state: unknown; writes: number }> {
    const stateFile = join(bench.folder(), 'state.db');
    const image = join(bench.folder(), 'state.db');
    let writes = 0;
    let crashed: DurableWrite | undefined;
    let resumed = false;
    const at = (when: 'before' | 'after') => (write: DurableWrite) => {
      writes = Math.max(writes, write.sequence);
      if (crashed || crash?.when !== when || crash.sequence !== write.sequence) return;
      crashed = write;
      // What a killed process leaves: the bytes written so far.
      for (const suffix of ['', '-wal']) {
        if (existsSync(stateFile + suffix)) copyFileSync(stateFile + suffix, image + suffix);
      }
      throw new Crash();
    };
    let host = await bench.start({ stateFile, onCommit: { before: at('before'), after: at('after') } });
    for (const step of [...steps, { settle: true } as const]) {
      let acknowledged = true;
      const entitiesBefore = JSON.stringify(host.entities());
      try {
        await act(host, step);
      } catch (error) {
        if (!crashed) throw error;
        acknowledged = false;
      }
      if (!crashed || resumed) continue;
      resumed = true;
      const { clock } = host;
      await host.stop();
      host = await bench.start({ stateFile: image, clock });
      await host.idle();
      acceptedInLastWrite = crash?.when === 'after';
      const again = 'pass' in step || 'settle' in step;
      if (again || (!acknowledged && !tookEffect(host, step, entitiesBefore))) await act(host, step);
    }
    if (crash && !crashed) throw new Error(`There is no write ${crash.sequence}.`);
    return { state: endState(host), writes };
  }

  it.each(Object.entries(patterns))('%s ends the same', async (_name, steps) => {
    const { state, writes } = await run(steps);
    expect(writes).toBeGreaterThan(0);
    for (let sequence = 1; sequence <= writes; sequence++) {
      for (const when of ['before', 'after'] as const) {
        const outcome = await run(steps, { sequence, when });
        expect({ sequence, when, state: outcome.state }).toEqual({ sequence, when, state });
      }
    }
  });
});
