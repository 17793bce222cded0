import { hashOf } from '../kernel/hash';
import { changeReasons } from './limits.plan';
import { isOurs, readMark, writeMark } from './mark.plan';
import {
  automaticTtl,
  isRecordType,
  type Change,
  type ChangeLimits,
  type DesiredRecord,
  type Note,
  type RecordInput,
  type RecordPolicy,
  type SourceHealth,
  type ZonePlan,
  type ZoneRecord,
} from './model';
import { normalName, readable, type NormalValue } from './normal.plan';

/** Everything that a plan is made of. */
export interface PlanInput {
  readonly zone: {
    readonly name: string;
    /** Tags cost money: a free zone refuses them. */
    readonly free: boolean;
  };
  /** Every record of the zone. */
  readonly current: readonly ZoneRecord[];
  readonly desired: readonly DesiredRecord[];
  /** How the sources are that come and go, by name. One that is not in here is missing. */
  readonly sources: ReadonlyMap<string, SourceHealth>;
  /** What may happen to a record of ours that nobody wants any more. */
  readonly policy: RecordPolicy;
  readonly limits: ChangeLimits;
  /** Only these names, in normal form; all when left out. */
  readonly names?: ReadonlySet<string>;
  /** Sets, as `name type`, that were applied as they are wanted now: what differs was changed by hand. */
  readonly applied?: ReadonlySet<string>;
}

/** A record of the zone together with what it says. */
interface Standing {
  readonly record: ZoneRecord;
  readonly normal: NormalValue | undefined;
  readonly ours: boolean;
}

interface Work {
  readonly input: PlanInput;
  readonly changes: Change[];
  readonly notes: Note[];
  /** By name, then type. */
  readonly standing: ReadonlyMap<string, ReadonlyMap<string, readonly Standing[]>>;
  readonly wanted: ReadonlyMap<string, ReadonlyMap<string, readonly DesiredRecord[]>>;
}

/** Types of which a name has one owner: a second one beside would take part of its traffic. */
const singleOwner: ReadonlySet<string> = new Set(['A', 'AAAA', 'CNAME']);

/** The key under which a record set is known: `www.example.com A`. */
export const setKey = (name: string, type: string): string => `${name} ${type}`;

/**
 * Decides what has to change in a zone so that it is as desired, and whether it may. Pure, and its own fixed point: planning
 * again after the changes gives none. A record that is not marked as ours is in no change, unless taking it over was allowed.
 */
export function planZone(input: PlanInput): ZonePlan {
  const all = input.current.map((record) => standingOf(input.zone.name, record));
  const work: Work = {
    input,
    changes: [],
    notes: [],
    standing: grouped(all),
    wanted: groupedDesired(input.desired),
  };
  const within = (name: string): boolean => input.names === undefined || input.names.has(name);
  const held = new Set<string>();
  for (const name of [...work.wanted.keys()].sort()) {
    if (within(name) && !planName(work, name, work.wanted.get(name) as ReadonlyMap<string, readonly DesiredRecord[]>)) {
      held.add(name);
    }
  }
  for (const [name, types] of work.standing) {
    // Where something could not be put in its place, what stands there keeps answering.
    if (within(name) && !held.has(name)) {
      planUnwanted(work, name, types);
    }
  }
  const changes = orderedChanges(work.changes);
  const ours = all.filter((one) => one.ours).length;
  const count = (kind: Change['kind']): number => changes.filter((change) => change.kind === kind).length;
  const counts = {
    creates: count('create'),
    updates: count('update'),
    deletes: count('delete'),
    ours,
    foreign: input.current.length - ours,
  };
  const reasons = changeReasons({ zone: input.zone.name, changes, counts, limits: input.limits });
  const answer = reasons.some((reason) => reason.answer === 'stop') ? 'stop' : reasons.length > 0 ? 'ask' : 'go';
  return {
    zone: input.zone.name,
    changes,
    notes: work.notes,
    reasons,
    answer,
    counts,
    hash: hashOf(changes.map(identityOf)),
  };
}

function standingOf(zone: string, record: ZoneRecord): Standing {
  // As the API gives them, nearly always.
  const plain = /^[a-z0-9_.*-]+$/.test(record.name) && record.name.endsWith(zone);
  const name = plain ? record.name : (normalName(zone, record.name) ?? record.name);
  const ours = isOurs(record.comment) && isRecordType(record.type);
  return { record: name === record.name ? record : { ...record, name }, normal: readable(record), ours };
}

function grouped(all: readonly Standing[]): Map<string, Map<string, Standing[]>> {
  const names = new Map<string, Map<string, Standing[]>>();
  for (const one of all) {
    const types = names.get(one.record.name) ?? new Map<string, Standing[]>();
    const set = types.get(one.record.type) ?? [];
    set.push(one);
    types.set(one.record.type, set);
    names.set(one.record.name, types);
  }
  return names;
}

