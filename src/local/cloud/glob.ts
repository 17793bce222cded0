/**
 * Matches a name against a pattern in which `*` stands for any text, `/` included, ignoring case: how role definitions
 * write actions (`Microsoft.Compute/virtualMachines/*`).
 */
export function matchesGlob(pattern: string, value: string): boolean {
  const source = pattern
    .split(/\*+/)
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`, 'is').test(value);
}
