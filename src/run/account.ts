import type { Verdict } from '../guard';
import type { Iso8601 } from '../kernel/clock';
import type { Outcome } from '../kernel/outcome';
import type { Plan, Verification } from '../runbooks';
import type { NotApplied, RunEvent, RunOrder, RunReport } from './model';

/** Events beyond this are counted, not kept: a report stays small enough for the durable history. */
const mostEvents = 150;

/** What a run has found and done so far; becomes its report. Filled in by the orchestrator as it goes. */
export interface Account {
  readonly order: RunOrder;
  readonly startedAt: Iso8601;
  events: RunEvent[];
  dropped: number;
  plan: Plan | null;
  planHash: string | null;
  guard: Verdict | null;
  verification: Verification | null;
  appliedAt: Iso8601 | null;
  undo: RunReport['undo'];
  approval: NonNullable<RunReport['approval']> | null;
  calls: NonNullable<RunReport['calls']> | null;
  /** Called after each line, on replay too. */
  readonly noted: () => void;
}

/** A run that has just begun. `noted` is called after each line that is noted. */
export function openAccount(order: RunOrder, startedAt: Iso8601, noted: () => void = () => undefined): Account {
  return {
    order,
    startedAt,
    events: [],
    dropped: 0,
    plan: null,
    planHash: null,
    guard: null,
    verification: null,
    appliedAt: null,
    undo: null,
    approval: null,
    calls: null,
    noted,
  };
}

/** Notes one line. Text is cut to what the schema takes. */
export function note(account: Account, at: Iso8601, stage: RunEvent['stage'], text: string): void {
  if (account.events.length >= mostEvents) {
    account.dropped += 1;
    return;
  }
  account.events.push({ at, stage, text: text.slice(0, 1024) });
  account.noted();
}

/** Adds what one activity asked of the platform; activities of earlier versions do not say. */
export function count(account: Account, { calls }: { readonly calls?: RunReport['calls'] | undefined }): void {
  if (calls !== undefined) {
    const { reads, writes } = account.calls ?? { reads: 0, writes: 0 };
    account.calls = { reads: reads + calls.reads, writes: writes + calls.writes };
  }
}

/** Closes an account that changed something. */
export function applied(account: Account, at: Iso8601, outcome: Outcome, reasons: readonly string[]): RunReport {
  return report(account, at, { kind: 'applied', outcome }, reasons);
}

/** Closes an account that changed nothing. */
export function notApplied(account: Account, at: Iso8601, why: NotApplied, reasons: readonly string[]): RunReport {
  return report(account, at, { kind: 'not-applied', why }, reasons);
}

function report(account: Account, at: Iso8601, result: RunReport['result'], reasons: readonly string[]): RunReport {
  const { order, dropped } = account;
  return {
    id: order.runId,
    incidentId: order.incidentId,
    environment: order.environment,
    target: order.target,
    runbook: order.runbook,
    rule: order.rule,
    askedBy: order.askedBy,
    startedAt: account.startedAt,
    finishedAt: at,
    appliedAt: account.appliedAt,
    result,
    reasons: dropped > 0 ? [...reasons, `${dropped} events beyond ${mostEvents} were left out`] : [...reasons],
    plan: account.plan,
    planHash: account.planHash,
    guard: account.guard,
    verification: account.verification,
    undo: account.undo,
    ...(account.approval === null ? {} : { approval: account.approval }),
    ...(account.calls === null ? {} : { calls: account.calls }),
    events: account.events,
  };
}
