import type { ResourceId } from '../kernel/resource-id';
import type { Action } from './model';

/**
 * Actions as they are stored. The whole state is read and written at every operation, and actions are most of it: what they
 * have in common is written once. `rows` holds seven values for each action, one action after the other: index of the target's
 * prefix, rest of the target, indexes of runbook and rule in `words`, when (milliseconds since the epoch), whose, acted (0 or 1).
 */
export interface StoredActions {
  readonly prefixes: readonly string[];
  readonly words: readonly string[];
  readonly rows: readonly (string | number)[];
}

const columns = 7;

/** Gives each text an index at its first sight. */
function indexer(): { readonly texts: string[]; readonly of: (text: string) => number } {
  const texts: string[] = [];
  const known = new Map<string, number>();
  return {
    texts,
    of: (text) => {
      const found = known.get(text);
      if (found !== undefined) {
        return found;
      }
      known.set(text, texts.length);
      return texts.push(text) - 1;
    },
  };
}

/** The stored form; {@link unpackActions} gives the same actions back. */
export function packActions(actions: readonly Action[]): StoredActions {
  const prefixes = indexer();
  const words = indexer();
  const rows: (string | number)[] = [];
  for (const { target, runbook, rule, at, holder, acted } of actions) {
    const cut = target.lastIndexOf('/') + 1;
    const prefix = prefixes.of(target.slice(0, cut));
    rows.push(prefix, target.slice(cut), words.of(runbook), words.of(rule), at, holder, acted ? 1 : 0);
  }
  return { prefixes: prefixes.texts, words: words.texts, rows };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string');

/** Whether a value is actions in their stored form, every one of them. By hand: this is most of the work of reading a state. */
export function isStoredActions(value: unknown): value is StoredActions {
  if (value === null || typeof value !== 'object') {
    return false;
  }
  const { prefixes, words, rows } = value as Record<string, unknown>;
  if (!isTexts(prefixes) || !isTexts(words) || !Array.isArray(rows) || rows.length % columns !== 0) {
    return false;
  }
  const isIndex = (entry: unknown, texts: readonly string[]): boolean =>
    typeof entry === 'number' && texts[entry] !== undefined;
  for (let row = 0; row < rows.length; row += columns) {
    const isWhole =
      isIndex(rows[row], prefixes) &&
      typeof rows[row + 1] === 'string' &&
      isIndex(rows[row + 2], words) &&
      isIndex(rows[row + 3], words) &&
      Number.isFinite(rows[row + 4]) &&
      typeof rows[row + 5] === 'string' &&
      (rows[row + 6] === 0 || rows[row + 6] === 1);
    if (!isWhole) {
      return false;
    }
  }
  return true;
}

/** The actions of their stored form. */
export function unpackActions({ prefixes, words, rows }: StoredActions): Action[] {
  const actions: Action[] = [];
  for (let row = 0; row < rows.length; row += columns) {
    actions.push({
      holder: rows[row + 5] as string,
      // Checked when the action was let through.
      target: `${prefixes[rows[row] as number]}${rows[row + 1]}` as ResourceId,
      runbook: words[rows[row + 2] as number] as string,
      rule: words[rows[row + 3] as number] as string,
      at: rows[row + 4] as number,
      acted: rows[row + 6] === 1,
    });
  }
  return actions;
}
