import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { seedEstate, startAzurite, startCloud, type Estate, type RunningCloud } from '../../../src/local/cloud';
import { createVirtualClock, startHost, type RunningHost, type VirtualClock } from '../../../src/local/host';
import { roleFromInfra } from '../../../src/local/platform/roles';
import { report } from '../results';

// The function app on the local host, one virtual clock for it and for the cloud, which has ARM's published buckets: every disk is
// due at once, as after an outage; then the schedule goes on for some hours. Time is the cloud's, so it says nothing of this machine.

const root = process.env['CARETAKER_ROOT'] as string;
const subscription = '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';
const sizes = [1_000, 10_000];
const rpoHours = 4;
/** How long the schedule goes on after the first cycle: through a whole objective for the smaller estate. */
const afterHours: Readonly<Record<number, number>> = { 1_000: rpoHours, 10_000: 0 };

const policy = `
version: 1
environments:
  bench:
    subscriptions: [${subscription}]
    ceiling: auto
    budgets: [{ name: any, window: 1m, maxResources: 1000 }]
rules:
  - name: none
    match: { kind: [metric], resourceType: [Microsoft.Compute/virtualMachines] }
    mode: observe
    ladder: [{ runbook: restart-vm }]
`;

const backupPolicy = `
version: 1
vaults: { westeurope: rg-platform-backup-weu-001 }
tiers:
  bench: { rpo: ${rpoHours}h, rto: 4h, retention: { keepLast: 2, deleteAfter: 30m } }
select: [{ tag: caretaker-backup }]
`;

