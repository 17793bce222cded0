import { z } from 'zod';
import type { Iso8601 } from '../kernel/clock';
import type { Subject } from './operations';

/** A measure of a cache at its newest point, and the highest within the last minutes. */
export interface CacheMeasure {
  readonly value: number;
  readonly at: Iso8601;
}

export interface CacheSighting {
  readonly observedAt: Iso8601;
  readonly exists: boolean;
  /** `managed`: Azure Managed Redis. `classic`: Azure Cache for Redis, whose nodes can be rebooted. */
  readonly kind: 'managed' | 'classic';
  /** `Balanced_B10`, or family and number such as `P1`. */
  readonly size: string;
  readonly provisioningState: string;
  readonly memoryPercent: CacheMeasure | null;
  readonly loadPercent: CacheMeasure | null;
  readonly clients: CacheMeasure | null;
}

export const cacheChangeSchema = z.discriminatedUnion('effect', [
  z.object({ effect: z.literal('resize'), size: z.string() }),
  z.object({ effect: z.literal('reboot'), node: z.enum(['PrimaryNode', 'SecondaryNode', 'AllNodes']) }),
]);
export type CacheChange = z.infer<typeof cacheChangeSchema>;

/** Redis caches. */
export type Caches = Subject<CacheSighting, CacheChange>;
