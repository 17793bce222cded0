import type { z } from 'zod';
import type { IncidentReport, KeptAction, keptDecisionSchema, RunReport } from '../../run';

/** An incident as it is kept: its runs by their ids, and the signals that joined it. */
export type IncidentRecord = Omit<IncidentReport, 'runs'> & {
  readonly startedAt: string;
  readonly runs: readonly string[];
  readonly joined?: readonly string[];
};

/** How an instance of the engine stands. `custom` is what it tells of itself. */
export interface LiveState {
  readonly status: string;
  readonly custom: unknown;
  readonly since?: string;
}

/** `GET incidents`. */
export interface IncidentsAnswer {
  readonly incidents: readonly IncidentRecord[];
  readonly cursor: string | null;
}

/** `GET incidents/{id}`. */
export interface IncidentAnswer {
  readonly incident: IncidentRecord | null;
  readonly runs: readonly (RunReport | null)[];
  readonly live: LiveState | null;
}

/** `GET runs`. */
export interface RunsAnswer {
  readonly runs: readonly RunReport[];
  readonly cursor: string | null;
}

/** `GET runs/{id}`. */
export interface RunAnswer {
  readonly run: RunReport | null;
  readonly live: LiveState | null;
}

/** What is kept of a decision; what versions before did not write is absent. */
export type KeptDecision = z.input<typeof keptDecisionSchema>;

/** `GET decisions/{signalId}`. */
export interface DecisionAnswer {
  readonly signalId: string;
  readonly state: 'pending' | 'done';
  readonly claimedAt: string;
  readonly completedAt?: string;
  readonly decision: KeptDecision;
  readonly result?: { readonly incidentId?: string | null } | null;
}

/** A line of `GET decisions`. */
export interface DecisionRow {
  readonly signalId: string;
  readonly at: string;
  readonly target: string;
  readonly alertRule: string;
  readonly action: KeptAction;
  readonly sentence: string;
  readonly rule: string | null;
  readonly incidentId: string | null;
}

/** `GET decisions`. */
export interface DecisionsAnswer {
  readonly decisions: readonly DecisionRow[];
  readonly cursor: string | null;
}

/** A sentence, and the record that it is taken from. */
export interface Said {
  readonly text: string;
  readonly from: string;
}

/** `GET why/{id}` and `GET why-not`. */
export interface SaidAnswer {
  readonly said: readonly Said[];
}

/** `GET metrics`. */
export interface MetricsAnswer {
  readonly resource: string;
  readonly series: readonly {
    readonly name: string;
    readonly unit: string;
    readonly points: readonly { readonly at: string; readonly value: number | null }[];
  }[];
  readonly problems: readonly string[];
}
