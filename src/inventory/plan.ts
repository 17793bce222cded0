import { epochOf, type EpochMillis } from '../kernel/clock';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import { holdTagName, type KnownTags, type Sight } from './model';

/** No chain of owners is longer: a disk, its machine, the machine's scale set. More is a mistake, or a circle. */
const longestChain = 5;

/** What a resource is part of by its id: a subnet of its network, an extension resource of what it extends. */
export function parentInId(id: ResourceId): ResourceId | undefined {
  const segments = id.split('/');
  const extension = segments.lastIndexOf('providers');
  const pairs = segments.length - extension - 2;
  if (extension < 0 || pairs < 2) {
    return undefined;
  }
  if (pairs > 2) {
    return parseResourceId(segments.slice(0, -2).join('/'))?.id;
  }
  const outer = parseResourceId(segments.slice(0, extension).join('/'));
  // What a resource group or a subscription holds is not part of one another.
  return outer === undefined || outer.parts.type === '' ? undefined : outer.id;
}

/** A resource and all that it is part of, itself first. `ownerOf` is what the inventory says of one. Pure. */
export function chainOf(id: ResourceId, ownerOf: (id: ResourceId) => ResourceId | null | undefined): ResourceId[] {
  const chain = [id];
  for (let current = id; chain.length < longestChain;) {
    const next = ownerOf(current) ?? parentInId(current);
    if (next === undefined || next === null || chain.includes(next)) {
      break;
    }
    chain.push(next);
    current = next;
  }
  return chain;
}

/** What a person said with the tag on a resource. */
export interface TagHold {
  /** Milliseconds since the epoch; absent when the tag names no end, and then it lasts until it is removed. */
  readonly until?: EpochMillis;
  readonly text: string;
}

/** Values with which the tag says that nobody holds the resource. */
const off: ReadonlySet<string> = new Set(['', 'false', 'no', 'off', 'none']);

/**
 * The hold that a resource's tags say, in force at that time. The value is free text with the end somewhere in it as an instant
 * (`2026-05-04T12:00:00Z disk is being looked at`). One without an end is honoured too: to pass by it would be worse.
 */
export function tagHold(tags: Readonly<Record<string, string>>, now: EpochMillis): TagHold | undefined {
  const value = Object.entries(tags).find(([name]) => name.toLowerCase() === holdTagName)?.[1];
  if (value === undefined || off.has(value.trim().toLowerCase())) {
    return undefined;
  }
  const text = value.replace(/\p{C}/gu, ' ').trim();
  const until = text
    .split(/[\s;,=]+/)
    .map((part) => epochOf(part))
    .find((instant) => instant !== undefined);
  if (until !== undefined && until <= now) {
    return undefined;
  }
  return until === undefined
    ? { text: `the tag ${holdTagName} is set and names no end: ${text}` }
    : { until, text: `the tag ${holdTagName} is set: ${text}` };
}

/** A value for the tag, which {@link tagHold} reads; tags have 256 characters at most. */
export function holdTagValue(hold: { readonly until: string; readonly by: string; readonly reason: string }): string {
  return `${hold.until} ${hold.by}: ${hold.reason}`.replace(/\p{C}/gu, ' ').slice(0, 256);
}

/** The tags that a sight holds, or why there are none. A resource that was not there when it was looked for may be new. */
export function tagsOf(sight: Sight): KnownTags {
  switch (sight.kind) {
    case 'seen':
      return { kind: 'known', tags: sight.resource.tags };
    case 'unseen':
      return { kind: 'unknown', reason: `the resource was in no list of ${sight.readAt}` };
    case 'unreadable':
      return { kind: 'unknown', reason: sight.reason };
  }
}