/** Machines with a system disk and a data disk each. */
function estateOf(disks: number): Estate {
  const estate = seedEstate();
  const group = `/subscriptions/${subscription}/resourceGroups/rg-web-prod-weu-001/providers`;
  const tags = { 'caretaker-backup': 'bench' };
  const [template] = estate.resources.filter(({ type }) => type === 'Microsoft.Compute/disks');
  if (template === undefined) {
    throw new Error('the estate has no disk');
  }
  estate.machines = [];
  estate.resources = estate.resources.filter(({ type }) => type !== 'Microsoft.Compute/disks');
  for (let index = 0; index < disks / 2; index += 1) {
    const name = `vm-bench-${String(index).padStart(5, '0')}`;
    const id = `${group}/Microsoft.Compute/virtualMachines/${name}`;
    const diskId = (kind: string): string => `${group}/Microsoft.Compute/disks/${kind}-${name}`;
    estate.machines.push({
      subscriptionId: subscription,
      resourceGroup: 'rg-web-prod-weu-001',
      name,
      location: 'westeurope',
      size: 'Standard_D2s_v5',
      tags,
      networkInterfaceId: `${group}/Microsoft.Network/networkInterfaces/nic-${name}`,
      osDiskId: diskId('os'),
      dataDiskIds: [diskId('data')],
    });
    for (const kind of ['os', 'data']) {
      const { zones: _none, ...disk } = template;
      estate.resources.push({ ...disk, id: diskId(kind), name: `${kind}-${name}`, managedBy: id, tags: {} });
    }
  }
  return estate;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapMiB = (): number => {
  collect();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
};

/** What the durable engine was asked for, in the units that the Durable Task Scheduler counts; and the longest history. */
function durableWork(host: RunningHost): { actions: number; longest: number } {
  // Codes of the durable task framework: activity 4, sub-orchestration 7, timer 10, entity operation (event sent) 14.
  const prices: Readonly<Record<number, number>> = { 4: 2, 7: 1, 10: 1, 14: 1 };
  let actions = 0;
  let longest = 0;
  for (const { instanceId, parentInstanceId } of host.instances({ top: 1_000_000, showInput: false })) {
    const history = host.history(instanceId) ?? [];
    longest = Math.max(longest, history.length);
    actions += parentInstanceId === undefined ? 1 : 0;
    for (const { EventType } of history) {
      actions += prices[EventType] ?? 0;
    }
  }
  return { actions, longest };
}

async function cycle(host: RunningHost, name: string): Promise<{ complete: number; failed: number }> {
  await host.startOrchestration('backup-cycle-v1', {
    instanceId: name,
    input: { cycle: name, subscriptionId: subscription },
  });
  await host.runToQuiescence();
  const ended = host.instance(name);
  if (ended?.runtimeStatus !== 'Completed') {
    throw new Error(`the cycle ${name} is ${ended?.runtimeStatus}: ${JSON.stringify(ended?.output)}`);
  }
  return ended.output as { complete: number; failed: number };
}

/** The longest time, in seconds, that any disk was without a new point, from the beginning of the measurement to now. */
async function longestGap(cloud: RunningCloud, begin: number, clock: VirtualClock, disks: number): Promise<number> {
  const times = new Map<string, number[]>();
  const tell = await cloud.control.journal({ method: 'PUT', operation: 'Microsoft.Compute/snapshots/write' });
  for (const { path, at, status } of tell) {
    const disk = /snap-(.*)-[0-9a-f]{12}-(os|\d+)$/.exec(path)?.slice(1, 3).join('/');
    if (disk !== undefined && status < 300) {
      times.set(disk, [...(times.get(disk) ?? []), at]);
    }
  }
  if (times.size !== disks) {
    throw new Error(`${times.size} of ${disks} disks have a snapshot`);
  }
  let longest = 0;
  for (const taken of times.values()) {
    const moments = [begin, ...taken.sort((left, right) => left - right), clock.now()];
    moments.slice(1).forEach((at, index) => {
      longest = Math.max(longest, (at - (moments[index] as number)) / 1000);
    });
  }
  return longest;
}

async function measure(disks: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'caretaker-bench-'));
  writeFileSync(join(directory, 'caretaker.yaml'), policy);
  writeFileSync(join(directory, 'backup.yaml'), backupPolicy);
  const clock = createVirtualClock(Date.parse('2026-03-02T08:00:00Z'));
  const estate = estateOf(disks);
  const roles = [await roleFromInfra(root), await roleFromInfra(root, 'pruner')];
  const cloud = await startCloud({
    directory: join(directory, 'cloud'),
    clock,
    estate,
    monitor: false,
    roleDefinitions: roles,
  });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(cloud.caFile, 'utf8')]);
  const blobs = await startAzurite({ directory: join(directory, 'blobs') });
  Object.assign(process.env, cloud.environment());
  const app = join(root, 'dist/bench/backup-app.cjs');
  await build({
    stdin: {
      contents: `
        const { compose } = require('./functions/compose');
        const { readConfig } = require('./src/config');
        const { variables, clock, log } = globalThis.caretakerBench;
        compose(readConfig(variables), { clock, log });
      `,
      resolveDir: root,
    },
    outfile: app,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    bundle: true,
    packages: 'external',
    logLevel: 'error',
  });
  const quiet = (): void => undefined;
  Object.assign(globalThis, {
    caretakerBench: {
      clock,
      log: { debug: quiet, info: quiet, warn: (...line: unknown[]) => console.error(...line), error: console.error },
      variables: {
        CARETAKER_ENVIRONMENT: 'bench',
        CARETAKER_SUBSCRIPTION_IDS: subscription,
        CARETAKER_BLOB_CONNECTION_STRING: blobs.connectionString,
        CARETAKER_POLICY_URL: join(directory, 'caretaker.yaml'),
        CARETAKER_ARM_ENDPOINT: cloud.armEndpoint,
        CARETAKER_PRUNER_CLIENT_ID: estate.principals.find(({ name }) => name === 'caretaker-pruner')?.clientId,
      },
    },
  });
  const host = await startHost({
    app: { entry: app },
    stateFile: join(directory, 'durable.sqlite'),
    clock,
    schedules: false,
  });
  const begunReal = performance.now();
  try {
    const begin = clock.now();
    const heapBefore = heapMiB();
    const first = await cycle(host, 'bench-0');
    const heapAfter = heapMiB();
    const own = { principal: 'caretaker' };
    const counts = await cloud.control.counts(own);
    const writes = await cloud.control.journal({ ...own, method: 'PUT' });
    const seconds = ((writes.at(-1)?.at ?? begin) - begin) / 1000;
    const writing = ((writes.at(-1)?.at ?? begin) - (writes[0]?.at ?? begin)) / 1000;
    const { actions, longest } = durableWork(host);
    const floor = Math.max(0, (disks - 200) / 10);
    const line: Record<string, unknown> = {
      disks,
      floorSeconds: floor,
      complete: first.complete * 2,
      failed: first.failed,
      budgetUsed: Number((writes.length / (200 + 10 * writing)).toFixed(4)),
      throttled: counts.throttled,
      writesPerSnapshot: Number((counts.writes / disks).toFixed(3)),
      readsPerSnapshot: Number((counts.reads / disks).toFixed(3)),
      longestHistory: longest,
      actionsPerDisk: Number((actions / disks).toFixed(3)),
      heapBeforeMiB: heapBefore,
      heapAfterMiB: heapAfter,
      realSeconds: Math.round((performance.now() - begunReal) / 1000),
    };
    const end = begin + (afterHours[disks] ?? 0) * 3_600_000;
    const heaps: number[] = [];
    let taken = first.complete;
    for (let number = 1; clock.now() < end; number += 1) {
      clock.advanceTo(begin + number * 300_000 + (number === 1 ? Math.max(0, clock.now() - begin - 300_000) : 0));
      taken += (await cycle(host, `bench-${number}`)).complete;
      if (number % 12 === 0) {
        await host.startOrchestration('backup-pruning-v1', { input: { subscriptionId: subscription } });
        await host.runToQuiescence();
        heaps.push(heapMiB());
      }
    }
    line['rpoSeconds'] = rpoHours * 3600;
    line['longestGapSeconds'] = Math.round(await longestGap(cloud, begin, clock, disks));
    if (heaps.length > 0) {
      line['simulatedHours'] = rpoHours;
      line['points'] = taken;
      line['heapByHourMiB'] = heaps;
      line['throttledInAll'] = (await cloud.control.counts()).throttled;
      line['longestHistoryInAll'] = durableWork(host).longest;
    }
    report('backup-all-due-at-once', 's', [seconds], line);
  } finally {
    await host.stop();
    await Promise.all([cloud.stop(), blobs.stop()]);
    rmSync(directory, { recursive: true, force: true });
  }
}

function main(): Promise<void> {
  const asked = process.env['BACKUP_DISKS'];
  if (asked !== undefined) {
    return measure(Number(asked));
  }
  // One process for each, so that memory is that of one estate.
  for (const disks of sizes) {
    const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', __filename], {
      stdio: 'inherit',
      env: { ...process.env, BACKUP_DISKS: String(disks) },
    });
    if (status !== 0) {
      throw new Error(`the measurement with ${disks} disks failed`);
    }
  }
  return Promise.resolve();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
