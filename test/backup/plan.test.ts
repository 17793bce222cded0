import fc from 'fast-check';
import {
  dueOf,
  parseBackupPolicy,
  selectItems,
  summaryOf,
  type BackupPolicy,
  type ItemDocument,
  type ItemSummary,
  type Tier,
} from '../../src/backup';
import { batchesOf, dueOrders, pointIdOf, type ProtectedItem } from '../../src/backup/plan';
import { isoOf, type EpochMillis } from '../../src/kernel/clock';
import type { ResourceId } from '../../src/kernel/resource-id';
import type { DiskListing, MachineListing } from '../../src/ports/recovery-points';
import { compileGlob } from '../../src/rules';
import { machine, subscriptionId } from './platform';

const policy = parseBackupPolicy(`
version: 1
timeZone: Europe/Amsterdam
vaults: { westeurope: rg-vault }
tiers:
  gold: { rpo: 1h, rto: 1h, retention: { keepLast: 3 } }
  day: { rpo: 24h, rto: 1d, retention: { keepLast: 3 } }
  night: { rpo: 26h, rto: 1d, retention: { keepLast: 3 }, window: { from: '22:00', to: '06:00' } }
select:
  - { resource: '${machine('prod', 9)}', tier: gold }
  - { resourceGroup: 'rg-db-*', tier: gold }
  - { tag: Caretaker-Backup }
  - { tag: legacy, value: nightly, tier: night }
exclude:
  - { resource: '${machine('dev', 1)}', reason: 'rebuilt from an image every night', until: '2026-06-01T00:00:00Z' }
`);
const tierOf = (name: string): Tier => policy.tiers[name] as Tier;
const at = (text: string): EpochMillis => Date.parse(text) as EpochMillis;
const march = at('2026-03-02T08:00:00Z');

function summary(item: ResourceId, takenAt: number, more: Partial<ItemSummary> = {}): ItemSummary {
  const document: ItemDocument = {
    version: 1,
    item,
    kind: 'machine',
    tier: 'gold',
    location: 'westeurope',
    firstSeenAt: isoOf(takenAt as EpochMillis),
    orphanedAt: null,
    retainedAt: null,
    points: [],
  };
  const when = isoOf(takenAt as EpochMillis);
  return {
    ...summaryOf(document),
    newest: { id: 'a'.repeat(12), takenAt: when, settledAt: when },
    durations: [30],
    ...more,
  };
}

function disk(name: string, more: Partial<DiskListing> = {}): DiskListing {
  const group = more.id === undefined ? 'rg-web' : '';
  return {
    id: `/subscriptions/${subscriptionId}/resourcegroups/${group}/providers/microsoft.compute/disks/${name}` as ResourceId,
    name,
    location: 'westeurope',
    tags: {},
    sizeBytes: 2 ** 35,
    sku: 'Premium_LRS',
    encryptionSet: null,
    attachedTo: null,
    readable: true,
    ...more,
  };
}

function vm(id: ResourceId, tags: Record<string, string>, disks: readonly DiskListing[]): MachineListing {
  const [first, ...rest] = disks;
  return {
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    location: 'westeurope',
    tags,
    systemDisk: first?.id ?? null,
    dataDisks: rest.map(({ id: data }, lun) => ({ lun, disk: data })),
    createdAt: isoOf(march),
    scaleSet: null,
  };
}

const select = (
  machines: readonly MachineListing[],
  disks: readonly DiskListing[],
  now = march,
  of: BackupPolicy = policy,
) => selectItems(of, machines, disks, compileGlob, now);

