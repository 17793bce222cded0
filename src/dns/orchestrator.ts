import { EntityId, type OrchestrationContext, type Task } from 'durable-functions';
import { askWithoutDrift, usualTerms, type Asked } from '../approvals';
import { guardEntityName, guardOperations, renewalSchema, verdictSchema, type Lease } from '../guard';
import { call, type DurableContext, type Steps } from '../kernel/activity';
import type { Iso8601 } from '../kernel/clock';
import { fromNow, sleep } from '../kernel/waiting';
import { recordContract, type RunReport } from '../run';
import { changeOrderSchema, type ChangeOrder, type Planned } from './change.model';
import { applyContract, concludeContract, planContract, restoreContract, verifyContract } from './contract';
import { changeRunbook, closed, note, openReport, type OpenReport } from './report.plan';
import { propagationSeconds } from './verify.plan';

/** Registered function name. Renaming it breaks what is in flight. */
export const dnsChangeOrchestratorName = 'dns-change-v1';

type ToDo = Extract<Planned, { kind: 'planned' }>;

/** Looks again at the servers after so long. */
const lookEverySeconds = 15;
/** A change is looked after for an hour at most, however long its old answers may be kept. */
const longestWatchSeconds = 3900;

const nowOf = (df: DurableContext): Iso8601 => df.currentUtcDateTime.toISOString() as Iso8601;

/**
 * One change of a zone: plan, ask where a person has to approve, guard, apply batch by batch, verify at the servers, undo what
 * is worse than before, record. Ends in a report and never throws. Sequence and time only.
 */
export function* dnsChangeOrchestrator(context: OrchestrationContext): Generator<Task, RunReport, unknown> {
  const { df } = context;
  const order = changeOrderSchema.parse(df.getInput());
  const open = openReport(order, nowOf(df));
  let report: RunReport;
  try {
    report = yield* carryOut(df, order, open);
  } catch (error) {
    const text = `the change could not go on: ${error instanceof Error ? error.message : String(error)}`.slice(0, 1000);
    const result =
      open.appliedAt === null
        ? ({ kind: 'not-applied', why: 'failed' } as const)
        : ({ kind: 'applied', outcome: 'unverifiable' } as const);
    report = closed(open, nowOf(df), result, [text]);
  }
  yield* call(df, recordContract, { runs: [report], incident: null });
  const { result } = report;
  yield* call(df, concludeContract, {
    changeId: order.changeId,
    zone: order.zone,
    environment: order.environment,
    cause: order.cause.kind,
    result: result.kind === 'applied' ? result.outcome : result.why,
    good:
      (result.kind === 'applied' && result.outcome === 'verified') ||
      (result.kind === 'not-applied' && ['nothing-to-do', 'suggested'].includes(result.why)),
    reasons: report.reasons.slice(0, 20).map((reason) => reason.slice(0, 500)),
  });
  return report;
}

function* carryOut(df: DurableContext, order: ChangeOrder, open: OpenReport): Steps<RunReport> {
  const { target, zone } = order;
  const stage = (name: string): void =>
    df.setCustomStatus({ target, runbook: changeRunbook, zone, cause: order.cause.kind, stage: name });
  stage('plan');
  const first = yield* call(df, planContract, { order });
  if (first.kind === 'nothing') {
    const notes = first.notes.map(({ name, type, text }) => `${name} ${type}: ${text}`);
    return closed(open, nowOf(df), { kind: 'not-applied', why: 'nothing-to-do' }, [
      `${order.zone} is as it should be`,
      ...notes,
    ]);
  }
  if (first.kind === 'blocked') {
    return closed(open, nowOf(df), { kind: 'not-applied', why: 'impossible' }, first.reasons);
  }
  let plan: ToDo = first;
  note(open, nowOf(df), 'plan', plan);
  if (order.expectedHash !== null && order.expectedHash !== plan.hash) {
    return closed(open, nowOf(df), { kind: 'not-applied', why: 'refused' }, [
      'the plan is another one than the one that was looked at; look at it again',
    ]);
  }
  if (plan.answer === 'stop') {
    return closed(open, nowOf(df), { kind: 'not-applied', why: 'refused' }, plan.obstacles);
  }
  if (order.mode === 'suggest') {
    return closed(open, nowOf(df), { kind: 'not-applied', why: 'suggested' }, [
      `would do: ${plan.summary}`,
      ...plan.lines,
    ]);
  }
  if (plan.answer === 'ask') {
    stage('ask');
    const answer = yield* askWithoutDrift(df, order.changeId, asked(order, plan), function* replan() {
      const again = yield* call(df, planContract, { order });
      return again.kind === 'planned' && again.answer !== 'stop' ? asked(order, again) : undefined;
    });
    if (answer.kind !== 'approved') {
      const why = answer.kind === 'rejected' ? 'rejected' : 'unapproved';
      return closed(open, nowOf(df), { kind: 'not-applied', why }, [...plan.obstacles, ...answer.reasons]);
    }
    plan = answer.plan;
    note(open, nowOf(df), 'ask', plan, `approved by ${answer.approval.by.join(', ')}`);
    open.approval = { id: answer.approval.id, planHash: plan.hash, by: answer.approval.by.join(', ').slice(0, 1000) };
  }
  return yield* guarded(df, order, open, plan, stage);
}

