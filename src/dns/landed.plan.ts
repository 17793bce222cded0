import { isOurs } from './mark.plan';
import type { Change, RecordInput, ZoneRecord } from './model';
import { normalName, readable } from './normal.plan';
import type { RecordBatch } from '../ports/dns-zones';

/** What records are compared by: what they say, in normal form. */
function saying(zone: string, record: RecordInput | ZoneRecord): string {
  const value = readable(record)?.value ?? record.content ?? '';
  return `${normalName(zone, record.name) ?? record.name}\u0000${record.type}\u0000${value}`;
}

/** Whether a record is as it was asked for, all fields counted. */
function isAs(zone: string, record: ZoneRecord, wanted: RecordInput): boolean {
  const tags = [...record.tags].sort().join('\u0000');
  return (
    saying(zone, record) === saying(zone, wanted) &&
    record.ttl === wanted.ttl &&
    record.proxied === wanted.proxied &&
    (record.comment ?? '') === (wanted.comment ?? '') &&
    tags === [...wanted.tags].sort().join('\u0000')
  );
}

/** The records of a zone, ready to be asked about changes. */
export class ZoneView {
  private readonly ids: ReadonlyMap<string, ZoneRecord>;
  private readonly sayings = new Map<string, ZoneRecord[]>();

  constructor(
    private readonly zone: string,
    records: readonly ZoneRecord[],
  ) {
    this.ids = new Map(records.map((record) => [record.id, record]));
    for (const record of records) {
      const key = saying(zone, record);
      this.sayings.set(key, [...(this.sayings.get(key) ?? []), record]);
    }
  }

  /** Our record that says the same, however it was made. */
  private ourLike(record: RecordInput): ZoneRecord | undefined {
    return this.sayings.get(saying(this.zone, record))?.find(({ comment }) => isOurs(comment));
  }

  /** Whether a change has been carried out. */
  has(change: Change): boolean {
    switch (change.kind) {
      case 'create':
        return this.ourLike(change.record) !== undefined;
      case 'update': {
        const record = this.ids.get(change.before.id);
        return record !== undefined && isAs(this.zone, record, change.record);
      }
      case 'delete':
        return !this.ids.has(change.before.id);
    }
  }

  /** Whether what the change starts from is still there as it was planned from. */
  isBefore(change: Change): boolean {
    if (change.kind === 'create') {
      return this.sayings.get(saying(this.zone, change.record)) === undefined;
    }
    const record = this.ids.get(change.before.id);
    return record !== undefined && isAs(this.zone, record, change.before);
  }

  /**
   * What puts the zone back to where these changes started, as far as they were carried out. A record that somebody changed
   * meanwhile is left to them.
   */
  undo(changes: readonly Change[]): RecordBatch {
    const deletes: string[] = [];
    const puts: { readonly id: string; readonly record: RecordInput }[] = [];
    const posts: RecordInput[] = [];
    for (const change of changes) {
      if (!this.has(change)) {
        continue;
      }
      if (change.kind === 'create') {
        const made = this.ourLike(change.record);
        if (made !== undefined) {
          deletes.push(made.id);
        }
      } else if (change.kind === 'update') {
        puts.push({ id: change.before.id, record: inputOf(change.before) });
      } else if (this.sayings.get(saying(this.zone, change.before)) === undefined) {
        posts.push(inputOf(change.before));
      }
    }
    return { deletes, puts, posts };
  }
}

/** A record without its id, as it is sent. */
function inputOf({ type, name, content, ttl, proxied, priority, data, comment, tags }: ZoneRecord): RecordInput {
  return { type, name, content, ttl, proxied, priority, data, comment, tags };
}

/** Changes as they are sent. */
export function batchOf(changes: readonly Change[]): RecordBatch {
  return {
    deletes: changes.flatMap((change) => (change.kind === 'delete' ? [change.before.id] : [])),
    puts: changes.flatMap((change) =>
      change.kind === 'update' ? [{ id: change.before.id, record: change.record }] : [],
    ),
    posts: changes.flatMap((change) => (change.kind === 'create' ? [change.record] : [])),
  };
}
