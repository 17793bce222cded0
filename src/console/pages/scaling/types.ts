import type { ForecastSteps, ScalingDecision, ScalingState } from '../../../scaling';

export type { ForecastSteps, ScalingDecision } from '../../../scaling';

/** `GET scaling`: one that is scaled, without what its own route has besides. */
export type ScalingTarget = Omit<ScalingState, 'version' | 'decisions' | 'scores'> & {
  readonly key: string;
  readonly name: string;
  readonly last: ScalingDecision | null;
  readonly forecast: Trust | null;
  readonly policy: {
    readonly kind: 'scale-set' | 'redis';
    readonly mode: 'observe' | 'suggest' | 'auto';
    readonly min: number;
    readonly max: number;
    readonly targets: readonly { readonly metric: string; readonly value: number }[];
    readonly sizes: readonly string[];
  } | null;
};

export interface Trust {
  readonly score: number | null;
  readonly naive: number | null;
  readonly trusted: boolean;
  readonly reason: string;
}

/** `GET scaling/{scalable}`: the newest decision first. */
export type ScalingDetail = ScalingTarget & { readonly decisions: readonly ScalingDecision[] };

/** `GET scaling/{scalable}/forecast?hours=`. */
export type ForecastAnswer = ForecastSteps & {
  readonly name: string;
  readonly settings: {
    readonly mode: 'only' | 'act';
    readonly season: 'day' | 'week';
    readonly leadSeconds: number;
    readonly scoreAtLeast: number;
  } | null;
  readonly trust: Trust | null;
};

/** A decision that changed something, as the ledger has it. */
export interface LedgerDecision {
  readonly sequence: number;
  readonly at: string;
  readonly sentence: string;
  readonly data: unknown;
}
