import type { IncidentOrder, IncidentStatus, LiveStep, RunEvent, RunOrder, RunReport } from './model';

/** Steps that a status tells of, the newest; and how long each text may be. */
const mostSteps = 20;
const longestText = 160;
/** Characters of JSON: an instance's custom status takes 16 KB, in two bytes each (Durable Functions, "Custom orchestration status"). */
const longestStatus = 8000;

/** A text cut to a length, without what JSON writes as six characters each: control characters and halves of pairs. */
const cut = (text: string, length: number): string =>
  (text.length > length ? `${text.slice(0, length - 1)}…` : text).replace(/[\p{Cc}\p{Cs}]/gu, ' ');

const isFitting = (status: object): boolean => JSON.stringify(status).length <= longestStatus;

/** The newest of what runs did so far, oldest first, each with the rung whose run it was. Texts are cut. */
export function liveSteps(accounts: readonly (readonly RunEvent[])[]): LiveStep[] {
  return accounts
    .flatMap((events, rung) => events.slice(-mostSteps).map((event) => ({ rung, event })))
    .slice(-mostSteps)
    .map(({ rung, event: { at, stage, text } }) => ({ rung, at, stage, text: cut(text, longestText) }));
}

/** A status with as many of the newest steps as it has room for. */
function withSteps<Status extends object>(status: Status, steps: readonly LiveStep[]): Status & { steps: LiveStep[] } {
  const told = [...steps];
  while (told.length > 0 && !isFitting({ ...status, steps: told })) {
    told.shift();
  }
  return { ...status, steps: told };
}

/** What a run that was ordered by itself tells while it goes on. Always fits. */
export function runStatus({ target, runbook }: RunOrder, stage: string, events: readonly RunEvent[]) {
  return withSteps({ target, runbook, stage }, liveSteps([events]));
}

/**
 * What an incident tells of itself while it goes on. Always fits: where it would not, the oldest steps are left out, and then the
 * reasons of the rungs that are done.
 */
export function incidentStatus(
  order: IncidentOrder,
  rung: number,
  stage: string,
  runs: readonly RunReport[],
  events: readonly RunEvent[],
): IncidentStatus {
  const done = runs.map(({ runbook, result, reasons }) => ({
    runbook,
    result: result.kind === 'applied' ? result.outcome : result.why,
    reasons: reasons.slice(0, 3).map((reason) => cut(reason, longestText)),
  }));
  const status = {
    target: order.target,
    severity: order.severity,
    summary: cut(order.summary, 300),
    environment: order.environment,
    rule: order.rule,
    rung,
    ladder: order.ladder.map(({ runbook }) => runbook),
    stage,
    runs: done,
  };
  const told = isFitting(status) ? status : { ...status, runs: done.map((one) => ({ ...one, reasons: [] })) };
  return withSteps(told, liveSteps([...runs.map((run) => run.events), events]));
}