function asked(order: ChangeOrder, plan: ToDo): Asked<ToDo> {
  const { cause, environment, zone } = order;
  return {
    plan,
    request: {
      environment,
      scope: 'dns',
      subject: zone,
      summary: plan.summary.slice(0, 512),
      reasons: [cause.text, ...plan.obstacles].slice(0, 20),
      planHash: plan.hash,
      steps: plan.lines.map((line) => line.slice(0, 512)),
      before: { ours: plan.counts.ours, foreign: plan.counts.foreign },
      after: { ours: plan.counts.ours + plan.counts.creates - plan.counts.deletes },
      requestedBy:
        cause.by.kind === 'operator'
          ? { id: cause.by.id ?? null, name: cause.by.name }
          : { id: null, name: cause.by.signalId },
      terms: usualTerms,
    },
  };
}

interface Held {
  lease: Lease;
  held: boolean;
}

function* guarded(
  df: DurableContext,
  order: ChangeOrder,
  open: OpenReport,
  plan: ToDo,
  stage: (name: string) => void,
): Steps<RunReport> {
  const entity = new EntityId(guardEntityName, order.environment);
  const giveUpAt = fromNow(df, order.patienceSeconds);
  stage('guard');
  for (;;) {
    const verdict = verdictSchema.parse(
      yield df.callEntity(entity, guardOperations.acquire, {
        holder: order.changeId,
        target: order.target,
        runbook: changeRunbook,
        rule: `dns-${order.cause.kind}`,
        limits: order.limits,
        giveUpAt: giveUpAt.toISOString(),
      }),
    );
    open.guard = verdict;
    const obstacles = verdict.reasons
      .filter(({ answer }) => answer !== 'go')
      .map(({ check, text }) => `${check}: ${text}`);
    note(
      open,
      nowOf(df),
      'guard',
      plan,
      `${verdict.answer}${obstacles.length === 0 ? '' : `: ${obstacles.join('; ')}`}`,
    );
    if (verdict.answer === 'go' && verdict.lease !== undefined) {
      const held: Held = { lease: verdict.lease, held: true };
      const report = yield* underLease(df, order, open, plan, held, stage);
      df.signalEntity(entity, guardOperations.release, {
        target: order.target,
        token: held.lease.token,
        acted: open.appliedAt !== null,
        outcome: report.result.kind === 'applied' ? report.result.outcome : null,
      });
      return report;
    }
    if (verdict.answer !== 'wait') {
      const why = verdict.answer === 'ask' ? 'asked' : 'stopped';
      return closed(open, nowOf(df), { kind: 'not-applied', why }, obstacles);
    }
    const times = verdict.reasons.flatMap(({ retryAt }) => (retryAt === undefined ? [] : [Date.parse(retryAt)]));
    const wakeAt = new Date(
      Math.max(fromNow(df, 1).getTime(), times.length === 0 ? fromNow(df, 15).getTime() : Math.max(...times)),
    );
    if (wakeAt > giveUpAt) {
      return closed(open, nowOf(df), { kind: 'not-applied', why: 'out-of-patience' }, obstacles);
    }
    yield* sleep(df, wakeAt);
  }
}

