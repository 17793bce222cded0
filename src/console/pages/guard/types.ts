import type { z } from 'zod';
import type { guardViewSchema, shownHoldSchema } from '../../../operator/guarding';

/** `GET environments/{environment}/guard`. */
export type GuardView = z.infer<typeof guardViewSchema>;
/** A hold as it is shown. */
export type ShownHold = z.infer<typeof shownHoldSchema>;
/** What of `GET policy` is read here: the names of what has a kill switch. */
export interface PolicyNames {
  readonly policy: {
    readonly environments: Readonly<Record<string, unknown>>;
    readonly rules: readonly { readonly name: string }[];
    readonly scaling?: readonly { readonly name: string }[];
  };
}
