const two = (number: number): string => String(number).padStart(2, '0');

/** An instant as a field of type `datetime-local` takes it, in a zone. Epoch milliseconds; empty for none. */
export function fieldOfInstant(at: number, zone: 'local' | 'utc'): string {
  if (Number.isNaN(at)) return '';
  const date = new Date(at);
  if (zone === 'utc') return date.toISOString().slice(0, 19);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The instant that such a field holds, as the API takes it; undefined when it is none. */
export function instantOfField(text: string, zone: 'local' | 'utc'): string | undefined {
  const match = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/.exec(text);
  const date = new Date(match === null ? Number.NaN : zone === 'utc' ? `${text}Z` : text);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
