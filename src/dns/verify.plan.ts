import type { Lookup } from '../ports/dns-resolvers';
import { automaticTtlSeconds, automaticTtl, isProxiable, isRecordType, type Change } from './model';
import { normalValue } from './normal.plan';

/** What servers shall say about one record set after a change. */
export interface Expectation {
  readonly name: string;
  /** Type to ask for: that of the set, or A where the set shows itself only as addresses. */
  readonly ask: string;
  readonly type: string;
  /** Values in normal form; `any` for a set that Cloudflare answers for by addresses of its own; `none` when it is gone. */
  readonly after: ReadonlySet<string> | 'any' | 'none';
  /** What stood there before, as far as it can be seen. */
  readonly before: ReadonlySet<string> | 'any' | 'none';
}

/** How long resolvers may keep the answer of a record, in seconds. */
const seenTtl = ({ ttl, proxied }: { readonly ttl: number; readonly proxied: boolean }): number =>
  proxied || ttl === automaticTtl ? automaticTtlSeconds : ttl;

/** The longest that a resolver may rightly hold on to what stood there before. Names that are new may be remembered as missing. */
export function oldTtlSeconds(changes: readonly Change[]): number {
  return changes.reduce(
    (most, change) => Math.max(most, change.kind === 'create' ? automaticTtlSeconds : seenTtl(change.before)),
    0,
  );
}

type Standing = { readonly type: string; readonly name: string; readonly proxied: boolean } & Parameters<
  typeof normalValue
>[1];

function shown(zone: string, records: readonly Standing[]): Expectation['after'] {
  if (records.length === 0) {
    return 'none';
  }
  // Flattened at the apex, or behind Cloudflare: the answer is addresses that are nobody's business.
  if (records.some(({ type, name, proxied }) => proxied || (type === 'CNAME' && name === zone))) {
    return 'any';
  }
  return new Set(
    records.flatMap((record) => {
      const normal = isRecordType(record.type) ? normalValue(record.type, record) : undefined;
      return normal === undefined ? [] : [normal.value];
    }),
  );
}

/**
 * What to ask servers about after a change: each record set that was touched, `most` of them, with what shall be answered
 * (from the records that stand there now) and what was answered before.
 */
export function expectations(
  zone: string,
  changes: readonly Change[],
  now: readonly Standing[],
  most: number,
): Expectation[] {
  const touched = new Map<string, { readonly name: string; readonly type: string; changes: Change[] }>();
  for (const change of changes) {
    const { name, type } = change.kind === 'delete' ? change.before : change.record;
    const key = `${name} ${type}`;
    const one = touched.get(key) ?? { name, type, changes: [] };
    one.changes.push(change);
    touched.set(key, one);
  }
  const sets = new Map<string, Standing[]>();
  for (const record of now) {
    const key = `${record.name} ${record.type}`;
    if (touched.has(key)) {
      sets.set(key, [...(sets.get(key) ?? []), record]);
    }
  }
  // What made way for another address or alias, or is covered by a wildcard, has an answer that is judged there.
  const leading = new Set(now.filter(({ type }) => isProxiable(type)).map(({ name }) => name));
  const answered = (name: string): boolean =>
    leading.has(name) || leading.has(`*.${name.slice(name.indexOf('.') + 1)}`);
  const judged = [...touched.entries()].filter(
    ([key, { name, type }]) => sets.has(key) || !isProxiable(type) || !answered(name),
  );
  return judged.slice(0, most).map(([key, { name, type, changes: own }]) => {
    const standing = sets.get(key) ?? [];
    const after = shown(zone, standing);
    const replaced = own.flatMap((change) => (change.kind === 'create' ? [] : [change.before]));
    const before = shown(zone, replaced);
    return { name, type, ask: after === 'any' || (after === 'none' && before === 'any') ? 'A' : type, after, before };
  });
}

/** What one server's answer is worth. */
export type Worth = 'right' | 'old' | 'missing' | 'other' | 'silent';

