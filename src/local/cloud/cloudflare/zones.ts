import type { DnsZoneSeed } from '../estate-model';
import type { SeededRandom } from '../random';
import { invalid, noRecord } from './errors';
import type { CloudflareRecord, DnsRecordInput, Plan } from './model';
import { isProxiable, take, type TakenRecord } from './records';

/** What a name holds from a time on. */
interface Version {
  at: number;
  records: readonly CloudflareRecord[];
}

/** Operations on one zone, to be carried out together or not at all. In this order, as the real one has it. */
export interface Batch {
  deletes: { id: string }[];
  patches: ({ id: string } & Partial<DnsRecordInput>)[];
  puts: ({ id: string } & DnsRecordInput)[];
  posts: DnsRecordInput[];
}

export interface BatchResult {
  deletes: CloudflareRecord[];
  patches: CloudflareRecord[];
  puts: CloudflareRecord[];
  posts: CloudflareRecord[];
}

/** Records a zone may have, by plan. */
const quotas: Readonly<Record<Plan, number>> = { free: 1000, pro: 3500, business: 3500, enterprise: 1_000_000 };
/** Changes one batch may have, by plan. */
export const batchLimits: Readonly<Record<Plan, number>> = { free: 200, pro: 3500, business: 3500, enterprise: 3500 };

const orderOf = ['deletes', 'patches', 'puts', 'posts'] as const;
const addresses = new Set(['A', 'AAAA', 'CNAME']);

/** A zone: its records, what every name held at any time, and the rules that records keep among each other. */
export class Zone {
  private records = new Map<string, CloudflareRecord>();
  private byName = new Map<string, Map<string, CloudflareRecord>>();
  private readonly versions = new Map<string, Version[]>();
  private made = 0;

  constructor(
    readonly id: string,
    readonly name: string,
    readonly accountId: string,
    readonly plan: Plan,
    readonly nameServers: readonly string[],
    private readonly random: SeededRandom,
    private readonly now: () => number,
  ) {}

  all(): CloudflareRecord[] {
    return [...this.records.values()];
  }

  get size(): number {
    return this.records.size;
  }

  find(id: string): CloudflareRecord {
    const found = this.records.get(id);
    if (found === undefined) throw noRecord();
    return found;
  }

  /** Puts records in as they were seeded, ids included. */
  seed(seeds: DnsZoneSeed['records']): void {
    for (const { id, content, ...seed } of seeds) {
      this.insert(id, this.checked({ ...seed, ...contentOrData(seed.type, content) }), '2025-11-03T09:00:00Z');
    }
    this.remember(-Infinity, new Set(this.byName.keys()));
  }

  /**
   * Carries out everything or nothing: a refusal names the place in the request and leaves the zone as it was.
   * `upTo`: stop after so many operations and keep them, as a broken transaction would.
   */
  batch(batch: Batch, upTo = Infinity): BatchResult {
    // Reference copies are enough: records are replaced, never changed.
    const before = this.records;
    const beforeNames = this.byName;
    this.records = new Map(before);
    this.byName = new Map([...beforeNames].map(([name, records]) => [name, new Map(records)]));
    const touched = new Set<string>();
    const result: BatchResult = { deletes: [], patches: [], puts: [], posts: [] };
    let done = 0;
    try {
      for (const kind of orderOf) {
        for (const [index, operation] of batch[kind].entries()) {
          if (done >= upTo) break;
          result[kind].push(this.operate(kind, operation, index, touched));
          done += 1;
        }
      }
    } catch (error) {
      this.records = before;
      this.byName = beforeNames;
      throw error;
    }
    this.remember(this.now(), touched);
    return result;
  }

  /** What a name held at a time. */
  held(name: string, at: number): readonly CloudflareRecord[] {
    const versions = this.versions.get(name) ?? [];
    for (let index = versions.length - 1; index >= 0; index -= 1) {
      const version = versions[index] as Version;
      if (version.at <= at) return version.records;
    }
    return [];
  }

  /** Whether something stood below a name at a time: then the name exists, with nothing of its own. */
  hasBelow(name: string, at: number): boolean {
    for (const below of this.versions.keys()) {
      if (below.endsWith(`.${name}`) && this.held(below, at).length > 0) return true;
    }
    return false;
  }

