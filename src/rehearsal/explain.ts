import { z } from 'zod';
import type { EpochMillis } from '../kernel/clock';
import { isoOf } from '../kernel/clock';
import { formatDuration, seconds } from '../kernel/duration';
import type { DecisionRecord, DecisionRecords, Ledger, LedgerEntry, Report, Reports } from '../ledger';
import { incidentEndSchema, keptDecisionSchema, runReportSchema, type NotApplied, type RunReport } from '../run';

/** One sentence of an explanation, and the record that it is taken from: `decisions/<signal>`, `runs/<run>`, `ledger:<sequence>`. */
export interface Said {
  readonly text: string;
  readonly from: string;
}

/** What an incident's report holds that explains it; the rest of it is left alone. */
const incidentReportSchema = z.looseObject({
  id: z.string(),
  openedAt: z.string(),
  closedAt: z.string(),
  end: incidentEndSchema,
  reasons: z.array(z.string()),
  timeToRepairSeconds: z.number().nullable(),
  runs: z.array(z.string()),
});

/** Reasons come with and without their full stop. */
const full = (text: string): string => `${text.replace(/[.]+$/, '')}.`;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

const nameOf = (target: string): string => target.split('/').pop() ?? target;

const unreadable = (from: string): Said => ({ text: 'The record is there and cannot be read by this version.', from });

const whyNotApplied: Readonly<Record<NotApplied, string>> = {
  'nothing-to-do': 'there was nothing to do',
  impossible: 'it could not be done to the resource as it was',
  suggested: 'its rule only proposes',
  resolved: 'the alert was resolved first',
  cooldown: 'the runbook had been run on the resource too short a time before',
  stopped: 'the guard stopped it',
  asked: 'the guard asks for a person',
  rejected: 'a person who was asked said no',
  unapproved: 'people were asked and nobody said yes in time',
  'out-of-patience': 'its turn did not come in the time it could wait',
  refused: 'the platform refused it',
  fenced: 'its lease was no longer held',
  failed: 'it failed before anything was changed',
};

/** Why a run did what it did, from its report. Pure. */
export function explainRun(report: Report): readonly Said[] {
  const from = `runs/${report.id}`;
  const parsed = runReportSchema.safeParse(report);
  if (!parsed.success) {
    return [unreadable(from)];
  }
  const run = parsed.data;
  const say = (text: string): Said => ({ text, from });
  const asker =
    run.askedBy.kind === 'signal' ? `because of signal ${run.askedBy.signalId}` : `on the order of ${run.askedBy.name}`;
  return [
    say(
      `${run.runbook} was to be run on ${nameOf(run.target)} in environment ${run.environment} ${asker}, by rule "${run.rule}"${run.incidentId === null ? '' : `, for incident ${run.incidentId}`}; it began at ${run.startedAt}.`,
    ),
    ...(run.plan === null
      ? []
      : [
          say(
            `The plan (hash ${run.planHash?.slice(0, 12) ?? 'none'}): ${run.plan.kind === 'act' ? run.plan.summary : run.plan.reasons.join('; ')}.`,
          ),
        ]),
    ...(run.guard === null
      ? []
      : [
          say(`The guard said ${run.guard.answer} in the end.`),
          ...run.guard.reasons.map(({ check, answer, text }) => say(`Guard, ${check}: ${answer}, as ${text}.`)),
        ]),
    ...(run.approval === undefined
      ? []
      : [say(`People said yes to that plan (approval ${run.approval.id}): ${full(run.approval.by)}`)]),
    say(outcomeText(run)),
    ...run.reasons.map((reason) => say(full(`Reason: ${reason}`))),
    ...(run.undo === null ? [] : [say(`${run.undo.done ? 'It was undone' : 'It was not undone'}: ${run.undo.text}.`)]),
  ];
}

