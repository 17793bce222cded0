/**
 * Joins the newest page of a list, read again, to what was loaded before: an item that is in both is the newer one's. `hasGap` when
 * the two have nothing in common, so that something between them may be missing.
 */
export function withNewest<Item>(
  newest: readonly Item[],
  loaded: readonly Item[],
  keyOf: (item: Item) => string,
): { readonly items: readonly Item[]; readonly hasGap: boolean } {
  if (newest.length === 0) return { items: loaded, hasGap: false };
  const keys = new Set(newest.map(keyOf));
  const rest = loaded.filter((item) => !keys.has(keyOf(item)));
  const hasGap = loaded.length > 0 && rest.length === loaded.length;
  return { items: [...newest, ...rest], hasGap };
}
