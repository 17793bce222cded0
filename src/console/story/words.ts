import type { IncidentEnd, KeptAction, NotApplied, RunReport } from '../../run';
import type { Tone } from '../ui/tone';

/** A word for people with its colour, and the same as a sentence. */
export interface Wording {
  readonly tone: Tone;
  readonly word: string;
  readonly sentence: string;
}

const ends: Readonly<Record<IncidentEnd, Wording>> = {
  repaired: { tone: 'good', word: 'Repaired', sentence: 'A runbook repaired it, and looking again showed it healthy.' },
  healthy: { tone: 'good', word: 'Healthy', sentence: 'It was found healthy before anything was done.' },
  resolved: { tone: 'neutral', word: 'Resolved', sentence: 'The alert was resolved by itself or by somebody else.' },
  'handed-over': { tone: 'bad', word: 'Handed over', sentence: 'A person has to look: Caretaker does no more here.' },
};

/** How an incident ended. */
export function wordsOfEnd(end: string): Wording {
  return ends[end as IncidentEnd] ?? { tone: 'neutral', word: end, sentence: `It ended ${end}.` };
}

type Outcome = Extract<RunReport['result'], { kind: 'applied' }>['outcome'];

const results: Readonly<Record<Outcome | NotApplied, Wording>> = {
  verified: { tone: 'good', word: 'Verified', sentence: 'It was done, and looking again showed the resource healthy.' },
  ineffective: { tone: 'warn', word: 'Ineffective', sentence: 'It was done, and the resource is no better.' },
  harmful: { tone: 'bad', word: 'Harmful', sentence: 'It was done, and left the resource worse than before.' },
  unverifiable: { tone: 'warn', word: 'Unverifiable', sentence: 'It was done, and nobody can tell whether it helped.' },
  'nothing-to-do': { tone: 'neutral', word: 'Nothing to do', sentence: 'The resource was as it should be.' },
  impossible: { tone: 'warn', word: 'Impossible', sentence: 'It could not be done to the resource as it was.' },
  suggested: { tone: 'info', word: 'Suggested', sentence: 'Its rule only proposes: a person may start it.' },
  resolved: { tone: 'neutral', word: 'Resolved first', sentence: 'The alert was resolved before it began.' },
  cooldown: {
    tone: 'warn',
    word: 'Cooling down',
    sentence: 'The runbook had been run on the resource shortly before.',
  },
  stopped: { tone: 'warn', word: 'Stopped', sentence: 'The guard stopped it.' },
  asked: { tone: 'info', word: 'Asks a person', sentence: 'The guard asks for a person.' },
  rejected: { tone: 'warn', word: 'Rejected', sentence: 'A person who was asked said no.' },
  unapproved: { tone: 'warn', word: 'Not approved', sentence: 'People were asked, and nobody said yes in time.' },
  'out-of-patience': { tone: 'warn', word: 'Waited too long', sentence: 'Its turn did not come while it could wait.' },
  refused: { tone: 'bad', word: 'Refused', sentence: 'The platform refused it.' },
  fenced: { tone: 'bad', word: 'Fenced', sentence: 'Its lease was no longer held, so it did nothing.' },
  failed: { tone: 'bad', word: 'Failed', sentence: 'It failed before anything was changed.' },
};

/** Every result that a run can have, with those first that changed something. */
export const allResults: readonly { readonly value: string; readonly text: string }[] = Object.entries(results).map(
  ([value, { word }]) => ({ value, text: word }),
);
/** Every end that an incident can have. */
export const allEnds: readonly { readonly value: string; readonly text: string }[] = Object.entries(ends).map(
  ([value, { word }]) => ({ value, text: word }),
);

/** What became of a run, from the word that reports and live states use. */
export function wordsOfResult(result: string): Wording {
  return (
    results[result as Outcome | NotApplied] ?? { tone: 'neutral', word: result, sentence: `The result was ${result}.` }
  );
}

/** A reason of an incident's end such as `restart-vm: out-of-patience`, with the result in the words that people read. */
export function humanReason(reason: string): string {
  const [, runbook = '', result = '', rest = ''] = /^([a-z0-9-]+): ([a-z-]+)(,.*)?$/.exec(reason) ?? [];
  return Object.hasOwn(results, result) ? `${runbook}: ${wordsOfResult(result).word.toLowerCase()}${rest}` : reason;
}

/** The word that the live state and the filters use for a run's result. */
export const resultOf = ({ result }: Pick<RunReport, 'result'>): string =>
  result.kind === 'applied' ? result.outcome : result.why;

const stages: Readonly<Record<string, string>> = {
  observe: 'looking at the resource',
  plan: 'planning',
  guard: 'asking the guard',
  ask: 'waiting for people to answer',
  apply: 'carrying the plan out',
  verify: 'looking again whether it helped',
  undo: 'undoing what it did',
};

/** What a run that goes on is doing. */
export const wordsOfStage = (stage: string | null): string => (stage === null ? 'beginning' : (stages[stage] ?? stage));

const actions: Readonly<Record<KeptAction, Wording>> = {
  'open-incident': { tone: 'info', word: 'Opened', sentence: 'An incident was opened.' },
  suggest: { tone: 'info', word: 'Proposed', sentence: 'A runbook was proposed to a person.' },
  observe: { tone: 'neutral', word: 'Observed', sentence: 'It was written down, and nothing was done.' },
  none: { tone: 'neutral', word: 'Nothing', sentence: 'Nothing was done.' },
  'close-incident': { tone: 'good', word: 'Resolved', sentence: 'The incident was told that the alert is resolved.' },
  held: { tone: 'neutral', word: 'Held', sentence: 'Another signal stands for this one.' },
  joined: { tone: 'info', word: 'Joined', sentence: 'It joined an incident that was open.' },
};

/** Every action that can come of a signal. */
export const allActions: readonly { readonly value: string; readonly text: string }[] = Object.entries(actions).map(
  ([value, { word }]) => ({ value, text: word }),
);

/** What came of a signal. */
export function wordsOfAction(action: string): Wording {
  return actions[action as KeptAction] ?? { tone: 'neutral', word: action, sentence: `What came of it: ${action}.` };
}

/** How bad an alert says it is: colour and word. */
export function toneOfSeverity(severity: string | null): Tone {
  return severity === 'Sev0' || severity === 'Sev1' ? 'bad' : severity === 'Sev2' ? 'warn' : 'neutral';
}

/** Who wanted a run. */
export function askedByText(askedBy: RunReport['askedBy']): string {
  switch (askedBy.kind) {
    case 'signal':
      return askedBy.signalId.startsWith('schedule:')
        ? `the schedule ${askedBy.signalId.slice('schedule:'.length)}`
        : 'a signal';
    case 'schedule':
      return `the schedule ${askedBy.name}`;
    case 'operator':
      return askedBy.name;
  }
}

/** The last part of a resource's id. */
export const shortName = (target: string): string => target.split('/').pop() ?? target;
