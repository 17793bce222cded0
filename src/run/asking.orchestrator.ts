import { EntityId } from 'durable-functions';
import { askApproval, voidApproval, type ApprovalRequest } from '../approvals';
import { guardEntityName, guardOperations, verdictSchema, type Check, type Verdict } from '../guard';
import type { DurableContext, Steps } from '../kernel/activity';
import type { Iso8601 } from '../kernel/clock';
import type { ActPlan } from '../runbooks';
import { note, notApplied, type Account } from './account';
import type { Watched } from './carry-out';
import type { RunOrder, RunReport } from './model';
import { obstacles, whyNot } from './plan';

/** People's yes to one plan, and to what the guard wanted a person for. */
export interface Approved {
  readonly id: string;
  readonly planHash: string;
  readonly by: string;
  readonly checks: readonly Check[];
}

/** Approvals of one run: the one it has, and how often it has asked. */
export interface Approvals {
  current: Approved | undefined;
  asked: number;
}

/** So often people are asked about one run; a plan that changes after every approval needs another look. */
const mostTimes = 5;

/** A question to the guard, as `acquire` takes it. */
export type GuardQuestion = Readonly<Record<string, unknown>>;

const nowOf = (df: DurableContext): Iso8601 => df.currentUtcDateTime.toISOString() as Iso8601;

/** An approval of another plan is none of this one. Nothing is yielded by a run that has no approval. */
export function* voidUnlessFor(
  df: DurableContext,
  account: Account,
  approvals: Approvals,
  planHash: string | null,
  reason: string,
): Steps<void> {
  const { current } = approvals;
  if (current === undefined || current.planHash === planHash) {
    return;
  }
  approvals.current = undefined;
  account.approval = null;
  note(account, nowOf(df), 'ask', `the approval of ${current.by} is void: ${reason}`);
  yield* voidApproval(df, current.id, reason);
}

/** Asks people before anything else when the order says so, and only when the guard would not stop it anyway. */
export function* askFirst(
  df: DurableContext,
  order: RunOrder,
  around: Watched,
  account: Account,
  plan: ActPlan,
  approvals: Approvals,
  question: GuardQuestion,
): Steps<RunReport | undefined> {
  const entity = new EntityId(guardEntityName, order.environment);
  const verdict = verdictSchema.parse(yield df.callEntity(entity, guardOperations.consider, question));
  if (verdict.answer === 'stop') {
    account.guard = verdict;
    return notApplied(account, nowOf(df), whyNot(verdict), obstacles(verdict));
  }
  return yield* ask(df, order, around, account, plan, approvals, verdict);
}

/**
 * Asks people about a plan and waits. `undefined` when they said yes; `approvals` then holds it, for this plan and for what the
 * guard asked about. Otherwise the report that the run ends with.
 */
export function* ask(
  df: DurableContext,
  order: RunOrder,
  around: Watched,
  account: Account,
  plan: ActPlan,
  approvals: Approvals,
  verdict: Verdict,
): Steps<RunReport | undefined> {
  if (approvals.asked >= mostTimes) {
    const text = `people were asked ${mostTimes} times, and the plan or what the guard says was another one each time`;
    return notApplied(account, nowOf(df), 'unapproved', [text]);
  }
  const before = approvals.current?.checks ?? [];
  yield* voidUnlessFor(df, account, approvals, null, 'the guard asks about more than they were told');
  approvals.asked += 1;
  around.progress('ask');
  const request = requestOf(order, account, plan, approvals.asked, verdict, before);
  note(account, nowOf(df), 'ask', `people are asked (${request.id}): ${plan.summary}`);
  const answer = yield* askApproval(df, request, around.resolved);
  const reasons = answer.reasons.length === 0 ? [answer.kind] : answer.reasons;
  note(account, nowOf(df), 'ask', `${answer.kind}: ${reasons.join('; ')}`);
  switch (answer.kind) {
    case 'approved': {
      const by = (answer.by.length === 0 ? answer.reasons : answer.by).join(', ').slice(0, 1000);
      approvals.current = { id: answer.id, planHash: answer.planHash, by, checks: [...before, ...asking(verdict)] };
      account.approval = { id: answer.id, planHash: answer.planHash, by };
      return undefined;
    }
    case 'rejected':
      return notApplied(account, nowOf(df), 'rejected', reasons);
    case 'expired':
      return notApplied(account, nowOf(df), 'unapproved', reasons);
    case 'withdrawn':
      return notApplied(account, nowOf(df), 'resolved', ['the alert was resolved while people were asked']);
  }
}

function asking({ reasons }: Verdict): Check[] {
  return [...new Set(reasons.filter(({ answer }) => answer === 'ask').map(({ check }) => check))];
}

function requestOf(
  order: RunOrder,
  { planHash }: Account,
  plan: ActPlan,
  time: number,
  { reasons }: Verdict,
  before: readonly Check[],
): ApprovalRequest {
  const { runId, environment, target, runbook, rule, askedBy, approval } = order;
  const why = reasons
    .filter(({ check, answer }) => answer !== 'go' || before.includes(check))
    .map(({ check, answer, text }) => `the guard says ${answer} (${check}): ${text}`);
  return {
    id: `${runId}-a${time}`,
    environment,
    scope: 'run',
    subject: target,
    summary: `${runbook}: ${plan.summary}`.slice(0, 512),
    reasons: [...plan.reasons, ...why].slice(0, 20).map((reason) => reason.slice(0, 1024)),
    planHash: planHash ?? '',
    steps: plan.steps.map(({ summary }) => summary),
    before: plan.before,
    after: plan.after ?? {},
    requestedBy:
      askedBy.kind === 'operator' ? { id: askedBy.id ?? null, name: askedBy.name } : { id: null, name: `rule ${rule}` },
    terms: (approval as NonNullable<typeof approval>).terms,
  };
}
