import type { EpochMillis } from '../kernel/clock';
import { sha256 } from '../kernel/hash';

/**
 * The part of a path that stands for an id. Ids made of letters, digits, `.`, `_` and `-` stand for themselves; others are hashed,
 * so that no id reaches into another folder and no two ids meet. The document itself carries the id.
 */
export function documentName(id: string): string {
  return /^(?!x-)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?$/.test(id) ? id : `x-${sha256(id)}`;
}

/** The latest instant that a JavaScript date can hold, in milliseconds. */
const endOfTime = 8_640_000_000_000_000;

/** A name that sorts before those of all earlier instants: a storage that lists in ascending order then lists newest first. */
export function newestFirstName(instant: EpochMillis, id: string): string {
  return `${String(endOfTime - instant).padStart(16, '0')}_${documentName(id)}`;
}

/** The id's part of a name made by {@link newestFirstName}. */
export function namedIn(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.slice(name.indexOf('_') + 1);
}
