import { z } from 'zod';
import { InvariantError } from '../kernel/errors';
import type { ResourceId } from '../kernel/resource-id';
import { diskChangeSchema, type DiskChange, type GrowingDisks } from '../ports/growing-disks';
import type { GuestScripts } from '../ports/guest-scripts';
import type { Subject } from '../ports/operations';
import type { ExpandedSighting } from './expand-disk';
import { nameOnMachine, scriptOf } from './scripts';

const growSchema = z.object({
  effect: z.literal('grow-file-system'),
  machine: z.string(),
  lun: z.string(),
  sizeGb: z.number(),
});
export const expansionSchema = z.discriminatedUnion('effect', [diskChangeSchema, growSchema]);
type Expansion = DiskChange | z.infer<typeof growSchema>;

/** Disks that grow together with the file system on them. */
export function expandedDisks(disks: GrowingDisks, scripts: GuestScripts): Subject<ExpandedSighting, Expansion> {
  const script = nameOnMachine('grow-file-system');
  return {
    async observe(id, abort, before) {
      const machine = before?.['machine'];
      const [disk, run] = await Promise.all([
        disks.observe(id, abort, before),
        typeof machine === 'string' ? scripts.read(machine as ResourceId, script, abort) : undefined,
      ]);
      return { disk, run: run ?? null };
    },
    start(id, change, requestId, abort) {
      if (change.effect === 'expand') {
        return disks.start(id, change, requestId, abort);
      }
      const found = scriptOf('grow-file-system', { lun: change.lun, sizeGb: String(change.sizeGb) });
      if (found === undefined) {
        throw new InvariantError('there is no script that grows file systems');
      }
      return scripts.start(change.machine as ResourceId, found, requestId, abort);
    },
    poll: (id, ticket, abort) =>
      ticket.operation === script ? scripts.poll(id, ticket, abort) : disks.poll(id, ticket, abort),
  };
}