function groupedDesired(all: readonly DesiredRecord[]): Map<string, Map<string, DesiredRecord[]>> {
  const names = new Map<string, Map<string, DesiredRecord[]>>();
  for (const one of all) {
    const types = names.get(one.name) ?? new Map<string, DesiredRecord[]>();
    const set = types.get(one.type) ?? [];
    set.push(one);
    types.set(one.type, set);
    names.set(one.name, types);
  }
  return names;
}

/** Why a source keeps a record set as it is; `undefined` when it does not. */
function frozenBy(work: Work, source: string | null): Pick<Note, 'kind' | 'text'> | undefined {
  const health = source === null ? 'healthy' : (work.input.sources.get(source) ?? 'missing');
  if (health === 'missing') {
    return { kind: 'source-missing', text: `its source ${source} is not known; what stands there stays` };
  }
  return health === 'unhealthy'
    ? { kind: 'source-unhealthy', text: `its source ${source} has nothing healthy to offer; the last answer stays` }
    : undefined;
}

/** Plans what is wanted at a name; false when some of it cannot be. */
function planName(work: Work, name: string, sets: ReadonlyMap<string, readonly DesiredRecord[]>): boolean {
  const standing = work.standing.get(name) ?? new Map<string, readonly Standing[]>();
  const frozen = [...sets.values()].flat().flatMap(({ source }) => frozenBy(work, source) ?? [])[0];
  let free = true;
  for (const type of [...sets.keys()].sort()) {
    const wanted = sets.get(type) as readonly DesiredRecord[];
    // A name is frozen as a whole: an A record made because of a half-known source could stand beside a CNAME that stays.
    const why = frozen ?? clash(work, name, type, wanted, standing, sets);
    if (why !== undefined) {
      work.notes.push({ name, type, ...why });
      free = false;
      continue;
    }
    planSet(work, name, type, wanted, standing.get(type) ?? []);
  }
  return free;
}

/** What stands in the way of a whole record set; `undefined` when nothing does. */
function clash(
  work: Work,
  name: string,
  type: string,
  wanted: readonly DesiredRecord[],
  standing: ReadonlyMap<string, readonly Standing[]>,
  sets: ReadonlyMap<string, readonly DesiredRecord[]>,
): Pick<Note, 'kind' | 'text'> | undefined {
  const apex = name === work.input.zone.name;
  const conflict = (text: string): Pick<Note, 'kind' | 'text'> => ({ kind: 'conflict', text });
  for (const [other, records] of standing) {
    const cannot =
      other !== type &&
      (type === 'CNAME' || other === 'CNAME') &&
      // Cloudflare flattens a CNAME at the apex into addresses, so only addresses get into its way there.
      (!apex || (singleOwner.has(type) && singleOwner.has(other)));
    if (!cannot) {
      continue;
    }
    if (records.some(({ ours }) => !ours)) {
      return conflict(`a ${other} record that is not ours stands there, and a CNAME stands alone`);
    }
    const stays = sets.has(other) || records.some(({ record }) => keptBy(work, record) !== undefined);
    if (stays) {
      return conflict(`our ${other} record stays there, and a CNAME stands alone`);
    }
  }
  const foreign = (standing.get(type) ?? []).filter(({ ours }) => !ours);
  const takeover = wanted.some((one) => one.takeover);
  if (foreign.length > 0 && singleOwner.has(type) && !takeover) {
    return conflict('it is not ours; say `takeover: true` to make it so');
  }
  return undefined;
}

function planSet(
  work: Work,
  name: string,
  type: string,
  wanted: readonly DesiredRecord[],
  standing: readonly Standing[],
): void {
  const first = wanted[0] as DesiredRecord;
  const { policy } = first;
  const takeover = wanted.some((one) => one.takeover);
  if (policy === 'create-only' && standing.some(({ ours }) => ours)) {
    return;
  }
  const rest = new Set(standing);
  const open: DesiredRecord[] = [];
  for (const one of wanted) {
    const match = standing.find((each) => rest.has(each) && each.normal?.value === one.value);
    if (match === undefined) {
      open.push(one);
      continue;
    }
    rest.delete(match);
    if (match.ours || takeover) {
      update(work, match, one);
    } else {
      work.notes.push({
        kind: 'conflict',
        name,
        type,
        text: `somebody else has this very record (${one.value}); say \`takeover: true\` to make it ours`,
      });
    }
  }
  // What is left over on both sides is the same record with another value: one update instead of a delete and a create.
  const free = [...rest].filter(({ ours }) => ours || (takeover && singleOwner.has(type))).sort(byValue);
  open.sort((left, right) => compare(left.value, right.value));
  for (const one of open) {
    const match = policy === 'create-only' ? undefined : free.shift();
    if (match === undefined) {
      work.changes.push({ kind: 'create', record: inputOf(work, one, ''), reason: 'it is wanted and not there' });
    } else {
      update(work, match, one);
    }
  }
  for (const { record } of free) {
    drop(work, record, policy);
  }
}