function outcomeText({ result, appliedAt, finishedAt, verification }: RunReport): string {
  if (result.kind === 'not-applied') {
    return `Nothing was changed: ${whyNotApplied[result.why]}; the run ended at ${finishedAt}.`;
  }
  const seen =
    verification === null ? '' : `; looking again told: ${verification.reasons.join('; ') || verification.verdict}`;
  return `It was applied at ${appliedAt ?? 'an unknown time'} and ended ${result.outcome} at ${finishedAt}${seen}.`;
}

/** What became of an incident, from its report. Pure. */
export function explainIncident(report: Report): readonly Said[] {
  const from = `incidents/${report.id}`;
  const parsed = incidentReportSchema.safeParse(report);
  if (!parsed.success) {
    return [unreadable(from)];
  }
  const { id, openedAt, closedAt, end, reasons, timeToRepairSeconds, runs } = parsed.data;
  const repair =
    timeToRepairSeconds === null ? '' : `, ${formatDuration(seconds(Math.round(timeToRepairSeconds)))} after the alert`;
  return [
    {
      text: `Incident ${id} was opened at ${openedAt} and ended ${end} at ${closedAt}${repair}, with ${count(runs.length, 'run')}.`,
      from,
    },
    ...reasons.map((text) => ({ text: full(`Reason: ${text}`), from })),
  ];
}

/** Why a signal led to what it led to, from its decision record. Pure. */
export function explainDecision(record: DecisionRecord): readonly Said[] {
  const from = `decisions/${record.signalId}`;
  const parsed = keptDecisionSchema.safeParse(record.decision);
  if (!parsed.success) {
    return [unreadable(from)];
  }
  const { signal, sentence, considered, dedupe, policyVersion, environment } = parsed.data;
  const say = (text: string): Said => ({ text, from });
  return [
    say(
      `The alert "${signal.rule}" (${signal.severity}, ${signal.condition}) on ${nameOf(signal.target)} occurred at ${signal.occurredAt} and was taken in at ${record.claimedAt}.`,
    ),
    say(sentence),
    say(
      `Decided under policy ${policyVersion.slice(0, 12)}, in ${environment === null ? 'no environment' : `environment ${environment}`}.`,
    ),
    ...considered.map(({ rule, matched, reasons }) =>
      say(`Rule "${rule}" ${matched ? 'fits' : 'does not fit'}: ${reasons.join('; ')}.`),
    ),
    ...(dedupe === null ? [] : [say(`Deduplication, ${dedupe.answer}: ${dedupe.reason}.`)]),
    ...(record.state === 'done'
      ? []
      : [say('What follows from it is not all started yet; the sweep comes back to it.')]),
  ];
}

/** Where explanations are looked up. */
export interface ExplainPorts {
  readonly decisions: DecisionRecords;
  readonly runs: Reports;
  readonly incidents: Reports;
  readonly ledger: Ledger;
}

/**
 * Answers "why did this happen?" about a signal or a run, by its id: the decision, the incident that followed, and its runs.
 * `undefined` when neither is known.
 */
export async function why(ports: ExplainPorts, id: string): Promise<readonly Said[] | undefined> {
  const record = await ports.decisions.find(id);
  if (record !== undefined) {
    const { incidentId } = (record.result ?? {}) as { incidentId?: unknown };
    return [...explainDecision(record), ...(typeof incidentId === 'string' ? await ofIncident(ports, incidentId) : [])];
  }
  const run = await ports.runs.find(id);
  if (run === undefined) {
    return undefined;
  }
  const { askedBy } = run as { askedBy?: { signalId?: unknown } };
  const signalId = askedBy?.signalId;
  const cause = typeof signalId === 'string' ? await ports.decisions.find(signalId) : undefined;
  return [...explainRun(run), ...(cause === undefined ? [] : explainDecision(cause))];
}

async function ofIncident(ports: ExplainPorts, incidentId: string): Promise<readonly Said[]> {
  const report = await ports.incidents.find(incidentId);
  if (report === undefined) {
    return [
      {
        text: `Incident ${incidentId} has no report: it is open still, or was never opened.`,
        from: `incidents/${incidentId}`,
      },
    ];
  }
  const ids = z.array(z.string()).safeParse(report['runs']);
  const runs = await Promise.all((ids.success ? ids.data : []).map((id) => ports.runs.find(id)));
  return [...explainIncident(report), ...runs.flatMap((run) => (run === undefined ? [] : explainRun(run)))];
}

