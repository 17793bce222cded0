import type { LedgerEntry } from '../ledger';

type Data = Readonly<Record<string, unknown>>;

const nameOf = (target: string): string => target.split('/').pop() ?? target;

const textOf = (data: Data, field: string): string | undefined => {
  const value = data[field];
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
};

/** What follows a sentence in words of its own, such as a reason; nothing when there is none. */
const because = (text: string | undefined): string => (text === undefined ? '' : `: ${text}`);

const firstOf = (data: Data, field: string): string | undefined => {
  const value = data[field];
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : undefined;
};

const orders: Readonly<Record<string, string>> = {
  hold: 'put a hold on',
  'release-hold': 'ended the hold on',
  run: 'ordered the run',
  'override-calendar': 'overrode the calendar of',
  'end-calendar-override': 'ended the override of the calendar of',
  'reset-breaker': 'reset the breaker of',
  'replay-dead-letter': 'replayed the dead letter',
  'discard-dead-letter': 'discarded the dead letter',
  'backup-run': 'ordered',
  'backup-hold': 'put a legal hold on a recovery point of',
  'backup-unhold': 'ended the legal hold on a recovery point of',
  drill: 'ordered a drill of',
  restore: 'ordered a restore of',
  'undo-restore': 'ordered to undo a restore of',
  'pause-scaling': 'paused the scaling of',
  'resume-scaling': 'resumed the scaling of',
  'raise-ceiling': 'raised the ceiling of',
  'lower-ceiling': 'gave back the raised ceiling of',
};

/** Who ordered what, of an order of a person or a program. */
function orderText({ subject, data }: { readonly subject: string; readonly data: Data }): string {
  const order = textOf(data, 'order') ?? 'something';
  const runbook = textOf(data, 'runbook');
  const what =
    order === 'run' && runbook !== undefined
      ? `ordered ${runbook} on ${nameOf(textOf(data, 'target') ?? subject)}`
      : `${orders[order] ?? `gave the order ${order} about`} ${nameOf(subject)}`;
  const until = textOf(data, 'until');
  return `${textOf(data, 'by') ?? 'Somebody'} ${what}${until === undefined ? '' : ` until ${until}`}${because(textOf(data, 'reason'))}`;
}

/** Whose switch it is: everything's, an environment's, or one rule's in an environment. */
function switchText({ data }: { readonly data: Data }): string {
  const [environment, rule] = [textOf(data, 'environment'), textOf(data, 'rule')];
  const whose =
    environment === undefined ? 'everything' : rule === undefined ? environment : `rule ${rule} in ${environment}`;
  const done = data['engaged'] === true ? 'engaged' : 'cleared';
  return `${textOf(data, 'by') ?? 'Somebody'} ${done} the kill switch of ${whose}${because(textOf(data, 'reason'))}`;
}

/** The first names of many, and how many more there are. */
function shortened(names: readonly string[]): string {
  const most = 3;
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}

type Teller = (entry: { readonly subject: string; readonly data: Data }) => string;

