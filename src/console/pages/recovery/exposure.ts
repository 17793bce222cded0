/** Steps of the scale, by share of the objective in percent. Lightness falls from step to step, so the order is seen without colour. */
export const levels = [
  { upTo: 25, text: 'up to a quarter of the objective' },
  { upTo: 50, text: 'up to half' },
  { upTo: 75, text: 'up to three quarters' },
  { upTo: 100, text: 'up to the objective' },
  { upTo: Number.POSITIVE_INFINITY, text: 'beyond the objective' },
] as const;

export const breachLevel = levels.length - 1;

/** The step of a share; null where nothing is known. */
export function levelOf(percent: number | null): number | null {
  if (percent === null) return null;
  const found = levels.findIndex(({ upTo }) => percent <= upTo);
  return found === -1 ? breachLevel : found;
}

/** A share in words: the colour's meaning for those who do not see it. */
export function shareText(percent: number | null): string {
  if (percent === null) return 'not looked at';
  return percent > 100 ? `${percent} % of the objective: broken` : `${percent} % of the objective`;
}

/** A line of the map: the heading of a tier, or a resource with its columns. */
export type MapLine =
  | { readonly kind: 'tier'; readonly tier: string; readonly count: number }
  | {
      readonly kind: 'resource';
      readonly resource: string;
      readonly tier: string;
      readonly percent: readonly (number | null)[];
    };

/** Rows under headings of their tiers, in the order given. A resource that comes twice (pages that overlap) is shown once. */
export function linesOf(
  rows: readonly { readonly resource: string; readonly tier: string; readonly percent: readonly (number | null)[] }[],
): readonly MapLine[] {
  const seen = new Set<string>();
  const byTier = new Map<string, (typeof rows)[number][]>();
  for (const row of rows) {
    if (seen.has(row.resource)) continue;
    seen.add(row.resource);
    const own = byTier.get(row.tier);
    if (own === undefined) byTier.set(row.tier, [row]);
    else own.push(row);
  }
  return [...byTier].flatMap(([tier, own]): MapLine[] => [
    { kind: 'tier', tier, count: own.length },
    ...own.map((row): MapLine => ({ kind: 'resource', ...row })),
  ]);
}

/** What a row says in one sentence: its peak, and in how many columns the objective was broken. */
export function rowText(percent: readonly (number | null)[]): string {
  const known = percent.filter((one) => one !== null);
  if (known.length === 0) return 'not looked at in this time';
  const broken = known.filter((one) => one > 100).length;
  return `peak ${Math.max(...known)} % of the objective, ${broken === 0 ? 'never broken' : `broken in ${broken} of ${known.length} columns`}`;
}

/** The time of a column, epoch milliseconds. */
export function columnTimes(
  from: string,
  bucketSeconds: number,
  column: number,
): { readonly since: number; readonly until: number } {
  const since = Date.parse(from) + column * bucketSeconds * 1000;
  return { since, until: since + bucketSeconds * 1000 };
}

/** Where labels stand below the columns: at most so many, evenly apart, ending with the last column. */
export function labelColumns(columns: number, most: number): readonly number[] {
  if (columns <= 0 || most <= 0) return [];
  const apart = Math.max(1, Math.ceil(columns / most));
  return Array.from({ length: Math.ceil(columns / apart) }, (_, index) => columns - 1 - index * apart).reverse();
}
