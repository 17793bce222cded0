import { EntityId, type Task } from 'durable-functions';
import { guardEntityName, guardOperations, renewalSchema, verdictSchema, type Lease } from '../guard';
import { activityTask, call, decoded, isSettled, type DurableContext, type Steps } from '../kernel/activity';
import type { Iso8601 } from '../kernel/clock';
import { fromNow, listening, sleep } from '../kernel/waiting';
import type { ActPlan, Facts, Step, Ticket, Verification } from '../runbooks';
import { applied, count, note, notApplied, openAccount, type Account } from './account';
import { ask, askFirst, voidUnlessFor, type Approvals, type GuardQuestion } from './asking.orchestrator';
import { applyContract, lookContract, observeContract, settleContract } from './contract';
import type { RunEvent, RunOrder, RunReport } from './model';
import { obstacles, retryAt, whyNot } from './plan';

/** What a run needs beside its order. */
export interface Surroundings {
  /** Comes when the alert is resolved; then nothing new is started. */
  readonly resolved?: Task;
  /** Correlation of the alert, when there is one. */
  readonly correlation: string | null;
  /** Told at every stage and after every line, for whoever watches. Called on replay too, so it must only set durable status. */
  readonly progress: (stage: RunEvent['stage'], events: readonly RunEvent[]) => void;
}

/** Polls not more often than this, whatever the platform suggests: reads are throttled too. */
const shortestPollSeconds = 2;

/** Surroundings whose `progress` knows the account's events by itself. */
export type Watched = Omit<Surroundings, 'progress'> & { readonly progress: (stage: RunEvent['stage']) => void };

const key = (order: RunOrder) => ({ runId: order.runId, target: order.target, runbook: order.runbook });

/**
 * The one loop: observe, plan, guard, apply, verify, undo; ends in a report and never throws. Recording is the caller's.
 * Sequence and time only: what is planned and judged comes from activities, so their code may change under runs in flight.
 */
export function* carryOut(df: DurableContext, order: RunOrder, surroundings: Surroundings): Steps<RunReport> {
  let stage: RunEvent['stage'] = 'observe';
  const account: Account = openAccount(order, nowOf(df), () => surroundings.progress(stage, account.events));
  const progress = (next: RunEvent['stage']): void => {
    stage = next;
    surroundings.progress(stage, account.events);
  };
  try {
    return yield* untilGuarded(df, order, { ...surroundings, progress }, account);
  } catch (error) {
    // Every retry of an activity was used up, or its result did not fit: what is certain is written down, and a person
    // decides. The lease is left to expire, because an effect may still be on its way.
    const text = `the run could not go on: ${error instanceof Error ? error.message : String(error)}`.slice(0, 1000);
    return account.appliedAt === null
      ? notApplied(account, nowOf(df), 'failed', [text])
      : applied(account, nowOf(df), 'unverifiable', [text]);
  }
}

function nowOf(df: DurableContext): Iso8601 {
  return df.currentUtcDateTime.toISOString() as Iso8601;
}

