import type { InputProblem } from '../kernel/errors';
import { epochOf, type EpochMillis } from '../kernel/clock';
import { writtenRecordSchema, type FailoverGroup, type WrittenRecord, type WrittenZone } from './document.model';
import type { FailoverState } from './failover.model';
import { activeOrigin, failoverSource, ttlOf } from './failover.plan';
import { commentLimit, writeMark } from './mark.plan';
import {
  automaticTtl,
  isProxiable,
  type Addition,
  type DesiredRecord,
  type RecordPolicy,
  type SourceHealth,
} from './model';
import { normalName, normalValue } from './normal.plan';

/** What a zone shall hold, with how the sources of it are. */
export interface DesiredZone {
  readonly records: readonly DesiredRecord[];
  readonly sources: ReadonlyMap<string, SourceHealth>;
}

/** Fields that a type takes besides those that every type takes. */
const fieldsOf: Readonly<Record<WrittenRecord['type'], readonly string[]>> = {
  A: ['content', 'contents'],
  AAAA: ['content', 'contents'],
  CNAME: ['content'],
  TXT: ['content', 'contents'],
  MX: ['content', 'priority'],
  CAA: ['flags', 'tag', 'value'],
  SRV: ['priority', 'weight', 'port', 'target'],
  NS: ['content', 'contents'],
};
const particular = [...new Set(Object.values(fieldsOf).flat())];

/**
 * Makes records of a written one; `problems` says what is wrong with it, with paths below its own.
 * Pure.
 */
export function recordsOf(
  zone: string,
  written: WrittenRecord,
  context: { readonly policy: RecordPolicy; readonly source: string | null },
): { readonly records: readonly DesiredRecord[]; readonly problems: readonly InputProblem[] } {
  const problems: InputProblem[] = [];
  const wrong = (path: string, message: string): void => void problems.push({ path, message });
  const { type, proxied, comment, tags, takeover } = written;
  const name = normalName(zone, written.name);
  if (name === undefined) {
    wrong('name', 'is not a name that DNS can carry; a wildcard stands alone in front, as in *.example.com');
  }
  const given = written as unknown as Readonly<Record<string, unknown>>;
  const allowed = fieldsOf[type];
  for (const field of particular) {
    if (given[field] !== undefined && !allowed.includes(field)) {
      wrong(field, `is not for ${type} records; they take ${allowed.join(', ')}`);
    }
  }
  if (proxied && !isProxiable(type)) {
    wrong('proxied', `is for A, AAAA and CNAME records; Cloudflare cannot stand in front of ${type}`);
  }
  if (written.content !== undefined && written.contents !== undefined) {
    wrong('contents', 'stands beside content; give one of them');
  }
  if (type === 'NS' && name === zone) {
    wrong('name', "is the apex: Cloudflare's own name servers stand there and cannot be changed");
  }
  const policy = written.policy ?? context.policy;
  if (writeMark({ policy, source: context.source, text: comment ?? '' }).length > commentLimit) {
    wrong('comment', `is too long: with Caretaker's mark it may have ${commentLimit} characters`);
  }
  const values = valuesOf(written).flatMap(([path, value]) => {
    const normal = normalValue(type, value);
    if (normal === undefined) {
      wrong(path, `is not what a ${type} record can hold`);
      return [];
    }
    if (type === 'CNAME' && normal.value === name) {
      wrong(path, 'leads to the record itself');
    }
    return [normal];
  });
  if (new Set(values.map(({ value }) => value)).size < values.length) {
    wrong('contents', 'names one value twice');
  }
  const records = values.map((value): DesiredRecord => ({
    type,
    name: name ?? written.name,
    ...value,
    ttl: proxied || written.ttl === 'auto' ? automaticTtl : written.ttl,
    proxied,
    comment: comment ?? null,
    tags,
    policy,
    source: context.source,
    takeover,
  }));
  return { records: problems.length > 0 ? [] : records, problems };
}

type Given = Parameters<typeof normalValue>[1];

function valuesOf(written: WrittenRecord): readonly (readonly [string, Given])[] {
  const { type, content, contents, priority, weight, port, target, flags, tag, value } = written;
  if (type === 'CAA') {
    return [['value', { content: null, priority: null, data: { flags: flags ?? 0, tag, value } }]];
  }
  if (type === 'SRV') {
    return [['target', { content: null, priority: null, data: { priority, weight, port, target } }]];
  }
  const plain = (text: string): Given => ({ content: text, priority: priority ?? null, data: null });
  return contents === undefined
    ? [['content', plain(content ?? '')]]
    : contents.map((text, index) => [`contents[${index}]`, plain(text)] as const);
}