describe('what is selected', () => {
  it('a machine with all of its disks by its tag, whatever the case of the tag; a disk by itself by its own', () => {
    const disks = [disk('os'), disk('data'), disk('loose', { tags: { 'caretaker-backup': 'day' } })];
    const { items, unprotected } = select(
      [vm(machine('prod', 1), { 'CARETAKER-backup': 'gold' }, disks.slice(0, 2))],
      disks,
    );
    expect(
      items.map(({ item, tier, disks: parts }) => [item.split('/').at(-1), tier, parts.map(({ place }) => place)]),
    ).toEqual([
      ['vm-web-prod-weu-01', 'gold', ['os', 0]],
      ['loose', 'day', [null]],
    ]);
    expect(unprotected).toEqual([]);
  });

  it('the first selection that fits; a tag whose value is no tier selects nothing', () => {
    const { items, unprotected } = select(
      [
        vm(machine('prod', 9), { 'caretaker-backup': 'day' }, [disk('a')]),
        vm(machine('prod', 2), { 'caretaker-backup': 'none' }, [disk('b')]),
        vm(machine('prod', 3), { legacy: 'nightly' }, [disk('c')]),
        vm(machine('prod', 4), { legacy: 'weekly' }, [disk('d')]),
      ],
      ['a', 'b', 'c', 'd'].map((name) => disk(name, { attachedTo: machine('prod', 9) })),
    );
    expect(items.map(({ tier }) => tier)).toEqual(['gold', 'night']);
    expect(unprotected.map(({ item }) => item)).toEqual([machine('prod', 2), machine('prod', 4)]);
  });

  it('a disk with a tier of its own on a machine without one', () => {
    const disks = [
      disk('os', { attachedTo: machine('prod', 1) }),
      disk('data', { attachedTo: machine('prod', 1), tags: { 'caretaker-backup': 'gold' } }),
    ];
    const { items, unprotected } = select([vm(machine('prod', 1), {}, disks)], disks);
    expect(items.map(({ name }) => name)).toEqual(['data']);
    expect(unprotected.map(({ item }) => item)).toEqual([machine('prod', 1)]);
  });

  it('what is excluded until its end, and then as before', () => {
    const machines = [vm(machine('dev', 1), { 'caretaker-backup': 'gold' }, [disk('os')])];
    const before = select(machines, [disk('os')]);
    expect(before.items).toEqual([]);
    expect(before.excluded).toMatchObject([{ reason: 'rebuilt from an image every night' }]);
    expect(select(machines, [disk('os')], at('2026-06-01T00:00:01Z')).items).toHaveLength(1);
  });

  it('no instance of a scale set: it is made anew, not restored', () => {
    const instance = {
      ...vm(machine('prod', 1), { 'caretaker-backup': 'gold' }, [disk('os')]),
      scaleSet: machine('prod', 9),
    };
    expect(select([instance], [disk('os')])).toEqual({ items: [], unprotected: [], excluded: [] });
  });

  it('says what cannot be protected, and why', () => {
    const abroad = { ...vm(machine('prod', 1), { 'caretaker-backup': 'gold' }, [disk('os')]), location: 'eastus' };
    expect(select([abroad], [disk('os')]).unprotected).toMatchObject([
      { reason: expect.stringContaining('no vault in eastus') as string },
    ]);
  });
});

