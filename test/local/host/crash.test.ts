import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createSeededRandom,
  createVirtualClock,
  eventTypeName,
  type DurableWrite,
  type RunningHost,
} from '../../../src/local/host';
import { patterns, startJobServer, world, type Act } from './crash-patterns';
import { HostBench, START } from './support';

import '../../conformance/apps/patterns/functions/durable.js';
import '../../conformance/apps/patterns/functions/entities.js';

process.env.CONFORMANCE_GREETING = 'Hello';

class Crash extends Error {}

// Ids that the host makes up: of instances, and of sub-orchestrations.
const GENERATED = /^[0-9a-f]{32}(:\d+)?$/;

/** What the outside world can see in the end: what instances and entities are, and what instances have gone through. */
function endState(host: RunningHost): unknown {
  const instances = host.instances().map((instance) => ({
    id: GENERATED.test(instance.instanceId) ? 'generated' : instance.instanceId,
    name: instance.name,
    version: instance.version,
    status: instance.runtimeStatus,
    output: instance.output,
    custom: instance.customStatus,
    events: host
      .history(instance.instanceId)
      ?.map(({ EventType: type }) => eventTypeName(type))
      // How messages are gathered in turns may differ.
      .filter((type) => type !== 'OrchestratorStarted' && type !== 'OrchestratorCompleted')
      .sort(),
  }));
  return { instances, entities: host.entities().map(({ name, key, state }) => ({ name, key, state })) };
}

describe('a crash at every durable write', () => {
  const bench = new HostBench();
  let jobs: Awaited<ReturnType<typeof startJobServer>>;
  beforeAll(async () => {
    jobs = await startJobServer();
  });
  afterAll(() => jobs.close());
  afterEach(() => bench.close());

  /** Does it; `again` when an earlier try of the same request was not acknowledged. */
  async function act(host: RunningHost, step: Act, again = false): Promise<void> {
    if ('start' in step) {
      const version = step.version === undefined ? {} : { version: step.version };
      await host.startOrchestration(step.start, { instanceId: step.id, input: step.input, ...version });
    } else if ('raise' in step) await host.raiseEvent(step.raise, step.event, step.data);
    else if ('post' in step) await send(host, 'POST', step.post, step.body ?? '', again);
    else if ('remove' in step) await send(host, 'DELETE', step.remove, undefined, again);
    else if ('until' in step) await host.runToQuiescence({ until: START + step.until });
    else if ('settle' in step) await host.runToQuiescence();
    else if ('mend' in step) world.mended = true;
    else {
      const { runtimeStatus, output } = host.instance('i') ?? {};
      expect({ runtimeStatus, output }).toEqual({ runtimeStatus: step.ends, output: step.output });
    }
    await host.idle();
  }

  async function send(
    host: RunningHost,
    method: string,
    target: string,
    body: string | undefined,
    again: boolean,
  ): Promise<void> {
    const url = `${host.url}/runtime/webhooks/durabletask/${target}`;
    const headers = { 'content-type': 'application/json', 'x-functions-key': host.keys.durabletask };
    const { status } = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
    if (status === 503) throw new Crash();
    // 404, 410, 412: an earlier try of the same request has done it already.
    expect(again ? [200, 202, 404, 410, 412] : [200, 202]).toContain(status);
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
    if ('remove' in step) return acceptedInLastWrite;
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
    world.mended = false;
    const clock = createVirtualClock(START);
    world.now = () => clock.now();
    let host = await bench.start({ stateFile, clock, onCommit: { before: at('before'), after: at('after') } });
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
      await host.stop();
      // Another seed: a process that starts anew does not give out the ids of the last one again.
      host = await bench.start({ stateFile: image, clock, random: createSeededRandom(8) });
      await host.idle();
      acceptedInLastWrite = crash?.when === 'after';
      const goesOn = 'until' in step || 'settle' in step;
      if (goesOn || (!acknowledged && !tookEffect(host, step, entitiesBefore))) await act(host, step, true);
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
