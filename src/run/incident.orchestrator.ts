import type { OrchestrationContext, Task } from 'durable-functions';
import { call, isSettled } from '../kernel/activity';
import type { Iso8601 } from '../kernel/clock';
import { carryOut } from './carry-out';
import { recordContract } from './contract';
import {
  incidentOrderSchema,
  resolvedEventName,
  type IncidentOrder,
  type IncidentReport,
  type RunEvent,
  type RunOrder,
  type RunReport,
} from './model';
import { afterRung, type Next } from './plan';
import { incidentStatus } from './status.plan';

/**
 * One incident: climbs the ladder of its rule a verified step at a time, and ends when the resource is verified healthy,
 * the alert is resolved, or a person has to take over. Rungs run inside this instance rather than as sub-orchestrations:
 * they hear `resolved` at once, and a repair costs one orchestration start instead of three.
 */
export function* incidentOrchestrator(context: OrchestrationContext): Generator<Task, IncidentReport, unknown> {
  const { df } = context;
  const order = incidentOrderSchema.parse(df.getInput());
  const openedAt = df.currentUtcDateTime.toISOString() as Iso8601;
  const resolved = df.waitForExternalEvent(resolvedEventName);
  const runs: RunReport[] = [];
  let next: Next = { kind: 'climb', reason: 'opened' };
  for (let rung = 0; next.kind === 'climb'; rung += 1) {
    const run = runOf(order, rung);
    const progress = (stage: string, events: readonly RunEvent[]): void => {
      df.setCustomStatus(incidentStatus(order, rung, stage, runs, events));
    };
    const report = yield* carryOut(df, run, { resolved, correlation: order.correlation, progress });
    runs.push(report);
    next = afterRung(report, isSettled(resolved), rung === order.ladder.length - 1);
  }
  const closedAt = df.currentUtcDateTime.toISOString() as Iso8601;
  const incident: IncidentReport = {
    id: order.incidentId,
    order,
    openedAt,
    closedAt,
    end: next.end,
    reasons: [...next.reasons],
    timeToRepairSeconds: next.end === 'repaired' ? (Date.parse(closedAt) - Date.parse(order.occurredAt)) / 1000 : null,
    runs,
  };
  df.setCustomStatus(incidentStatus(order, runs.length - 1, next.end, runs, []));
  yield* call(df, recordContract, { runs, incident });
  return incident;
}

function runOf(order: IncidentOrder, rung: number): RunOrder {
  const { runbook, parameters, operationLimitSeconds, asks } = order.ladder[rung] as IncidentOrder['ladder'][number];
  return {
    runId: `${order.incidentId}-r${rung + 1}`,
    incidentId: order.incidentId,
    environment: order.environment,
    target: order.target,
    runbook,
    parameters,
    rule: order.rule,
    mode: order.mode,
    askedBy: { kind: 'signal', signalId: order.signalId },
    limits: order.limits,
    verification: order.verification,
    patienceSeconds: order.patienceSeconds,
    operationLimitSeconds,
    ...(order.approval === undefined ? {} : { approval: { terms: order.approval, always: asks === true } }),
  };
}
