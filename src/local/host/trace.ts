import { randomHex, type Random } from './random';

const TRACE_PARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A W3C `traceparent` for a new span: in the caller's trace when it sent one, else in a new trace. */
export function childTrace(parent: string | undefined, random: Random): string {
  const found = parent === undefined ? null : TRACE_PARENT.exec(parent);
  const traceId = found?.[1] ?? randomHex(random, 32);
  return `00-${traceId}-${randomHex(random, 16)}-${found?.[3] ?? '01'}`;
}

/** One finished span, in the terms of OpenTelemetry. */
export interface HostSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** Epoch milliseconds by the host's clock. */
  readonly startedAt: number;
  /** Epoch milliseconds by the host's clock. */
  readonly endedAt: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A span with the ids of its own `traceparent` and, when it has one, of its parent's. */
export function spanOf(
  own: string,
  parent: string | undefined,
  fields: Omit<HostSpan, 'traceId' | 'spanId' | 'parentSpanId'>,
): HostSpan {
  const [, traceId = '', spanId = ''] = own.split('-');
  const parentSpanId = parent === undefined ? undefined : TRACE_PARENT.exec(parent)?.[2];
  return { traceId, spanId, ...(parentSpanId === undefined ? {} : { parentSpanId }), ...fields };
}
