import type { LiveStep, RunReport } from '../../run';
import type { Tone } from '../ui/tone';
import type { DecisionAnswer, DecisionRow, IncidentRecord } from './types';
import { resultOf, shortName, wordsOfAction, wordsOfEnd, wordsOfResult } from './words';

/** One thing that happened, in the one account of an incident or a run. */
export interface Scene {
  readonly at: string;
  readonly stage: string;
  readonly tone: Tone;
  readonly text: string;
  readonly reasons: readonly string[];
  /** Lines that are shown when somebody wants them, and what they are. */
  readonly folded?: { readonly summary: string; readonly lines: readonly string[] };
  /** The record that tells more. */
  readonly link?: { readonly href: string; readonly text: string };
}

/** A signal as it came: when it occurred, and its own words. */
function signalScene({ signalId, decision: { signal } }: DecisionAnswer): Scene {
  return {
    at: signal.occurredAt,
    stage: 'signal',
    tone: signal.condition === 'fired' ? 'bad' : 'good',
    text: signal.summary === '' ? `${signal.rule} ${signal.condition} on ${shortName(signal.target)}` : signal.summary,
    reasons: [`${signal.severity}, ${signal.kind}, from ${signal.source}`],
    link: { href: `/decisions/${signalId}`, text: 'What was decided' },
  };
}

/** What was decided about a signal, with the reasons of the rule that fits. */
function decisionScene({ signalId, claimedAt, decision }: DecisionAnswer): Scene {
  const { action, sentence, considered, dedupe } = decision;
  const fits = considered.find(({ matched }) => matched);
  return {
    at: claimedAt,
    stage: 'decide',
    tone: wordsOfAction(action).tone,
    text: sentence,
    reasons: [
      ...(fits === undefined ? [] : [`Rule "${fits.rule}" fits: ${fits.reasons.join('; ')}.`]),
      ...(dedupe === null || dedupe === undefined ? [] : [`Deduplication: ${dedupe.reason}.`]),
    ],
    link: { href: `/decisions/${signalId}`, text: 'Every rule that was considered' },
  };
}

/** Other signals of the same time that the incident heard of. */
function heardScene({ signalId, at, action, sentence }: DecisionRow): Scene {
  return {
    at,
    stage: 'signal',
    tone: wordsOfAction(action).tone,
    text: sentence,
    reasons: [],
    link: { href: `/decisions/${signalId}`, text: 'What was decided' },
  };
}

const stageTones: Readonly<Partial<Record<RunEvent['stage'], Tone>>> = {
  apply: 'info',
  undo: 'warn',
};

function toneOfEvent({ stage, text }: RunEvent): Tone {
  if (stage === 'guard') return /^go\b/.test(text) ? 'good' : /^stop\b/.test(text) ? 'bad' : 'warn';
  if (stage === 'ask') return /^approved\b/.test(text) ? 'good' : /^(?:rejected|expired)\b/.test(text) ? 'bad' : 'warn';
  if (stage === 'verify') return /^healthy\b/.test(text) ? 'good' : /^worse\b/.test(text) ? 'bad' : 'neutral';
  return stageTones[stage] ?? 'neutral';
}

type RunEvent = RunReport['events'][number];

/** So many looks with the same answer are told one by one; more as one. */
const fewRepeats = 2;

interface Repeated {
  readonly events: readonly RunEvent[];
  readonly last: RunEvent;
  /** Among all events. */
  readonly lastIndex: number;
}

/** A run looks again and again: looks that follow one another and say `pending`, or `wait`, belong together. */
function repeated(events: readonly RunEvent[]): readonly Repeated[] {
  const wordOf = ({ stage, text }: RunEvent): string => `${stage} ${/^(?:pending|wait|blind)\b/.exec(text)?.[0] ?? ''}`;
  const groups: Repeated[] = [];
  events.forEach((event, index) => {
    const before = groups.at(-1);
    const goesOn = before !== undefined && / .+/.test(wordOf(event)) && wordOf(before.last) === wordOf(event);
    if (goesOn) groups[groups.length - 1] = { events: [...before.events, event], last: event, lastIndex: index };
    else groups.push({ events: [event], last: event, lastIndex: index });
  });
  return groups.flatMap((group) =>
    group.events.length > fewRepeats
      ? [group]
      : group.events.map((event, at) => ({
          events: [event],
          last: event,
          lastIndex: group.lastIndex - group.events.length + 1 + at,
        })),
  );
}

