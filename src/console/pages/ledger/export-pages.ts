/** The ledger as a file, put together from pages. Pure but for the reading, which is given. */

export type ExportFormat = 'ndjson' | 'json';

/** One page: entries as JSON, one a line, and what leads to the next; undefined at the end. */
export interface ExportPage {
  readonly text: string;
  readonly next: string | undefined;
}

export interface ExportProgress {
  readonly entries: number;
  readonly pages: number;
  /** Characters so far. */
  readonly size: number;
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/**
 * Reads page after page and gives the parts of the file in their order. `read` gets what the page before gave as its next. Ends with what
 * `read` throws; the parts are lost then.
 */
export async function exportedParts(
  format: ExportFormat,
  read: (after: string | undefined) => Promise<ExportPage>,
  tell: (progress: ExportProgress) => void,
): Promise<readonly string[]> {
  const parts: string[] = format === 'json' ? ['['] : [];
  let [entries, pages, size] = [0, 0, 0];
  let after: string | undefined;
  do {
    const { text, next } = await read(after);
    const lines = linesOf(text);
    const separator = entries === 0 ? '\n' : ',\n';
    const part =
      lines.length === 0 ? '' : format === 'json' ? `${separator}${lines.join(',\n')}` : `${lines.join('\n')}\n`;
    parts.push(part);
    entries += lines.length;
    pages += 1;
    size += part.length;
    tell({ entries, pages, size });
    if (next !== undefined && next === after) throw new Error(`the export does not get beyond entry ${next}`);
    after = next;
  } while (after !== undefined);
  return format === 'json' ? [...parts, '\n]\n'] : parts;
}

/** A name for the file that says what is in it. */
export function exportName(
  environment: string | undefined,
  format: ExportFormat,
  { since, until }: { readonly since: string; readonly until: string },
): string {
  const day = (at: string): string => at.slice(0, 16).replace(/[:T]/g, '-');
  return [
    'ledger',
    environment,
    since === '' ? undefined : `since-${day(since)}`,
    until === '' ? undefined : `until-${day(until)}`,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('-')
    .concat(`.${format}`);
}
