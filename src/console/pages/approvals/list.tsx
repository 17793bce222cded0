import { Link, useLocation, useSearchParams } from 'wouter-preact';
import { now } from '../../api/now';
import { usePages, useRead } from '../../api/queries';
import type { ShownApproval } from '../../api/types';
import { Select } from '../../ui/form';
import { Badge, Empty, Loaded, Loading, Page, Problem, Tabs } from '../../ui/parts';
import { withoutIds } from '../../ui/people';
import { resourceParts } from '../../ui/resource';
import { Time } from '../../ui/time';
import { VirtualList } from '../../ui/virtual-list';
import { ApprovalCard } from './approval-card';
import { byDeadline } from './asks';
import { StateBadge, states } from './states';

interface ApprovalsAnswer {
  readonly waiting: readonly ShownApproval[];
  readonly approvals: readonly ShownApproval[];
  readonly cursor: string | null;
}

const hrefOf = ({ id }: Pick<ShownApproval, 'id'>): string => `/approvals/${encodeURIComponent(id)}`;
const decidedStates = (Object.keys(states) as ShownApproval['state'][]).filter((state) => state !== 'waiting');

/** `/approvals?state=`: those that wait, or those that are decided (`past`, or one way to be so). */
export function ApprovalsPage() {
  const [search] = useSearchParams();
  const state = search.get('state') ?? 'waiting';
  const isWaiting = state === 'waiting';
  return (
    <Page
      title="Approvals"
      intro="Plans that wait for people's yes, and what was answered. An answer is good for one plan."
    >
      <Tabs
        label="Approvals"
        current={isWaiting ? '/approvals' : '/approvals?state=past'}
        tabs={[
          { name: 'Waiting', href: '/approvals', count: now.value?.approvals?.length },
          { name: 'Decided', href: '/approvals?state=past' },
        ]}
      />
      {isWaiting ? <Waiting /> : <Decided state={state} />}
    </Page>
  );
}

function Waiting() {
  const known = now.value?.approvals;
  const read = useRead<ApprovalsAnswer>('approvals', { limit: 1 }, { enabled: known === null, every: 5_000 });
  if (known === undefined) return <Loading lines={6} />;
  if (known !== null) return <WaitingList approvals={known} />;
  return <Loaded of={read}>{({ waiting }) => <WaitingList approvals={waiting} />}</Loaded>;
}

function WaitingList({ approvals }: { readonly approvals: readonly ShownApproval[] }) {
  return (
    <section class="card" aria-label="Waiting">
      <h2 class="visually-hidden">Waiting</h2>
      {approvals.length === 0 ? (
        <Empty title="No approval waits">
          What a rule, an operator or the guard wants people to say yes to appears here, with its plan and how long it
          waits.
        </Empty>
      ) : (
        <ul class="rows">
          {byDeadline(approvals).map((approval) => (
            <li key={approval.id}>
              <ApprovalCard approval={approval} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Decided({ state }: { readonly state: string }) {
  const [, go] = useLocation();
  const pages = usePages<ApprovalsAnswer, ShownApproval>('approvals', { limit: 50 }, ({ approvals }) => approvals);
  const decided = pages.items.filter((one) => one.state !== 'waiting');
  const shown = state === 'past' ? decided : decided.filter((one) => one.state === state);
  return (
    <>
      <div class="form-row approvals-filter">
        <Select
          label="Outcome"
          required
          value={state}
          onInput={(value) => go(`/approvals?state=${value}`, { replace: true })}
          options={[
            { value: 'past', text: 'All' },
            ...decidedStates.map((value) => ({ value, text: states[value].word })),
          ]}
        />
        <p class="soft">{state === 'past' ? '' : states[state as ShownApproval['state']]?.about}</p>
      </div>
      {pages.error !== null && pages.items.length === 0 ? (
        <Problem error={pages.error} again={pages.again} />
      ) : pages.isPending ? (
        <Loading lines={8} />
      ) : shown.length === 0 ? (
        <section class="card">
          <Empty title={state === 'past' ? 'Nothing has been decided yet' : 'None of those read so far ended so'}>
            {pages.hasMore ? (
              <button type="button" class="button" disabled={pages.isLoadingMore} onClick={pages.more}>
                {pages.isLoadingMore ? 'Reading…' : 'Read older ones'}
              </button>
            ) : (
              'Approvals come here once they are decided, and stay.'
            )}
          </Empty>
        </section>
      ) : (
        <VirtualList
          label="Decided approvals"
          items={shown}
          rowHeight={68}
          keyOf={({ id }) => id}
          onOpen={(approval) => go(hrefOf(approval))}
          hasMore={pages.hasMore}
          isLoadingMore={pages.isLoadingMore}
          more={pages.more}
          row={(approval) => <DecidedRow approval={approval} />}
        />
      )}
    </>
  );
}

function DecidedRow({ approval }: { readonly approval: ShownApproval }) {
  const { summary, state, environment, decidedAt, subject, outcome } = approval;
  return (
    <>
      <div class="row-head">
        <StateBadge state={state} />
        <Link href={hrefOf(approval)} class="decided-title">
          {summary}
        </Link>
        <Badge>{environment}</Badge>
        <span class="row-end soft">
          <Time at={decidedAt} />
        </span>
      </div>
      <div class="soft decided-detail">{[resourceParts(subject).name, ...outcome.map(withoutIds)].join(' · ')}</div>
    </>
  );
}