const tellers: Readonly<Record<string, Teller>> = {
  'signal.decided': ({ data, subject }) => textOf(data, 'sentence') ?? `Signal ${subject} was decided`,
  'run.finished': ({ data }) => {
    const on = `${textOf(data, 'runbook') ?? 'A runbook'} on ${nameOf(textOf(data, 'target') ?? 'a resource')}`;
    const end = textOf(data, 'result') ?? 'without a result';
    return data['applied'] === true ? `${on} was applied and ended ${end}` : `${on} changed nothing (${end})`;
  },
  'incident.opened': ({ data, subject }) =>
    `Incident ${subject} was opened for ${nameOf(textOf(data, 'target') ?? '')}`,
  'incident.closed': ({ data, subject }) =>
    `The incident of ${nameOf(textOf(data, 'target') ?? subject)} ended ${textOf(data, 'end') ?? ''}`.trimEnd(),
  'incident.handed-over': ({ data, subject }) =>
    `The incident of ${nameOf(textOf(data, 'target') ?? subject)} was handed over to people${because(firstOf(data, 'reasons'))}`,
  'kill-switch.set': switchText,
  'operator.ordered': orderText,
  'approval.asked': ({ data }) =>
    `People were asked about ${nameOf(textOf(data, 'target') ?? '')}${because(textOf(data, 'summary'))}`,
  'approval.answered': ({ data }) =>
    `${textOf(data, 'by') ?? 'Somebody'} said ${textOf(data, 'answer') === 'approve' ? 'yes' : 'no'} about ${nameOf(textOf(data, 'target') ?? '')}${because(textOf(data, 'reason'))}`,
  'approval.ended': ({ data }) =>
    `The approval about ${nameOf(textOf(data, 'target') ?? '')} is ${textOf(data, 'state') ?? 'over'}${because(firstOf(data, 'reasons'))}`,
  'rotation.finished': ({ data, subject }) =>
    `The rotation of ${nameOf(subject)} ended ${textOf(data, 'end') ?? ''}${because(firstOf(data, 'reasons'))}`,
  'backup.recorded': ({ data, subject }) => {
    const points = Array.isArray(data['points']) ? (data['points'] as readonly unknown[]) : [];
    const items = points.flatMap((point) => {
      const item = typeof point === 'object' && point !== null ? textOf(point as Data, 'item') : undefined;
      return item === undefined ? [] : [nameOf(item)];
    });
    return items.length === 0
      ? `Recovery points of ${subject} were recorded`
      : `${items.length === 1 ? 'A recovery point' : `${items.length} recovery points`} of ${shortened([...new Set(items)])} ${items.length === 1 ? 'was' : 'were'} recorded`;
  },
  'backup.deleted': ({ data, subject }) =>
    `Recovery point ${textOf(data, 'point') ?? ''} of ${nameOf(subject)} was deleted${because(textOf(data, 'reason'))}`,
  'backup.finished': ({ data, subject }) =>
    `Backup ${subject} took ${textOf(data, 'complete') ?? '0'} recovery points; ${textOf(data, 'failed') ?? '0'} failed`,
  'drill.finished': ({ data, subject }) =>
    `The drill of ${nameOf(subject)} ended ${textOf(data, 'result') ?? ''}${because(firstOf(data, 'reasons'))}`,
  'restore.begun': ({ data, subject }) =>
    `A restore of ${nameOf(subject)} to the point of ${textOf(data, 'takenAt') ?? 'an unknown time'} began, asked for by ${textOf(data, 'askedBy') ?? 'somebody'}`,
  'restore.finished': ({ data, subject }) =>
    `The restore of ${nameOf(subject)} ended ${textOf(data, 'result') ?? ''}${because(firstOf(data, 'reasons'))}`,
  'scaling.decided': ({ data, subject }) =>
    `${nameOf(subject)} is to go from ${textOf(data, 'from') ?? '?'} to ${textOf(data, 'to') ?? '?'}${because(firstOf(data, 'reasons'))}`,
  'field.set': ({ data, subject }) =>
    textOf(data, 'sentence') ?? `${textOf(data, 'field') ?? 'A field'} of ${nameOf(subject)} was set`,
  'drift.found': ({ data, subject }) => textOf(data, 'sentence') ?? `Stack ${subject} has drifted`,
  'drift.settled': ({ data, subject }) =>
    `The drift of stack ${subject} was settled by ${textOf(data, 'by') ?? 'somebody'}${because(firstOf(data, 'reasons'))}`,
};

/**
 * What an entry of the ledger says, as one sentence. Pure. An entry of a kind or form that this version does not know is named by its
 * kind and subject.
 */
export function explainEntry({ kind, subject, data }: Pick<LedgerEntry, 'kind' | 'subject' | 'data'>): string {
  const known = typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Data) : {};
  const teller = Object.hasOwn(tellers, kind) ? tellers[kind] : undefined;
  const text = teller?.({ subject, data: known }) ?? `${kind} (${subject})`;
  return `${text.replace(/[.\s]+$/, '')}.`;
}
