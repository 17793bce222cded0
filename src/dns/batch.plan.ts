import type { Change } from './model';

/** Changes in one batch on Cloudflare's plans. Source: Cloudflare, "Batch record changes". */
export const batchSizes = { free: 200, paid: 3500 } as const;

/** Changes that belong into one transaction because they are about one name. */
interface Group {
  readonly changes: readonly Change[];
  readonly rank: number;
}

const nameOf = (change: Change): string => (change.kind === 'delete' ? change.before.name : change.record.name);

/** What only adds goes first and what only takes away goes last, so that a change set that is cut off in between leaves too much and not too little. */
function rankOf(changes: readonly Change[]): number {
  const kinds = new Set(changes.map(({ kind }) => kind));
  if (kinds.has('delete')) {
    return kinds.size === 1 ? 3 : 2;
  }
  return kinds.has('update') ? 1 : 0;
}

/**
 * Splits a change set into batches that are carried out one after the other. A name is never torn apart: a CNAME that makes way
 * for addresses does so within one transaction. Pure.
 * @throws never: a name with more changes than a batch takes gets batches of its own, what adds before what takes away.
 */
export function batchesOf(changes: readonly Change[], size: number): readonly (readonly Change[])[] {
  const byName = new Map<string, Change[]>();
  for (const change of changes) {
    const group = byName.get(nameOf(change)) ?? [];
    group.push(change);
    byName.set(nameOf(change), group);
  }
  const groups: Group[] = [...byName.values()].flatMap((group) =>
    group.length <= size
      ? [{ changes: group, rank: rankOf(group) }]
      : chunks(group, size).map((part) => ({ changes: part, rank: rankOf(part) })),
  );
  const batches: Change[][] = [];
  for (let rank = 0; rank <= 3; rank += 1) {
    for (const group of groups.filter((one) => one.rank === rank)) {
      const last = batches.at(-1);
      if (last !== undefined && last.length + group.changes.length <= size) {
        last.push(...group.changes);
      } else {
        batches.push([...group.changes]);
      }
    }
  }
  return batches;
}

function chunks(changes: readonly Change[], size: number): Change[][] {
  const order: Readonly<Record<Change['kind'], number>> = { create: 0, update: 1, delete: 2 };
  const sorted = [...changes].sort((left, right) => order[left.kind] - order[right.kind]);
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, index) =>
    sorted.slice(index * size, (index + 1) * size),
  );
}