/** Changes a record where it differs from what is wanted; nothing when it does not. */
function update(work: Work, { record, normal, ours }: Standing, one: DesiredRecord): void {
  const mark = readMark(record.comment);
  const wanted = inputOf(work, one, ours ? mark.text : '');
  const fields = [
    ...(normal?.value === one.value ? [] : ['content']),
    ...(record.ttl === wanted.ttl ? [] : ['ttl']),
    ...(record.proxied === wanted.proxied ? [] : ['proxied']),
    ...((record.comment ?? '') === wanted.comment ? [] : ['comment']),
    ...(sameTags(record.tags, wanted.tags) ? [] : ['tags']),
  ];
  if (fields.length === 0) {
    return;
  }
  const byHand = ours && work.input.applied?.has(setKey(one.name, one.type)) === true;
  const reason = ours
    ? `${fields.join(', ')} ${fields.length === 1 ? 'differs' : 'differ'}${byHand ? ': changed by hand since it was last applied' : ''}`
    : 'it is taken over, as the document allows';
  work.changes.push({ kind: 'update', before: record, record: wanted, fields, takeover: !ours, reason });
}

/** Records of ours that nobody wants. */
function planUnwanted(work: Work, name: string, types: ReadonlyMap<string, readonly Standing[]>): void {
  for (const [type, standing] of types) {
    if (work.wanted.get(name)?.has(type) === true) {
      continue;
    }
    for (const { record, ours } of standing) {
      if (ours) {
        drop(work, record, readMark(record.comment).policy);
      }
    }
  }
}

/** Why a record of ours that nobody wants stays; `undefined` when it goes. */
function keptBy(work: Work, record: ZoneRecord): Pick<Note, 'kind' | 'text'> | undefined {
  const { policy, source } = readMark(record.comment);
  const frozen = frozenBy(work, source);
  if (frozen !== undefined) {
    return frozen;
  }
  const strict = policy !== 'sync' ? policy : work.input.policy;
  return strict === 'sync'
    ? undefined
    : { kind: 'kept', text: `nobody wants it any more, and under ${strict} only a person deletes` };
}

function drop(work: Work, record: ZoneRecord, policy: RecordPolicy): void {
  const kept =
    keptBy(work, record) ??
    (policy === 'sync' ? undefined : { kind: 'kept' as const, text: `under ${policy} only a person deletes` });
  if (kept !== undefined) {
    work.notes.push({ name: record.name, type: record.type, ...kept });
    return;
  }
  work.changes.push({ kind: 'delete', before: record, reason: 'it is ours, and nobody wants it any more' });
}

function inputOf(work: Work, one: DesiredRecord, text: string): RecordInput {
  const { type, name, content, priority, data, proxied, policy, source } = one;
  return {
    type,
    name,
    content,
    // Cloudflare decides how long a proxied record is kept.
    ttl: proxied ? automaticTtl : one.ttl,
    proxied,
    priority,
    data: data === null ? null : { ...data },
    comment: writeMark({ policy, source, text: one.comment ?? text }),
    tags: work.input.zone.free ? [] : [...one.tags].sort(),
  };
}

function sameTags(left: readonly string[], right: readonly string[]): boolean {
  const sorted = [...left].sort();
  return sorted.length === right.length && sorted.every((tag, index) => tag === right[index]);
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
const byValue = (left: Standing, right: Standing): number =>
  compare(left.normal?.value ?? left.record.content, right.normal?.value ?? right.record.content) ||
  compare(left.record.id, right.record.id);

/** Name and type of what a change is about. */
export const subjectOf = (change: Change): { readonly name: string; readonly type: string } =>
  change.kind === 'delete' ? change.before : change.record;

const rank: Readonly<Record<Change['kind'], number>> = { create: 0, update: 1, delete: 2 };

/** By name and type; within one, what adds before what takes away. */
function orderedChanges(changes: readonly Change[]): Change[] {
  const keyed = changes.map((change) => {
    const { name, type } = subjectOf(change);
    const value = change.kind === 'delete' ? change.before.content : (change.record.content ?? '');
    return { change, key: `${name}\u0000${rank[change.kind]}\u0000${type}\u0000${value}` };
  });
  return keyed.sort((left, right) => compare(left.key, right.key)).map(({ change }) => change);
}

/** What makes a change the change it is; words of reasons do not. */
function identityOf(change: Change): unknown {
  switch (change.kind) {
    case 'create':
      return { kind: change.kind, record: change.record };
    case 'update':
      return { kind: change.kind, id: change.before.id, before: change.before, record: change.record };
    case 'delete':
      return { kind: change.kind, before: change.before };
  }
}
