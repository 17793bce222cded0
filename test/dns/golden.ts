import { parseDnsDocument, planZone, type PlanInput, type ZonePlan, type ZoneRecord } from '../../src/dns';
import { desiredZone } from '../../src/dns/desired.plan';
import type { EpochMillis } from '../../src/kernel/clock';
import { limitsOf } from '../../src/dns/wanted';

export const zone = 'example.com';

/** A record as it stands, in short: what is not said is the usual. */
export type Standing = Partial<ZoneRecord> & { readonly type: string; readonly name: string };

export const ours = 'owner=caretaker';

/** Records with ids by their place: r1, r2, ... */
export function standing(records: readonly Standing[]): ZoneRecord[] {
  return records.map((given, index) => ({
    id: `r${index + 1}`,
    content: '',
    ttl: 1,
    proxied: false,
    priority: null,
    data: null,
    comment: null,
    tags: [],
    ...given,
  }));
}

/** Plans from a document as people write it: `records` and what else a zone has, as JSON. */
export function planOf(
  written: Readonly<Record<string, unknown>>,
  current: readonly Standing[],
  more: Partial<PlanInput> = {},
): ZonePlan {
  const { zones } = parseDnsDocument(
    JSON.stringify({ version: 1, zones: [{ name: zone, environment: 'prod', ...written }] }),
  );
  const parsed = zones[0]!;
  const desired = desiredZone({ zone: parsed, additions: [], failovers: new Map(), now: 0 as EpochMillis });
  return planZone({
    zone: { name: parsed.name, free: false },
    current: standing(current),
    desired: desired.records,
    sources: desired.sources,
    policy: parsed.policy,
    limits: limitsOf(parsed),
    ...more,
  });
}

const said = ({
  content,
  data,
  priority,
}:
  | Pick<ZoneRecord, 'content' | 'data' | 'priority'>
  | { content: string | null; data: ZoneRecord['data']; priority: number | null }): string =>
  [...(priority === null ? [] : [priority]), ...(data === null ? [content] : Object.values(data))].join(' ');

/** A plan in lines, for comparison: changes, then notes, then the answer where it is not `go`. */
export function linesOf(plan: ZonePlan): string[] {
  return [
    ...plan.changes.map((change) => {
      switch (change.kind) {
        case 'create':
          return `+ ${change.record.name} ${change.record.type} ${said(change.record)} | ${change.record.ttl} ${change.record.proxied ? 'proxied ' : ''}| ${change.record.comment}`;
        case 'update':
          return `~ ${change.before.id} ${change.fields.join(',')} -> ${said(change.record)} | ${change.record.comment}`;
        case 'delete':
          return `- ${change.before.id}`;
      }
    }),
    ...plan.notes.map(({ kind, name, type }) => `! ${kind} ${name} ${type}`),
    ...(plan.answer === 'go' ? [] : [plan.answer]),
  ];
}
