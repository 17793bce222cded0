/** Keys that reach an object's prototype when a document is merged carelessly. */
const pollutingKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** A document nested deeper than any we take; beyond it reading would cost more than it could tell. */
export const maximumDepth = 64;

/**
 * Finds the first key that could pollute a prototype, or a nesting deeper than {@link maximumDepth}.
 * Returns the path of what it found, or `undefined` for a clean document. Never recurses deeper than the limit.
 */
export function findUnsafePath(value: unknown, path = '', depth = 0): string | undefined {
  if (value === null || typeof value !== 'object') {
    return undefined;
  }
  if (depth > maximumDepth) {
    return path;
  }
  for (const key of Object.keys(value)) {
    const here = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    if (pollutingKeys.has(key)) {
      return here;
    }
    const found = findUnsafePath((value as Record<string, unknown>)[key], here, depth + 1);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
