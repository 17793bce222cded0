/** What entries of the ledger are about, and where the console shows that. Pure. */
import type { LedgerKind, ToldEntry } from './types';

/** Every kind of entry, with the group that it is offered in and what it tells. A kind that is new to the ledger is missing here at once. */
const kinds: Readonly<Record<LedgerKind, string>> = {
  'signal.decided': 'A signal was decided',
  'run.started': 'A run started',
  'run.finished': 'A run finished',
  'incident.opened': 'An incident opened',
  'incident.closed': 'An incident closed',
  'incident.handed-over': 'An incident was handed over',
  'policy.changed': 'The policy changed',
  'policy.refused': 'A policy was refused',
  'dead-letter.kept': 'A dead letter was kept',
  'kill-switch.set': 'A kill switch was set',
  'operator.ordered': 'Somebody gave an order',
  'approval.asked': 'People were asked',
  'approval.answered': 'Somebody answered',
  'approval.ended': 'An approval ended',
  'rotation.finished': 'A rotation finished',
  'backup.recorded': 'Recovery points were recorded',
  'backup.deleted': 'A recovery point was deleted',
  'backup.finished': 'A backup finished',
  'drill.finished': 'A drill finished',
  'restore.begun': 'A restore began',
  'restore.finished': 'A restore finished',
  'scaling.decided': 'Scaling decided',
  'scaling.ordered': 'Scaling ordered',
  'field.set': 'A field was set',
  'drift.found': 'A drift was found',
  'drift.settled': 'A drift was settled',
};

/** Kinds to choose from, each with what it tells. */
export const kindOptions: readonly { readonly value: string; readonly text: string }[] = Object.entries(kinds).map(
  ([value, text]) => ({ value, text: `${text} (${value})` }),
);

/** A kind in words; one that is new is its own name. */
export const kindText = (kind: string): string => (Object.hasOwn(kinds, kind) ? kinds[kind as LedgerKind] : kind);

export interface EntryLink {
  readonly text: string;
  readonly href: string;
}

const isResource = (text: unknown): text is string => typeof text === 'string' && /^\/subscriptions\//i.test(text);
const nameOf = (id: string): string => id.split('/').at(-1) ?? id;

/** The page of what an entry of this kind has as its subject; undefined where there is none. */
function subjectLink({ kind, subject, id }: ToldEntry, data: Readonly<Record<string, unknown>>): EntryLink | undefined {
  const part = encodeURIComponent(subject);
  /** An entry's id is its kind and the id of what ended. */
  const own = encodeURIComponent(id.slice(id.indexOf(':') + 1));
  const [family = ''] = kind.split('.');
  switch (family) {
    case 'signal':
      return { text: 'decision', href: `/decisions/${part}` };
    case 'run':
      return { text: 'run', href: `/runs/${part}` };
    case 'incident':
      return { text: 'incident', href: `/incidents/${part}` };
    case 'approval':
      return { text: 'approval', href: `/approvals/${part}` };
    case 'policy':
      return { text: 'policy', href: '/policy' };
    case 'dead-letter':
      return { text: 'dead letter', href: `/dead-letters/${part}` };
    case 'kill-switch': {
      const environment = data['environment'];
      return {
        text: 'guard',
        href: typeof environment === 'string' ? `/guard/${encodeURIComponent(environment)}` : '/guard',
      };
    }
    case 'rotation':
      return { text: 'rotation', href: `/secrets/rotations/${own}` };
    case 'drill':
      return { text: 'drill', href: `/recovery/drills/${own}` };
    case 'restore':
      return { text: 'restore', href: `/recovery/restores/${own}` };
    case 'drift':
      return { text: `stack ${subject}`, href: `/stacks/${part}` };
    case 'operator':
      return orderLink(data['order'], part);
    default:
      return undefined;
  }
}

function orderLink(order: unknown, part: string): EntryLink | undefined {
  if (order === 'run') return { text: 'run', href: `/runs/${part}` };
  if (order === 'replay-dead-letter') return { text: 'dead letter', href: `/dead-letters/${part}` };
  return undefined;
}

/** Where the console shows what an entry is about, the nearest first. */
export function linksOf(entry: ToldEntry): readonly EntryLink[] {
  const { subject } = entry;
  const data =
    typeof entry.data === 'object' && entry.data !== null && !Array.isArray(entry.data)
      ? (entry.data as Readonly<Record<string, unknown>>)
      : {};
  const { incidentId, rule, target } = data;
  const first = subjectLink(entry, data);
  const resources = [...new Set([subject, target].filter(isResource))];
  const links: EntryLink[] = [
    ...(first === undefined ? [] : [first]),
    ...resources.map((id) => ({ text: nameOf(id), href: `/resources/${encodeURIComponent(id)}` })),
    ...(typeof incidentId === 'string' && incidentId !== subject
      ? [{ text: 'incident', href: `/incidents/${encodeURIComponent(incidentId)}` }]
      : []),
    ...(typeof rule === 'string' && entry.kind === 'signal.decided'
      ? [{ text: `rule ${rule}`, href: `/policy/rules/${encodeURIComponent(rule)}` }]
      : []),
  ];
  return links.filter(({ href }, index) => links.findIndex((other) => other.href === href) === index);
}

/** The entry as it is in the ledger, under its hash: without the sentence that the API tells besides. */
export function rawOf(entry: ToldEntry): string {
  const { sentence: _, ...raw } = entry;
  return JSON.stringify(raw, null, 2);
}
