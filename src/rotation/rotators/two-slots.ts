import { PermanentError } from '../../kernel/errors';
import type { ResourceId } from '../../kernel/resource-id';
import type { KeySlots } from '../../ports/credentials';
import type { Rotator } from './rotator';

/**
 * A resource with two keys. Consumers hold the key of one slot; the other slot gets a new key, consumers move there, and then the
 * first slot gets a new key that nobody holds. Both slots belong to Caretaker: whoever uses the idle one is cut off.
 *
 * A lost answer does no harm: in the idle slot and in the revoked one a key may be made twice, because nobody holds it.
 */
export function twoSlots(slots: KeySlots, resource: ResourceId, subject: string): Rotator {
  const keysOf = (abort: AbortSignal) => slots.keys(resource, abort);
  return {
    subjects: async () => [subject],
    async identify(value, { abort }) {
      const found = Object.entries(await keysOf(abort)).find(([, key]) => key.equals(value));
      return found?.[0] ?? null;
    },
    async issue(current, _expiresAt, { abort }) {
      const before = await keysOf(abort);
      const idle = Object.keys(before).find((slot) => slot !== current);
      if (idle === undefined || !Object.hasOwn(before, current)) {
        throw new PermanentError(
          'UnknownSlot',
          `${current} is no slot of ${resource}; it has ${Object.keys(before).join(', ')}`,
        );
      }
      await slots.regenerate(resource, idle, abort);
      const value = (await keysOf(abort))[idle];
      if (value === undefined) {
        throw new PermanentError('UnknownSlot', `${resource} no longer has the slot ${idle}`);
      }
      return { credential: idle, value };
    },
    test: ({ value }, { abort }) => slots.attempt(resource, value, abort),
    usage: async () => ({ kind: 'unknown' }),
    revoke: (credential, { abort }) => slots.regenerate(resource, credential, abort),
    // The key is in the idle slot, where the next rotation makes a new one.
    discard: async () => {},
  };
}
