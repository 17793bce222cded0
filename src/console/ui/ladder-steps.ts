/** A step of an incident's ladder, as it is drawn. */
export interface LadderStep {
  readonly runbook: string;
  readonly state: 'helped' | 'failed' | 'skipped' | 'current' | 'next';
  /** What became of it, or how far it is, in a few words. */
  readonly text: string;
}

/** What is known of a ladder: its runbooks, which one it is at (from 0), how far that is, and what became of those before. */
export interface LadderFacts {
  readonly ladder: readonly string[];
  readonly rung: number | null;
  readonly stage: string | null;
  readonly runs: readonly { readonly runbook: string; readonly result: string }[];
  /** False when the incident is over: no step is taken any more. */
  readonly isOpen?: boolean;
}

const results: Readonly<Record<string, string>> = {
  verified: 'repaired it',
  ineffective: 'did not help',
  harmful: 'made it worse',
  unverifiable: 'could not be verified',
  'nothing-to-do': 'found nothing to do',
  impossible: 'was not possible',
  suggested: 'only proposed',
  resolved: 'the alert was resolved',
  cooldown: 'ran too short a time ago',
  stopped: 'the guard stopped it',
  asked: 'needs a person',
  rejected: 'a person said no',
  unapproved: 'nobody said yes',
  'out-of-patience': 'its turn did not come',
  refused: 'the platform refused it',
  fenced: 'lost its lease',
  failed: 'failed',
};

const stages: Readonly<Record<string, string>> = {
  observe: 'looking at it',
  plan: 'making a plan',
  guard: 'waiting to be let through',
  ask: 'waiting for people',
  apply: 'being carried out',
  verify: 'looking whether it helped',
  undo: 'being undone',
};

/** What became of a run, in words: `did not help`. */
export const resultText = (result: string): string => results[result] ?? result;

/** Where a run is, in words: `waiting for people`. */
export const stageText = (stage: string | null): string =>
  stage === null ? 'beginning' : (stages[stage] ?? stage.replaceAll('-', ' '));

const failed: ReadonlySet<string> = new Set(['ineffective', 'harmful', 'unverifiable', 'failed', 'refused', 'fenced']);

/** The steps of a ladder: those that were taken, the one that is being taken, those that would come next. */
export function ladderSteps({ ladder, rung, stage, runs, isOpen = true }: LadderFacts): readonly LadderStep[] {
  return ladder.map((runbook, index): LadderStep => {
    const run = runs[index];
    if (run !== undefined) {
      const state = run.result === 'verified' ? 'helped' : failed.has(run.result) ? 'failed' : 'skipped';
      return { runbook, state, text: resultText(run.result) };
    }
    if (isOpen && index === rung) return { runbook, state: 'current', text: stageText(stage) };
    return { runbook, state: 'next', text: isOpen ? 'next' : 'not needed' };
  });
}