/** The words for an event, or for many that belong together; the guard's go is a word, and its checks are folded. */
function textOfEvents(
  events: readonly RunEvent[],
  last: RunEvent,
  checks: readonly string[],
): Pick<Scene, 'text' | 'reasons' | 'folded'> {
  if (events.length > 1) {
    return {
      text: `${last.stage === 'guard' ? 'Asked' : 'Looked'} ${events.length} times, until ${last.at}. The last answer: ${last.text}`,
      reasons: [],
      folded: {
        summary: `All ${events.length} answers`,
        lines: events.map(({ at, text }) => `${at}: ${text}`),
      },
    };
  }
  if (last.stage === 'guard' && /^go\b/.test(last.text) && checks.length > 0) {
    return {
      text: 'The guard says go.',
      reasons: [],
      folded: { summary: `Its ${checks.length} checks`, lines: checks },
    };
  }
  return {
    text: last.text,
    reasons: [],
    ...(checks.length === 0 ? {} : { folded: { summary: `Its ${checks.length} checks`, lines: checks } }),
  };
}

const sceneOf = (events: readonly RunEvent[], last: RunEvent, checks: readonly string[]): Scene => ({
  at: events[0]?.at ?? last.at,
  stage: last.stage,
  tone: toneOfEvent(last),
  ...textOfEvents(events, last, checks),
});

/** What one run tells of itself: its beginning, each event, its end. The guard's last answer has every check with it. */
export function scenesOfRun(run: RunReport, place = ''): readonly Scene[] {
  const link = { href: `/runs/${encodeURIComponent(run.id)}`, text: 'The run' };
  const lastGuard = run.events.findLastIndex(({ stage }) => stage === 'guard');
  const end = wordsOfResult(resultOf(run));
  const checks = (run.guard?.reasons ?? []).map(({ check, answer, text }) => `${check}: ${answer}, as ${text}`);
  return [
    {
      at: run.startedAt,
      stage: 'run',
      tone: 'info',
      text: `${place}${run.runbook} begins on ${shortName(run.target)}`,
      reasons: [],
      link,
    },
    ...repeated(run.events).map(({ events, last, lastIndex }): Scene => ({
      ...sceneOf(events, last, lastIndex === lastGuard ? checks : []),
      ...(last.stage === 'ask' && run.approval !== undefined
        ? { link: { href: `/approvals/${encodeURIComponent(run.approval.id)}`, text: 'The approval' } }
        : {}),
    })),
    ...(run.undo === null || run.events.some(({ stage }) => stage === 'undo')
      ? []
      : [
          {
            at: run.finishedAt,
            stage: 'undo',
            tone: run.undo.done ? 'warn' : 'bad',
            text: `${run.undo.done ? 'It was undone' : 'It was not undone'}: ${run.undo.text}`,
            reasons: [],
          } satisfies Scene,
        ]),
    {
      at: run.finishedAt,
      stage: 'result',
      tone: end.tone,
      text: `${run.runbook}: ${end.word.toLowerCase()}. ${end.sentence}`,
      reasons: run.reasons,
      link,
    },
  ];
}

/** What runs that go on have told so far: the newest lines of their accounts. A change of rung is said; the first may be cut off. */
export function scenesOfSteps(steps: readonly LiveStep[], ladder: readonly string[] = []): readonly Scene[] {
  const rungs = [...new Set(steps.map(({ rung }) => rung))];
  return rungs.flatMap((rung) => {
    const runbook = ladder[rung];
    const place =
      runbook === undefined || ladder.length < 2 ? '' : `Rung ${rung + 1} of ${ladder.length}, ${runbook}: `;
    const groups = repeated(steps.filter((step) => step.rung === rung));
    return groups.map(({ events, last }, index): Scene => {
      const scene = sceneOf(events, last, []);
      return index === 0 ? { ...scene, text: `${place}${scene.text}` } : scene;
    });
  });
}

/** In the order of time; what happened in one instant stays in the order in which it is given. */
function inOrder(scenes: readonly Scene[]): readonly Scene[] {
  return scenes
    .map((scene, index) => ({ scene, index, time: Date.parse(scene.at) }))
    .sort((left, right) => left.time - right.time || left.index - right.index)
    .map(({ scene }) => scene);
}

/** What is known of an incident. What has not been read, or cannot be, is left out of its story. */
export interface IncidentParts {
  readonly incident: IncidentRecord | null;
  /** When it was opened, of one that goes on. */
  readonly since?: string | undefined;
  readonly ladder: readonly string[];
  readonly runs: readonly RunReport[];
  /** About the signal that opened it. */
  readonly decision?: DecisionAnswer | undefined;
  /** About the signals that joined it. */
  readonly joined: readonly DecisionAnswer[];
  /** Decisions of that time about its resource. */
  readonly heard: readonly DecisionRow[];
  /** What its runs did so far, of one that goes on. */
  readonly steps?: readonly LiveStep[] | undefined;
}