/** Observes and plans until there is something to do and the guard lets it pass; what it waits for may change the plan. */
function* untilGuarded(df: DurableContext, order: RunOrder, around: Watched, account: Account): Steps<RunReport> {
  let giveUpAt = fromNow(df, order.patienceSeconds);
  const approvals: Approvals = { current: undefined, asked: 0 };
  for (;;) {
    around.progress('observe');
    const { parameters, environment, rule: asking } = order;
    const input = { ...key(order), parameters, environment, rule: asking, correlation: around.correlation };
    const seen = decoded(
      observeContract,
      yield* listening(df, activityTask(df, observeContract, input), around.resolved),
    );
    count(account, seen);
    const { plan, planHash } = seen;
    account.plan = plan;
    account.planHash = planHash;
    note(
      account,
      nowOf(df),
      'plan',
      plan.kind === 'act' ? `${plan.summary}: ${plan.reasons.join('; ')}` : `${plan.kind}: ${plan.reasons.join('; ')}`,
    );
    if (plan.kind !== 'busy') {
      yield* voidUnlessFor(df, account, approvals, planHash, 'the plan is another one now');
    }
    if (seen.stopped !== null) {
      return notApplied(account, nowOf(df), 'stopped', [seen.stopped]);
    }
    if (plan.kind === 'nothing-to-do' || plan.kind === 'impossible') {
      return notApplied(account, nowOf(df), plan.kind, plan.reasons);
    }
    if (seen.alreadyResolved || (around.resolved !== undefined && isSettled(around.resolved))) {
      return notApplied(account, nowOf(df), 'resolved', ['the alert was resolved before anything was done']);
    }
    let wakeAt: Date;
    if (plan.kind === 'busy') {
      wakeAt = fromNow(df, plan.retryAfterSeconds);
    } else {
      if (order.mode === 'suggest') {
        return notApplied(account, nowOf(df), 'suggested', [`would do: ${plan.summary}`, ...plan.reasons]);
      }
      around.progress('guard');
      const entity = new EntityId(guardEntityName, order.environment);
      const question = questionOf(order, giveUpAt, approvals);
      if (order.approval?.always === true && approvals.current === undefined) {
        const end = yield* askFirst(df, order, around, account, plan, approvals, question);
        if (end !== undefined) {
          return end;
        }
        // The world had time to change while people thought: everything is looked at again.
        giveUpAt = fromNow(df, order.patienceSeconds);
        continue;
      }
      const verdict = verdictSchema.parse(yield df.callEntity(entity, guardOperations.acquire, question));
      account.guard = verdict;
      note(account, nowOf(df), 'guard', `${verdict.answer}: ${obstacles(verdict).join('; ')}`);
      if (verdict.answer === 'go' && verdict.lease !== undefined) {
        const lease: { current: Lease; held: boolean } = { current: verdict.lease, held: true };
        const report = yield* underLease(df, order, around, account, plan, lease);
        df.signalEntity(entity, guardOperations.release, {
          target: order.target,
          token: lease.current.token,
          acted: account.appliedAt !== null,
          outcome: report.result.kind === 'applied' ? report.result.outcome : null,
        });
        return report;
      }
      if (verdict.answer === 'ask' && order.approval !== undefined) {
        const end = yield* ask(df, order, around, account, plan, approvals, verdict);
        if (end !== undefined) {
          return end;
        }
        giveUpAt = fromNow(df, order.patienceSeconds);
        continue;
      }
      if (verdict.answer !== 'wait') {
        return notApplied(account, nowOf(df), whyNot(verdict), obstacles(verdict));
      }
      const at = retryAt(verdict);
      wakeAt = at === undefined ? fromNow(df, 15) : new Date(Math.max(Date.parse(at), fromNow(df, 1).getTime()));
    }
    if (wakeAt > giveUpAt) {
      const reasons =
        account.guard?.answer === 'wait'
          ? obstacles(account.guard)
          : account.plan.kind === 'busy'
            ? account.plan.reasons
            : [];
      return notApplied(account, nowOf(df), 'out-of-patience', [
        `would have to wait until ${wakeAt.toISOString()}`,
        ...reasons,
      ]);
    }
    if ((yield* sleep(df, wakeAt, around.resolved)) === 'interrupted') {
      return notApplied(account, nowOf(df), 'resolved', ['the alert was resolved while the run waited for its turn']);
    }
  }
}

/** What the guard is asked. */
function questionOf(order: RunOrder, giveUpAt: Date, { current }: Approvals): GuardQuestion {
  const { runId: holder, target, runbook, rule, limits, incidentId } = order;
  return {
    holder,
    target,
    runbook,
    rule,
    limits,
    giveUpAt: giveUpAt.toISOString(),
    occasion: incidentId ?? holder,
    ...(current === undefined ? {} : { approved: { id: current.id, by: current.by, checks: current.checks } }),
  };
}

interface HeldLease {
  current: Lease;
  held: boolean;
}

/** Steps that one run starts at most, those in the place of others included. */
const mostSteps = 24;

/**
 * Applies the plan's steps in order, verifies, and undoes what turned out harmful. The lease is held throughout. A step that
 * fails may have others in its place: then those are taken, and not the rest of the plan. Not after an approval, which is one
 * of the plan's own steps alone.
 */
