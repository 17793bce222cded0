import type { ResourceId } from '../kernel/resource-id';
import type { DiskShape, Restoring } from '../ports/restoring';
import { inTurn } from './catalogue';
import type { RecoveryPoint } from './model';

/** What the parts of a point look like on the platform, by snapshot, in every region it is in. Those that are gone are left out. */
export async function sourcesOf(
  restoring: Restoring,
  point: RecoveryPoint,
  abort: AbortSignal,
): Promise<Map<ResourceId, DiskShape>> {
  const ids = [
    ...point.parts.map(({ snapshot }) => snapshot),
    ...point.copies.flatMap(({ state, parts }) => (state === 'complete' ? parts.map(({ snapshot }) => snapshot) : [])),
  ];
  const found = await inTurn(ids, (id) => restoring.disk(id, abort));
  return new Map(found.flatMap((shape, index) => (shape === undefined ? [] : [[ids[index] as ResourceId, shape]])));
}
