/**
 * The value of a fact as text. Measurements are shown with four digits, which is more than they are good for; nothing is shown for
 * what is not there.
 */
export function factText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return JSON.stringify(value);
}
