import { z } from 'zod';
import type { Iso8601 } from '../kernel/clock';
import type { Subject } from './operations';

/** A disk, and how full the file systems of its machine are. */
export interface DiskSighting {
  readonly observedAt: Iso8601;
  readonly exists: boolean;
  readonly sizeGb: number;
  readonly provisioningState: string;
  /** The machine it is attached to, in lower case; `null` when it is attached to none. */
  readonly machine: string | null;
  /** Logical unit, or `os`; `null` when nobody knows. */
  readonly lun: string | null;
  /** Used share in percent, as the guest measures it, and when; `null` when nothing is measured. */
  readonly usedPercent: { readonly value: number; readonly at: Iso8601 } | null;
}

export const diskChangeSchema = z.object({ effect: z.literal('expand'), sizeGb: z.number() });
export type DiskChange = z.infer<typeof diskChangeSchema>;

/** Managed disks that can grow. They never shrink. */
export type GrowingDisks = Subject<DiskSighting, DiskChange>;
