import { createDnsDesk, createDnsDocuments, createDnsStore, type RecordInput, type ZoneRecord } from '../../src/dns';
import type { Clock } from '../../src/kernel/clock';
import { seconds } from '../../src/kernel/duration';
import { silentLog } from '../../src/kernel/log';
import type { DnsZones, RecordBatch } from '../../src/ports/dns-zones';
import type { Documents } from '../../src/ports/documents';

/** A record with the usual fields. */
export function record(
  given: Partial<ZoneRecord> & { readonly id: string; readonly name: string; readonly type: string },
): ZoneRecord {
  return { content: '', ttl: 300, proxied: false, priority: null, data: null, comment: null, tags: [], ...given };
}

/** A zone in memory that takes every batch. */
export class MemoryZones implements DnsZones {
  readonly batches: RecordBatch[] = [];
  private made = 0;

  constructor(
    readonly zone: string,
    public standing: ZoneRecord[],
  ) {}

  async find(name: string) {
    const nameServers = ['ada.ns.cloudflare.com'];
    return name === this.zone ? { id: 'zone-1', name, batchSize: 200, free: false, nameServers } : undefined;
  }

  async records() {
    return this.standing;
  }

  async apply(_zone: unknown, batch: RecordBatch) {
    this.batches.push(batch);
    const put = new Map(batch.puts.map(({ id, record: one }) => [id, one]));
    const made = (one: RecordInput): ZoneRecord => ({
      ...one,
      content: one.content ?? '',
      id: `new-${(this.made += 1)}`,
    });
    this.standing = [
      ...this.standing
        .filter(({ id }) => !batch.deletes.includes(id))
        .map((one) => {
          const next = put.get(one.id);
          return next === undefined ? one : { ...next, content: next.content ?? '', id: one.id };
        }),
      ...batch.posts.map(made),
    ];
    return { kind: 'applied' as const };
  }
}

/** A desk over a zone in memory, with one failover group and records of ours. */
export function memoryDesk(documents: Documents, clock: Clock) {
  const text = `
version: 1
zones:
  - name: storefront.example
    environment: prod
    records: [{ name: restart-vm, type: CNAME, content: lb.example.net }]
    failover:
      - name: api
        record: api
        type: A
        origins:
          - { name: one, content: 192.0.2.1, probe: 'https://one.example/' }
          - { name: two, content: 192.0.2.2, probe: 'https://two.example/' }
`;
  const standing = [
    record({
      id: '1',
      name: 'restart-vm.storefront.example',
      type: 'CNAME',
      content: 'lb.example.net',
      comment: 'owner=caretaker',
    }),
    record({ id: '2', name: 'storefront.example', type: 'MX', content: 'mx.example.net', priority: 10 }),
  ];
  const store = createDnsStore(documents, clock);
  const desk = createDnsDesk({
    documents: createDnsDocuments({
      source: { read: async () => ({ kind: 'document', text, etag: '1' }) },
      clock,
      log: silentLog,
      maxAge: seconds(30),
    }),
    store,
    zones: new MemoryZones('storefront.example', standing),
    clock,
    limitsFor: async () => ({
      limits: {
        leaseSeconds: 300,
        cooldownSeconds: 0,
        budgets: [{ name: 'dns', windowSeconds: 3600, maxResources: 10 }],
      },
      patienceSeconds: 600,
    }),
    subscription: '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01',
  });
  return { desk, store };
}
