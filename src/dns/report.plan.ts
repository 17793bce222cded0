import type { Verdict } from '../guard';
import type { Iso8601 } from '../kernel/clock';
import type { RunReport } from '../run';
import type { ChangeOrder, Planned } from './change.model';

/** Under this name changes stand among the runs. */
export const changeRunbook = 'dns-change';

/** What a change has come to so far; becomes its report. Plain data, filled in by the orchestrator as it goes. */
export interface OpenReport {
  readonly order: ChangeOrder;
  readonly startedAt: Iso8601;
  events: RunReport['events'];
  plan: RunReport['plan'];
  planHash: string | null;
  guard: Verdict | null;
  verification: RunReport['verification'];
  appliedAt: Iso8601 | null;
  undo: RunReport['undo'];
  approval: RunReport['approval'];
}

/** A change that has just begun. */
export function openReport(order: ChangeOrder, startedAt: Iso8601): OpenReport {
  return {
    order,
    startedAt,
    events: [],
    plan: null,
    planHash: null,
    guard: null,
    verification: null,
    appliedAt: null,
    undo: null,
    approval: undefined,
  };
}

const mostEvents = 150;
const mostSteps = 20;

/** Notes one line, and the plan that it is about. */
export function note(
  open: OpenReport,
  at: Iso8601,
  stage: RunReport['events'][number]['stage'],
  plan: Extract<Planned, { kind: 'planned' }>,
  text: string = `${plan.summary}: ${plan.lines.slice(0, 5).join('; ')}`,
): void {
  open.planHash = plan.hash;
  const more = plan.lines.length - mostSteps;
  open.plan = {
    kind: 'act',
    summary: plan.summary.slice(0, 512),
    reasons: [open.order.cause.text, ...plan.obstacles].map((reason) => reason.slice(0, 512)),
    steps: plan.lines.slice(0, mostSteps).map((line, index) => ({
      id: `change-${index + 1}`,
      effect: 'batch',
      summary: (index === mostSteps - 1 && more > 0 ? `${line} (and ${more} more)` : line).slice(0, 512),
    })),
    before: { ours: plan.counts.ours, foreign: plan.counts.foreign },
  };
  if (open.events.length < mostEvents) {
    open.events.push({ at, stage, text: text.slice(0, 1024) });
  }
}

/** Closes a report. */
export function closed(
  open: OpenReport,
  at: Iso8601,
  result: RunReport['result'],
  reasons: readonly string[],
): RunReport {
  const { order, startedAt, events, plan, planHash, guard, verification, appliedAt, undo, approval } = open;
  return {
    id: order.changeId,
    incidentId: null,
    environment: order.environment,
    target: order.target,
    runbook: changeRunbook,
    rule: `dns-${order.cause.kind}`,
    askedBy: order.cause.by,
    startedAt,
    finishedAt: at,
    appliedAt,
    result,
    reasons: reasons.filter((reason) => reason !== '').map((reason) => reason.slice(0, 1000)),
    plan,
    planHash,
    guard,
    verification,
    undo,
    ...(approval === undefined ? {} : { approval }),
    events,
  };
}
