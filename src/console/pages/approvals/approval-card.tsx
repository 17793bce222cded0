import { Link } from 'wouter-preact';
import type { ShownApproval } from '../../api/types';
import { personName } from '../../ui/people';
import { factText } from '../../ui/fact-text';
import { Badge, Id } from '../../ui/parts';
import { Countdown, Time } from '../../ui/time';
import { AnswerButtons } from './answering';
import './approval-card.css';
import { answersText, needsText, neededOf } from './asks';
import { SubjectLink } from './subject';

/** What a plan changes, on few lines; where it names no change, the state that it starts from. */
export function ChangesAtALook({ before, after }: Pick<ShownApproval, 'before' | 'after'>) {
  const changes = Object.entries(after).filter(([name, value]) => factText(before[name] ?? '') !== factText(value));
  if (changes.length > 0) {
    return (
      <ul class="changes-at-a-look">
        {changes.map(([name, value]) => (
          <li key={name}>
            <span class="soft">{name}</span> {name in before ? <del>{factText(before[name])}</del> : null}{' '}
            <span aria-hidden="true">→</span>
            <span class="visually-hidden">becomes</span> <ins>{factText(value)}</ins>
          </li>
        ))}
      </ul>
    );
  }
  const facts = Object.entries(before).filter(([name]) => !/(?:At|^exists)$/.test(name));
  return facts.length === 0 ? null : (
    <p class="changes-at-a-look">
      <span class="soft">Starts from</span>{' '}
      {facts.map(([name, value], index) => (
        <span key={name}>
          {index === 0 ? '' : ', '}
          <span class="soft">{name}</span> {factText(value)}
        </span>
      ))}
    </p>
  );
}

/** An approval that waits: what would be done, who is asked, for how long still, and the answer, if one may give it. */
export function ApprovalCard({ approval }: { readonly approval: ShownApproval }) {
  const { id, summary, environment, requestedBy, planHash, openedAt, stageEndsAt, stage, stages, answers } = approval;
  const need = approval.asks[stage - 1]?.need ?? [];
  const yes = answers.filter(({ answer }) => answer === 'approve').length;
  return (
    <article class="approval-card">
      <div class="row-head">
        <h3>
          <Link href={`/approvals/${encodeURIComponent(id)}`}>{summary}</Link>
        </h3>
        <Badge tone="info">{environment}</Badge>
        <span class="row-end deadline">
          <Countdown until={stageEndsAt} />{' '}
          <span class="soft">left{stages > 1 ? ` in stage ${stage} of ${stages}` : ''}</span>
        </span>
      </div>
      <div class="approval-facts">
        <SubjectLink approval={approval} portal />
        <span class="soft">
          asked for by {personName(requestedBy.name)} <Time at={openedAt} />
        </span>
        <span class="soft">
          plan <Id text={planHash} short={12} />
        </span>
      </div>
      <ChangesAtALook {...approval} />
      <p class="approval-asks">
        <strong>
          {yes} of {neededOf(approval)} yes
        </strong>{' '}
        <span class="soft">
          from {needsText(need)}
          {answers.length === 0 ? '; nobody has answered yet' : `; ${answersText(answers)}`}
        </span>
      </p>
      <AnswerButtons approval={approval} />
    </article>
  );
}
