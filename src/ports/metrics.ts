import type { Iso8601 } from '../kernel/clock';
import type { ResourceId } from '../kernel/resource-id';

/** One metric of a resource over a time. */
export interface MeasuredSeries {
  readonly name: string;
  /** As the platform names it, such as `Percent` or `Bytes`. */
  readonly unit: string;
  /** One for each interval, oldest first; null where nobody reported. */
  readonly points: readonly { readonly at: Iso8601; readonly value: number | null }[];
}

/** What the platform measured of a resource, for people to look at. */
export interface ResourceMetrics {
  /**
   * The metrics that say most about a resource of its type, on average in each interval; `undefined` for a type of which it is not
   * known what to look at. One read. Throws `TransientError` when the platform cannot be asked, and `PermanentError` when it refuses: no
   * such resource, no permission.
   */
  read(
    id: ResourceId,
    span: { readonly from: Iso8601; readonly until: Iso8601; readonly minutes: 1 | 5 | 15 },
    abort: AbortSignal,
  ): Promise<readonly MeasuredSeries[] | undefined>;
}
