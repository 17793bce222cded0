import { useState } from 'preact/hooks';
import { Link, useParams, useSearchParams } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { newKey, useRead } from '../../api/queries';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { Badge, Facts, Id, Loaded, Page, Section, Tabs } from '../../ui/parts';
import { Additions } from './additions';
import { TryDocument } from './document';
import { Failovers } from './failover';
import { PlanDiff } from './plan-diff';
import { Records } from './records';
import type { ZonesAnswer, ZoneWithRecords } from './types';
import { approvalsOf, runsOf, useZone, zoneChanges } from './zone-read';
import { zoneHref } from './zones';

/** `/dns/:zone?view=&record=&q=&whose=`: one zone. */
export function ZonePage() {
  const { zone = '' } = useParams<{ zone: string }>();
  const [search] = useSearchParams();
  const view = search.get('view') ?? (search.has('record') || search.has('q') ? 'records' : 'plan');
  const whose = search.get('whose') === 'ours' ? 'ours' : 'all';
  const read = useZone(zone, whose);
  const base = zoneHref(zone);
  const hrefs = { plan: base, records: `${base}?view=records`, document: `${base}?view=document` };
  return (
    <Page
      title={zone}
      intro="What the zone shall hold, what it holds, and what lies between."
      actions={
        read.data === undefined ? null : (
          <Link class="button" href={`/ledger?subject=${encodeURIComponent(read.data.target)}`}>
            In the ledger
          </Link>
        )
      }
    >
      <Tabs
        label={`Views of ${zone}`}
        current={view === 'records' ? hrefs.records : view === 'document' ? hrefs.document : hrefs.plan}
        tabs={[
          { name: 'Plan and failover', href: hrefs.plan, count: read.data?.changes.length },
          { name: 'Records', href: hrefs.records, count: read.data?.recordCount },
          { name: 'Try a document', href: hrefs.document },
        ]}
      />
      {view === 'document' ? (
        <TryDocument zone={zone} />
      ) : (
        <Loaded of={read} lines={12}>
          {(data) => (view === 'records' ? <Records view={data} whose={whose} /> : <Standing view={data} />)}
        </Loaded>
      )}
    </Page>
  );
}

function Standing({ view }: { readonly view: ZoneWithRecords }) {
  // Where records lead is known without asking Cloudflare, so it is looked at more often than the plan.
  const zones = useRead<ZonesAnswer>('dns/zones', {}, { every: 5_000 });
  const groups = zones.data?.zones.find(({ zone }) => zone === view.zone)?.failover ?? view.failover;
  const byHand = view.records.filter((record) => record.byHand);
  return (
    <>
      <PendingPlan view={view} />
      {byHand.length === 0 ? null : <ByHand view={view} />}
      <Failovers zone={view.zone} groups={groups} />
      <Additions view={view} />
    </>
  );
}

const answers = {
  go: { tone: 'good', text: 'may be applied' },
  ask: { tone: 'warn', text: 'a person has to approve it' },
  stop: { tone: 'bad', text: 'refused' },
} as const;