/** How far around a time `whyNot` looks: a day before it, as incidents and budgets reach that far, and an hour after it. */
const beforeMillis = 24 * 3_600_000;
const afterMillis = 3_600_000;

const decidedSchema = z.looseObject({
  target: z.string(),
  alertRule: z.string(),
  action: z.string(),
  sentence: z.string(),
});
const ranSchema = z.looseObject({ target: z.string(), runbook: z.string(), applied: z.boolean(), result: z.string() });

/**
 * Answers "why did nothing happen to this resource at that time?": what was taken in and done about it from a day before to an hour after,
 * with what kept it from more. `resource` is an ARM id or a name. That nothing was taken in is an answer too.
 */
export async function whyNot(ports: ExplainPorts, resource: string, at: EpochMillis): Promise<readonly Said[]> {
  const since = isoOf((at - beforeMillis) as EpochMillis);
  const until = isoOf((at + afterMillis) as EpochMillis);
  const wanted = resource.toLowerCase();
  const isAbout = (target: string): boolean =>
    wanted.startsWith('/') ? target.toLowerCase() === wanted : nameOf(target).toLowerCase() === wanted;
  const said: Said[] = [];
  let signals = 0;
  let actions = 0;
  const kinds = ['signal.decided', 'run.finished', 'kill-switch.set', 'policy.changed', 'policy.refused'];
  for await (const entry of ports.ledger.read({ since, until, kinds })) {
    const from = `ledger:${entry.sequence}`;
    const decided = entry.kind === 'signal.decided' ? decidedSchema.safeParse(entry.data) : undefined;
    if (decided?.success === true && isAbout(decided.data.target)) {
      signals += 1;
      said.push({ text: `${entry.at}: ${decided.data.sentence}`, from }, ...(await rejections(ports, entry)));
    }
    const ran = entry.kind === 'run.finished' ? ranSchema.safeParse(entry.data) : undefined;
    if (ran?.success === true && isAbout(ran.data.target)) {
      actions += ran.data.applied ? 1 : 0;
      const report = await ports.runs.find(entry.subject);
      const outcome = `${entry.at}: ${ran.data.runbook} ${ran.data.applied ? 'was applied' : 'changed nothing'} (${ran.data.result}).`;
      said.push({ text: outcome, from }, ...(report === undefined || ran.data.applied ? [] : explainRun(report)));
    }
    if (decided === undefined && ran === undefined) {
      said.push({ text: `${entry.at}: ${entry.kind} (${entry.subject}).`, from });
    }
  }
  const period = `between ${since} and ${until}`;
  const first =
    signals === 0
      ? `No alert about ${resource} was taken in ${period}: nothing told of it. Look whether its alert rule fired and reached the door, and at the dead letters.`
      : actions === 0
        ? `${count(signals, 'alert')} about ${resource} taken in ${period}, and nothing was changed.`
        : `${count(signals, 'alert')} about ${resource} taken in ${period}, and ${count(actions, 'action')} applied.`;
  return [{ text: first, from: 'ledger' }, ...said];
}

/** For a signal that nothing followed from: what each rule said. */
async function rejections(ports: ExplainPorts, { subject }: LedgerEntry): Promise<readonly Said[]> {
  const record = await ports.decisions.find(subject);
  const kept = keptDecisionSchema.safeParse(record?.decision);
  if (!kept.success || kept.data.action === 'open-incident' || kept.data.action === 'close-incident') {
    return [];
  }
  return kept.data.considered
    .filter(({ matched }) => !matched)
    .map(({ rule, reasons }) => ({
      text: `Rule "${rule}" does not fit: ${reasons.join('; ')}.`,
      from: `decisions/${subject}`,
    }));
}
