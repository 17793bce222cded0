import type { OrchestrationContext, Task } from 'durable-functions';
import { askWithoutDrift, type Asked } from '../../approvals';
import type { Check, GuardRequest, Limits } from '../../guard/model';
import { call, type DurableContext, type Steps } from '../../kernel/activity';
import { formatDuration, seconds } from '../../kernel/duration';
import { fromNow, sleep } from '../../kernel/waiting';
import { planRestoreContract, noteRestoreContract, recordRestoreContract } from './contract';
import { beforeItsTurn, consider, giveBack, takeLease } from './lease.orchestrator';
import { restoreOrderSchema, type PhaseEnd, type RestoreOrder, type RestorePlan, type RestoreReport } from './model';
import { exchangePhases, removalPhases } from './plan';
import { approvalOf, keptAfter } from './report.plan';
import { bringAbout, nowOf, type HeldLease, type Work } from './stages.orchestrator';

/** Rule under which restores act, for the guard's memory and its kill switches. */
export const restoreRule = 'restores';

type Look = ReturnType<typeof planRestoreContract.output.parse>;
type Ready = Extract<Look, { kind: 'plan' }>;

/** How long a machine that something else changes is waited for, and how long when its lease is held already. Seconds. */
const settlingSeconds = 1800;
const briefSeconds = 300;

interface Account {
  readonly startedAt: ReturnType<typeof nowOf>;
  readonly phases: PhaseEnd[];
  plan: RestorePlan | null;
  planHash: string | null;
  approvedBy: string[] | null;
}

/**
 * A restore, or the undo of one: plan, ask people when a running machine is touched, take the lease, plan again, write down what
 * will be done, do it, and go back when it does not come about. Ends in a report and never throws.
 */
export function* restoreOrchestrator(context: OrchestrationContext): Generator<Task, RestoreReport, unknown> {
  const { df } = context;
  const order = restoreOrderSchema.parse(df.getInput());
  const account: Account = { startedAt: nowOf(df), phases: [], plan: null, planHash: null, approvedBy: null };
  const report = yield* carriedOut(df, order, account);
  df.setCustomStatus(statusOf(order, account, report.result));
  yield* call(df, recordRestoreContract, { report, order, plan: account.plan });
  return report;
}

function statusOf({ environment, request }: RestoreOrder, { plan }: Account, stage: string) {
  return { environment, target: plan?.target ?? request.item, kind: request.kind, stage };
}

function* carriedOut(df: DurableContext, given: RestoreOrder, account: Account): Steps<RestoreReport> {
  let held: HeldLease | undefined;
  try {
    df.setCustomStatus(statusOf(given, account, 'plan'));
    const first = yield* planned(df, given, settlingSeconds);
    if (first.kind === 'impossible') {
      return ended(df, given, account, 'not-applied', first.reasons);
    }
    let ready = noted(account, first);
    // A backup since then is no other plan.
    const order = { ...given, newest: ready.plan.point };
    const approved = yield* asked(df, order, account, ready);
    if (approved.kind === 'no') {
      return ended(df, order, account, 'not-applied', approved.reasons);
    }
    df.setCustomStatus(statusOf(order, account, 'guard'));
    const request = { ...guardRequest(order, ready), ...approved.leave };
    const leased = yield* takeLease(df, order.environment, request, ready.patienceSeconds);
    if (leased.kind === 'no') {
      return ended(df, order, account, 'not-applied', leased.reasons);
    }
    held = leased.held;
    // While it waited for people and its turn, the world went on: what is applied is what is planned now, and it has to be
    // what was approved.
    const last = yield* planned(df, order, Math.min(briefSeconds, ready.limits.leaseSeconds / 2));
    const drifted =
      last.kind === 'impossible'
        ? last.reasons
        : last.planHash === ready.planHash
          ? null
          : ['the plan is another one now'];
    if (drifted !== null || last.kind === 'impossible') {
      giveBack(df, held, false, null);
      return ended(df, order, account, 'not-applied', drifted ?? []);
    }
    ready = noted(account, last);
    yield* call(df, noteRestoreContract, { order: given, plan: ready.plan, planHash: ready.planHash });
    const result = yield* applied(df, order, account, ready.plan, held);
    giveBack(
      df,
      held,
      true,
      result.result === 'restored' ? 'verified' : result.result === 'rolled-back' ? 'ineffective' : 'harmful',
    );
    return result;
  } catch (error) {
    // The lease is left to expire: what was begun may still be on its way.
    const text = `the restore could not go on: ${error instanceof Error ? error.message : String(error)}`.slice(
      0,
      1000,
    );
    return ended(df, given, account, held === undefined ? 'not-applied' : 'failed', [text]);
  }
}

/** Plans, and waits while the machine is on its way to another state; a machine that stays so for too long is left alone. */
function* planned(
  df: DurableContext,
  order: RestoreOrder,
  waitSeconds: number,
): Steps<Exclude<Look, { kind: 'busy' }>> {
  const giveUpAt = fromNow(df, waitSeconds);
  for (;;) {
    const look = yield* call(df, planRestoreContract, order);
    if (look.kind !== 'busy') {
      return look;
    }
    const again = fromNow(df, 15);
    if (again > giveUpAt) {
      return {
        kind: 'impossible',
        reasons: [...look.reasons, `that was so for ${formatDuration(seconds(waitSeconds))}`],
      };
    }
    yield* sleep(df, again);
  }
}

