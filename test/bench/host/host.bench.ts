import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { newInstance } from '../../../src/local/host/durable/model';
import { createBatch, Store } from '../../../src/local/host/durable/store';
import { report } from '../results';
import {
  benchFolder,
  cpuSeconds,
  startLocalHost,
  startRestate,
  type Contestant,
  type HostContestant,
} from './contestants';

/*
 * The local host against Restate, in turns on the same disk, and against its own targets. BENCH_PEERS=none
 * leaves Restate out, BENCH_PEERS=only-queries everything but the last part.
 */

const RUNS = 5;
const AT_ONCE = 64;
const PER_RUN = 640;

/** Orchestrations of five activities, 64 at once; resolves with orchestrations per second. */
async function throughput(contestant: Contestant): Promise<number> {
  let left = PER_RUN;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await contestant.run('chain', 5);
    }),
  );
  return PER_RUN / ((performance.now() - began) / 1000);
}

async function seconds(action: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await action();
  return (performance.now() - began) / 1000;
}

async function compare(
  contestants: readonly Contestant[],
  bench: string,
  unit: string,
  measure: (contestant: Contestant) => Promise<number>,
): Promise<void> {
  const samples = new Map(contestants.map((contestant) => [contestant, [] as number[]]));
  for (const contestant of contestants) await measure(contestant);
  for (let run = 0; run < RUNS; run++) {
    for (const contestant of contestants) samples.get(contestant)?.push(await measure(contestant));
  }
  const medians = new Map<string, number>();
  for (const [{ name }, values] of samples) {
    report(`host/${bench}/${name}`, unit, values);
    medians.set(name, [...values].sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN);
  }
  const peer = medians.get('restate');
  if (peer !== undefined) {
    report(`host/${bench}/local-host-over-restate`, 'ratio', [(medians.get('local-host') ?? 0) / peer]);
  }
}

/** Commits (each is one fsync of the write-ahead log) that an action takes, for each of `count` orchestrations. */
async function commitsPer(host: HostContestant, count: number, action: () => Promise<unknown>): Promise<number> {
  const before = await host.metric('durabletask_commits_total');
  await action();
  return ((await host.metric('durabletask_commits_total')) - before) / count;
}

/** A state file with this many completed instances. */
function fill(stateFile: string, count: number): void {
  const store = Store.open(stateFile);
  const timestamp = '2026-03-02T08:00:00.000Z';
  for (let key = 1; key <= count;) {
    const batch = createBatch();
    for (const last = Math.min(count, key + 999); key <= last; key++) {
      const instance = newInstance({
        key,
        id: `done-${key}`,
        name: 'chain',
        version: undefined,
        createdAt: Date.parse(timestamp),
        parent: undefined,
        callerTrace: undefined,
        traceParent: '00-00000000000000000000000000000001-0000000000000001-01',
        executionId: 'e',
        input: '5',
      });
      instance.status = 'Completed';
      instance.output = '5';
      batch.instances.add(instance);
      for (let turn = 0; turn < 6; turn++) {
        const events = [
          { EventType: 12, EventId: -1, Timestamp: timestamp },
          { EventType: 5, EventId: -1, Timestamp: timestamp, TaskScheduledId: turn, Result: '1' },
          { EventType: 4, EventId: turn, Timestamp: timestamp, Name: 'step', Input: '1' },
          { EventType: 13, EventId: -1, Timestamp: timestamp },
        ] as const;
        batch.turns.push({ key, turn, events });
      }
    }
    store.write(batch, Date.parse(timestamp));
  }
  store.close();
}

/** Queries by id, one after the other; resolves with microseconds per query. */
async function queryMicroseconds(host: HostContestant, count: number, id: (index: number) => string): Promise<number> {
  const took = await seconds(async () => {
    for (let index = 0; index < count; index++) await host.status(id(index));
  });
  return (took / count) * 1e6;
}

/** The host against Restate. */
async function measurePeers(host: HostContestant, folder: string): Promise<void> {
  const peers = process.env.BENCH_PEERS === 'none' ? [] : [await startRestate(folder)];
  const contestants = [host, ...peers];
  await compare(contestants, 'five-activities-64-at-once', 'orchestrations/s', throughput);
  await compare(contestants, 'fan-out-2000', 's', (one) => seconds(() => one.run('fan', 2000)));
  await compare(contestants, 'sequence-800', 's', (one) => seconds(() => one.run('chain', 800)));
  for (const peer of peers) await peer.stop();
}

async function measureCommits(host: HostContestant): Promise<void> {
  const grouped: number[] = [];
  const alone: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    grouped.push(await commitsPer(host, PER_RUN, () => throughput(host)));
    alone.push(await commitsPer(host, 20, () => inTurn(20, () => host.run('chain', 5))));
  }
  report('host/fsyncs-64-at-once', 'fsyncs/orchestration', grouped, { target: 0.3 });
  report('host/fsyncs-alone', 'fsyncs/orchestration', alone, { target: 7 });
}

async function measureIdle(host: HostContestant): Promise<void> {
  const idle: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const before = cpuSeconds(host.pid);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    idle.push(((cpuSeconds(host.pid) - before) / 2) * 100);
  }
  report('host/idle', '% of a core', idle, { target: 1 });
}

/** Start-up and query by id with few and with many instances on file: by turns, each in a process of its own, equally warm. */
async function measureManyInstances(folder: string): Promise<void> {
  const counts = [100, 100_000];
  const fileOf = (count: number): string => join(folder, `${count}.db`);
  for (const count of counts) fill(fileOf(count), count);
  const startup: number[] = [];
  const queries = new Map(counts.map((count) => [count, [] as number[]]));
  for (let run = 0; run < RUNS; run++) {
    for (const count of run % 2 === 0 ? counts : counts.toReversed()) {
      const host = await startLocalHost(fileOf(count));
      // As many different ids for both, so that what differs is the size of the table alone.
      const pick = (index: number): string => `done-${(((index % 100) * 7919) % count) + 1}`;
      await queryMicroseconds(host, 3000, pick);
      queries.get(count)?.push(await queryMicroseconds(host, 3000, pick));
      await host.stop();
      if (count === 100_000) startup.push(host.startupMs / 1000);
    }
  }
  report('host/start-up-100000-instances', 's', startup, { target: 1 });
  for (const [count, samples] of queries) report(`host/query-by-id-${count}-instances`, 'us', samples);
}

async function main(): Promise<void> {
  const folder = benchFolder();
  try {
    if (process.env.BENCH_PEERS !== 'only-queries') {
      const host = await startLocalHost(join(folder, 'state.db'));
      await measurePeers(host, folder);
      await measureCommits(host);
      await measureIdle(host);
      await host.stop();
    }
    await measureManyInstances(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inTurn(count: number, action: () => Promise<void>): Promise<void> {
  for (let index = 0; index < count; index++) await action();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
