import { recordPolicySchema, type RecordPolicy } from './model';

/** What the comment of a record says about whose it is. The first word decides: `owner=caretaker`, `owner=terraform`. */
export interface Mark {
  readonly owner: string | null;
  readonly policy: RecordPolicy;
  readonly source: string | null;
  /** Everything after the words of the mark. */
  readonly text: string;
}

/** Longest comment of every plan; paid plans take 500. Source: Cloudflare, "Record attributes". */
export const commentLimit = 100;

const noMark: Mark = { owner: null, policy: 'sync', source: null, text: '' };

/** Reads a record's comment. A comment without an owner is a person's. */
export function readMark(comment: string | null): Mark {
  if (comment === null) {
    return noMark;
  }
  const words = comment.trim().split(/\s+/);
  const owner = /^owner=([a-z][a-z0-9-]*)$/.exec(words[0] ?? '')?.[1];
  if (owner === undefined) {
    return { ...noMark, text: comment };
  }
  let at = 1;
  let policy: RecordPolicy = 'sync';
  let source: string | null = null;
  for (; at < words.length; at += 1) {
    const match = /^(policy|source)=(\S+)$/.exec(words[at] as string);
    const named = match?.[1] === 'policy' ? recordPolicySchema.safeParse(match[2]) : undefined;
    if (named?.success === true) {
      policy = named.data;
    } else if (match?.[1] === 'source') {
      source = match[2] as string;
    } else {
      break;
    }
  }
  return { owner, policy, source, text: words.slice(at).join(' ') };
}

/** Whether the record is Caretaker's to change. */
export const isOurs = (comment: string | null): boolean =>
  comment !== null && /^\s*owner=caretaker(?:\s|$)/.test(comment);

/** Writes the comment of a record of ours. `sync` and the document as source go without saying. */
export function writeMark({ policy, source, text }: Omit<Mark, 'owner'>): string {
  return [
    'owner=caretaker',
    ...(policy === 'sync' ? [] : [`policy=${policy}`]),
    ...(source === null ? [] : [`source=${source}`]),
    ...(text === '' ? [] : [text]),
  ].join(' ');
}
