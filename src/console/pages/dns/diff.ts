import type { Change, ChangeLimits, ComparedRecord, ZoneView } from './types';

type Written = Extract<Change, { kind: 'create' }>['record'];

/** One line of what a change takes away or puts. */
export interface DiffLine {
  readonly sign: '+' | '-';
  readonly text: string;
}

/** One change as a diff shows it. */
export interface DiffRow {
  readonly sign: '+' | '-' | '~';
  readonly word: 'add' | 'remove' | 'change';
  readonly name: string;
  readonly type: string;
  readonly lines: readonly DiffLine[];
  readonly reason: string;
  readonly takeover: boolean;
}

/** The name of a record within its zone; `@` is the zone itself. */
export function shortName(zone: string, name: string): string {
  if (name === zone) return '@';
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name;
}

/** How long resolvers keep an answer, in words; a proxied record's TTL is Cloudflare's. */
export function ttlText({ ttl, proxied }: { readonly ttl: number; readonly proxied: boolean }): string {
  return proxied ? 'proxied' : ttl === 1 ? 'ttl auto' : `ttl ${ttl}`;
}

function saying({ type, content, priority, data }: Written): string {
  const text =
    data === null
      ? (content ?? '')
      : type === 'CAA'
        ? `${data['flags'] ?? ''} ${data['tag'] ?? ''} "${data['value'] ?? ''}"`
        : ['priority', 'weight', 'port', 'target'].map((part) => String(data[part] ?? '')).join(' ');
  return priority === null || data !== null ? text : `${priority} ${text}`;
}

const lineOf = (record: Written): string => `${saying(record)} · ${ttlText(record)}`;

/** What a record says beside its content, where two sides of a change differ in nothing else. */
function fineprint(record: Written): string {
  const tags = record.tags.length === 0 ? '' : ` · tags ${record.tags.join(', ')}`;
  return `${lineOf(record)} · comment "${record.comment ?? ''}"${tags}`;
}

/** The changes of a plan as a diff, in the plan's order. Both lines of a change always differ. */
export function diffRows(zone: string, changes: readonly Change[]): DiffRow[] {
  return changes.map((change) => {
    switch (change.kind) {
      case 'create': {
        const { record, reason } = change;
        return {
          ...{ sign: '+', word: 'add', name: shortName(zone, record.name), type: record.type, reason, takeover: false },
          lines: [{ sign: '+', text: lineOf(record) }],
        };
      }
      case 'delete': {
        const { before, reason } = change;
        return {
          ...{ sign: '-', word: 'remove', name: shortName(zone, before.name), type: before.type, reason },
          ...{ takeover: false, lines: [{ sign: '-', text: lineOf(before) }] },
        };
      }
      case 'update': {
        const { before, record, reason, takeover } = change;
        const say = lineOf(before) === lineOf(record) ? fineprint : lineOf;
        return {
          ...{ sign: '~', word: 'change', name: shortName(zone, record.name), type: record.type, reason, takeover },
          lines: [
            { sign: '-', text: say(before) },
            { sign: '+', text: say(record) },
          ],
        };
      }
    }
  });
}

/** How much of what the guard allows one kind of change takes. */
export interface GuardUse {
  readonly label: string;
  readonly count: number;
  /** The most that would be allowed now: of the share and of the absolute limit the smaller. */
  readonly most: number;
  readonly text: string;
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

/** What a plan takes of the zone's limits. Shares are of the records that are ours, and count from so many of them up. */
export function guardUses(counts: ZoneView['counts'], limits: ChangeLimits): GuardUse[] {
  const { ours } = counts;
  const isShared = ours >= limits.shareFrom;
  const shared = (label: string, count: number, share: number, most: number): GuardUse => {
    const allowed = isShared ? Math.min(most, Math.floor(share * ours)) : most;
    const of = ours === 0 ? '' : ` of our ${ours} (${percent(count / ours)})`;
    const limit = isShared
      ? `at most ${percent(share)} and ${most}`
      : `at most ${most}; shares count from ${limits.shareFrom}`;
    return { label, count, most: allowed, text: `${count}${of}; ${limit}` };
  };
  return [
    {
      ...{ label: 'Added', count: counts.creates, most: limits.maxCreates },
      text: `${counts.creates}; at most ${limits.maxCreates}`,
    },
    shared('Changed', counts.updates, limits.updateShare, limits.maxUpdates),
    shared('Removed', counts.deletes, limits.deleteShare, limits.maxDeletes),
  ];
}

/** Records in which every word occurs: in the name, the type, the owner, the state, or in what they say. */
export function recordsWith(
  zone: string,
  records: readonly ComparedRecord[],
  words: string,
): readonly ComparedRecord[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (wanted.length === 0) return records;
  return records.filter((record) => {
    const text = [
      ...[shortName(zone, record.name), record.name, record.type, record.state, record.ownerName, record.source],
      ...[record.current?.value, record.desired?.value, record.reason],
    ]
      .join(' ')
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** Whether a record is the one that an address names: `www`, `www.example.com` or `www/CNAME`; `@` is the zone. */
export function isNamed(zone: string, record: Pick<ComparedRecord, 'name' | 'type'>, wanted: string): boolean {
  const [name = '', type] = wanted.toLowerCase().split('/');
  return (
    (name === record.name || name === shortName(zone, record.name)) &&
    (type === undefined || type === record.type.toLowerCase())
  );
}
