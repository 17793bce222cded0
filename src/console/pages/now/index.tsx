import { CircleCheck } from 'lucide-preact';
import { Link } from 'wouter-preact';
import { lookNow, now, nowProblem } from '../../api/now';
import type { Now } from '../../api/types';
import { may, me } from '../../session/me';
import { withoutIds } from '../../ui/people';
import { Loading, Page, Problem, Section, Stale } from '../../ui/parts';
import { Time } from '../../ui/time';
import { AnswerPlace } from '../approvals/answering';
import { ApprovalCard } from '../approvals/approval-card';
import { byDeadline, mayAnswer } from '../approvals/asks';
import { Changes } from './changes';
import { Environments } from './environments';
import { Incidents } from './incidents';
import './now.css';
import { partName, standing } from './standing';
import { SwitchedOff } from './switched-off';
import { Counts, Holds, UnderWay } from './under-way';

/** What is open, what waits, what changed: how it stands in one look, the most urgent first, kept up to date. */
export function NowPage() {
  const value = now.value;
  const problem = nowProblem.value;
  if (value === undefined) {
    return (
      <Page title="Now" intro="How it stands">
        {problem === undefined ? (
          <Loading lines={12} what="Looking how it stands" />
        ) : (
          <Problem error={problem} again={lookNow} />
        )}
      </Page>
    );
  }
  return <Seen now={value} />;
}

function Seen({ now: value }: { readonly now: Now }) {
  const problem = nowProblem.value;
  const approvals = byDeadline(value.approvals ?? []);
  const yours = approvals.filter((one) => mayAnswer(one, me.value).isTurn);
  const others = approvals.filter((one) => !yours.includes(one));
  const { text, isCalm } = standing(value, yours.length);
  return (
    <Page
      title="Now"
      intro={text}
      actions={
        may.value.operate ? (
          <Link href="/guard" class="button">
            Stop automation…
          </Link>
        ) : undefined
      }
    >
      {problem === undefined ? null : <Stale error={problem} />}
      <SwitchedOff now={value} />
      <Missing missing={value.missing} />
      <div class="now">
        <div class="now-first">
          {isCalm ? <Calm now={value} /> : null}
          {approvals.length === 0 ? null : (
            <Section title={yours.length > 0 ? 'Waits for you' : 'Waits for others'} count={approvals.length}>
              <ul class="rows">
                {[...yours, ...others].map((approval) => (
                  <li key={approval.id}>
                    <ApprovalCard approval={approval} />
                  </li>
                ))}
              </ul>
            </Section>
          )}
          <Incidents incidents={value.incidents} />
          <UnderWay now={value} />
          <Changes changes={value.changes} />
        </div>
        <div class="now-second">
          <Environments environments={value.environments} />
          <Holds holds={value.holds} />
          <Counts counts={value.counts} />
        </div>
      </div>
      <AnswerPlace />
    </Page>
  );
}

function Calm({ now: { changes } }: { readonly now: Now }) {
  const last = changes?.[0];
  return (
    <section class="card calm" aria-label="Nothing is open">
      <CircleCheck size={26} aria-hidden="true" />
      <div>
        <h2>Nothing is open, nothing waits for you</h2>
        {last === undefined ? (
          <p class="soft">Nothing has changed in the last hour.</p>
        ) : (
          <p class="soft">
            The last change was <Time at={last.at} />: {withoutIds(last.sentence)}
          </p>
        )}
      </div>
    </section>
  );
}

/** Parts that cannot be read are named: what is not shown here may still be so. */
function Missing({ missing }: { readonly missing: Now['missing'] }) {
  return missing.length === 0 ? null : (
    <section class="card missing" aria-label="What cannot be read">
      <h2>Not everything can be read right now</h2>
      <ul>
        {missing.map(({ part, reason }) => (
          <li key={part}>
            <strong>{partName(part)}</strong>: {reason}
          </li>
        ))}
      </ul>
      <p class="soft">What is missing below may still be so. It is tried again every few seconds.</p>
    </section>
  );
}
