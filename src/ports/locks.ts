import type { ResourceId } from '../kernel/resource-id';

/** A lock that somebody put on a resource or on what it is in. */
export interface Lock {
  readonly name: string;
  /** `delete`: nothing in its scope may be deleted; `write`: nothing may be changed either. */
  readonly forbids: 'delete' | 'write';
}

/** Locks of the platform. Read only: nobody's lock is ever taken away. */
export interface Locks {
  /** The locks that hold for a resource, wherever they come from. Throws as every port does. */
  over(id: ResourceId, abort: AbortSignal): Promise<readonly Lock[]>;
}
