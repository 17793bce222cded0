import type { Task } from 'durable-functions';
import { call, isSettled, type DurableContext, type Steps } from '../kernel/activity';
import { closeApprovalContract, lookAtApprovalContract, openApprovalContract } from './contract';
import { approvalEvent, type ApprovalAnswer, type ApprovalRequest, type ApprovalView } from './model';

/**
 * Asks people and waits, durably, until they have decided, the terms' time is over, or `interrupt` comes. The answer holds for
 * the plan with the request's hash: plan again before applying, and when the hash is another one use {@link voidApproval} and
 * ask again under another id. {@link askWithoutDrift} does both.
 *
 * Throws what the durable engine throws when storage did not answer for about an hour: then nothing was approved.
 *
 * Waiting is for an external event, which only wakes: what is true stands in the stored approval, so an event that comes twice,
 * late or from nowhere does nothing.
 */
export function* askApproval(df: DurableContext, request: ApprovalRequest, interrupt?: Task): Steps<ApprovalAnswer> {
  // A task of its own for every wait: one that is waited for twice is in the SDK's list twice, and takes two events.
  const wakes: Task[] = [];
  let seen = 0;
  let view = yield* call(df, openApprovalContract, { request, instanceId: df.instanceId });
  while (view.state === 'waiting') {
    if (interrupt !== undefined && isSettled(interrupt)) {
      view = yield* closeApproval(df, request.id, 'it is no longer needed');
      break;
    }
    // An event may have come to an earlier wait's task while an activity was waited for.
    const heard = wakes.filter(isSettled).length;
    if (heard === seen) {
      const wake = df.waitForExternalEvent(approvalEvent(request.id));
      wakes.push(wake);
      // A second late, so that the stage is over also by a clock that is a little behind.
      const timer = df.createTimer(new Date(Date.parse(view.stageEndsAt) + 1000));
      yield df.Task.any(interrupt === undefined ? [timer, wake] : [timer, wake, interrupt]);
      if (!isSettled(timer)) {
        timer.cancel();
      }
      if (interrupt !== undefined && isSettled(interrupt)) {
        continue;
      }
    }
    seen = wakes.filter(isSettled).length;
    view = yield* call(df, lookAtApprovalContract, { id: request.id });
  }
  return answerOf(view);
}

/** Says that an approved plan is not applied after all, because it is another one now. */
export function* voidApproval(df: DurableContext, id: string, reason: string): Steps<void> {
  yield* closeApproval(df, id, reason);
}

function* closeApproval(df: DurableContext, id: string, reason: string): Steps<ApprovalView> {
  return yield* call(df, closeApprovalContract, { id, reason: reason.slice(0, 1024) });
}

/** A plan, and how people are asked about it. */
export interface Asked<Plan> {
  readonly plan: Plan;
  /** Without its id, which is made from `name` and the number of the time that is asked. */
  readonly request: Omit<ApprovalRequest, 'id'>;
}

export type ApprovedPlan<Plan> =
  | { readonly kind: 'approved'; readonly plan: Plan; readonly approval: Extract<ApprovalAnswer, { kind: 'approved' }> }
  | Exclude<ApprovalAnswer, { kind: 'approved' }>
  /** There is nothing to apply any more, or the plan changed whenever it had been approved. */
  | { readonly kind: 'gone' | 'unsteady'; readonly reasons: readonly string[] };

/** So many times people are asked about one matter before it is given up: what changes that often needs another look. */
const mostTimes = 5;

/**
 * Asks until the plan that was approved is the plan that is there: after each approval `replan` makes it anew, and when its
 * hash is another one the approval is voided and people are asked about the new plan.
 *
 * @param name of the matter, at most 100 letters, digits, `_` and `-`: a pure function of what asks.
 * @param replan plans from what is there now; `undefined` when there is nothing to do any more.
 */
export function* askWithoutDrift<Plan>(
  df: DurableContext,
  name: string,
  first: Asked<Plan>,
  replan: () => Steps<Asked<Plan> | undefined>,
  interrupt?: Task,
): Steps<ApprovedPlan<Plan>> {
  let asked = first;
  for (let time = 1; time <= mostTimes; time += 1) {
    const answer = yield* askApproval(df, { ...asked.request, id: `${name}-a${time}` }, interrupt);
    if (answer.kind !== 'approved') {
      return answer;
    }
    const now = yield* replan();
    if (now === undefined) {
      const reason = 'there is nothing to do any more';
      yield* voidApproval(df, answer.id, reason);
      return { kind: 'gone', reasons: [reason] };
    }
    if (now.request.planHash === answer.planHash) {
      return { kind: 'approved', plan: now.plan, approval: answer };
    }
    yield* voidApproval(df, answer.id, 'the plan is another one than the one that was approved');
    asked = now;
  }
  return { kind: 'unsteady', reasons: [`the plan changed after each of ${mostTimes} approvals`] };
}

function answerOf({ id, state, planHash, reasons, approvedBy: by }: ApprovalView): ApprovalAnswer {
  switch (state) {
    case 'approved':
      return { kind: 'approved', id, planHash, by, reasons };
    case 'rejected':
    case 'expired':
      return { kind: state, id, reasons };
    default:
      return { kind: 'withdrawn', id, reasons };
  }
}
