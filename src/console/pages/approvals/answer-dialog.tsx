import { useId, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { type ApiProblem, pathOf } from '../../api/client';
import { lookNow, now } from '../../api/now';
import { useOrder, useRead } from '../../api/queries';
import type { ShownApproval } from '../../api/types';
import { me } from '../../session/me';
import { Dialog } from '../../ui/dialog';
import { Field } from '../../ui/form';
import { withoutIds } from '../../ui/people';
import { Facts, Id, Problem } from '../../ui/parts';
import { Countdown } from '../../ui/time';
import { answering, drafts, type Answering } from './answer-state';
import { mayAnswer, needsText, neededOf } from './asks';
import { SubjectLink } from './subject';

const close = (): void => {
  answering.value = undefined;
};

/** What was pressed has often gone by now: the page's heading takes the focus, and the keyboard goes on from there. */
const focusPage = (): void => {
  setTimeout(() => document.querySelector<HTMLElement>('#main h1')?.focus({ preventScroll: true }));
};

function doneText(
  { state, answers }: ShownApproval,
  answer: Answering['answer'],
  isOwn: boolean,
  needed: number,
): string {
  if (answer === 'reject') {
    return isOwn ? 'You have taken it back; nothing is done.' : 'Your no is noted; nothing is done.';
  }
  const yes = answers.filter((one) => one.answer === 'approve').length;
  return state === 'approved'
    ? 'Your yes is noted, and it is approved.'
    : `Your yes is noted: ${yes} of ${needed}. It waits for more people.`;
}

/** Says yes or no to the plan that was shown, and to no other. What keeps the answer from counting is told, with how to go on. */
export function AnswerDialog({ approval, answer }: Answering) {
  const [seen, setSeen] = useState(approval);
  const [reason, setReason] = useState(drafts.get(approval.id) ?? '');
  const formId = useId();
  const live = useRead<ShownApproval>(pathOf`approvals/${seen.id}`, {}, { every: 3_000 });
  const newest = live.data ?? seen;
  const { isOwn } = mayAnswer(seen, me.value);
  const giving = useOrder<ShownApproval>({
    changes: ['approvals', 'incidents', 'runs'],
    done: (body) => doneText(body, answer, isOwn, neededOf(body)),
    then: () => {
      drafts.delete(seen.id);
      close();
      focusPage();
      lookNow();
    },
  });
  const verb = answer === 'approve' ? 'Approve' : isOwn ? 'Take back' : 'Reject';
  const isOver = newest.state !== 'waiting';
  const isOther = newest.planHash !== seen.planHash;
  return (
    <Dialog
      title={answer === 'approve' ? 'Approve this plan' : isOwn ? 'Take back your request' : 'Reject this plan'}
      onClose={close}
      wide
    >
      <form
        id={formId}
        onSubmit={(event) => {
          event.preventDefault();
          giving.mutate({
            method: 'POST',
            path: `${pathOf`approvals/${seen.id}`}/${answer}`,
            body: { reason: reason.trim(), planHash: seen.planHash },
          });
        }}
      >
        <p class="answer-summary">{seen.summary}</p>
        <ol class="steps">
          {seen.steps.map((step, index) => (
            <li key={index}>{step}</li>
          ))}
        </ol>
        <Facts
          facts={[
            ['About', <SubjectLink key="about" approval={seen} />],
            ['Environment', seen.environment],
            ['Time left', isOver ? 'over' : <Countdown key="left" until={newest.stageEndsAt} />],
          ]}
        />
        <div class="answer-hash">
          <span class="soft">Your answer is good for this plan and no other:</span>
          <Id text={seen.planHash} />
        </div>
        {/* Before the field, so that it is not overlooked, and after nothing that moves when it comes. */}
        <Changed isOver={isOver} isOther={isOther} newest={newest} answer={answer} reason={reason} show={setSeen} />
        <Field label="Reason" required help="It is kept in the ledger with your name. Ctrl and Enter sends it.">
          {({ id, describedBy }) => (
            <textarea
              id={id}
              aria-describedby={describedBy}
              rows={2}
              required
              maxLength={1024}
              autofocus
              value={reason}
              onInput={({ currentTarget }) => {
                setReason(currentTarget.value);
                drafts.set(seen.id, currentTarget.value);
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                  event.currentTarget.form?.requestSubmit();
                }
              }}
            />
          )}
        </Field>
        {giving.error === null || (giving.error.status === 409 && (isOver || isOther)) ? null : (
          <Refused error={giving.error} approval={newest} look={() => void live.refetch()} />
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button
            type="submit"
            class={`button ${answer === 'approve' ? 'primary' : 'danger'}`}
            disabled={giving.isPending || isOver || isOther}
          >
            {giving.isPending ? 'Sending…' : verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What became different while one was thinking. */
function Changed({
  isOver,
  isOther,
  newest,
  answer,
  reason,
  show,
}: {
  readonly isOver: boolean;
  readonly isOther: boolean;
  readonly newest: ShownApproval;
  readonly answer: Answering['answer'];
  readonly reason: string;
  readonly show: (approval: ShownApproval) => void;
}) {
  if (isOver) {
    const again = now.value?.approvals?.find(
      ({ id, scope, subject }) => id !== newest.id && scope === newest.scope && subject === newest.subject,
    );
    return (
      <div class="notice" role="status">
        <p>
          <strong>It is {newest.state} meanwhile.</strong> {newest.outcome.map((one) => `${withoutIds(one)}. `)}
        </p>
        {again === undefined ? (
          <p>
            Nothing is left to answer.{' '}
            <Link href={`/approvals/${encodeURIComponent(newest.id)}`} onClick={close}>
              See what became of it
            </Link>
            .
          </p>
        ) : (
          <button
            type="button"
            class="button"
            onClick={() => {
              drafts.set(again.id, reason);
              answering.value = { approval: again, answer };
            }}
          >
            People are asked about the new plan: show it
          </button>
        )}
      </div>
    );
  }
  return isOther ? (
    <div class="notice" role="status">
      <p>
        <strong>The plan is another one now.</strong> Your answer would not count for it. What you typed is kept.
      </p>
      <button type="button" class="button" onClick={() => show(newest)}>
        Show the plan as it is now
      </button>
    </div>
  ) : null;
}

/** Why an answer did not count, and how to go on. */
function Refused({
  error,
  approval,
  look,
}: {
  readonly error: ApiProblem;
  readonly approval: ShownApproval;
  readonly look: () => void;
}) {
  const stage = approval.asks[approval.stage - 1];
  const how: Readonly<Record<string, string>> = {
    Decided: 'Somebody was faster, or the time was over. Look at what became of it.',
    OtherPlan: 'What is there has changed, and so has the plan. Look at it as it is now, then answer that.',
    OwnRequest: 'Send the address of this approval to somebody who is asked. You may take it back yourself.',
    NotAsked: `Send the address of this approval to those who are asked: ${needsText(stage?.need ?? [])}.`,
    Answered: 'Your first answer counts.',
  };
  const advice = how[error.code];
  if (advice === undefined) return <Problem error={error} />;
  return (
    <div class="problem" role="alert">
      <div>
        <strong>{error.title}</strong>
        <p>
          {error.message} {advice}
        </p>
        {error.status === 409 ? (
          <button type="button" class="button" onClick={look}>
            Look again
          </button>
        ) : (
          <Id text={`${location.origin}/approvals/${encodeURIComponent(approval.id)}`} />
        )}
      </div>
    </div>
  );
}
