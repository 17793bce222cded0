import type { Said } from './types';

/** The record behind a sentence: what it is, and its page. */
export interface RecordLink {
  readonly label: string;
  /** Undefined for the ledger as a whole. */
  readonly href: string | undefined;
}

/** Reads where a sentence is taken from: `decisions/ID`, `incidents/ID`, `runs/ID`, `ledger:SEQUENCE` or `ledger`. */
export function recordOf(from: string): RecordLink {
  const [, kind = '', id = ''] = /^(decisions|incidents|runs|ledger)[/:](.+)$/.exec(from) ?? [];
  const part = encodeURIComponent(id);
  switch (kind) {
    case 'decisions':
      return { label: `Decision about signal ${id.slice(0, 8)}`, href: `/decisions/${part}` };
    case 'incidents':
      return { label: `Incident ${shortId(id)}`, href: `/incidents/${part}` };
    case 'runs':
      return { label: `Run ${shortId(id)}`, href: `/runs/${part}` };
    case 'ledger':
      return { label: `Ledger, entry ${id}`, href: `/ledger/${part}` };
    default:
      return { label: from === 'ledger' ? 'The ledger' : from, href: from === 'ledger' ? '/ledger' : undefined };
  }
}

/** An id short enough to read: `incident-f30f453e…-r1` is `f30f453e-r1`. */
export function shortId(id: string): string {
  const match = /^incident-([0-9a-f]{8})[0-9a-f]*((?:-[ra]\d+)*)$/.exec(id);
  return match === null ? id : `${match[1] ?? ''}${match[2] ?? ''}`;
}

/** Sentences with the same record behind them that follow one another. */
export interface SaidGroup {
  readonly from: string;
  readonly texts: readonly string[];
}

/** Puts sentences that follow one another and are taken from one record together. Their order stays. */
export function groupedSaid(said: readonly Said[]): readonly SaidGroup[] {
  const groups: { from: string; texts: string[] }[] = [];
  for (const { text, from } of said) {
    const last = groups.at(-1);
    if (last?.from === from) last.texts.push(text);
    else groups.push({ from, texts: [text] });
  }
  return groups;
}

/** A piece of a sentence: words, an instant that is shown in the zone of whoever reads, or something that has a page. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'instant'; readonly at: string }
  | { readonly kind: 'link'; readonly href: string; readonly text: string };

const noteworthy =
  /(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z)|\b(incident-[0-9a-f]{32})((?:-r\d+)?)((?:-a\d+)?)\b|\bsignal ([0-9a-f]{32})\b/g;

/** Takes a sentence apart into words, instants, and ids that have a page. */
export function partsOf(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(noteworthy)) {
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    const [whole, instant, incident, run = '', approval = '', signal] = match;
    if (instant !== undefined) parts.push({ kind: 'instant', at: instant });
    else if (signal !== undefined) {
      parts.push({ kind: 'link', href: `/decisions/${signal}`, text: `signal ${signal.slice(0, 8)}` });
    } else {
      const area = approval !== '' ? 'approvals' : run !== '' ? 'runs' : 'incidents';
      parts.push({
        kind: 'link',
        href: `/${area}/${whole}`,
        text: `${(incident ?? '').slice(0, 17)}${run}${approval}`,
      });
    }
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}
