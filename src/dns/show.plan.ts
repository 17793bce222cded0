import type { Change, RecordInput, ZonePlan, ZoneRecord } from './model';

/** What a record says, for people. */
function said(record: RecordInput | ZoneRecord): string {
  const { type, content, data, priority } = record;
  const text =
    data === null
      ? (content ?? '')
      : type === 'CAA'
        ? `${data['flags']} ${data['tag']} "${data['value']}"`
        : Object.values(data).join(' ');
  const shown = priority === null ? text : `${priority} ${text}`;
  return shown.length > 120 ? `${shown.slice(0, 117)}...` : shown;
}

const ttlText = ({ ttl, proxied }: RecordInput): string =>
  proxied ? 'proxied' : ttl === 1 ? 'ttl auto' : `ttl ${ttl}`;

/** One change as a line: `~ api.example.com CNAME a -> b (content; it differs)`. */
export function changeLine(change: Change): string {
  if (change.kind === 'create') {
    const { name, type } = change.record;
    return `+ ${name} ${type} ${said(change.record)} (${ttlText(change.record)}; ${change.reason})`;
  }
  const { name, type } = change.before;
  if (change.kind === 'delete') {
    return `- ${name} ${type} ${said(change.before)} (${change.reason})`;
  }
  const moved = change.fields.includes('content') ? ` -> ${said(change.record)}` : '';
  const rest = [
    ...(change.fields.includes('ttl') ? [`ttl ${change.before.ttl} -> ${change.record.ttl}`] : []),
    ...(change.fields.includes('proxied') ? [`proxied ${change.before.proxied} -> ${change.record.proxied}`] : []),
  ];
  return `~ ${name} ${type} ${said(change.before)}${moved} (${[...rest, change.reason].join('; ')})`.slice(0, 500);
}

/** A plan in one sentence. */
export function planSummary({ zone, counts: { creates, updates, deletes } }: ZonePlan): string {
  const parts = [
    ...(creates > 0 ? [`create ${creates}`] : []),
    ...(updates > 0 ? [`change ${updates}`] : []),
    ...(deletes > 0 ? [`delete ${deletes}`] : []),
  ];
  return parts.length === 0 ? `${zone} is as it should be` : `${zone}: ${parts.join(', ')} of our records`;
}
