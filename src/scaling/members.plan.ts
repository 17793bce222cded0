import type { Member } from './model';

/**
 * Who can go: first those that are no use anyway, then one after the other from the fullest zone, and there the newest.
 * Never a protected one, and never so that the zones differ by more than one where they did not before.
 */
export function dispensable(
  members: readonly Member[],
  zones: readonly string[],
  most: number,
): { readonly names: readonly string[]; readonly reason: string } {
  const staying = members.filter(({ state }) => state !== 'leaving');
  const count = new Map<string, number>(zones.map((zone) => [zone, 0]));
  for (const { zone } of staying) {
    count.set(zone ?? '', (count.get(zone ?? '') ?? 0) + 1);
  }
  const free = staying.filter((member) => !member.protected);
  const names: string[] = [];
  while (names.length < most) {
    const left = free.filter(({ name }) => !names.includes(name));
    const fullest = Math.max(...[...count.values()]);
    const emptiest = Math.min(...[...count.values()]);
    const allowed = left.filter(({ zone }) => {
      const here = count.get(zone ?? '') ?? 0;
      // Leaving a zone that is not the fullest must not pull the zones apart.
      return here === fullest || fullest - Math.min(emptiest, here - 1) <= 1;
    });
    const next = allowed.toSorted(
      (a, b) =>
        Number(a.healthy) - Number(b.healthy) ||
        (count.get(b.zone ?? '') ?? 0) - (count.get(a.zone ?? '') ?? 0) ||
        (b.createdAt ?? 0) - (a.createdAt ?? 0) ||
        (a.name < b.name ? -1 : 1),
    )[0];
    if (next === undefined) {
      break;
    }
    names.push(next.name);
    count.set(next.zone ?? '', (count.get(next.zone ?? '') ?? 0) - 1);
  }
  const guarded = staying.length - free.length;
  const reason =
    free.length === 0
      ? `all ${guarded} are protected`
      : 'removing any that is not protected would pull the zones apart';
  return { names, reason };
}
