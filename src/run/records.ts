import type { Clock } from '../kernel/clock';
import { isoOf } from '../kernel/clock';
import type { Json } from '../kernel/canonical-json';
import type { FieldDecision, FieldDecisions, Ledger, LedgerDraft, Reports } from '../ledger';
import type { Documents } from '../ports/documents';
import type { Notifications } from '../ports/notifications';
import type { Records } from './activities';
import type { IncidentReport, RunReport } from './model';
import { recordedNews } from './telling';

/** What the recording of runs and incidents stands on. */
export interface RecordPorts {
  readonly documents: Documents;
  readonly ledger: Ledger;
  readonly runs: Reports;
  readonly incidents: Reports;
  readonly clock: Clock;
  /** Fields that Terraform knows too and a run has set, and where that is written down; none when left out. */
  readonly fields?: {
    readonly decisions: FieldDecisions;
    setBy(report: RunReport): readonly FieldDecision[];
  };
  /** Who is told how it ended; nobody when left out. */
  readonly notifications?: Notifications;
}

/** Records that also remember which alerts were resolved, for a `Resolved` that overtakes its `Fired`. */
export interface IncidentRecords extends Records {
  /** Notes that an alert was resolved. Idempotent. */
  noteResolved(correlation: string, signalId: string, at: string): Promise<void>;
}

/** Writes reports as documents and enters what happened in the ledger. Everything is keyed by id: repeating changes nothing. */
export function createRecords(ports: RecordPorts): IncidentRecords {
  const { documents, ledger, runs, incidents, clock } = ports;
  const resolvedPath = (correlation: string): string => `resolved/${correlation}.json`;

  return {
    async record(reports, incident, joined = []) {
      await Promise.all(reports.map((report) => runs.put(asDocument(report))));
      if (incident !== null) {
        const { runs: inside, openedAt, ...rest } = incident;
        const runIds = inside.map(({ id }) => id);
        const more = joined.length === 0 ? {} : { joined: [...joined] };
        await incidents.put(asDocument({ ...rest, openedAt, startedAt: openedAt, runs: runIds, ...more }));
      }
      const drafts = [...reports.map(runEntry), ...(incident === null ? [] : [incidentEntry(incident, joined)])];
      await ledger.append(drafts);
      for (const decision of reports.flatMap((report) => ports.fields?.setBy(report) ?? [])) {
        await ports.fields?.decisions.record(decision);
      }
      for (const news of ports.notifications === undefined ? [] : recordedNews(reports, incident)) {
        await ports.notifications?.tell(news);
      }
      return drafts.length;
    },
    async isResolved(correlation) {
      return (await documents.get(resolvedPath(correlation))) !== undefined;
    },
    async noteResolved(correlation, signalId, at) {
      await documents.create(resolvedPath(correlation), { signalId, at, notedAt: isoOf(clock.now()) });
    },
  };
}

/** Reports hold nothing but JSON; their types are richer than `Json` can say. */
function asDocument<Report extends { readonly id: string; readonly startedAt: string }>(report: Report) {
  return JSON.parse(JSON.stringify(report)) as { id: string; startedAt: string } & {
    [member: string]: Json | undefined;
  };
}

function runEntry(report: RunReport): LedgerDraft {
  const {
    id,
    runbook,
    rule,
    environment,
    target,
    incidentId,
    startedAt,
    appliedAt,
    finishedAt,
    planHash,
    undo,
    askedBy,
    approval,
  } = report;
  const result = report.result.kind === 'applied' ? report.result.outcome : report.result.why;
  const data = { runbook, rule, environment, target, incidentId, askedBy, startedAt, appliedAt, finishedAt, planHash };
  const asked = approval === undefined ? {} : { approval: { id: approval.id, by: approval.by } };
  return {
    id: `run.finished:${id}`,
    kind: 'run.finished',
    subject: id,
    data: {
      ...data,
      ...asked,
      applied: report.result.kind === 'applied',
      result,
      reasons: report.reasons.slice(0, 20),
      undo,
    },
  };
}

function incidentEntry(incident: IncidentReport, joined: readonly string[]): LedgerDraft {
  const { id, order, openedAt, closedAt, end, reasons, timeToRepairSeconds, runs } = incident;
  const { environment, target, rule, signalId, policyVersion } = order;
  const data = { environment, target, rule, signalId, policyVersion, openedAt, closedAt, end, timeToRepairSeconds };
  return {
    id: `incident.ended:${id}`,
    kind: end === 'handed-over' ? 'incident.handed-over' : 'incident.closed',
    subject: id,
    data: {
      ...data,
      reasons: reasons.slice(0, 20),
      runs: runs.map((run) => run.id),
      ...(joined.length === 0 ? {} : { joined: joined.slice(0, 100), joinedCount: joined.length }),
    },
  };
}
