/** A person as the API names one, `Ava Approver (object id)`, without the id; what is no such text stays as it is. */
export function personName(text: string): string {
  return text.replace(/\s*\([0-9a-f-]{36}\)$/i, '');
}

/** A text in which people are named with their ids, without the ids. */
export function withoutIds(text: string): string {
  return text.replace(/\s*\([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\)/gi, '');
}

/** An app role without the application's name. */
export const roleName = (role: string): string => role.replace(/^Caretaker\./, '');

/** Names as one reads them out: `a, b or c`. */
export function listText(names: readonly string[], joint: 'and' | 'or'): string {
  return names.length < 2
    ? (names[0] ?? '')
    : `${names.slice(0, -1).join(', ')} ${joint} ${names[names.length - 1] ?? ''}`;
}