function* underLease(
  df: DurableContext,
  order: ChangeOrder,
  open: OpenReport,
  plan: ToDo,
  held: Held,
  stage: (name: string) => void,
): Steps<RunReport> {
  for (let batch = 0; batch < plan.batches; batch += 1) {
    stage('apply');
    const problem = yield* applyBatch(df, order, open, plan, batch, held);
    if (problem === undefined) {
      continue;
    }
    if (open.appliedAt === null && !problem.partly) {
      return closed(open, nowOf(df), { kind: 'not-applied', why: problem.why }, [problem.reason]);
    }
    // A change set is one transaction for whoever asked for it, also where it took several batches.
    open.appliedAt ??= nowOf(df);
    stage('undo');
    yield* restore(df, order, open, plan, held);
    return closed(open, nowOf(df), { kind: 'applied', outcome: 'ineffective' }, [problem.reason, undoText(open)]);
  }
  stage('verify');
  const until = fromNow(df, Math.min(plan.oldTtlSeconds + propagationSeconds * 3, longestWatchSeconds));
  for (;;) {
    const seen = yield* call(df, verifyContract, { changeId: order.changeId });
    open.verification = { verdict: seen.verdict, reasons: seen.reasons, facts: seen.facts };
    note(open, nowOf(df), 'verify', plan, `${seen.verdict}: ${seen.reasons.join('; ')}`);
    if (seen.verdict === 'healthy') {
      return closed(open, nowOf(df), { kind: 'applied', outcome: 'verified' }, seen.reasons);
    }
    if (seen.verdict === 'worse') {
      stage('undo');
      yield* restore(df, order, open, plan, held);
      return closed(open, nowOf(df), { kind: 'applied', outcome: 'harmful' }, [...seen.reasons, undoText(open)]);
    }
    if (df.currentUtcDateTime >= until) {
      const outcome = seen.verdict === 'blind' ? 'unverifiable' : 'ineffective';
      return closed(open, nowOf(df), { kind: 'applied', outcome }, seen.reasons);
    }
    yield* sleep(df, new Date(Math.min(fromNow(df, lookEverySeconds).getTime(), until.getTime())));
    yield* keepLease(df, order, held);
  }
}

const undoText = ({ undo }: OpenReport): string =>
  undo === null ? '' : `${undo.done ? 'undone' : 'not undone'}: ${undo.text}`;

interface Problem {
  readonly why: 'refused' | 'fenced' | 'out-of-patience';
  readonly reason: string;
  readonly partly: boolean;
}

/** Sends one batch; throttling is waited out as long as the order's patience lasts. */
function* applyBatch(
  df: DurableContext,
  order: ChangeOrder,
  open: OpenReport,
  plan: ToDo,
  batch: number,
  held: Held,
): Steps<Problem | undefined> {
  const giveUpAt = fromNow(df, order.patienceSeconds);
  for (;;) {
    const { changeId, environment, target } = order;
    const { token } = held.lease;
    const answer = yield* call(df, applyContract, { changeId, batch, hash: plan.hash, environment, target, token });
    switch (answer.kind) {
      case 'applied':
        open.appliedAt ??= answer.at;
        note(open, nowOf(df), 'apply', plan, `batch ${batch + 1} of ${plan.batches} was taken`);
        return undefined;
      case 'refused':
        return { why: 'refused', reason: answer.reason, partly: answer.partly };
      case 'drifted':
        return { why: 'refused', reason: answer.reason, partly: false };
      case 'fenced':
        return { why: 'fenced', reason: answer.reason, partly: false };
      case 'later': {
        note(open, nowOf(df), 'apply', plan, `batch ${batch + 1}: later, ${answer.reason}`);
        const wakeAt = fromNow(df, Math.max(1, answer.retryAfterSeconds));
        if (wakeAt > giveUpAt) {
          return { why: 'out-of-patience', reason: answer.reason, partly: false };
        }
        yield* sleep(df, wakeAt);
        yield* keepLease(df, order, held);
      }
    }
  }
}

/** So often an undo that was told to wait is tried. */
const mostRestores = 10;

function* restore(df: DurableContext, order: ChangeOrder, open: OpenReport, plan: ToDo, held: Held): Steps<void> {
  const { changeId, environment, target } = order;
  for (let time = 0; time < mostRestores; time += 1) {
    try {
      const { token } = held.lease;
      const answer = yield* call(df, restoreContract, { changeId, environment, target, token });
      if (answer.kind !== 'later') {
        open.undo = { done: answer.kind === 'restored', text: answer.text };
        break;
      }
      open.undo = { done: false, text: answer.reason };
      yield* sleep(df, fromNow(df, Math.max(1, answer.retryAfterSeconds)));
      yield* keepLease(df, order, held);
    } catch (error) {
      open.undo = { done: false, text: (error instanceof Error ? error.message : String(error)).slice(0, 1000) };
      break;
    }
  }
  note(open, nowOf(df), 'undo', plan, undoText(open));
}

/** Renews the lease when more than half of it has passed. A lost lease stops further effects, not the looking. */
function* keepLease(df: DurableContext, order: ChangeOrder, held: Held): Steps<void> {
  const remaining = Date.parse(held.lease.expiresAt) - df.currentUtcDateTime.getTime();
  if (!held.held || remaining > (order.limits.leaseSeconds * 1000) / 2) {
    return;
  }
  const entity = new EntityId(guardEntityName, order.environment);
  const request = { target: order.target, token: held.lease.token, leaseSeconds: order.limits.leaseSeconds };
  const renewal = renewalSchema.parse(yield df.callEntity(entity, guardOperations.renew, request));
  if (renewal.kind === 'renewed') {
    held.lease = renewal.lease;
  } else {
    held.held = false;
  }
}
