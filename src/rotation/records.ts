import type { Json } from '../kernel/canonical-json';
import type { FieldDecisions, Ledger, Reports } from '../ledger';
import type { Notification, Notifications } from '../ports/notifications';
import type { RotationEnd, RotationReport } from './model';

export interface RotationRecords {
  /** Writes the report and the ledger entry, and tells people what they have to know. Idempotent by the report's id. */
  record(report: RotationReport): Promise<void>;
}

/** Ends that nobody needs to read in the ledger: nothing was to be done. */
const quiet: ReadonlySet<RotationEnd> = new Set(['nothing-to-do']);
/** Ends that a person should act on. */
const worrying: ReadonlySet<RotationEnd> = new Set([
  'rolled-back',
  'overlap-open',
  'impossible',
  'refused',
  'asked',
  'stopped',
  'out-of-patience',
  'fenced',
  'failed',
]);

/** Fields of a secret that are the rotator's (`infra/ownership.yaml`). Their values are nobody's to know. */
const ownedFields = ['value', 'expiration_date', 'not_before_date'];

/** See {@link RotationRecords}. */
export function createRotationRecords(ports: {
  readonly ledger: Ledger;
  readonly rotations: Reports;
  readonly fieldDecisions: FieldDecisions;
  readonly notifications: Notifications;
}): RotationRecords {
  const { ledger, rotations, fieldDecisions, notifications } = ports;
  return {
    async record(report) {
      if (quiet.has(report.end)) {
        return;
      }
      const stored = JSON.parse(JSON.stringify(report)) as { id: string; startedAt: string; [member: string]: Json };
      await rotations.put(stored);
      const { id, target, end, outcome, mode, rotator, environment, from, to, askedBy, startedAt, finishedAt } = report;
      const { promotedAt, revokedAt } = report;
      const data = {
        end,
        outcome,
        mode,
        rotator,
        environment,
        from,
        to,
        askedBy,
        startedAt,
        finishedAt,
        promotedAt,
        revokedAt,
      };
      const draft = { id: `rotation.finished:${id}`, kind: 'rotation.finished', subject: target } as const;
      await ledger.append([{ ...draft, data: { ...data, reasons: report.reasons.slice(0, 20) } }]);
      if (promotedAt !== null && end !== 'rolled-back') {
        const sentence = `${rotator} rotated ${report.secret}: ${report.reasons[0] ?? end}`.slice(0, 1024);
        for (const field of ownedFields) {
          await fieldDecisions.record({ id, resource: target, field, at: promotedAt, sentence });
        }
      }
      if (worrying.has(end) || mode === 'leak' || mode === 'cut') {
        await notifications.tell(noticeOf(report));
      }
    },
  };
}

function noticeOf({
  id,
  environment,
  secret,
  owner,
  rotator,
  end,
  mode,
  reasons,
  adoption,
}: RotationReport): Notification {
  const laggards = (adoption?.consumers ?? []).filter(({ kind }) => kind !== 'adopted').map(({ name }) => name);
  return {
    key: `rotation:${id}`,
    kind: 'rotation',
    severity: end === 'rolled-back' || end === 'failed' || mode === 'leak' || mode === 'cut' ? 'critical' : 'warning',
    environment,
    title: `Rotation of ${secret} (${mode}) ended: ${end}`.slice(0, 200),
    text: `${reasons.join('; ')}`.slice(0, 1900) || end,
    facts: [
      { name: 'secret', value: secret },
      { name: 'owner', value: owner ?? 'nobody' },
      { name: 'rotator', value: rotator },
      ...(laggards.length === 0
        ? []
        : [{ name: 'not seen with the new version', value: laggards.join(', ').slice(0, 200) }]),
    ],
  };
}