/** Judges one answer against what is expected. */
export function worthOf({ ask, after, before }: Expectation, lookup: Lookup): Worth {
  if (lookup.kind === 'failed') {
    return 'silent';
  }
  if (lookup.kind === 'none') {
    // What Cloudflare stood in front of shows no CNAME.
    const hidden = before === 'any' && ask !== 'A';
    return after === 'none' ? 'right' : before === 'none' || hidden ? 'old' : 'missing';
  }
  if (after === 'any') {
    return 'right';
  }
  const values = new Set(
    lookup.values.flatMap((value) => {
      const normal = isRecordType(ask) ? normalValue(ask, value) : undefined;
      return normal === undefined ? [] : [normal.value];
    }),
  );
  const same = (set: Expectation['after']): boolean =>
    set === 'any' ? true : set !== 'none' && set.size === values.size && [...set].every((value) => values.has(value));
  if (same(after)) {
    return 'right';
  }
  return same(before) ? 'old' : 'other';
}

/** What every server said about one record set. */
export interface Answers {
  readonly expectation: Expectation;
  readonly authoritative: readonly { readonly server: string; readonly worth: Worth }[];
  readonly resolvers: readonly { readonly server: string; readonly worth: Worth }[];
}

export interface Judgement {
  readonly verdict: 'healthy' | 'pending' | 'blind' | 'worse';
  readonly reasons: readonly string[];
}

/** Until so long after a change the authoritative servers may say the old thing. Seconds; Cloudflare says "within seconds". */
export const propagationSeconds = 60;

/**
 * Judges a change by what servers say. The authoritative servers decide whether it is out; of the public resolvers most have
 * to say the same, so that one that lies, fails or holds on too long neither proves nor disproves anything. What may still be
 * remembered rightly is waited for. A name that answered before and has no answer now is worse than before. Pure.
 */
export function judgeAnswers(all: readonly Answers[], elapsedSeconds: number, oldTtl: number): Judgement {
  const reasons: string[] = [];
  let verdict: Judgement['verdict'] = 'healthy';
  const rank = { healthy: 0, blind: 1, pending: 2, worse: 3 } as const;
  const raise = (to: Judgement['verdict'], text: string): void => {
    verdict = rank[to] > rank[verdict] ? to : verdict;
    reasons.push(text);
  };
  for (const { expectation, authoritative, resolvers } of all) {
    const label = `${expectation.name} ${expectation.type}`;
    const count = (from: Answers['resolvers'], worth: Worth): number =>
      from.filter((one) => one.worth === worth).length;
    const speaking = authoritative.length - count(authoritative, 'silent');
    const right = count(authoritative, 'right');
    const majority = count(resolvers, 'right') > resolvers.length / 2;
    const odd = [...authoritative, ...resolvers].filter(({ worth }) => worth === 'other' || worth === 'silent');
    const aside = odd.map(
      ({ server, worth }) => `${server} ${worth === 'silent' ? 'does not answer' : 'says something else'}`,
    );
    const note = aside.length === 0 ? '' : ` (${aside.join(', ')})`;
    if (speaking === 0) {
      if (!majority) {
        raise('blind', `${label}: no authoritative server answers${note}`);
        continue;
      }
    } else if (count(authoritative, 'missing') === speaking && elapsedSeconds > propagationSeconds) {
      raise('worse', `${label}: it had an answer before and has none now`);
      continue;
    } else if (right < speaking) {
      raise('pending', `${label}: ${right} of ${speaking} authoritative servers say the new answer`);
      continue;
    }
    const where = `${right} of ${authoritative.length} authoritative servers and ${count(resolvers, 'right')} of ${resolvers.length} resolvers say the new answer${note}`;
    if (majority) {
      reasons.push(`${label}: ${where}`);
    } else if (elapsedSeconds <= oldTtl + propagationSeconds) {
      raise('pending', `${label}: ${where}; resolvers may hold the old one until ${oldTtl} s after the change`);
    } else {
      raise('blind', `${label}: ${where}, although the old one is past its time`);
    }
  }
  return { verdict, reasons: reasons.slice(0, 20).map((reason) => reason.slice(0, 500)) };
}
