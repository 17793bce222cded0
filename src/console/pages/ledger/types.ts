/** What this area reads, by the types that the API's answers are made of. */
import type { LedgerEntry, LedgerKind, Verification } from '../../../ledger';

export type { LedgerKind, Verification };

/** An entry as `GET ledger` gives it: the entry itself, and what it says. */
export type ToldEntry = LedgerEntry & { readonly sentence: string };

export interface LedgerPage {
  readonly entries: readonly ToldEntry[];
  readonly cursor: string | null;
}
