import { timingSafeEqual } from 'node:crypto';
import type { HostKeys } from '../api';
import type { HostRequest } from './message';

/** The key that a request carries: header `x-functions-key`, else query parameter `code`. */
function presentedKey(request: HostRequest): string | undefined {
  return request.headers['x-functions-key'] ?? request.url.searchParams.get('code') ?? undefined;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Whether the request's key is one of these. */
export function hasKey(request: HostRequest, ...accepted: readonly string[]): boolean {
  const key = presentedKey(request);
  return key !== undefined && accepted.some((candidate) => same(key, candidate));
}

/** Whether the request may call a function of this level. */
export function isAuthorized(request: HostRequest, level: string, keys: HostKeys): boolean {
  switch (level.toLowerCase()) {
    case 'anonymous':
      return true;
    case 'function':
      return hasKey(request, keys.default, keys.master);
    default:
      return hasKey(request, keys.master);
  }
}
