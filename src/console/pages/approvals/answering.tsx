import { lazy, Suspense } from 'preact/compat';
import { Check, Undo2, X } from 'lucide-preact';
import type { ShownApproval } from '../../api/types';
import { me } from '../../session/me';
import { answering } from './answer-state';
import { mayAnswer } from './asks';

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