/** The whole story of an incident as one account: signals, decisions, runs, end. */
export function storyOf(parts: IncidentParts): readonly Scene[] {
  const { incident, since, ladder, runs, decision, joined, heard, steps = [] } = parts;
  const openedAt = incident?.openedAt ?? since;
  const known = new Set([decision?.signalId, ...joined.map(({ signalId }) => signalId)]);
  const end = incident === null ? undefined : wordsOfEnd(incident.end);
  return inOrder([
    ...(decision === undefined ? [] : [signalScene(decision), decisionScene(decision)]),
    ...(openedAt === undefined
      ? []
      : [
          {
            at: openedAt,
            stage: 'open',
            tone: 'info',
            text: `The incident is opened. What is tried: ${ladder.join(', then ')}.`,
            reasons: [],
          } satisfies Scene,
        ]),
    ...joined.map((one) => heardScene(rowOf(one))),
    ...heard.filter(({ signalId }) => !known.has(signalId)).map(heardScene),
    ...runs.flatMap((run, index) =>
      scenesOfRun(run, ladder.length < 2 ? '' : `Rung ${index + 1} of ${ladder.length}: `),
    ),
    ...(incident === null ? scenesOfSteps(steps, ladder) : []),
    ...(incident === null || end === undefined
      ? []
      : [
          {
            at: incident.closedAt,
            stage: 'close',
            tone: end.tone,
            text: `${end.word}. ${end.sentence}`,
            reasons: incident.reasons,
          } satisfies Scene,
        ]),
  ]);
}

function rowOf({ signalId, claimedAt, decision, result }: DecisionAnswer): DecisionRow {
  const { action, sentence, signal } = decision;
  return {
    signalId,
    at: claimedAt,
    target: signal.target,
    alertRule: signal.rule,
    action,
    sentence,
    rule: null,
    incidentId: result?.incidentId ?? null,
  };
}

/** The story of one run: the signal that asked for it, if one did, and its own account. */
export function storyOfRun(run: RunReport, decision: DecisionAnswer | undefined): readonly Scene[] {
  return inOrder([
    ...(decision === undefined ? [] : [signalScene(decision), decisionScene(decision)]),
    ...scenesOfRun(run),
  ]);
}

/** One rung of a ladder, and what became of it. */
export interface Rung {
  readonly runbook: string;
  readonly state: 'done' | 'current' | 'ahead' | 'not-reached';
  /** As the filters and the live state write it. */
  readonly result?: string;
  readonly reasons: readonly string[];
  readonly run?: RunReport;
  /** What the rung that is being tried is doing. */
  readonly stage?: string | null;
}

/** The ladder of an incident: from its reports when it is over, from what it tells while it goes on. */
export function rungsOf(
  ladder: readonly string[],
  runs: readonly RunReport[],
  live:
    | {
        readonly rung: number | null;
        readonly stage: string | null;
        readonly runs: readonly { readonly result: string; readonly reasons: readonly string[] }[];
      }
    | undefined,
): readonly Rung[] {
  return ladder.map((runbook, index): Rung => {
    const run = runs[index];
    if (run !== undefined) return { runbook, state: 'done', result: resultOf(run), reasons: run.reasons, run };
    const told = live?.runs[index];
    if (told !== undefined) return { runbook, state: 'done', result: told.result, reasons: told.reasons };
    if (live === undefined) return { runbook, state: 'not-reached', reasons: [] };
    return live.rung === index
      ? { runbook, state: 'current', reasons: [], stage: live.stage }
      : { runbook, state: 'ahead', reasons: [] };
  });
}

/** A moment that is marked across a chart. */
export interface Mark {
  readonly at: string;
  readonly label: string;
  readonly tone: Tone;
}

/** Moments to mark on the charts of an incident: the alert, each action, the end. */
export function marksOf(
  alertAt: string | undefined,
  runs: readonly RunReport[],
  closed: { readonly at: string; readonly end: string } | undefined,
): readonly Mark[] {
  return [
    ...(alertAt === undefined ? [] : [{ at: alertAt, label: 'alert', tone: 'bad' } satisfies Mark]),
    ...runs.flatMap(({ appliedAt, runbook }) =>
      appliedAt === null ? [] : [{ at: appliedAt, label: runbook, tone: 'info' } satisfies Mark],
    ),
    ...(closed === undefined
      ? []
      : [
          {
            at: closed.at,
            label: wordsOfEnd(closed.end).word.toLowerCase(),
            tone: wordsOfEnd(closed.end).tone,
          } satisfies Mark,
        ]),
  ];
}

const hourMillis = 3_600_000;
const mostHours = 48;

/** Around which instant, and over how many whole hours, metrics tell of a time: with half an hour on either side where it can be. */
export function windowOf(from: string, until: string, now: number): { readonly at: string; readonly hours: number } {
  const [start, end] = [Date.parse(from), Math.max(Date.parse(from), Date.parse(until))];
  const hours = Math.min(mostHours, Math.max(2, Math.ceil((end - start) / hourMillis) + 1));
  return { at: new Date(Math.min((start + end) / 2, now)).toISOString(), hours };
}
