import { isoOf, type EpochMillis } from '../kernel/clock';
import { formatDuration, type Seconds } from '../kernel/duration';
import type { Answer, Check, Lease, Reason } from './model';

/** Milliseconds since the epoch of an instant as the state keeps it. */
export function epoch(text: string): number {
  return Date.parse(text);
}

/** A length of time for people, rounded up to the second. */
export function span(milliseconds: number): string {
  return formatDuration(Math.ceil(milliseconds / 1000) as Seconds);
}

/** A reason, with its text cut to what the schema takes: the parts it is made of may each be long. */
export function because(check: Check, answer: Answer, text: string, retryAt?: number): Reason {
  const short = text.length > 1024 ? `${text.slice(0, 1023)}…` : text;
  return { check, answer, text: short, ...(retryAt === undefined ? {} : { retryAt: isoOf(retryAt as EpochMillis) }) };
}

/** Whether a lease holds at that time. */
export function isLive(lease: Lease | undefined, now: number): lease is Lease {
  return lease !== undefined && epoch(lease.expiresAt) > now;
}
