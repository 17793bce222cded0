import { useEffect, useState } from 'preact/hooks';
import { Link, useParams } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import type { ShownApproval } from '../../api/types';
import { factText } from '../../ui/fact-text';
import { Badge, Empty, Facts, Id, Loaded, Page, Section } from '../../ui/parts';
import { personName, withoutIds } from '../../ui/people';
import { BeforeAfter, PlanView } from '../../ui/plan-view';
import { Countdown, Duration, Time } from '../../ui/time';
import { AnswerButtons } from './answering';
import { askerOf, incidentOf, needText, neededOf, silenceText, viaText } from './asks';
import { StateBadge, states } from './states';
import { SubjectLink } from './subject';

/** `/approvals/:id`: everything that one has to know to say yes or no, and what became of it. */
export function ApprovalPage() {
  const { id = '' } = useParams<{ id: string }>();
  const [isOver, setOver] = useState(false);
  const read = useRead<ShownApproval>(pathOf`approvals/${id}`, {}, { every: isOver ? false : 3_000 });
  const state = read.data?.state;
  // What was approved may still be voided; that comes with the next change of how it stands.
  useEffect(() => setOver(state !== undefined && state !== 'waiting'), [state]);
  return (
    <Page
      title={read.data?.summary ?? 'Approval'}
      intro={
        read.data === undefined ? (
          <Id text={id} />
        ) : (
          <span class="badges">
            <StateBadge state={read.data.state} />
            <Badge tone="info">{read.data.environment}</Badge>
            <SubjectLink approval={read.data} portal />
          </span>
        )
      }
    >
      <Loaded of={read} lines={12}>
        {(approval) => <Everything approval={approval} />}
      </Loaded>
    </Page>
  );
}

function Everything({ approval }: { readonly approval: ShownApproval }) {
  const asker = askerOf(approval);
  const incident = incidentOf(approval);
  return (
    <>
      <Standing approval={approval} />
      <div class="grid">
        <Section title="The plan" wide>
          <PlanView steps={approval.steps} />
          {Object.keys(approval.after).length > 0 ? (
            <BeforeAfter before={approval.before} after={approval.after} />
          ) : (
            <StartsFrom before={approval.before} />
          )}
          <p class="approval-hash">
            <span class="soft">Hash of this plan</span> <Id text={approval.planHash} />
          </p>
        </Section>
        <Section title="Why">
          {approval.reasons.length === 0 ? (
            <p class="soft">No reasons are given.</p>
          ) : (
            <ul>
              {approval.reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          )}
          <Facts
            facts={[
              ['Asked for by', personName(approval.requestedBy.name)],
              ['Asked', <Time key="asked" at={approval.openedAt} exact />],
              [
                'What waits for it',
                incident === undefined && asker === undefined ? (
                  <code key="waits">{approval.instanceId}</code>
                ) : (
                  <span key="waits" class="badges">
                    {incident === undefined ? null : (
                      <Link href={`/incidents/${encodeURIComponent(incident)}`}>the incident</Link>
                    )}
                    {asker === undefined ? null : <Link href={asker.href}>the {asker.name}</Link>}
                  </span>
                ),
              ],
              ['Approval', <Id key="id" text={approval.id} short={24} />],
            ]}
          />
        </Section>
        <Section title="Who is asked" actions={<span class="soft">terms “{approval.terms}”</span>}>
          <Stages approval={approval} />
        </Section>
        <Section title="Answers" count={approval.answers.length}>
          <Answers approval={approval} />
        </Section>
      </div>
    </>
  );
}

/** The state that a plan starts from, where it does not say which facts will be otherwise. */
function StartsFrom({ before }: Pick<ShownApproval, 'before'>) {
  return (
    <>
      <h3 class="starts-from">It starts from</h3>
      <Facts facts={Object.entries(before).map(([name, value]) => [name, factText(value)])} />
      <p class="soft">
        The plan names no facts that will be otherwise. Whether it helped is looked at afterwards, and before it is
        carried out the plan is made again: another plan is asked about again.
      </p>
    </>
  );
}

/** How it stands: what is needed and for how long, with the buttons; or how it ended. */
function Standing({ approval }: { readonly approval: ShownApproval }) {
  const { state, stage, stages, stageEndsAt, answers, decidedAt, outcome } = approval;
  const yes = answers.filter(({ answer }) => answer === 'approve').length;
  if (state !== 'waiting') {
    return (
      <section class={`card standing tone-${states[state].tone}`} aria-label="Outcome">
        <h2>
          {states[state].word} <Time at={decidedAt} />
        </h2>
        <p>{states[state].about}</p>
        {outcome.length === 0 ? null : (
          <ul>
            {outcome.map((reason) => (
              <li key={reason}>{withoutIds(reason)}</li>
            ))}
          </ul>
        )}
      </section>
    );
  }
  return (
    <section class="card standing tone-warn" aria-label="Your answer">
      <h2>
        {yes} of {neededOf(approval)} yes, <Countdown until={stageEndsAt} /> left
        {stages > 1 ? ` in stage ${stage} of ${stages}` : ''}
      </h2>
      <AnswerButtons approval={approval} />
      <p class="soft">{silenceText(approval)}</p>
    </section>
  );
}

function Stages({ approval }: { readonly approval: ShownApproval }) {
  const { asks, stage, state, stageEndsAt, otherwise } = approval;
  return (
    <ol class="stages">
      {asks.map(({ withinSeconds, need }, index) => {
        const isCurrent = state === 'waiting' && index === stage - 1;
        return (
          <li key={index} class={isCurrent ? 'current' : undefined} aria-current={isCurrent ? 'step' : undefined}>
            <strong>{need.map(needText).join(' and ')}</strong>
            <div class="soft">
              {isCurrent ? (
                <>
                  asked now, <Countdown until={stageEndsAt} /> left of <Duration seconds={withinSeconds} />
                </>
              ) : index < stage - 1 ? (
                <>
                  asked before, for <Duration seconds={withinSeconds} />
                </>
              ) : index === stage - 1 ? (
                <>
                  asked last, for <Duration seconds={withinSeconds} />
                </>
              ) : (
                <>
                  {state === 'waiting' ? 'asked then' : 'not asked'}, for <Duration seconds={withinSeconds} />
                </>
              )}
            </div>
          </li>
        );
      })}
      <li class="soft">
        {otherwise === 'approve'
          ? 'Nobody answered: it is done (silence means yes)'
          : 'Nobody answered: nothing is done'}
      </li>
    </ol>
  );
}

function Answers({ approval: { answers, state } }: { readonly approval: ShownApproval }) {
  if (answers.length === 0) {
    return (
      <Empty title={state === 'waiting' ? 'Nobody has answered yet' : 'Nobody answered'}>
        Each yes and no stands here with its reason and how it came.
      </Empty>
    );
  }
  return (
    <ul class="rows">
      {answers.map(({ id, name, answer, reason, via, at }) => (
        <li key={id}>
          <div class="row-head">
            <Badge tone={answer === 'approve' ? 'good' : 'bad'}>{answer === 'approve' ? 'Yes' : 'No'}</Badge>
            <strong>{personName(name)}</strong>
            <span class="soft">{viaText(via)}</span>
            <span class="row-end soft">
              <Time at={at} />
            </span>
          </div>
          <div class="answer-reason">{reason}</div>
        </li>
      ))}
    </ul>
  );
}
