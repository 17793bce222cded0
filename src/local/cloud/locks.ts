import { ArmError } from './errors';
import { sameId, withinScope } from './resource-id';
import type { LockState } from './resource-model';

/** Management locks: what is locked holds for everything within. */
export interface Locks {
  add(lock: LockState): void;
  remove(scope: string): void;
  /** The locks that hold for a resource, from wherever they come. */
  over(id: string): LockState[];
  /** Throws what ARM answers when a lock stands in the way of a call. */
  check(method: string, id: string): void;
}

export function createLocks(): Locks {
  let locks: LockState[] = [];
  const over = (id: string): LockState[] => locks.filter(({ scope }) => withinScope(id, scope));
  return {
    add: (lock) => void locks.push({ ...lock }),
    remove(scope) {
      locks = locks.filter((each) => !sameId(each.scope, scope));
    },
    over,
    check(method, id) {
      if (method === 'GET') return;
      const standing = over(id).find(({ level }) => level === 'ReadOnly' || method === 'DELETE');
      if (standing === undefined) return;
      throw new ArmError(
        409,
        'ScopeLocked',
        `The scope '${id}' cannot perform ${method === 'DELETE' ? 'delete' : 'write'} operation because following scope(s) ` +
          `are locked: '${standing.scope}'. Please remove the lock and try again.`,
      );
    },
  };
}
