import type {
  Compliance,
  DrillDocument,
  DrillIndex,
  Due,
  Exposure,
  ExposureHistory,
  ItemDocument,
  Measurement,
  PhaseEnd,
  RestoreDocument,
  RestorePlan,
  RestoreReport,
  RestoreRequest,
  Verdict,
} from '../../../backup';
import type { RestoreLine } from '../../../operator/restore-line';

export type { Compliance, DrillIndex, Due, Exposure, ItemDocument, Measurement, PhaseEnd, RestoreLine, RestorePlan };
export type { RestoreReport, RestoreRequest, Verdict };
export type RecoveryPoint = ItemDocument['points'][number];
export type TierNow = Measurement['tiers'][number];
export type DrillNote = DrillIndex['items'][string]['drills'][number];

/** How something that the engine carries out stands. */
export interface Live {
  readonly status: string;
  readonly custom: unknown;
  readonly since: string;
}

/** `GET backup`. */
export interface ExposureNow {
  readonly measurement: Measurement | null;
}
/** `GET backup/exposure/history`, a page of rows. */
export type HistoryPage = ExposureHistory & { readonly total: number; readonly cursor: string | null };
export type HistoryRow = ExposureHistory['resources'][number];
/** `GET backup/plan`. */
export interface DuePlan {
  readonly due: readonly Due[];
}
/** `GET backup/points`. */
export interface Points {
  readonly document: ItemDocument;
  readonly retention: readonly Verdict[];
}
/** `GET backup/drills/{id}`: everything but `live` is null between the order and the plan. */
export type ShownDrill = { readonly [Name in keyof DrillDocument]: DrillDocument[Name] | null } & {
  readonly live: Live | null;
};
/** `GET backup/restores`. */
export interface RestorePage {
  readonly lines: readonly RestoreLine[];
  readonly cursor: string | null;
}
/** `GET backup/restores/{id}`. */
export interface ShownRestore {
  readonly record: RestoreDocument | null;
  readonly live: Live | null;
}
/** `POST backup/restores/plan`. */
export type Planned =
  | { readonly kind: 'impossible'; readonly reasons: readonly string[]; readonly environment: string }
  | {
      readonly kind: 'plan';
      readonly plan: RestorePlan;
      readonly planHash: string;
      readonly environment: string;
    };

/** What a status of the engine says of where something is; undefined when it says nothing. */
export function stageOf(custom: unknown): string | undefined {
  const stage = typeof custom === 'object' && custom !== null ? (custom as { stage?: unknown }).stage : undefined;
  return typeof stage === 'string' ? stage : undefined;
}

/** The engine has not ended it yet. */
export const isUnderWay = (live: Live | null | undefined): boolean =>
  live !== null && live !== undefined && (live.status === 'Running' || live.status === 'Pending');
