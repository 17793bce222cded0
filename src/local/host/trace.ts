import { randomHex, type Random } from './random';

const TRACE_PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A W3C `traceparent` for a new span: in the caller's trace when it sent one, else in a new trace. */
export function childTrace(parent: string | undefined, random: Random): string {
  const found = parent === undefined ? null : TRACE_PARENT.exec(parent);
  const traceId = found?.[1] ?? randomHex(random, 32);
  return `00-${traceId}-${randomHex(random, 16)}-${found?.[3] ?? '01'}`;
}
