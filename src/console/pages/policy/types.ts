/** What this area reads, by the types that the API's answers are made of. */
import type { DeadLetter } from '../../../ledger';
import type { Change, Difference, Rehearsal, Totals } from '../../../rehearsal';
import type { Mode, Policy, PolicyStatus, Rule } from '../../../rules';

export type { Change, Difference, Mode, Policy, PolicyStatus, Rule, Totals };
export type Environment = Policy['environments'][string];
export type Terms = NonNullable<Policy['approvals']>[string];

/** `GET policy`. */
export interface PolicyAnswer {
  readonly status: PolicyStatus;
  readonly policy: Policy;
  /** The document as it was read; empty or absent when it is not at hand. */
  readonly text?: string;
}

/** What is wrong with a document, and where. */
export type TextProblem = DeadLetter['problems'][number];

/** `POST policy/validate`. */
export interface Validation {
  readonly valid: boolean;
  readonly version: string | null;
  readonly problems: readonly TextProblem[];
}

/** `POST policy/rehearse`. */
export type RehearsalAnswer = Rehearsal & {
  /** Signals of that time whose record is not there any more. */
  readonly missing: number;
};

/** `GET decisions`. */
export interface DecisionsPage {
  readonly decisions: readonly {
    readonly signalId: string;
    readonly at: string;
    readonly target: string;
    readonly alertRule: string;
    readonly action: string;
    readonly sentence: string;
    readonly rule: string | null;
    readonly incidentId: string | null;
  }[];
  readonly cursor: string | null;
}
