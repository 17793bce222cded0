import { useEffect, useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { now } from '../../api/now';
import { newKey, useRead } from '../../api/queries';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { Empty, Facts, Id, Loaded, Page, Section } from '../../ui/parts';
import { PlanView } from '../../ui/plan-view';
import { resourceParts } from '../../ui/resource';
import { Countdown, Duration, Time } from '../../ui/time';
import { PlannedPhases } from './drill';
import { Phases } from './figures';
import { itemHref, ItemLink, kindTexts, nameOf, restoreRecordHref, RestoreResult } from './parts';
import { isUnderWay, stageOf, type Live, type RestorePlan, type RestoreReport, type ShownRestore } from './types';

/** A restore: where it is, what it does, what became of it, and the way back. */
export function RestorePage({ id }: { readonly id: string }) {
  const [isOver, setOver] = useState(false);
  const restore = useRead<ShownRestore>(pathOf`backup/restores/${id}`, {}, { every: isOver ? false : 2_000 });
  const { data } = restore;
  const ended = data !== undefined && !isUnderWay(data.live) && (data.record?.report !== null || data.live === null);
  useEffect(() => setOver(ended), [ended]);
  const record = data?.record ?? null;
  const item = record?.order.request.item;
  const isUndo = record !== null && record.order.undoes !== null;
  const title =
    item === undefined ? 'Restore' : `${isUndo ? 'Undo of a restore' : 'Restore'} of ${resourceParts(item).name}`;
  return (
    <Page
      title={title}
      intro={<Id text={id} />}
      actions={data === undefined ? undefined : <Undo id={id} restore={data} />}
    >
      <Loaded of={restore} lines={12}>
        {(shown) => <Shown id={id} restore={shown} />}
      </Loaded>
    </Page>
  );
}

function Shown({ id, restore: { record, live } }: { readonly id: string; readonly restore: ShownRestore }) {
  const report = record?.report ?? null;
  const plan = record?.plan ?? null;
  const stage = isUnderWay(live) ? stageOf(live?.custom) : undefined;
  const told = toldOf(live?.custom);
  const item = record?.order.request.item ?? (told.kind === 'in-place' ? told.target : undefined);
  const kind = record?.order.request.kind ?? told.kind;
  return (
    <>
      {report === null ? <Waiting id={id} stage={stage} live={live} /> : null}
      <Section title="How it stands">
        <div class="badges">
          <RestoreResult result={report?.result ?? null} stage={stage} />
          {report?.reasons.map((reason) => (
            <span key={reason}>{reason}</span>
          ))}
        </div>
        <Facts
          facts={[
            ['Resource', item === undefined ? null : <ItemLink item={item} />],
            ['What', kind === undefined ? null : (kindTexts[kind] ?? kind)],
            [
              'Takes back',
              record === null || record.order.undoes === null ? undefined : (
                <Link href={restoreRecordHref(record.order.undoes)}>the restore {record.order.undoes}</Link>
              ),
            ],
            [
              'Point',
              plan === null ? (
                record?.order.request.point
              ) : (
                <>
                  <Link href={itemHref(plan.item, plan.point)}>
                    <code>{plan.point}</code>
                  </Link>{' '}
                  <span class="soft">
                    taken <Time at={plan.takenAt} />
                  </span>
                </>
              ),
            ],
            ['Environment', record?.order.environment ?? told.environment ?? null],
            ['Asked by', record === null ? undefined : nameOf(record.order.askedBy.name)],
            [
              'Approved by',
              report === null || report.approvedBy === null ? undefined : report.approvedBy.map(nameOf).join(', '),
            ],
            ['Begun', <Time key="begun" at={report?.startedAt ?? live?.since ?? record?.notedAt} exact />],
            ['Ended', report === null ? undefined : <Time at={report.finishedAt} exact />],
            ['Until it ran again', report === null ? undefined : <Duration seconds={report.restoreSeconds} />],
          ]}
        />
      </Section>
      <Section title="Phases">
        {report !== null && report.phases.length > 0 ? (
          <>
            <Phases phases={report.phases} />
            <Verification report={report} plan={plan} />
          </>
        ) : plan !== null && report === null ? (
          <PlannedPhases phases={plan.phases} current={stage} />
        ) : (
          <Empty title={report === null ? 'Nothing is touched yet' : 'Nothing was touched'}>
            {report === null ? 'Phases come when the plan is written down, right before the first effect.' : undefined}
          </Empty>
        )}
      </Section>
      {plan === null ? null : <Plan plan={plan} planHash={record?.planHash ?? null} />}
      {report === null || report.kept.length === 0 ? null : (
        <Section title="Disks that are kept" count={report.kept.length}>
          <p>
            Nothing uses these any more, and nobody but a person removes them. They cost as long as they are there, and
            undo needs them.
          </p>
          <ul>
            {report.kept.map((disk) => (
              <li key={disk}>
                <code title={disk}>{resourceParts(disk).name}</code>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** What the engine tells of a restore before it is on record. */
function toldOf(custom: unknown): { readonly target?: string; readonly kind?: string; readonly environment?: string } {
  return typeof custom === 'object' && custom !== null ? custom : {};
}

function Waiting({
  id,
  stage,
  live,
}: {
  readonly id: string;
  readonly stage: string | undefined;
  readonly live: Live | null;
}) {
  // An approval says which instance waits for it.
  const approval = now.value?.approvals?.find((one) => one['instanceId'] === id);
  if (approval !== undefined) {
    const endsAt = approval['stageEndsAt'];
    return (
      <Section title="People are asked">
        <p>
          Nothing is touched until {approval.asked.join(' and ')} agreed to this very plan.{' '}
          <Link href={`/approvals/${encodeURIComponent(approval.id)}`}>Read the approval</Link>
          {typeof endsAt === 'string' ? (
            <>
              ; it goes on to others in <Countdown until={endsAt} />
            </>
          ) : null}
          .
        </p>
      </Section>
    );
  }
  if (!isUnderWay(live)) return null;
  const texts: Readonly<Record<string, string>> = {
    plan: 'It is being planned.',
    ask: 'People are about to be asked.',
    guard: 'It waits for the guard: lease, budgets, calendar, holds, kill switches.',
    undo: 'It went wrong, and everything goes back to what it was.',
  };
  return <p role="status">{texts[stage ?? 'plan'] ?? `Under way: ${stage ?? ''}.`}</p>;
}

/** What shows that the machine is there again. */
function Verification({ report, plan }: { readonly report: RestoreReport; readonly plan: RestorePlan | null }) {
  const looked =
    plan?.phases.filter(({ stages }) => stages.some(({ kind }) => kind === 'ready' || kind === 'probe')) ?? [];
  const ends = looked.map(({ name }) => report.phases.find((end) => end.name === name));
  if (looked.length === 0) return null;
  const isGood = ends.every((end) => end !== undefined && end.problem === null);
  return (
    <p>
      <strong>Verified: </strong>
      {isGood
        ? `the machine came up and answered (${looked.map(({ name }) => name).join(', ')}).`
        : 'the machine did not answer as it should.'}
    </p>
  );
}

/** A plan of a restore: what is lost first, then the steps. */
export function Plan({ plan, planHash }: { readonly plan: RestorePlan; readonly planHash: string | null }) {
  return (
    <Section title="The plan" count={plan.steps.length}>
      <p>
        <strong>{plan.summary}</strong>
      </p>
      {plan.reasons.length === 0 ? null : (
        <div class="lost">
          <h3>What to know before</h3>
          <ul>
            {plan.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      )}
      <h3>Step by step</h3>
      <PlanView steps={plan.steps} planHash={planHash} />
    </Section>
  );
}

function Undo({ id, restore: { record } }: { readonly id: string; readonly restore: ShownRestore }) {
  const [, navigate] = useLocation();
  const [key, setKey] = useState(newKey);
  const isPossible =
    record?.report?.result === 'restored' && record.order.undoes === null && record.order.request.kind === 'in-place';
  if (!isPossible) return null;
  if (!may.value.operate) return <span class="soft">Whoever has the role Caretaker.Operator can undo it.</span>;
  return (
    <OrderButton<{ restoreId: string }>
      label="Undo this restore"
      title="Undo this restore"
      text="The machine gets back the disks that it had before; what was written since the restore stays on the restored disks. It is a restore of its own, and people are asked as for the first. It is possible as long as the machine still has the restored disks."
      confirm="Plan the undo and ask"
      tone="danger"
      needsReason={false}
      order={() => ({ method: 'POST', path: pathOf`backup/restores/${id}/undo`, body: { key } })}
      changes={['backup', 'approvals']}
      done={() => 'The undo is ordered.'}
      then={({ restoreId }) => {
        setKey(newKey());
        navigate(restoreRecordHref(restoreId));
      }}
    />
  );
}
