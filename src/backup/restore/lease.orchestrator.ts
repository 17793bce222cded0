import { EntityId } from 'durable-functions';
import {
  guardEntityName,
  guardOperations,
  verdictSchema,
  type Check,
  type GuardRequest,
  type Verdict,
} from '../../guard/model';
import type { DurableContext, Steps } from '../../kernel/activity';
import { fromNow, sleep } from '../../kernel/waiting';
import type { HeldLease } from './stages.orchestrator';

export type Leased =
  { readonly kind: 'go'; readonly held: HeldLease } | { readonly kind: 'no'; readonly reasons: readonly string[] };

/** What the guard said against it, in its own words. */
export function obstaclesOf({ answer, reasons }: Verdict): string[] {
  const found = reasons.filter((one) => one.answer === answer).map(({ check, text }) => `${check}: ${text}`);
  return found.length === 0 ? [answer] : found;
}

/** Checks that want a person's yes, and why. Changes nothing in the guard. */
export function* consider(
  df: DurableContext,
  guard: string,
  request: GuardRequest,
): Steps<{ readonly checks: readonly Check[]; readonly reasons: readonly string[] }> {
  const entity = new EntityId(guardEntityName, guard);
  const verdict = verdictSchema.parse(yield df.callEntity(entity, guardOperations.consider, request));
  const asking = verdict.reasons.filter(({ answer }) => answer === 'ask');
  return {
    checks: [...new Set(asking.map(({ check }) => check))],
    reasons: asking.map(({ check, text }) => `the guard wants a person for ${check}: ${text}`),
  };
}

/** Asks the guard until it gives the lease, or says no, or patience is over. */
export function* takeLease(
  df: DurableContext,
  guard: string,
  request: Omit<GuardRequest, 'giveUpAt'>,
  patienceSeconds: number,
): Steps<Leased> {
  const giveUpAt = fromNow(df, patienceSeconds);
  const entity = new EntityId(guardEntityName, guard);
  for (;;) {
    const asked = { ...request, giveUpAt: giveUpAt.toISOString() };
    const verdict = verdictSchema.parse(yield df.callEntity(entity, guardOperations.acquire, asked));
    if (verdict.answer === 'go' && verdict.lease !== undefined) {
      const { leaseSeconds } = request.limits;
      return { kind: 'go', held: { lease: verdict.lease, guard, leaseSeconds, held: true } };
    }
    const reasons = obstaclesOf(verdict);
    if (verdict.answer !== 'wait') {
      return { kind: 'no', reasons };
    }
    const times = verdict.reasons.flatMap(({ answer, retryAt }) =>
      answer === 'wait' && retryAt !== undefined ? [Date.parse(retryAt)] : [],
    );
    const least = fromNow(df, 1).getTime();
    const wakeAt = new Date(times.length === 0 ? fromNow(df, 15).getTime() : Math.max(least, ...times));
    if (wakeAt > giveUpAt) {
      return { kind: 'no', reasons: [`it would have to wait until ${wakeAt.toISOString()}`, ...reasons] };
    }
    yield* sleep(df, wakeAt);
  }
}

/** Gives a lease back. `acted` false: nothing was done, and it counts for no budget. */
export function giveBack(
  df: DurableContext,
  held: HeldLease,
  acted: boolean,
  outcome: 'verified' | 'ineffective' | 'harmful' | 'unverifiable' | null,
): void {
  const { target, token } = held.lease;
  df.signalEntity(new EntityId(guardEntityName, held.guard), guardOperations.release, {
    target,
    token,
    acted,
    outcome: acted ? outcome : null,
  });
}
