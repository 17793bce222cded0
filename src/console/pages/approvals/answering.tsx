import { signal } from '@preact/signals';
import { lazy, Suspense } from 'preact/compat';
import { Check, Undo2, X } from 'lucide-preact';
import type { ShownApproval } from '../../api/types';
import { me } from '../../session/me';
import { mayAnswer } from './asks';

/** The answer that is being given: about the approval as it was shown when the button was pressed. */
export interface Answering {
  readonly approval: ShownApproval;
  readonly answer: 'approve' | 'reject';
}

/** Undefined while nobody answers. */
export const answering = signal<Answering | undefined>(undefined);

/** Reasons that were typed and not sent yet, by approval: closing the dialog loses nothing. */
export const drafts = new Map<string, string>();

/** What one may answer, as buttons; in their place, or beside them, why not. */
export function AnswerButtons({ approval }: { readonly approval: ShownApproval }) {
  const { approve, reject, isOwn, why } = mayAnswer(approval, me.value);
  const about = <span class="visually-hidden">: {approval.summary}</span>;
  return (
    <div class="answer-buttons">
      {approve ? (
        <button
          type="button"
          class="button primary"
          onClick={() => (answering.value = { approval, answer: 'approve' })}
        >
          <Check size={16} aria-hidden="true" /> Approve{about}
        </button>
      ) : null}
      {reject ? (
        <button type="button" class="button danger" onClick={() => (answering.value = { approval, answer: 'reject' })}>
          {isOwn ? <Undo2 size={16} aria-hidden="true" /> : <X size={16} aria-hidden="true" />}
          {isOwn ? 'Take back' : 'Reject'}
          {about}
        </button>
      ) : null}
      {why === undefined ? null : <span class="soft">{why}</span>}
    </div>
  );
}

const Dialog = lazy(() => import('./answer-dialog').then(({ AnswerDialog }) => ({ default: AnswerDialog })));

/**
 * The place of the dialog on a page that has {@link AnswerButtons}. It stands beside the list, so that an approval that leaves the list
 * takes nothing with it that was typed.
 */
export function AnswerPlace() {
  const { value } = answering;
  return value === undefined ? null : (
    <Suspense fallback={null}>
      <Dialog {...value} key={value.approval.id + value.answer} />
    </Suspense>
  );
}
