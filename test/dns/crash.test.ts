import { createDnsDocuments, createDnsStore, dnsActivities } from '../../src/dns';
import { changeOrderSchema } from '../../src/dns/change.model';
import { canonicalJson } from '../../src/kernel/canonical-json';
import type { EpochMillis } from '../../src/kernel/clock';
import { seconds } from '../../src/kernel/duration';
import { TransientError } from '../../src/kernel/errors';
import { silentLog } from '../../src/kernel/log';
import type { Documents } from '../../src/ports/documents';
import { MemoryStorage } from '../support/memory-storage';
import { MemoryZones, record } from './memory-zones';

const zone = 'example.com';
const ours = 'owner=caretaker';
const text = JSON.stringify({
  version: 1,
  zones: [
    {
      name: zone,
      environment: 'prod',
      limits: { updates: '100%', deletes: '100%' },
      records: [
        { name: 'kept', type: 'A', content: '192.0.2.1' },
        { name: 'new', type: 'A', content: '192.0.2.2' },
        { name: 'moved', type: 'A', content: '192.0.2.4' },
        { name: 'switched', type: 'A', content: '192.0.2.5' },
      ],
    },
  ],
});
const before = [
  record({ id: '1', name: 'kept.example.com', type: 'A', content: '192.0.2.1', ttl: 1, comment: ours }),
  record({ id: '2', name: 'moved.example.com', type: 'A', content: '192.0.2.3', ttl: 1, comment: ours }),
  record({ id: '3', name: 'switched.example.com', type: 'CNAME', content: 'lb.example.net', ttl: 1, comment: ours }),
  record({ id: '4', name: 'gone.example.com', type: 'A', content: '192.0.2.6', ttl: 1, comment: ours }),
  record({ id: '5', name: 'theirs.example.com', type: 'A', content: '192.0.2.9' }),
];
const after = ['kept 192.0.2.1', 'moved 192.0.2.4', 'new 192.0.2.2', 'switched 192.0.2.5', 'theirs 192.0.2.9'];
const order = changeOrderSchema.parse({
  changeId: 'dns-order-1',
  zone,
  names: null,
  cause: { kind: 'order', text: 'x', by: { kind: 'operator', name: 'Ada' } },
  mode: 'auto',
  environment: 'prod',
  target: '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/providers/cloudflare.dns/zones/example.com',
  limits: { leaseSeconds: 300, cooldownSeconds: 0, budgets: [{ name: 'dns', windowSeconds: 3600, maxResources: 10 }] },
  patienceSeconds: 600,
  expectedHash: null,
});

class Killed extends Error {}

/** A world in which the process ends at one operation on storage or on the zone: right before it, or right after. */
function world(dieAt: number, afterwards: boolean) {
  let operations = 0;
  let now = Date.parse('2026-05-04T08:00:00Z');
  const mortal = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    operations += 1;
    const dies = operations === dieAt;
    if (dies && !afterwards) throw new Killed();
    const result = await work();
    if (dies) throw new Killed();
    return result;
  };
  const storage = new MemoryStorage();
  const documents: Documents = {
    get: (path) => mortal(() => storage.documents.get(path)),
    create: (path, value) => mortal(() => storage.documents.create(path, value)),
    replace: (path, value, etag) => mortal(() => storage.documents.replace(path, value, etag)),
    remove: (path) => mortal(() => storage.documents.remove(path)),
    list: (prefix, options) => mortal(() => storage.documents.list(prefix, options)),
  };
  const zones = new MemoryZones(zone, before);
  const clock = { now: () => now as EpochMillis };
  const start = () =>
    dnsActivities({
      documents: createDnsDocuments({
        source: { read: async () => ({ kind: 'document', text, etag: '1' }) },
        clock,
        log: silentLog,
        maxAge: seconds(30),
      }),
      store: createDnsStore(documents, clock),
      zones: {
        find: (name) => mortal(() => zones.find(name)),
        records: () => mortal(() => zones.records()),
        apply: (info, batch) => mortal(() => zones.apply(info, batch)),
      },
      resolvers: { ask: async () => ({ kind: 'failed', reason: 'none here' }) },
      fieldDecisions: { record: async () => undefined },
      notifications: { tell: async () => undefined },
      clock,
    });
  return { start, zones, count: () => operations, pass: (millis: number) => (now += millis) };
}

const fences = { problem: async () => undefined, switchedOff: async () => undefined };

/** Carries the change out as the orchestration does: whatever died is begun again by another process, until it is done. */
async function carryOut({ start, pass }: ReturnType<typeof world>): Promise<string[]> {
  const answers: string[] = [];
  const again = async <Result>(work: (activities: ReturnType<typeof start>) => Promise<Result>): Promise<Result> => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        return await work(start());
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        pass(5_000);
      }
    }
    throw new Error('never got through');
  };
  const planned = await again((activities) => activities.plan({ order }));
  if (planned.kind !== 'planned') throw new Error(planned.kind);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const { changeId, environment, target } = order;
    const input = { changeId, batch: 0, hash: planned.hash, environment, target, token: 1 };
    const answer = await again((activities) => activities.apply(fences)(input));
    answers.push(answer.kind);
    if (answer.kind !== 'later') return answers;
    pass(answer.retryAfterSeconds * 1000);
  }
  throw new Error('was told to wait for ever');
}

