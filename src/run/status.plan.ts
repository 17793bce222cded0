import type { IncidentOrder, IncidentStatus, LiveStep, RunEvent, RunReport } from './model';

/** Steps that a status tells of, the newest; and how long each text may be. */
const mostSteps = 20;
const longestText = 160;
/**
 * An instance's custom status takes 16 KB, in two bytes a character (Durable Functions, "Custom orchestration status"); a little is
 * left for what escapes cost.
 */
const longestStatus = 7500;

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** The newest of what runs did so far, oldest first, each with the rung whose run it was. Texts are cut. */
export function liveSteps(accounts: readonly (readonly RunEvent[])[]): LiveStep[] {
  return accounts
    .flatMap((events, rung) => events.map(({ at, stage, text }) => ({ rung, at, stage, text: cut(text, longestText) })))
    .slice(-mostSteps);
}

/** What an incident tells of itself while it goes on. Always fits: where it would not, the oldest steps are left out. */
export function incidentStatus(
  order: IncidentOrder,
  rung: number,
  stage: string,
  runs: readonly RunReport[],
  events: readonly RunEvent[],
): IncidentStatus {
  const status = {
    target: order.target,
    severity: order.severity,
    summary: order.summary.slice(0, 300),
    environment: order.environment,
    rule: order.rule,
    rung,
    ladder: order.ladder.map(({ runbook }) => runbook),
    stage,
    runs: runs.map(({ runbook, result, reasons }) => ({
      runbook,
      result: result.kind === 'applied' ? result.outcome : result.why,
      reasons: reasons.slice(0, 3).map((reason) => cut(reason, longestText)),
    })),
  };
  const steps = liveSteps([...runs.map((run) => run.events), events]);
  while (steps.length > 0 && JSON.stringify({ ...status, steps }).length > longestStatus) {
    steps.shift();
  }
  return { ...status, steps };
}
