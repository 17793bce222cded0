import { writeSync } from 'node:fs';
import { batchesOf, planZone, type DesiredRecord, type PlanInput, type ZoneRecord } from '../../../src/dns';
import { batchOf } from '../../../src/dns/landed.plan';
import { startTestCloudflare } from '../../dns/cloudflare';
import { report } from '../results';

// Planning a zone of ten thousand records, from what the API gave and what the document wants; and what a change set costs in
// requests over the wire.

const size = 10_000;
const zone = 'example.com';

const ours = (index: number): boolean => index % 4 !== 0;
const nameOf = (index: number): string => `n${index}.${index % 7 === 0 ? 'dev.' : ''}${zone}`;

/** A mix of types; one in fifty of ours is to be changed. */
function standing(changed: boolean): ZoneRecord[] {
  return Array.from({ length: size }, (_, index) => {
    const other = changed && index % 50 === 1 ? 9 : 1;
    const base = {
      id: `r${index}`,
      name: nameOf(index),
      ttl: 300,
      proxied: false,
      priority: null,
      data: null,
      tags: [],
    };
    const comment = ours(index) ? 'owner=caretaker' : null;
    switch (index % 4) {
      case 1:
        return { ...base, comment, type: 'AAAA', content: `2001:db8::${other}:${(index % 60_000).toString(16)}` };
      case 2:
        return { ...base, comment, type: 'TXT', content: `"text ${index} ${other}"` };
      case 3:
        return { ...base, comment, type: 'CNAME', content: `lb-${other}.example.net` };
      default:
        return { ...base, comment, type: 'A', content: `192.0.2.${index % 250}` };
    }
  });
}

function desired(): DesiredRecord[] {
  return standing(false)
    .filter((_, index) => ours(index))
    .map((record) => ({
      type: record.type as DesiredRecord['type'],
      name: record.name,
      value: record.type === 'TXT' ? record.content.slice(1, -1) : record.content,
      content: record.content,
      priority: null,
      data: null,
      ttl: 300,
      proxied: false,
      comment: null,
      tags: [],
      policy: 'sync',
      source: null,
      takeover: false,
    }));
}

const input = (current: readonly ZoneRecord[]): PlanInput => ({
  zone: { name: zone, free: false },
  current,
  desired: desired(),
  sources: new Map(),
  policy: 'sync',
  limits: { updateShare: 0.3, deleteShare: 0.3, shareFrom: 10, maxCreates: 3000, maxUpdates: 3000, maxDeletes: 3000 },
});

function timed(name: string, current: readonly ZoneRecord[], changes: number): void {
  const given = input(current);
  const processor: number[] = [];
  const samples = Array.from({ length: 15 }, () => {
    const before = process.cpuUsage();
    const begin = performance.now();
    const plan = planZone(given);
    const took = performance.now() - begin;
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / 1000);
    if (plan.changes.length !== changes) {
      throw new Error(`${name}: ${plan.changes.length} changes, not ${changes}`);
    }
    return took;
  });
  // The first few warm up. Processor time tells on a machine that is not idle.
  report(name, 'ms', samples.slice(3), { records: size, changes });
  report(`${name} (processor)`, 'ms', processor.slice(3), { records: size, changes });
}

async function requests(changes: number): Promise<void> {
  const cloudflare = await startTestCloudflare();
  try {
    await cloudflare.levers.addDnsZone({ name: zone, plan: 'enterprise' });
    const zones = cloudflare.zones();
    const wanted = desired().slice(0, changes);
    const info = await zones.find(zone);
    if (info === undefined) {
      throw new Error('the zone is missing');
    }
    const plan = planZone({ ...input(await zones.records(info)), desired: wanted });
    for (const batch of batchesOf(plan.changes, info.batchSize)) {
      await zones.apply(info, batchOf(batch));
    }
    const made = (await zones.records(info)).length;
    if (made !== changes) {
      throw new Error(`${made} records, not ${changes}`);
    }
    report('dns: requests of a change set, with the look afterwards', 'requests', [cloudflare.state.calls.length], {
      changes,
    });
  } finally {
    await cloudflare.stop();
  }
}

async function main(): Promise<void> {
  timed('dns: plan of a zone that is as it should be', standing(false), 0);
  timed('dns: plan of a zone with changes', standing(true), 200);
  for (const changes of [1, 200, 3500, 7000]) {
    await requests(changes);
  }
}

main().catch((error: unknown) => {
  writeSync(2, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