function noted(account: Account, ready: Ready): Ready {
  account.plan = ready.plan;
  account.planHash = ready.planHash;
  return ready;
}

function guardRequest(order: RestoreOrder, { plan, limits }: Ready): Omit<GuardRequest, 'giveUpAt'> {
  return { holder: order.restoreId, target: plan.target, runbook: `restore-${plan.kind}`, rule: restoreRule, limits };
}

type Approved =
  | {
      readonly kind: 'yes';
      readonly leave: { readonly limits?: Limits; readonly approved?: { id: string; by: string; checks: Check[] } };
    }
  | { readonly kind: 'no'; readonly reasons: readonly string[] };

/** Whoever touches a machine that is in use asks people first; what is made beside it disturbs nobody. */
function* asked(df: DurableContext, order: RestoreOrder, account: Account, ready: Ready): Steps<Approved> {
  if (ready.plan.kind !== 'in-place') {
    return { kind: 'yes', leave: {} };
  }
  df.setCustomStatus(statusOf(order, account, 'ask'));
  const wants = yield* consider(df, order.environment, guardRequest(order, ready));
  const question = (one: Ready): Asked<Ready> => ({
    plan: one,
    request: approvalOf(order, one.plan, one.planHash, wants.reasons),
  });
  const obstacles: string[] = [];
  const answer = yield* askWithoutDrift(df, order.restoreId, question(ready), function* () {
    const again = yield* planned(df, order, settlingSeconds);
    if (again.kind === 'impossible') {
      obstacles.push(...again.reasons);
      return undefined;
    }
    return question(again);
  });
  if (answer.kind !== 'approved') {
    return { kind: 'no', reasons: [`people were asked, and it is ${answer.kind}`, ...answer.reasons, ...obstacles] };
  }
  noted(account, answer.plan);
  account.approvedBy = [...answer.approval.by];
  const by = answer.approval.by.join(', ').slice(0, 1000);
  const approval = { id: answer.approval.id, by, checks: [...wants.checks] };
  // What they were not asked about is no matter of theirs: a budget that fills up only now is waited for.
  const { limits } = answer.plan;
  return {
    kind: 'yes',
    leave: { approved: approval, limits: wants.checks.includes('budget') ? beforeItsTurn(limits) : limits },
  };
}

function* applied(
  df: DurableContext,
  order: RestoreOrder,
  account: Account,
  plan: RestorePlan,
  held: HeldLease,
): Steps<RestoreReport> {
  const leave = { guard: order.environment, environment: order.environment, target: plan.target, rule: restoreRule };
  const work: Work = { owner: plan.owner, leave, held };
  const done: string[] = [];
  for (const phase of plan.phases) {
    df.setCustomStatus(statusOf(order, account, phase.name));
    const end = yield* bringAbout(df, work, phase);
    account.phases.push(end);
    if (end.problem !== null) {
      const text = `${phase.name}: ${end.problem.code}: ${end.problem.message}`;
      return yield* wentBack(df, order, account, plan, work, [...done, phase.name], text);
    }
    done.push(phase.name);
  }
  return ended(df, order, account, 'restored', [plan.summary]);
}

/** Brings everything back to what it was: the machine's own disks first, then away with what was made. */
function* wentBack(
  df: DurableContext,
  order: RestoreOrder,
  account: Account,
  plan: RestorePlan,
  work: Work,
  begun: readonly string[],
  why: string,
): Steps<RestoreReport> {
  df.setCustomStatus(statusOf(order, account, 'undo'));
  const { owner, leave } = work;
  const touched = plan.before !== null && begun.some((name) => name === 'stop' || name === 'exchange');
  const back = touched && plan.before !== null ? exchangePhases(plan.target, plan.before, plan.wasRunning) : [];
  for (const phase of back) {
    const end = yield* bringAbout(df, work, { ...phase, name: `undo-${phase.name}` });
    account.phases.push(end);
    if (end.problem !== null) {
      return ended(df, order, account, 'failed', [why, `going back: ${end.problem.code}: ${end.problem.message}`]);
    }
  }
  for (const phase of removalPhases(plan.makes)) {
    // What was made carries this restore's mark and belongs to nobody else, so no lease is asked for; a kill switch counts.
    const end = yield* bringAbout(df, { owner, leave }, phase);
    account.phases.push(end);
    if (end.problem !== null) {
      const left = `what was made is not all gone: ${end.problem.code}: ${end.problem.message}`;
      return ended(df, order, account, touched ? 'rolled-back' : 'failed', [why, left]);
    }
  }
  return ended(df, order, account, 'rolled-back', [why]);
}

function ended(
  df: DurableContext,
  order: RestoreOrder,
  account: Account,
  result: RestoreReport['result'],
  reasons: readonly string[],
): RestoreReport {
  const { plan, phases, startedAt, planHash, approvedBy } = account;
  const first = phases[0]?.startedAt;
  return {
    id: order.restoreId,
    environment: order.environment,
    undoes: order.undoes,
    askedBy: order.askedBy,
    startedAt,
    finishedAt: nowOf(df),
    result,
    reasons: reasons.map((reason) => reason.slice(0, 1024)),
    planHash,
    approvedBy,
    phases: [...phases],
    restoreSeconds:
      result === 'restored' && first !== undefined
        ? (df.currentUtcDateTime.getTime() - Date.parse(first)) / 1000
        : null,
    kept: plan === null ? [] : keptAfter(plan, result),
  };
}
