import type { Now, RunReport } from '../api/types';
import type { IncidentRecord } from './types';
import { askedByText, humanReason, resultOf } from './words';

/** What the list of incidents shows of one, open or over. */
export interface ListedIncident {
  readonly id: string;
  readonly isOpen: boolean;
  /** Empty before an incident that has just begun has told it. */
  readonly target: string;
  readonly environment: string;
  readonly severity: string | null;
  readonly summary: string;
  readonly rule: string;
  readonly since: string;
  readonly closedAt: string | null;
  readonly end: string | null;
  readonly timeToRepairSeconds: number | null;
  readonly ladder: readonly string[];
  /** How many rungs were tried, the present one included. */
  readonly tried: number;
  readonly stage: string | null;
  readonly lastReason: string;
}

/** What is asked of the list. Empty texts ask for nothing. */
export interface IncidentFilter {
  readonly state: 'open' | 'all';
  readonly environment: string;
  readonly end: string;
  readonly q: string;
}

type OpenIncident = NonNullable<Now['incidents']>[number];

function listedOpen(one: OpenIncident): ListedIncident {
  return {
    id: one.id,
    isOpen: true,
    target: one.target ?? '',
    environment: one.environment ?? '',
    severity: one.severity,
    summary: one.summary ?? '',
    rule: one.rule ?? '',
    since: one.since,
    closedAt: null,
    end: null,
    timeToRepairSeconds: null,
    ladder: one.ladder,
    tried: one.rung === null ? 0 : one.rung + 1,
    stage: one.stage,
    lastReason: one.runs.at(-1)?.reasons[0] ?? '',
  };
}

/** An incident on record, as the list shows it. */
export function listedRecord({
  id,
  order,
  openedAt,
  closedAt,
  end,
  reasons,
  timeToRepairSeconds,
  runs,
}: IncidentRecord): ListedIncident {
  return {
    id,
    isOpen: false,
    target: order.target,
    environment: order.environment,
    severity: order.severity,
    summary: order.summary,
    rule: order.rule,
    since: openedAt,
    closedAt,
    end,
    timeToRepairSeconds,
    ladder: order.ladder.map(({ runbook }) => runbook),
    tried: runs.length,
    stage: null,
    lastReason: humanReason(reasons[0] ?? ''),
  };
}

function hasWords(text: string, q: string): boolean {
  const all = text.toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

function fits(one: ListedIncident, { environment, end, q }: IncidentFilter): boolean {
  return (
    (environment === '' || one.environment === environment) &&
    (end === '' || one.end === end) &&
    hasWords(`${one.id} ${one.target} ${one.rule} ${one.summary}`, q)
  );
}

/**
 * The list: those that are open first, the newest first among them, then those on record in the order in which they come. One that
 * has just ended and is in both is shown as open until the platform says otherwise.
 */
export function listedIncidents(
  open: readonly OpenIncident[],
  recorded: readonly ListedIncident[],
  filter: IncidentFilter,
): readonly ListedIncident[] {
  const shown = open
    .map(listedOpen)
    .filter((one) => fits(one, filter))
    .sort((left, right) => right.since.localeCompare(left.since));
  if (filter.state === 'open') return shown;
  const ids = new Set(shown.map(({ id }) => id));
  return [...shown, ...recorded.filter(({ id }) => !ids.has(id))];
}

/** What the list of runs shows of one, under way or over. */
export interface ListedRun {
  readonly id: string;
  readonly runbook: string;
  readonly target: string;
  /** Empty for one that is under way: it does not tell. */
  readonly environment: string;
  readonly asked: string;
  /** Null while it is under way. */
  readonly result: string | null;
  readonly reason: string;
  readonly stage: string | null;
  readonly since: string;
  readonly finishedAt: string | null;
}

/** A run on record, as the list shows it. */
export function listedRun(run: RunReport): ListedRun {
  const { id, runbook, target, environment, askedBy, reasons, startedAt, finishedAt, rule } = run;
  return {
    id,
    runbook,
    target,
    environment,
    asked: askedBy.kind === 'signal' ? rule : `asked for by ${askedByText(askedBy)}`,
    result: resultOf(run),
    reason: reasons.join('; '),
    stage: null,
    since: startedAt,
    finishedAt,
  };
}

/** The list: those that are under way first, then those on record in the order in which they come. */
export function listedRuns(
  open: NonNullable<Now['runs']>,
  recorded: readonly ListedRun[],
  filter: { readonly runbook: string; readonly environment: string; readonly result: string; readonly q: string },
): readonly ListedRun[] {
  const shown = open
    .map(({ id, since, target, runbook, stage }): ListedRun => ({
      id,
      runbook: runbook ?? '',
      target: target ?? '',
      environment: '',
      asked: '',
      result: null,
      reason: '',
      stage,
      since,
      finishedAt: null,
    }))
    .filter(
      (one) =>
        (filter.runbook === '' || one.runbook === filter.runbook) &&
        filter.result === '' &&
        hasWords(`${one.id} ${one.target} ${one.runbook}`, filter.q),
    )
    .sort((left, right) => right.since.localeCompare(left.since));
  const ids = new Set(shown.map(({ id }) => id));
  return [...shown, ...recorded.filter(({ id }) => !ids.has(id))];
}

/** A part of a path as it was before it was encoded; what is not encoded well stays as it is. */
export function decodedPart(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '');
  } catch {
    return part ?? '';
  }
}
