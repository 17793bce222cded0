import { z } from 'zod';
import type { ScalingState } from './model';

/** A run that nobody knows anything of after so long was never started. */
const lostAfterMillis = 120_000;
/** After a change that came to nothing: two minutes, and twice as long each time, up to half an hour. */
const firstRetryMillis = 120_000;
const longestRetryMillis = 1_800_000;

const reportSchema = z.looseObject({
  finishedAt: z.string(),
  runbook: z.string(),
  result: z.looseObject({ kind: z.string(), outcome: z.string().optional(), why: z.string().optional() }),
  plan: z.looseObject({ before: z.looseObject({ capacity: z.unknown(), wanted: z.unknown() }).optional() }).nullish(),
});

/**
 * What is remembered once the pending change is over: when something was changed, and when to try again if it came to nothing. A
 * change that found its decision void is no failure: the next look decides anew.
 */
export function settled(state: ScalingState, report: unknown, status: string | undefined, now: number): ScalingState {
  const { pending } = state;
  if (pending === null) {
    return state;
  }
  const parsed = reportSchema.safeParse(report);
  if (!parsed.success) {
    const isOver = status === undefined || ['Completed', 'Failed', 'Terminated', 'Canceled'].includes(status);
    return isOver && now - pending.at > lostAfterMillis ? failed({ ...state, pending: null }, now) : state;
  }
  const { result, finishedAt, plan, runbook } = parsed.data;
  const at = Date.parse(finishedAt);
  const over = { ...state, pending: null };
  if (result.kind !== 'applied') {
    const isVoid = result.why === 'impossible' || result.why === 'nothing-to-do';
    return isVoid ? { ...over, failures: 0, retryAt: null } : failed(over, at);
  }
  const { capacity, wanted } = plan?.before ?? {};
  const isAddition = typeof capacity === 'number' ? capacity < Number(wanted) : runbook === 'scale-cache';
  const changed = { ...over, changedAt: at, ...(isAddition ? { addedAt: at } : {}) };
  return result.outcome === 'verified' ? { ...changed, failures: 0, retryAt: null } : failed(changed, at);
}

function failed(state: ScalingState, at: number): ScalingState {
  const wait = Math.min(longestRetryMillis, firstRetryMillis * 2 ** state.failures);
  return { ...state, failures: state.failures + 1, retryAt: at + wait };
}