describe('when a point is due', () => {
  it('at once for what has none, also for a machine made a minute ago; and when the newest is dated ahead', () => {
    const item = machine('prod', 1);
    expect(dueOf(item, tierOf('day'), undefined, march, 'UTC').dueAt).toBe(march);
    const ahead = summary(item, march + 3_600_000, { firstSeenAt: isoOf((march - 86_400_000) as EpochMillis) });
    expect(dueOf(item, tierOf('day'), ahead, march, 'UTC').dueAt).toBeLessThanOrEqual(march);
  });

  it('again five minutes after a failure, then less often, never later than a quarter of the objective', () => {
    const item = machine('prod', 1);
    const wait = (failures: number): number => {
      const failed = summary(item, march - 86_400_000, { newest: null, failures, lastFailureAt: isoOf(march) });
      return (dueOf(item, tierOf('gold'), failed, march, 'UTC').dueAt - march) / 60_000;
    };
    expect([1, 2, 3, 8].map(wait)).toEqual([5, 10, 15, 15]);
  });

  // Simulated: the schedule looks every five minutes and takes what is due; taking takes two minutes.
  const simulate = (item: ResourceId, tier: Tier, from: number, hours: number, timeZone: string): number[] => {
    const taken: number[] = [];
    let known: ItemSummary | undefined;
    // What is due depends on what is known alone, so it is asked for once after each taking.
    for (let now = from; now < from + hours * 3_600_000;) {
      taken.push(now);
      known = summary(item, now, { durations: [120] });
      const { dueAt } = dueOf(item, tier, known, now as EpochMillis, timeZone);
      now += Math.max(1, Math.ceil((dueAt - now) / 300_000)) * 300_000;
    }
    return taken;
  };
  const gaps = (times: readonly number[]): number[] =>
    times.slice(1).map((time, index) => (time - (times[index] as number)) / 1000);

  it('keeps every objective, over both changes of the clocks, and takes not much more than it must', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 8, unit: 'grapheme-ascii' })
      .map((text) => `/x/${text}` as ResourceId);
    const rpo = fc.constantFrom(1800, 3600, 4 * 3600, 12 * 3600, 24 * 3600);
    const start = fc.constantFrom('2026-03-27T05:00:00Z', '2026-10-23T17:00:00Z', '2028-02-27T12:00:00Z');
    fc.assert(
      fc.property(name, rpo, start, (item, seconds, from) => {
        const tier = { ...tierOf('gold'), rpo: seconds };
        const times = simulate(item, tier, at(from), 96, 'Europe/Amsterdam');
        // Two minutes later it is complete, and then the promise is kept until the next one is.
        expect(Math.max(...gaps(times), 0) + 120).toBeLessThanOrEqual(seconds);
        expect(times.length).toBeLessThanOrEqual(Math.ceil((96 * 3600) / (seconds * 0.35)) + 1);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['2026-03-27T05:00:00Z', '2026-10-23T17:00:00Z'])(
    'stays within its window over the change of the clocks after %s',
    (from) => {
      const hours = new Set<number>();
      for (let number = 1; number < 40; number += 1) {
        const times = simulate(`/x/vm-${number}` as ResourceId, tierOf('night'), at(from), 240, policy.timeZone);
        expect(Math.max(...gaps(times)) + 120).toBeLessThanOrEqual(26 * 3600);
        // The first is taken at once, and those after it before the promise breaks, until the window is reached.
        for (const time of times.slice(3)) {
          const hour = Number(
            new Date(time).toLocaleString('en-GB', { timeZone: 'Europe/Amsterdam', hour: '2-digit', hourCycle: 'h23' }),
          );
          hours.add(hour);
        }
      }
      expect([...hours].filter((hour) => hour > 6 && hour < 22)).toEqual([]);
      // Spread over the window, not all at its beginning.
      expect(hours.size).toBeGreaterThan(5);
    },
  );

  it('does not stampede: after an outage all are due once, and from then on each at a time of its own', () => {
    const items = Array.from({ length: 1000 }, (_, index) => `/x/vm-${index}` as ResourceId);
    const taken = new Map(items.map((item) => [item, march as number]));
    const perTick: number[] = Array.from({ length: 1000 }, () => 0);
    for (let round = 0; round < 3; round += 1) {
      for (const [item, last] of taken) {
        const { dueAt } = dueOf(item, tierOf('day'), summary(item, last), last as EpochMillis, 'UTC');
        const tick = Math.ceil((dueAt - march) / 300_000);
        perTick[tick] = (perTick[tick] ?? 0) + 1;
        taken.set(item, march + tick * 300_000);
      }
    }
    // 1,000 points in 14.4 hours of ticks every five minutes: 5.8 a tick on average.
    expect(Math.max(...perTick.filter((due) => due > 0))).toBeLessThanOrEqual(25);
  });
});

describe('orders', () => {
  const protectedItem = (number: number, disks: number): ProtectedItem => ({
    item: `/subscriptions/${subscriptionId}/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm-${number}` as ResourceId,
    kind: 'machine',
    name: `VM ${number}`,
    tier: 'gold',
    location: 'westeurope',
    disks: Array.from({ length: disks }, (_, index) => ({
      disk: disk(`d-${number}-${index}`),
      place: index === 0 ? 'os' : index - 1,
    })),
  });

  it('come with the most urgent first, and leave out what is being taken', () => {
    const items = [1, 2, 3, 4].map((number) => protectedItem(number, 1));
    const id = (number: number): ResourceId => (items[number - 1] as ProtectedItem).item;
    const known = new Map([
      [id(1), summary(id(1), march - 2 * 3_600_000)],
      [id(2), summary(id(2), march - 9 * 3_600_000)],
      [id(3), summary(id(3), march - 60_000)],
    ]);
    const orders = dueOrders(policy, items, known, new Set([id(4)]), march);
    expect(orders.map(({ item }) => item.split('/').at(-1))).toEqual(['vm-2', 'vm-1']);
    expect(orders[0]?.parts[0]?.snapshot).toMatch(
      /\/rg-vault\/providers\/microsoft.compute\/snapshots\/snap-vm-2-[0-9a-f]{12}-os$/,
    );
  });

  it('make batches of about fifty disks that take no machine apart', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const orders = dueOrders(
          policy,
          sizes.map((size, index) => protectedItem(index, size)),
          new Map(),
          new Set(),
          march,
        );
        const batches = batchesOf(orders, 'cycle', march);
        const writes = batches.map((batch) => batch.orders.reduce((sum, { order }) => sum + order.parts.length, 0));
        expect(batches.every((batch, index) => (writes[index] as number) <= 50 || batch.orders.length === 1)).toBe(
          true,
        );
        expect(batches.flatMap((batch) => batch.orders.map(({ order }) => order.item)).sort()).toEqual(
          orders.map(({ item }) => item).sort(),
        );
        expect(new Set(batches.map(({ id }) => id)).size).toBe(batches.length);
      }),
      { numRuns: 50 },
    );
  });

  it('mean the same point when they are planned twice, and another after a failure or a success', () => {
    const item = machine('prod', 1);
    const known = summary(item, march);
    expect(pointIdOf(item, known)).toBe(pointIdOf(item, { ...known, durations: [1, 2], tier: 'day' }));
    const others = [
      undefined,
      { ...known, failures: 1 },
      summary(item, march, { newest: null }),
      { ...known, item: machine('prod', 2) },
    ];
    const ids = [known, ...others.slice(0, 3)].map((one) => pointIdOf(item, one));
    expect(new Set([...ids, pointIdOf(machine('prod', 2), known)]).size).toBe(4);
  });
});
