import { z } from 'zod';
import type { Iso8601 } from '../kernel/clock';
import type { EvidenceCheck } from './evidence';
import type { Subject } from './operations';

/** A resource about which evidence is wanted. */
export interface DiagnosedSighting {
  readonly observedAt: Iso8601;
  readonly exists: boolean;
  readonly type: string;
  /** The bundle that was asked for; `null` before, and while there is none. */
  readonly bundle: EvidenceCheck | null;
}

export const diagnosisChangeSchema = z.object({
  effect: z.literal('collect'),
  /** Around what time, and how far before and after it. */
  at: z.string(),
  minutes: z.number(),
});
export type DiagnosisChange = z.infer<typeof diagnosisChangeSchema>;

/** Resources about which can be collected what is known. The fact `bundleAt` of before says which bundle is meant. */
export type Diagnosed = Subject<DiagnosedSighting, DiagnosisChange>;
