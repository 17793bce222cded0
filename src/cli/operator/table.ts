/** A cell as a terminal may show it: no control characters, which could move the cursor or worse, and not too long. */
function cellOf(value: string | undefined, widest: number): string {
  const text = (value ?? '-').replace(/\p{C}/gu, ' ').trim();
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
}

/** Rows below their headings, in columns. The last column may be wide. Ends with a line break. */
export function table(headings: readonly string[], rows: readonly (readonly (string | undefined)[])[]): string {
  const cells = [
    headings.map((heading) => heading.toUpperCase()),
    ...rows.map((row) => row.map((value, index) => cellOf(value, index === headings.length - 1 ? 160 : 60))),
  ];
  const widths = headings.map((_, index) => Math.max(...cells.map((row) => (row[index] ?? '').length)));
  return cells
    .map((row) =>
      row
        .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** The last part of a resource id, which is what people call it. */
export const shortName = (resourceId: string): string => resourceId.split('/').at(-1) ?? resourceId;
