import { z } from 'zod';
import type { Locks } from '../../ports/locks';
import { readAs, type ArmRequests } from './arm-requests';

const version = '2020-05-01';

const locksSchema = z.object({
  value: z.array(z.object({ name: z.string(), properties: z.object({ level: z.string() }) })),
});

/** Management locks of a resource and of what it is in. */
export function createAzureLocks(options: { readonly arm: ArmRequests }): Locks {
  return {
    async over(id, abort) {
      const body = await options.arm.read(`${id}/providers/Microsoft.Authorization/locks`, version, abort);
      return (readAs(locksSchema, body)?.value ?? []).map(({ name, properties }) => ({
        name,
        forbids: properties.level.toLowerCase() === 'readonly' ? ('write' as const) : ('delete' as const),
      }));
    },
  };
}