/** What is wrong between records of one zone: a CNAME that is not alone, the same thing twice. */
export function clashesOf(zone: string, records: readonly { readonly record: DesiredRecord; readonly path: string }[]) {
  const problems: InputProblem[] = [];
  const names = new Map<string, { readonly record: DesiredRecord; readonly path: string }[]>();
  for (const one of records) {
    const beside = names.get(one.record.name) ?? [];
    for (const other of beside) {
      const [left, right] = [one.record, other.record];
      const cname = left.type === 'CNAME' || right.type === 'CNAME';
      const address = isProxiable(left.type) && isProxiable(right.type);
      if (left.type === right.type && (left.value === right.value || left.type === 'CNAME')) {
        problems.push({ path: one.path, message: `stands there already, at ${other.path}` });
      } else if (cname && left.type !== right.type && (left.name !== zone || address)) {
        problems.push({ path: one.path, message: `stands beside a CNAME (${other.path}); a CNAME stands alone` });
      } else if (left.type === right.type && left.policy !== right.policy) {
        problems.push({
          path: `${one.path}.policy`,
          message: `is not that of ${other.path}, which is of the same set`,
        });
      }
    }
    beside.push(one);
    names.set(one.record.name, beside);
  }
  return problems;
}

/** The source that an addition's records carry. */
export const additionSource = (id: string): string => `addition/${id}`;

/** Whether an addition stands at a time. */
export function stands({ until, endedAt }: Addition, now: EpochMillis): boolean {
  return endedAt === null && (until === null || (epochOf(until) ?? 0) > now);
}

/** What of one failover group is wanted now. */
function failoverRecord(zone: WrittenZone, group: FailoverGroup, state: FailoverState | undefined): DesiredRecord[] {
  const origin = activeOrigin(group, state);
  const { record, type, proxied } = group;
  const written = writtenRecordSchema.parse({
    name: record,
    type,
    content: origin.content,
    proxied,
    ttl: ttlOf(group, state),
  });
  const source = failoverSource(group.name);
  // It answers at all times: nothing but a person takes such a record away.
  return [...recordsOf(zone.name, written, { policy: 'upsert-only', source }).records];
}

/**
 * What a zone shall hold now: the document, with what incidents and people added for a time, and with the origins that serve.
 * A failover group whose state was never written, or whose origins are all down, keeps what stands there. Pure.
 */
export function desiredZone(input: {
  readonly zone: WrittenZone;
  readonly additions: readonly Addition[];
  readonly failovers: ReadonlyMap<string, FailoverState>;
  readonly now: EpochMillis;
}): DesiredZone {
  const { zone, additions, failovers, now } = input;
  const sources = new Map<string, SourceHealth>();
  const records: DesiredRecord[] = zone.records.flatMap(
    (written) => recordsOf(zone.name, written, { policy: zone.policy, source: null }).records,
  );
  for (const group of zone.failover) {
    const state = failovers.get(group.name);
    sources.set(failoverSource(group.name), state === undefined ? 'missing' : state.allDown ? 'unhealthy' : 'healthy');
    records.push(...failoverRecord(zone, group, state));
  }
  for (const addition of additions) {
    const source = additionSource(addition.id);
    sources.set(source, 'healthy');
    if (!stands(addition, now)) {
      continue;
    }
    const added = addition.records.flatMap((raw) => {
      const written = writtenRecordSchema.safeParse(raw);
      return written.success ? recordsOf(zone.name, written.data, { policy: 'sync', source }).records : [];
    });
    replace(records, added);
  }
  return { records, sources };
}

/** Puts added records in: where a name leads is replaced as a whole, everything else is added. */
function replace(records: DesiredRecord[], added: readonly DesiredRecord[]): void {
  const leading = new Set(added.filter(({ type }) => isProxiable(type)).map(({ name }) => name));
  const same = new Set(added.map(({ name, type, value }) => `${name} ${type} ${value}`));
  const kept = records.filter(
    ({ name, type, value }) => !(isProxiable(type) && leading.has(name)) && !same.has(`${name} ${type} ${value}`),
  );
  records.splice(0, records.length, ...kept, ...added);
}
