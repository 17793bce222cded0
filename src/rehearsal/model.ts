import type { Action, Mode } from '../rules';
import type { Signal } from '../signal';
import type { EpochMillis } from '../kernel/clock';

/** A signal as it was taken in. */
export interface RecordedSignal {
  readonly signal: Signal;
  /** When it was taken in. */
  readonly at: EpochMillis;
  /** Tags that its resource had then; absent where nobody looked, and then a rule that asks for them cannot be answered. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What a policy makes of one recorded signal. */
export interface Played {
  readonly signalId: string;
  readonly at: string;
  readonly target: string;
  readonly alertRule: string;
  readonly environment: string | null;
  readonly rule: string | null;
  readonly mode: Mode | null;
  /** `held`: the rule's deduplication took another signal, or the alert was resolved before its turn. */
  readonly action: Action | 'held';
  /** Names of the ladder's runbooks, with their parameters where there are any. */
  readonly ladder: readonly string[];
  readonly sentence: string;
}

/** What a policy comes to over all recorded signals. */
export interface Totals {
  readonly signals: number;
  readonly incidents: number;
  readonly proposals: number;
  readonly held: number;
  /** Distinct resources that the first rung's runbook would have been let through to, by runbook. */
  readonly acted: Readonly<Record<string, number>>;
  /** Incidents whose first action had to wait for the guard (budget, lease), and the longest such wait. */
  readonly waited: number;
  readonly longestWaitSeconds: number;
  /** Incidents whose first action was never let through: patience ran out, cooldown, or a person is asked. */
  readonly notActed: number;
}

export interface Playback {
  readonly policyVersion: string;
  readonly played: readonly Played[];
  readonly totals: Totals;
}

/**
 * How a policy's action differs from the other's.
 * - `acts`: would open an incident that is repaired without asking, where nothing was opened; `acts-no-more`: the other way.
 * - `proposes`, `proposes-no-more`: the same for what is proposed to a person.
 * - `mode`: acts where it proposed, or proposes where it acted.
 * - `ladder`: does the same with other runbooks or parameters.
 */
export type Change = 'acts' | 'acts-no-more' | 'proposes' | 'proposes-no-more' | 'mode' | 'ladder';

/** Signals of one resource on which two policies differ in one way. */
export interface Difference {
  readonly change: Change;
  readonly target: string;
  readonly currentRule: string | null;
  readonly proposedRule: string | null;
  /** What either does, in words: `restart-vm, then redeploy-vm`, `propose restart-vm`, `nothing`. */
  readonly current: string;
  readonly proposed: string;
  readonly signals: number;
  /** The last of the signals, to look at with `caretaker why`. */
  readonly example: string;
}

export interface Rehearsal {
  readonly since: string | null;
  readonly signals: number;
  /** Signals on whose actions the policies differ. */
  readonly differing: number;
  readonly current: { readonly policyVersion: string; readonly totals: Totals };
  readonly proposed: { readonly policyVersion: string; readonly totals: Totals };
  readonly differences: readonly Difference[];
}