function* underLease(
  df: DurableContext,
  order: RunOrder,
  around: Watched,
  account: Account,
  plan: ActPlan,
  lease: HeldLease,
): Steps<RunReport> {
  let last: { verification: Verification; undo: readonly Step[]; failure: string | null } | undefined;
  let steps: readonly Step[] = plan.steps;
  const failures: string[] = [];
  for (let taken = 1; steps.length > 0; taken += 1) {
    const [step, ...rest] = steps as readonly [Step, ...Step[]];
    around.progress('apply');
    const before = last?.verification.facts ?? plan.before;
    const started = yield* start(df, order, account, before, step, lease);
    if (started.kind !== 'started') {
      const text = `${step.summary}: ${started.reason}`;
      if (started.otherwise !== undefined && taken < mostSteps && account.approval === null) {
        note(account, nowOf(df), 'apply', `${text}; trying otherwise`);
        failures.push(text);
        steps = started.otherwise;
        continue;
      }
      return account.appliedAt === null
        ? notApplied(account, nowOf(df), started.kind, [...failures, text])
        : yield* conclude(df, order, around, account, plan, lease, undefined, [...failures, text].join('; '));
    }
    account.appliedAt ??= started.ticket.startedAt;
    note(account, nowOf(df), 'apply', `${step.summary}: accepted by the platform`);
    around.progress('verify');
    const settled = yield* settle(df, order, account, plan, started.ticket, lease, step);
    last = settled;
    if (settled === undefined) {
      const text = `${step.summary}: still running after ${order.operationLimitSeconds} seconds`;
      note(account, nowOf(df), 'verify', text);
      return applied(account, nowOf(df), 'unverifiable', [text]);
    }
    note(account, nowOf(df), 'apply', `${step.summary}: ${settled.failure ?? 'the platform says it succeeded'}`);
    steps = rest;
    if (settled.failure !== null) {
      failures.push(settled.failure);
      if (settled.otherwise === undefined || taken >= mostSteps || account.approval !== null) {
        break;
      }
      steps = settled.otherwise;
    }
  }
  return yield* conclude(
    df,
    order,
    around,
    account,
    plan,
    lease,
    last,
    failures.length === 0 ? null : failures.join('; '),
  );
}

type Started =
  | { readonly kind: 'started'; readonly ticket: Ticket }
  | {
      readonly kind: 'refused' | 'fenced' | 'out-of-patience';
      readonly reason: string;
      readonly otherwise?: readonly Step[];
    };

/**
 * Starts one step; `before` is what was there right before it, which a lost answer is judged against.
 * Throttling and other people's operations are waited out as long as the order's patience lasts.
 */
function* start(
  df: DurableContext,
  order: RunOrder,
  account: Account,
  before: Facts,
  step: Step,
  lease: HeldLease,
): Steps<Started> {
  const giveUpAt = fromNow(df, order.patienceSeconds);
  for (;;) {
    const { environment } = order;
    const result = yield* call(df, applyContract, {
      ...key(order),
      environment,
      token: lease.current.token,
      step,
      before,
    });
    count(account, result);
    if (result.kind === 'started') {
      return result;
    }
    if (result.kind === 'refused') {
      const { otherwise } = result;
      return {
        kind: 'refused',
        reason: `${result.code}: ${result.message}`,
        ...(otherwise === undefined ? {} : { otherwise }),
      };
    }
    if (result.kind === 'fenced') {
      return result;
    }
    note(account, nowOf(df), 'apply', `${step.summary}: later, ${result.reason}`);
    const wakeAt = fromNow(df, Math.max(result.retryAfterSeconds, 1));
    if (wakeAt > giveUpAt) {
      return { kind: 'out-of-patience', reason: result.reason };
    }
    yield* sleep(df, wakeAt);
    yield* keepLease(df, order, lease);
  }
}

/** Polls a started step until it is over; `undefined` when it is not over within the order's limit. */
function* settle(
  df: DurableContext,
  order: RunOrder,
  account: Account,
  plan: ActPlan,
  ticket: Ticket,
  lease: HeldLease,
  step: Step,
) {
  const giveUpAt = fromNow(df, order.operationLimitSeconds);
  let wait = ticket.retryAfterSeconds;
  for (;;) {
    yield* sleep(df, fromNow(df, Math.max(wait, shortestPollSeconds)));
    const input = { ...key(order), ticket, before: plan.before, actedAt: ticket.startedAt, step };
    const state = yield* call(df, settleContract, input);
    count(account, state);
    if (state.kind === 'over') {
      return state;
    }
    wait = state.retryAfterSeconds;
    if (df.currentUtcDateTime >= giveUpAt) {
      return undefined;
    }
    yield* keepLease(df, order, lease);
  }
}

