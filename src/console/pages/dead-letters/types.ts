/** What this area reads, by the types that the API's answers are made of. */
import type { DeadLetter } from '../../../ledger';

export type { DeadLetter };
export type LetterProblem = DeadLetter['problems'][number];

export interface DeadLettersPage {
  readonly deadLetters: readonly DeadLetter[];
  readonly cursor: string | null;
}

/** `POST dead-letters/{id}/replay`. */
export interface Replayed {
  readonly signals: readonly { readonly signalId: string; readonly duplicate: boolean }[];
  readonly events?: { readonly taken: number; readonly ignored: number };
}

/** `GET notifications`. */
export interface NotificationsAnswer {
  readonly channels: readonly {
    readonly name: string;
    readonly kind: 'teams' | 'slack' | 'webhook';
    readonly waiting: number;
    readonly failures: number;
    readonly problem: string | null;
    readonly retryAt: string | null;
  }[];
  readonly undelivered: readonly {
    readonly id: string;
    readonly channel: string;
    readonly key: string;
    readonly title: string;
    readonly reason: string;
    readonly keptAt: string;
    readonly gaveUpAt: string;
  }[];
}
