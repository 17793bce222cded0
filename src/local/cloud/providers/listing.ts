import { badRequest } from '../errors';
import type { ArmAnswer, ArmCall } from '../router';

/** One page of a list, with `nextLink` when there is more. The skip token is opaque to callers. */
export function page<T>(call: ArmCall, pageSize: number, items: readonly T[], show: (item: T) => unknown): ArmAnswer {
  const token = call.query.get('$skiptoken');
  const from = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (!Number.isSafeInteger(from) || from < 0) {
    throw badRequest('InvalidSkipToken', `The skip token '${token}' is not valid.`);
  }
  const value = items.slice(from, from + pageSize).map(show);
  const end = from + pageSize;
  if (end >= items.length) return { status: 200, body: { value } };
  const query = new URLSearchParams(call.query);
  query.set('$skiptoken', Buffer.from(String(end)).toString('base64url'));
  return { status: 200, body: { value, nextLink: `${call.origin}${call.path}?${query.toString()}` } };
}
