import { z } from 'zod';
import { isoOf, type EpochMillis, type Iso8601 } from '../kernel/clock';
import { formatDuration } from '../kernel/duration';
import { instantSchema } from '../kernel/schemas';
import type { ResourceIdParts } from '../kernel/resource-id';
import type { Signal } from '../signal';
import type { Dedupe } from './model';

/**
 * What is remembered of one rule's window for one key. Durable state: every field added later needs a default.
 * `Carried` is what is kept of the signal that was taken, so that another can finish what its own taking left undone.
 */
export const windowSchema = z.strictObject({
  version: z.literal(1),
  rule: z.string(),
  key: z.record(z.string(), z.string()),
  /** The signal that was taken last, and until when it stands for the others. */
  taken: z
    .strictObject({ signalId: z.string(), at: instantSchema, until: instantSchema, carried: z.json() })
    .nullable(),
  /** Signals that were counted and are not enough yet; at most as many as the threshold. */
  counted: z.array(z.strictObject({ signalId: z.string(), at: instantSchema })).max(1000),
});
export type Window = z.infer<typeof windowSchema>;

/** What a window said to a signal, as it stands in the decision record. */
export const admissionSchema = z.strictObject({
  take: z.enum(['once-within', 'once-after', 'accumulate-within']),
  key: z.record(z.string(), z.string()),
  /** `taken`: what the rule says is done. `waits`: it is done at `until`. `held`: nothing is done because of this signal. */
  answer: z.enum(['taken', 'waits', 'held']),
  /** The signal that stands for this one; null when there is none, as while signals are counted. */
  against: z.string().nullable(),
  until: instantSchema.nullable(),
  /** The signals that were counted with this one, itself included, oldest first. */
  counted: z.array(z.string()).default([]),
  reason: z.string(),
});
export type Admission = z.infer<typeof admissionSchema>;

/** The values of a signal that a window is kept for. */
export function dedupeKey(dedupe: Dedupe, signal: Signal, parts: ResourceIdParts | undefined): Window['key'] {
  const values = {
    resource: signal.target.toLowerCase(),
    resourceGroup: `${parts?.subscriptionId ?? ''}/${parts?.resourceGroup ?? ''}`.toLowerCase(),
    alertRule: signal.rule.toLowerCase(),
    rule: 'all',
  };
  return Object.fromEntries(dedupe.by.map((name) => [name, values[name]]));
}

/**
 * Decides whether a signal is taken, from what its window remembers. Pure and idempotent: the signal that was taken is told so again, and one that was
 * counted is not counted twice. `next` is what to remember; absent when that is unchanged. Its `taken.carried` is null: whoever
 * stores it fills it in.
 */
export function admit(
  window: Window | undefined,
  about: { readonly rule: string; readonly dedupe: Dedupe; readonly key: Window['key']; readonly signalId: string },
  now: EpochMillis,
): { readonly admission: Admission; readonly next?: Window } {
  const { rule, dedupe, key, signalId } = about;
  const { take, threshold = 2 } = dedupe;
  const length = formatDuration(dedupe.window);
  const by = dedupe.by.join(' and ');
  const until = isoOf((now + dedupe.window * 1000) as EpochMillis);
  const state: Window = window ?? { version: 1, rule, key, taken: null, counted: [] };
  const { taken } = state;
  const basis = { take, key, against: null, until: null, counted: [] };
  const takenNow = (at: Iso8601, end: Iso8601): Admission => ({
    ...basis,
    answer: take === 'once-after' ? 'waits' : 'taken',
    until: end,
    reason:
      take === 'once-after'
        ? `rule "${rule}" waits ${length} after the first signal by ${by}: this one came at ${at} and is acted on at ${end}, unless it is resolved by then`
        : `rule "${rule}" takes one signal within ${length} by ${by}: this is the one until ${end}`,
  });

  if (take === 'accumulate-within') {
    const enough = (ids: readonly string[]): Admission => ({
      ...basis,
      answer: 'taken',
      counted: [...ids],
      reason: `rule "${rule}" acts on ${threshold} signals within ${length} by ${by}: this is number ${threshold}`,
    });
    if (taken?.signalId === signalId) {
      return { admission: enough([signalId]) };
    }
    const live = state.counted.filter(({ at }) => Date.parse(at) > now - dedupe.window * 1000);
    const known = live.findIndex((one) => one.signalId === signalId);
    const counted = known >= 0 ? live : [...live, { signalId, at: isoOf(now) }];
    const ids = counted.map((one) => one.signalId);
    if (known < 0 && counted.length >= threshold) {
      return {
        admission: enough(ids),
        next: { ...state, taken: { signalId, at: isoOf(now), until: isoOf(now), carried: null }, counted: [] },
      };
    }
    const number = known >= 0 ? known + 1 : counted.length;
    const admission: Admission = {
      ...basis,
      answer: 'held',
      counted: ids.slice(0, number),
      reason: `rule "${rule}" acts on ${threshold} signals within ${length} by ${by}: this is number ${number}`,
    };
    return known >= 0 ? { admission } : { admission, next: { ...state, counted } };
  }

  if (taken?.signalId === signalId) {
    return { admission: takenNow(taken.at, taken.until) };
  }
  if (taken !== null && now < Date.parse(taken.until)) {
    return {
      admission: {
        ...basis,
        answer: 'held',
        against: taken.signalId,
        until: taken.until,
        reason: `rule "${rule}" takes one signal within ${length} by ${by}: signal ${taken.signalId} came at ${taken.at} and stands for it until ${taken.until}`,
      },
    };
  }
  return {
    admission: takenNow(isoOf(now), until),
    next: { ...state, taken: { signalId, at: isoOf(now), until, carried: null }, counted: [] },
  };
}
