import type { ComparedRecord, FailoverState, GroupView, ZoneView } from '../../../dns';

export type { Addition, Change, ChangeLimits, CheckedReason, ComparedRecord, Said } from '../../../dns';
export type { FailoverState, GroupView, ZoneView } from '../../../dns';

/** `GET dns/zones/{zone}/plan?records=`. */
export interface ZoneWithRecords extends ZoneView {
  readonly records: readonly ComparedRecord[];
  readonly recordCount: number;
}

/** `GET dns/zones`. */
export interface ZonesAnswer {
  readonly zones: readonly {
    readonly zone: string;
    readonly target: string;
    readonly environment: string;
    readonly mode: string;
    readonly policy: string;
    readonly failover: readonly GroupView[];
  }[];
}

/** `GET dns/document`. */
export interface DocumentAnswer {
  readonly text: string;
  readonly revision: string;
  readonly refusal: string | null;
}

export type OriginState = FailoverState['origins'][string];
