import { EntityId } from 'durable-functions';
import {
  guardEntityName,
  guardOperations,
  verdictSchema,
  type Check,
  type GuardRequest,
  type Limits,
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

/** What the guard would say, for people who are about to be asked. */
export interface Considered {
  /** Checks that want a person's yes. */
  readonly checks: readonly Check[];
  /** Why, and what it would wait for all the same. */
  readonly reasons: readonly string[];
}

/**
 * Checks that want a person's yes, and why. A budget that is used up is one of them, and not a place in a queue: who is asked
 * anyway can say whether it may come before its turn ({@link beforeItsTurn}). Changes nothing in the guard.
 */
export function* consider(df: DurableContext, guard: string, request: GuardRequest): Steps<Considered> {
  const entity = new EntityId(guardEntityName, guard);
  const asked = { ...request, limits: beforeItsTurn(request.limits) };
  const verdict = verdictSchema.parse(yield df.callEntity(entity, guardOperations.consider, asked));
  const asking = verdict.reasons.filter(({ answer }) => answer === 'ask');
  const waiting = verdict.reasons.filter(({ answer }) => answer === 'wait');
  return {
    checks: [...new Set(asking.map(({ check }) => check))],
    reasons: [
      ...asking.map(({ check, text }) => `the guard wants a person for ${check}: ${text}`),
      ...waiting.map(({ check, text }) => `after a yes it still waits for ${check}: ${text}`),
    ],
  };
}

/** Limits under which a budget that is used up asks people where it would queue; one that stops still stops. */
export function beforeItsTurn(limits: Limits): Limits {
  const budgets = limits.budgets.map((budget) =>
    budget.over === 'stop' ? budget : { ...budget, over: 'ask' as const },
  );
  return { ...limits, budgets };
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
