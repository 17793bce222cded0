import { signal } from '@preact/signals';
import type { ShownApproval } from '../../api/types';

/** The answer that is being given: about the approval as it was shown when the button was pressed. */
export interface Answering {
  readonly approval: ShownApproval;
  readonly answer: 'approve' | 'reject';
}

/** Undefined while nobody answers. */
export const answering = signal<Answering | undefined>(undefined);

/** Reasons that were typed and not sent yet, by approval: closing the dialog loses nothing. */
export const drafts = new Map<string, string>();