const shown = (zones: MemoryZones) =>
  zones.standing.map(({ name, content }) => `${name.split('.')[0]} ${content}`).sort();

async function operations(): Promise<number> {
  const undisturbed = world(0, false);
  expect(await carryOut(undisturbed)).toEqual(['applied']);
  expect(shown(undisturbed.zones)).toEqual(after);
  return undisturbed.count();
}

it.each(['before', 'after'] as const)(
  'a process that ends right %s any operation: no record lost, none twice, none of others touched, one batch',
  async (when) => {
    const all = await operations();
    expect(all).toBeGreaterThan(8);
    for (let dieAt = 1; dieAt <= all; dieAt += 1) {
      const one = world(dieAt, when === 'after');
      const answers = await carryOut(one);
      expect([dieAt, answers.at(-1), shown(one.zones), one.zones.batches.length]).toEqual([dieAt, 'applied', after, 1]);
    }
  },
);

it('what somebody changed between plan and batch voids the plan', async () => {
  const one = world(0, false);
  const planned = await one.start().plan({ order });
  if (planned.kind !== 'planned') throw new Error(planned.kind);
  one.zones.standing = one.zones.standing.map((each) => (each.id === '2' ? { ...each, content: '192.0.2.77' } : each));
  one.pass(60_000);
  const { changeId, environment, target } = order;
  const input = { changeId, batch: 0, hash: planned.hash, environment, target, token: 1 };
  expect(await one.start().apply(fences)(input)).toMatchObject({ kind: 'drifted' });
  expect(one.zones.batches).toEqual([]);
});

it('a fence stops a batch, and another plan than the one let through is not sent', async () => {
  const one = world(0, false);
  const planned = await one.start().plan({ order });
  if (planned.kind !== 'planned') throw new Error(planned.kind);
  const { changeId, environment, target } = order;
  const input = { changeId, batch: 0, hash: planned.hash, environment, target, token: 1 };
  const shut = { ...fences, problem: async () => 'the lease is gone' };
  expect(await one.start().apply(shut)(input)).toEqual({ kind: 'fenced', reason: 'the lease is gone' });
  expect(await one.start().apply(fences)({ ...input, hash: 'other' })).toMatchObject({ kind: 'drifted' });
  expect(one.zones.batches).toEqual([]);
});

it('an undo puts back exactly what was there, twice as well as once', async () => {
  const one = world(0, false);
  await carryOut(one);
  const { changeId, environment, target } = order;
  const input = { changeId, environment, target, token: 1 };
  const said = (zones: MemoryZones) => zones.standing.map(({ id: _, ...rest }) => canonicalJson(rest)).sort();
  const wanted = said(new MemoryZones(zone, before));
  expect(await one.start().restore(fences)(input)).toMatchObject({ kind: 'restored' });
  expect(said(one.zones)).toEqual(wanted);
  expect(await one.start().restore(fences)(input)).toMatchObject({ kind: 'restored' });
  expect(said(one.zones)).toEqual(wanted);
});

it('an undo leaves to people what they changed meanwhile', async () => {
  const one = world(0, false);
  await carryOut(one);
  one.zones.standing = one.zones.standing.map((each) => (each.id === '2' ? { ...each, content: '192.0.2.77' } : each));
  const { changeId, environment, target } = order;
  await one.start().restore(fences)({ changeId, environment, target, token: 1 });
  expect(one.zones.standing.find(({ id }) => id === '2')?.content).toBe('192.0.2.77');
});

it('a zone that Cloudflare does not know, or a document that is gone, plans nothing', async () => {
  const one = world(0, false);
  const elsewhere = { ...order, zone: 'nowhere.example' };
  expect(await one.start().plan({ order: elsewhere })).toMatchObject({ kind: 'blocked' });
  const gone = dnsActivities({
    documents: {
      current: async () => Promise.reject(new TransientError('Gone', 'the document cannot be read')),
      refusal: () => null,
    },
    store: createDnsStore(new MemoryStorage().documents, { now: () => 0 as EpochMillis }),
    zones: one.zones,
    resolvers: { ask: async () => ({ kind: 'failed', reason: 'none here' }) },
    fieldDecisions: { record: async () => undefined },
    notifications: { tell: async () => undefined },
    clock: { now: () => 0 as EpochMillis },
  });
  await expect(gone.plan({ order })).rejects.toThrow('cannot be read');
  expect(one.zones.batches).toEqual([]);
});
