import type { Now } from '../api/types';
import type { IncidentRecord } from './types';

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
    lastReason: reasons[0] ?? '',
  };
}

function fits(one: ListedIncident, { environment, end, q }: IncidentFilter): boolean {
  const text = `${one.id} ${one.target} ${one.rule} ${one.summary}`.toLowerCase();
  return (
    (environment === '' || one.environment === environment) &&
    (end === '' || one.end === end) &&
    q
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word))
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

/** A part of a path as it was before it was encoded; what is not encoded well stays as it is. */
export function decodedPart(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '');
  } catch {
    return part ?? '';
  }
}