function PendingPlan({ view }: { readonly view: ZoneWithRecords }) {
  const [key, setKey] = useState(newKey);
  const [begun, setBegun] = useState<string>();
  const { changes, counts, answer, hash, zone, target } = view;
  const runs = runsOf(target);
  const approvals = approvalsOf(target);
  const total = counts.creates + counts.updates + counts.deletes;
  return (
    <Section
      title="Pending plan"
      id="plan"
      count={total}
      actions={
        total === 0 ? null : may.value.operate && answer !== 'stop' && runs.length === 0 ? (
          <OrderButton<{ changeId: string }>
            label="Apply this plan"
            tone="primary"
            title={`Apply ${total} ${total === 1 ? 'change' : 'changes'} to ${zone}`}
            text={
              answer === 'ask'
                ? 'Exactly this plan is carried out once people have approved it. If the zone or the document has changed meanwhile, nothing is done.'
                : 'Exactly this plan is carried out: the guard answers it as ever, it is verified at servers and resolvers, and undone when it turns out harmful. If the zone or the document has changed meanwhile, nothing is done.'
            }
            order={(reason) => ({
              method: 'POST',
              path: pathOf`dns/zones/${zone}/changes`,
              body: { hash, reason, key },
            })}
            changes={zoneChanges}
            done={() => `The change of ${zone} has begun`}
            then={({ changeId }) => {
              setBegun(changeId);
              setKey(newKey());
            }}
          />
        ) : null
      }
    >
      <div class="dns-facts">
        <Facts
          facts={[
            ['Environment', view.environment],
            ['Mode', view.mode === 'auto' ? 'puts right what differs' : 'only suggests; people apply'],
            ['Ours', `${counts.ours} records`],
            ["Others'", `${counts.foreign} records, never changed`],
            ['Plan', <Id key="plan" text={hash} short={12} />],
          ]}
        />
      </div>
      {runs.map(({ id, stage }) => (
        <p key={id} class="dns-under-way" role="status">
          <Badge tone="info">under way</Badge> A change of this zone is at <strong>{stage ?? 'its beginning'}</strong>:{' '}
          <Link href={`/runs/${encodeURIComponent(id)}`}>follow it</Link>
        </p>
      ))}
      {approvals.map(({ id, summary }) => (
        <p key={id} class="dns-under-way">
          <Badge tone="warn">waits for people</Badge>{' '}
          <Link href={`/approvals/${encodeURIComponent(id)}`}>{summary}</Link>
        </p>
      ))}
      {begun === undefined || runs.some(({ id }) => id === begun) ? null : (
        <p class="dns-under-way">
          Your change: <Link href={`/runs/${encodeURIComponent(begun)}`}>what became of it</Link>
        </p>
      )}
      {total === 0 ? (
        <p>
          <Badge tone="good">as it should be</Badge> Nothing differs between the document and the zone.
        </p>
      ) : (
        <>
          <p>
            <Badge tone={answers[answer].tone}>{answers[answer].text}</Badge> {view.summary}.
            {may.value.operate ? null : <span class="soft"> An Operator can apply it.</span>}
          </p>
          <PlanDiff view={view} />
        </>
      )}
      {total > changes.length ? <p class="soft">The first {changes.length} changes are shown.</p> : null}
      {total === 0 && view.notes.length > 0 ? <PlanDiff view={view} /> : null}
    </Section>
  );
}

function ByHand({ view }: { readonly view: ZoneWithRecords }) {
  const sets = new Map(
    view.records.filter(({ byHand }) => byHand).map((record) => [`${record.name} ${record.type}`, record]),
  );
  return (
    <Section title="Changed by hand" id="drift" count={sets.size}>
      <p class="soft">
        Somebody changed these records of ours past the document since they were last applied. The next sweep puts them
        back, as the plan above says, unless they are adopted.
      </p>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Records changed by hand">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Record</th>
              <th scope="col">By hand</th>
              <th scope="col">Wanted</th>
              <th scope="col">
                <span class="visually-hidden">Orders</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {[...sets.values()].map(({ name, type, current, desired }) => (
              <tr key={`${name} ${type}`}>
                <th scope="row">
                  {name} <Badge>{type}</Badge>
                </th>
                <td>
                  <code>{current?.value}</code> {current?.ttl === desired?.ttl ? null : `ttl ${current?.ttl ?? ''}`}
                </td>
                <td>
                  <code>{desired?.value}</code> {current?.ttl === desired?.ttl ? null : `ttl ${desired?.ttl ?? ''}`}
                </td>
                <td>
                  {may.value.operate ? (
                    <OrderButton
                      label="Adopt"
                      title={`Adopt ${name} ${type} as it is`}
                      text="What stands there now is wanted from now on, and is not put back, until the document says the same."
                      order={(reason) => ({
                        method: 'POST',
                        path: pathOf`dns/zones/${view.zone}/adopted`,
                        body: { name, type, reason },
                      })}
                      changes={zoneChanges}
                      done={() => `${name} ${type} is adopted`}
                    />
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="soft">
        {may.value.operate
          ? 'To put them back now, apply the plan above.'
          : 'An Operator adopts them or puts them back.'}
      </p>
    </Section>
  );
}