/** Renews the lease when more than half of it has passed. A lost lease stops further effects, not the looking. */
function* keepLease(df: DurableContext, order: RunOrder, lease: HeldLease): Steps<void> {
  const remaining = Date.parse(lease.current.expiresAt) - df.currentUtcDateTime.getTime();
  if (!lease.held || remaining > (order.limits.leaseSeconds * 1000) / 2) {
    return;
  }
  const entity = new EntityId(guardEntityName, order.environment);
  const request = { target: order.target, token: lease.current.token, leaseSeconds: order.limits.leaseSeconds };
  const renewal = renewalSchema.parse(yield df.callEntity(entity, guardOperations.renew, request));
  if (renewal.kind === 'renewed') {
    lease.current = renewal.lease;
  } else {
    lease.held = false;
  }
}

/** Looks until the target is healthy, or worse, or the window is over; then says what the run turned out to be. */
function* conclude(
  df: DurableContext,
  order: RunOrder,
  around: Watched,
  account: Account,
  plan: ActPlan,
  lease: HeldLease,
  first: { verification: Verification; undo: readonly Step[] } | undefined,
  failure: string | null,
): Steps<RunReport> {
  const { withinSeconds, everySeconds } = order.verification;
  const until = fromNow(df, withinSeconds);
  function* look() {
    const actedAt = account.appliedAt ?? nowOf(df);
    const judged = yield* call(df, lookContract, { ...key(order), before: plan.before, actedAt });
    count(account, judged);
    return judged;
  }
  let seen = first ?? (yield* look());
  let heard = around.resolved !== undefined && isSettled(around.resolved);
  for (;;) {
    const { verdict, reasons } = seen.verification;
    account.verification = seen.verification;
    note(account, nowOf(df), 'verify', `${verdict}: ${reasons.join('; ')}`);
    if (verdict === 'healthy') {
      return applied(account, nowOf(df), 'verified', reasons);
    }
    if (verdict === 'worse') {
      yield* undo(df, order, around, account, plan, lease, seen.undo);
      return applied(account, nowOf(df), 'harmful', reasons);
    }
    if (df.currentUtcDateTime >= until) {
      const told = failure === null ? reasons : [failure, ...reasons];
      return applied(account, nowOf(df), verdict === 'blind' ? 'unverifiable' : 'ineffective', told);
    }
    // Hearing that the alert is resolved is a reason to look at once, and only once: the rest of the window goes by as usual.
    const wake = new Date(Math.min(fromNow(df, everySeconds).getTime(), until.getTime()));
    heard = (yield* sleep(df, wake, heard ? undefined : around.resolved)) === 'interrupted' || heard;
    seen = yield* look();
  }
}

/** Carries out the runbook's undo under the same lease and fence, and notes whether it worked. Never throws for a failed undo. */
function* undo(
  df: DurableContext,
  order: RunOrder,
  around: Watched,
  account: Account,
  plan: ActPlan,
  lease: HeldLease,
  steps: readonly Step[],
): Steps<void> {
  around.progress('undo');
  if (steps.length === 0) {
    account.undo = { done: false, text: 'the runbook knows no undo for this; a person has to look' };
    note(account, nowOf(df), 'undo', account.undo.text);
    return;
  }
  let before = account.verification?.facts ?? plan.before;
  for (const step of steps) {
    try {
      const started = yield* start(df, order, account, before, step, lease);
      const end =
        started.kind === 'started' ? yield* settle(df, order, account, plan, started.ticket, lease, step) : undefined;
      before = end?.verification.facts ?? before;
      const problem =
        started.kind !== 'started' ? started.reason : end === undefined ? 'it is still running' : undone(end);
      account.undo =
        problem === null ? { done: true, text: step.summary } : { done: false, text: `${step.summary}: ${problem}` };
    } catch (error) {
      account.undo = {
        done: false,
        text: `${step.summary}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 1000),
      };
    }
    note(account, nowOf(df), 'undo', `${account.undo.done ? 'done' : 'failed'}: ${account.undo.text}`);
    if (!account.undo.done) {
      return;
    }
  }
}

/** What speaks against an undo having worked, by the platform's word and by looking; null when nothing does. */
function undone(end: { readonly failure: string | null; readonly verification: Verification }): string | null {
  const { verdict, reasons } = end.verification;
  return end.failure ?? (verdict === 'worse' ? `it is still worse than before: ${reasons.join('; ')}` : null);
}
