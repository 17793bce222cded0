import { z } from 'zod';
import { readMark } from './mark.plan';
import type { Change, DesiredRecord, Note, RecordInput, ZonePlan, ZoneRecord } from './model';
import { normalName, readable } from './normal.plan';
import { setKey } from './plan';

/** What a record says, as people compare it. */
const saidSchema = z.object({
  /** In one spelling: text without quotes, the priority of MX in front. */
  value: z.string(),
  /** Seconds; 1 leaves the choice to Cloudflare. */
  ttl: z.number().int(),
  proxied: z.boolean(),
});
export type Said = z.infer<typeof saidSchema>;

/**
 * One record as it is and as it shall be.
 * - `same`: nothing is to be done. `others`: it is somebody else's, and stays.
 * - `create`, `update`, `delete`: the plan does it. `byHand` when somebody changed it since it was last applied.
 * - `kept`: the policy or a source keeps it, although it is not what is wanted. `blocked`: it is wanted and cannot be.
 */
export const comparedRecordSchema = z.object({
  name: z.string(),
  type: z.string(),
  owner: z.enum(['ours', 'others']),
  /** As the record's mark names its owner; null when it has none. */
  ownerName: z.string().nullable(),
  /** Where a record of ours comes from, such as `failover/api`; null for the document. */
  source: z.string().nullable(),
  current: saidSchema.nullable(),
  desired: saidSchema.nullable(),
  state: z.enum(['same', 'others', 'create', 'update', 'delete', 'kept', 'blocked']),
  fields: z.array(z.string()),
  byHand: z.boolean(),
  reason: z.string().nullable(),
});
export type ComparedRecord = z.infer<typeof comparedRecordSchema>;

const saidBy = (record: RecordInput | ZoneRecord): Said => ({
  value: readable(record)?.value ?? record.content ?? '',
  ttl: record.ttl,
  proxied: record.proxied,
});
const wantedOf = ({ value, ttl, proxied }: DesiredRecord): Said => ({ value, ttl: proxied ? 1 : ttl, proxied });

/** Whether a change puts back what somebody changed by hand since it was last applied. */
export const isByHand = (change: Change): boolean => change.kind === 'update' && change.reason.includes('by hand');

const isBlocking = ({ kind }: Note): boolean => kind !== 'kept' && kind !== 'ignored';

/** Every record of a zone, as it is and as it shall be, by name (the apex first), type and value. Pure. */
export function comparedRecords(input: {
  readonly zone: string;
  readonly current: readonly ZoneRecord[];
  readonly desired: readonly DesiredRecord[];
  readonly plan: Pick<ZonePlan, 'changes' | 'notes'>;
}): ComparedRecord[] {
  const { zone, current, desired, plan } = input;
  const changes = new Map(
    plan.changes.flatMap((one) => (one.kind === 'create' ? [] : [[one.before.id, one] as const])),
  );
  const notes = new Map(plan.notes.map((note) => [setKey(note.name, note.type), note]));
  const wanted = new Map<string, DesiredRecord[]>();
  for (const one of desired) {
    const key = setKey(one.name, one.type);
    wanted.set(key, [...(wanted.get(key) ?? []), one]);
  }
  const rows: ComparedRecord[] = [];
  const answered = new Set<DesiredRecord>();
  for (const record of current) {
    const name = normalName(zone, record.name) ?? record.name;
    const { type } = record;
    const mark = readMark(record.comment);
    const key = setKey(name, type);
    const base = { name, type, ownerName: mark.owner, source: mark.source, current: saidBy(record) };
    const change = changes.get(record.id);
    if (change?.kind === 'update') {
      const { fields, reason } = change;
      const owner = change.takeover ? ('others' as const) : ('ours' as const);
      rows.push({
        ...base,
        ...{ owner, desired: saidBy(change.record), state: 'update', fields, byHand: isByHand(change), reason },
      });
      continue;
    }
    if (change?.kind === 'delete') {
      rows.push({
        ...base,
        ...{ owner: 'ours', desired: null, state: 'delete', fields: [], byHand: false, reason: change.reason },
      });
      continue;
    }
    if (mark.owner !== 'caretaker') {
      rows.push({
        ...base,
        ...{ owner: 'others', source: null, desired: null, state: 'others', fields: [], byHand: false, reason: null },
      });
      continue;
    }
    const rest: Pick<ComparedRecord, 'owner' | 'fields' | 'byHand'> = { owner: 'ours', fields: [], byHand: false };
    const set = wanted.get(key) ?? [];
    const match = set.find((one) => !answered.has(one) && one.value === base.current.value);
    const note = notes.get(key);
    if (match !== undefined) {
      answered.add(match);
      const state = note !== undefined && isBlocking(note) ? 'kept' : 'same';
      rows.push({
        ...base,
        ...rest,
        desired: wantedOf(match),
        state,
        reason: state === 'kept' ? (note?.text ?? null) : null,
      });
      continue;
    }
    const reason = note?.text ?? (set.length > 0 ? 'it was created once and is left alone since' : null);
    rows.push({ ...base, ...rest, desired: null, state: 'kept', reason });
  }
  for (const change of plan.changes) {
    if (change.kind === 'create') {
      const { name, type, comment } = change.record;
      const { owner, source } = readMark(comment);
      rows.push({
        ...{ name, type, owner: 'ours', ownerName: owner, source, current: null, desired: saidBy(change.record) },
        ...{ state: 'create', fields: [], byHand: false, reason: change.reason },
      });
    }
  }
  for (const one of desired) {
    const note = notes.get(setKey(one.name, one.type));
    if (note !== undefined && isBlocking(note) && !answered.has(one)) {
      rows.push({
        ...{ name: one.name, type: one.type, owner: 'ours', ownerName: null, source: one.source, current: null },
        ...{ desired: wantedOf(one), state: 'blocked', fields: [], byHand: false, reason: note.text },
      });
    }
  }
  const rank = (name: string): string => (name === zone ? '' : name);
  const keyOf = ({ name, type, current: is, desired: shall }: ComparedRecord): string =>
    [rank(name), type, (is ?? shall)?.value ?? ''].join('\u0000');
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
    .map(({ row }) => row);
}
