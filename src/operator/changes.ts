import { apartRulePrefix } from '../guard';
import type { Clock } from '../kernel/clock';
import { seconds } from '../kernel/duration';
import { createRecentEntries, type LedgerEntry, type RecentEntries } from '../ledger';
import type { Documents } from '../ports/documents';
import type { LedgerLogs } from '../ports/ledger-logs';

/** What changes something, or orders it; the rest of the ledger tells what was seen and decided. */
const changing: ReadonlySet<string> = new Set([
  'incident.opened',
  'incident.closed',
  'incident.handed-over',
  'policy.changed',
  'policy.refused',
  'kill-switch.set',
  'operator.ordered',
  'approval.asked',
  'approval.answered',
  'approval.ended',
  'rotation.finished',
  'backup.deleted',
  'drill.finished',
  'restore.begun',
  'restore.finished',
  'drift.found',
  'drift.settled',
]);

/**
 * Whether an entry is about a change or an order. Of what scaling does its decision is enough, unless the run that carried it out did
 * not end well; and a field that was set goes with what set it.
 */
export function isChange({ kind, data }: Pick<LedgerEntry, 'kind' | 'data'>): boolean {
  const { applied, rule, result, runId } = (data ?? {}) as Readonly<Record<string, unknown>>;
  const isScaling = typeof rule === 'string' && rule.startsWith(apartRulePrefix);
  switch (kind) {
    case 'run.finished':
      return applied === true && !(isScaling && result === 'verified');
    case 'scaling.decided':
      return typeof runId === 'string';
    default:
      return changing.has(kind);
  }
}

/** What ended, and what people were asked: what is looked for by a name that has gone from every list of what is under way. */
const history: ReadonlySet<string> = new Set([
  'run.finished',
  'incident.closed',
  'incident.handed-over',
  'approval.asked',
  'rotation.finished',
  'drill.finished',
  'restore.begun',
  'restore.finished',
]);

/** Those entries of the last thirty days, at most the newest 2,000. Remembers them: one is made for each process. */
export function createRecentHistory(source: {
  readonly logs: LedgerLogs;
  readonly documents: Documents;
  readonly environment: string;
  readonly clock: Clock;
}): RecentEntries {
  return createRecentEntries({
    ...source,
    window: seconds(30 * 86_400),
    fits: ({ kind }) => history.has(kind),
    most: 2_000,
  });
}

/** The ledger's changes and orders of the last hour, at most the newest 500. Remembers them: one is made for each process. */
export function createRecentChanges(source: {
  readonly logs: LedgerLogs;
  readonly documents: Documents;
  readonly environment: string;
  readonly clock: Clock;
}): RecentEntries {
  return createRecentEntries({ ...source, window: seconds(3600), fits: isChange, most: 500 });
}
