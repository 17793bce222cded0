import type { ResourceId } from '../kernel/resource-id';
import type { MetricSeries, Scalable, ScalableKind } from '../scaling/model';
import type { PollResult } from './machines';
import type { ChangeResult, ChangeTicket } from './operations';

export type { MetricSeries, Member, MetricPoint, Scalable, ScalableKind } from '../scaling/model';

/** What can be asked of something scalable. */
export type ScalingChange =
  | { readonly kind: 'capacity'; readonly capacity: number }
  /** Takes these machines away for good; the platform lets each drain first, and counts them off. */
  | { readonly kind: 'remove'; readonly names: readonly string[] }
  | { readonly kind: 'size'; readonly name: string }
  /** Moves the bounds within which Azure Monitor autoscale decides. */
  | { readonly kind: 'bounds'; readonly min: number; readonly max: number };

/** What is known of something scalable without looking at its machines. */
export interface ScalableSummary {
  readonly id: ResourceId;
  readonly kind: ScalableKind;
  readonly name: string;
  readonly resourceGroup: string;
}

/**
 * Scale sets and caches. Every method throws `TransientError` when the platform cannot be reached or answers with a failure of
 * its own, and `PermanentError` when it denies access.
 */
export interface Scalables {
  /** Everything of a kind in a subscription. One list. */
  list(subscriptionId: string, kind: ScalableKind, abort: AbortSignal): Promise<readonly ScalableSummary[]>;
  /** Looks at one, with its machines; `undefined` when there is certainly none. Three reads. */
  observe(id: ResourceId, abort: AbortSignal): Promise<Scalable | undefined>;
  /** Metrics of one, minute by minute from a time on (epoch ms), by machine where it has machines. One read for all of them. */
  metrics(
    id: ResourceId,
    kind: ScalableKind,
    names: readonly string[],
    from: number,
    abort: AbortSignal,
  ): Promise<readonly MetricSeries[]>;
  /** Starts a change and returns at once. Not idempotent: callers keep a journal so as not to ask twice. */
  start(id: ResourceId, change: ScalingChange, requestId: string, abort: AbortSignal): Promise<ChangeResult>;
  /** Asks once how a started change is doing. Idempotent. */
  poll(id: ResourceId, ticket: ChangeTicket, abort: AbortSignal): Promise<PollResult>;
}