  private operate(kind: keyof Batch, operation: unknown, index: number, touched: Set<string>): CloudflareRecord {
    try {
      const given = operation as { id: string } & DnsRecordInput;
      if (kind === 'posts') {
        const record = this.insert(this.newId(), this.checked(given));
        touched.add(record.name);
        return record;
      }
      const current = this.find(given.id);
      touched.add(current.name);
      this.remove(current);
      if (kind === 'deletes') return current;
      const { id, ...fields } = given;
      const whole: DnsRecordInput = kind === 'puts' ? fields : merged(current, fields);
      const record = this.insert(id, this.checked(whole), current.created_on);
      touched.add(record.name);
      return record;
    } catch (error) {
      if (error instanceof Error) Object.assign(error, { pointer: `/${kind}/${index}` });
      throw error;
    }
  }

  private newId(): string {
    this.made += 1;
    return this.random.hex(`dns record ${this.id} ${this.made}`, 32);
  }

  private checked(input: DnsRecordInput): TakenRecord {
    const record = take(this.name, input);
    if (record.tags.length > 0 && this.plan === 'free') {
      throw invalid(9301, 'DNS record tags are not available on this plan.');
    }
    if ((record.comment?.length ?? 0) > (this.plan === 'free' ? 100 : 500)) {
      throw invalid(9330, 'The comment exceeds the maximum length of your plan.');
    }
    const beside = [...(this.byName.get(record.name)?.values() ?? [])];
    if (beside.some((one) => one.type === record.type && sameContent(one, record))) {
      throw invalid(81058, 'An identical record already exists.');
    }
    // The apex is flattened, so that MX, TXT and the rest may stand beside a CNAME there.
    const apex = record.name === this.name;
    const alone = record.type === 'CNAME' && beside.some(({ type }) => !apex || addresses.has(type));
    if (alone && beside.some(({ type }) => type === 'NS')) {
      throw invalid(81056, 'NS records with that host already exist.');
    }
    if (alone) {
      throw invalid(81053, 'An A, AAAA, or CNAME record with that host already exists.');
    }
    if (beside.some(({ type }) => type === 'CNAME' && (!apex || addresses.has(record.type)))) {
      throw invalid(81054, 'A CNAME record with that host already exists.');
    }
    if (this.records.size >= quotas[this.plan]) {
      throw invalid(81045, 'Record quota exceeded.');
    }
    return record;
  }

  private insert(id: string, record: TakenRecord, created?: string): CloudflareRecord {
    const stamp = new Date(this.now()).toISOString();
    const whole: CloudflareRecord = {
      id,
      ...record,
      proxiable: isProxiable(record.type),
      created_on: created ?? stamp,
      modified_on: created === undefined || this.versions.size > 0 ? stamp : created,
    };
    this.records.set(id, whole);
    const beside = this.byName.get(whole.name) ?? new Map<string, CloudflareRecord>();
    beside.set(id, whole);
    this.byName.set(whole.name, beside);
    return whole;
  }

  private remove(record: CloudflareRecord): void {
    this.records.delete(record.id);
    const beside = this.byName.get(record.name);
    beside?.delete(record.id);
    if (beside?.size === 0) this.byName.delete(record.name);
  }

  private remember(at: number, names: ReadonlySet<string>): void {
    for (const name of names) {
      const versions = this.versions.get(name) ?? [];
      versions.push({ at, records: [...(this.byName.get(name)?.values() ?? [])] });
      this.versions.set(name, versions);
    }
  }
}

function sameContent(one: CloudflareRecord, other: TakenRecord): boolean {
  return one.content === other.content && (one.priority ?? null) === (other.priority ?? null);
}

function merged(current: CloudflareRecord, changes: Partial<DnsRecordInput>): DnsRecordInput {
  const { type, name, content, ttl, proxied, priority, data, comment, tags } = current;
  return {
    type,
    name,
    content,
    ttl,
    proxied,
    tags,
    ...(priority === undefined ? {} : { priority }),
    ...(data === undefined ? {} : { data }),
    ...(comment === null ? {} : { comment }),
    ...changes,
  };
}

/** Seeds give CAA and SRV by their content, which the API takes as data. */
function contentOrData(type: string, content: string): Pick<DnsRecordInput, 'content' | 'data'> {
  const caa = type === 'CAA' ? /^(\d+) (\w+) "(.*)"$/.exec(content) : null;
  if (caa !== null) return { data: { flags: Number(caa[1]), tag: caa[2], value: caa[3] } };
  const srv = type === 'SRV' ? /^(\d+) (\d+) (\d+) (\S+)$/.exec(content) : null;
  if (srv !== null) {
    return { data: { priority: Number(srv[1]), weight: Number(srv[2]), port: Number(srv[3]), target: srv[4] } };
  }
  return { content };
}
