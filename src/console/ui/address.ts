import { useSearchParams } from 'wouter-preact';

/**
 * Filters that are kept in the address, so that it can be sent to somebody: what they are, how to set one, and how to set several at
 * once. An empty one is not in the address; what else is there stays. No entry is added to the browser's history.
 */
export function useFilters<Name extends string>(
  ...names: readonly Name[]
): readonly [
  Readonly<Record<Name, string>>,
  (name: Name, value: string) => void,
  (changes: Readonly<Partial<Record<Name, string>>>) => void,
] {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<Name, string>;
  const setAll = (changes: Readonly<Partial<Record<Name, string>>>): void =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries<string | undefined>(changes)) {
          if (value === undefined || value === '') next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace: true },
    );
  const set = (name: Name, value: string): void => setAll({ [name]: value } as Partial<Record<Name, string>>);
  return [values, set, setAll];
}
