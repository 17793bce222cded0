/** Number of single-character edits between two texts (insert, remove, replace, swap neighbours). */
function distance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, j) => j);
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1];
      let best = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] as number) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[right.length] as number;
}

/**
 * What was probably meant by a name that is not known: the nearest of the candidates, when it is near enough to be a slip.
 * Capitals, hyphens and underscores count for nothing, so `resource_group` means `resourceGroup`.
 */
export function meant(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > 80) {
    return undefined;
  }
  const plain = (text: string): string => text.toLowerCase().replace(/[-_\s]/g, '');
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: { readonly candidate: string; readonly away: number } | undefined;
  for (const candidate of candidates) {
    const away = distance(plain(name), plain(candidate));
    if (away <= limit && (best === undefined || away < best.away)) {
      best = { candidate, away };
    }
  }
  return best?.candidate;
}
