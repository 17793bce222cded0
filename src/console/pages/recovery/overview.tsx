import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { newKey, useRead } from '../../api/queries';
import { tick } from '../../session/clock';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { Empty, Loaded, Page, Section } from '../../ui/parts';
import { ResourceLink } from '../../ui/resource';
import { Countdown, Duration, Time } from '../../ui/time';
import { ExposureSection } from './exposure-section';
import { ItemLink, RecoveryTabs, Standing } from './parts';
import type { Compliance, DuePlan, Exposure, ExposureNow, Measurement, TierNow } from './types';

const every = 15_000;
const firstShown = 12;

/** How the promises stand: by tier, over time, by resource; what nothing protects; what is next. */
export function OverviewPage() {
  const now = useRead<ExposureNow>('backup', {}, { every });
  const report = useRead<Compliance>('backup/report', { days: 30 }, { fresh: 300_000 });
  return (
    <Page
      title="Recovery"
      intro="What would be lost now, and how long it would take until it runs again, beside what is promised."
      actions={
        <>
          <LookNow />
          <Link class="button" href="/recovery/restore">
            Plan a restore
          </Link>
        </>
      }
    >
      <RecoveryTabs current="/recovery" />
      <Loaded of={now} lines={14}>
        {({ measurement }) =>
          measurement === null ? (
            <Empty title="Nobody has looked yet">
              Exposure is measured every quarter of an hour. When this stays empty, see whether a backup policy is in
              use.
            </Empty>
          ) : (
            <>
              <Promises measurement={measurement} keptShare={report.data?.keptShare} />
              <ExposureSection tiers={measurement.tiers.map(({ tier }) => tier)} />
              <Resources measurement={measurement} />
              <div class="grid">
                <DueNext />
                <Unprotected measurement={measurement} />
              </div>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function LookNow() {
  const [key, setKey] = useState(newKey);
  if (!may.value.operate) return null;
  return (
    <OrderButton
      label="Look now"
      title="Look now for what is due"
      text="What is due is taken at once instead of at the next look of the schedule. Nothing is taken before it is due."
      confirm="Look now"
      needsReason={false}
      order={() => ({ method: 'POST', path: 'backup/run', body: { key } })}
      changes={['backup']}
      done={() => 'Caretaker looks what is due.'}
      then={() => setKey(newKey())}
    />
  );
}

function Promises({
  measurement,
  keptShare,
}: {
  readonly measurement: Measurement;
  readonly keptShare: Compliance['keptShare'] | undefined;
}) {
  return (
    <Section
      title="Promises"
      id="promises"
      actions={
        <span class="soft">
          measured <Time at={measurement.at} />
        </span>
      }
    >
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Promises by tier">
        <table class="table spacious">
          <thead>
            <tr>
              <th scope="col">Tier</th>
              <th scope="col">Resources</th>
              <th scope="col">Most work lost (RPO)</th>
              <th scope="col">Worst now</th>
              <th scope="col">Until it runs (RTO)</th>
              <th scope="col">Measured by drills</th>
              <th scope="col">Proven</th>
              <th scope="col">Kept, 30 days</th>
            </tr>
          </thead>
          <tbody>
            {measurement.tiers.map((tier) => (
              <TierRow key={tier.tier} tier={tier} share={keptShare?.[tier.tier]} />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function TierRow({ tier, share }: { readonly tier: TierNow; readonly share: number | null | undefined }) {
  const { recoveryTime: measured, worst } = tier;
  return (
    <tr>
      <th scope="row">{tier.tier}</th>
      <td>
        {tier.resources === 0 ? (
          <span class="soft">none</span>
        ) : (
          <span class="standing-counts">
            <span>{tier.kept} kept</span>
            {tier.atRisk > 0 ? <strong class="warn-text">{tier.atRisk} at risk</strong> : null}
            {tier.breached > 0 ? <strong class="bad-text">{tier.breached} broken</strong> : null}
          </span>
        )}
      </td>
      <td>
        <Duration seconds={tier.rpoSeconds} />
      </td>
      <td>{worst === null ? <span class="soft">–</span> : <Share share={worst} />}</td>
      <td>
        <Duration seconds={tier.rtoSeconds} />
      </td>
      <td>
        {measured.p95Seconds === null ? (
          <span class="soft">not measured yet</span>
        ) : (
          <>
            <span class={measured.standing === 'missed' ? 'bad-text' : undefined}>
              {measured.standing === 'missed' ? 'missed: ' : ''}
              <Duration seconds={measured.p50Seconds} /> / <Duration seconds={measured.p95Seconds} />
            </span>{' '}
            <span class="soft">p50 / p95 of {measured.drills}</span>
          </>
        )}
      </td>
      <td>
        {tier.proven} of {tier.resources}
        {tier.drillsFailed > 0 ? <span class="bad-text"> · {tier.drillsFailed} failed</span> : null}
      </td>
      <td class="number">
        {share === undefined || share === null ? <span class="soft">–</span> : `${(share * 100).toFixed(2)} %`}
      </td>
    </tr>
  );
}

/** A share of the objective as a bar with its text. */
export function Share({ share }: { readonly share: number }) {
  const tone = share > 1 ? 'bad' : share >= 0.75 ? 'warn' : 'good';
  return (
    <span class="used-share">
      <span class={`share-bar meter-bar tone-${tone}`} aria-hidden="true">
        <span style={{ width: `${Math.min(100, share * 100).toFixed(1)}%` }} />
      </span>
      <span class="number">{Math.round(share * 100)} %</span>
    </span>
  );
}

/** What share of the objective is used up now: the newest point grows older while one looks. */
const shareNow = ({ breachAt, rpoSeconds }: Exposure): number =>
  Math.max(0, 1 - (Date.parse(breachAt) - tick.value) / 1000 / rpoSeconds);

function Resources({ measurement }: { readonly measurement: Measurement }) {
  const [all, setAll] = useState(false);
  const shown = all ? measurement.resources : measurement.resources.slice(0, firstShown);
  const total = measurement.tiers.reduce((sum, { resources }) => sum + resources, 0);
  return (
    <Section title="Predicted breach" id="resources" count={total}>
      {measurement.resources.length === 0 ? (
        <Empty title="Nothing is protected yet">A resource comes here when the backup policy selects it.</Empty>
      ) : (
        <>
          <div
            class="table-scroll"
            tabIndex={0}
            role="region"
            aria-label="Exposure by resource, the most exposed first"
          >
            <table class="table spacious">
              <thead>
                <tr>
                  <th scope="col">Resource</th>
                  <th scope="col">Tier</th>
                  <th scope="col">Promise</th>
                  <th scope="col">Used of the objective</th>
                  <th scope="col">Breaks in</th>
                  <th scope="col">Last chance in</th>
                  <th scope="col">Newest point</th>
                  <th scope="col">Newest proven</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((one) => (
                  <tr key={one.resource}>
                    <th scope="row">
                      <ItemLink item={one.resource} />
                    </th>
                    <td>{one.tier}</td>
                    <td>
                      <span title={one.reasons.join('\n')}>
                        <Standing standing={one.standing} />
                      </span>
                    </td>
                    <td>
                      <Share share={shareNow(one)} />
                    </td>
                    <td>
                      <Countdown until={one.breachAt} />
                    </td>
                    <td>
                      <Countdown until={one.lastChanceAt} />
                    </td>
                    <td>{one.newestAt === null ? <span class="bad-text">none</span> : <Time at={one.newestAt} />}</td>
                    <td>{one.provenAt === null ? <span class="soft">none</span> : <Time at={one.provenAt} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p class="soft table-end">
            Predicted as if nothing were taken. A taking that begins after the last chance comes too late, by measured
            durations.{' '}
            {total > measurement.resources.length
              ? `The ${measurement.resources.length} most exposed of ${total}. `
              : ''}
            {measurement.resources.length > firstShown ? (
              <button type="button" class="button quiet" onClick={() => setAll(!all)}>
                {all ? 'Show fewer' : `Show all ${measurement.resources.length}`}
              </button>
            ) : null}
          </p>
        </>
      )}
    </Section>
  );
}

function DueNext() {
  const plan = useRead<DuePlan>('backup/plan', {}, { every });
  const [all, setAll] = useState(false);
  return (
    <Section title="Due next" id="due" {...(plan.data === undefined ? {} : { count: plan.data.due.length })}>
      <Loaded of={plan} lines={6}>
        {({ due }) =>
          due.length === 0 ? (
            <Empty title="Nothing is due">What the policy selects is due when 60 % of its objective has passed.</Empty>
          ) : (
            <>
              <div class="table-scroll" tabIndex={0} role="region" aria-label="What is taken next, the soonest first">
                <table class="table">
                  <thead>
                    <tr>
                      <th scope="col">Resource</th>
                      <th scope="col">Tier</th>
                      <th scope="col">Due</th>
                      <th scope="col">Then left until it breaks</th>
                    </tr>
                  </thead>
                  <tbody>
                    {due.slice(0, all ? undefined : 8).map(({ item, tier, dueAt, breachAt }) => (
                      <tr key={item}>
                        <th scope="row">
                          <ItemLink item={item} />
                        </th>
                        <td>{tier}</td>
                        <td>{Date.parse(dueAt) <= tick.value ? 'now' : <Time at={dueAt} />}</td>
                        <td>
                          <Duration seconds={(Date.parse(breachAt) - Date.parse(dueAt)) / 1000} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              {due.length > 8 ? (
                <button type="button" class="button quiet" onClick={() => setAll(!all)}>
                  {all ? 'Show fewer' : `Show all ${due.length}`}
                </button>
              ) : null}
            </>
          )
        }
      </Loaded>
    </Section>
  );
}

function Unprotected({ measurement: { unprotected, excluded } }: { readonly measurement: Measurement }) {
  return (
    <div>
      <Section title="What nothing protects" id="unprotected" count={unprotected.length}>
        {unprotected.length === 0 ? (
          <Empty title="Everything is protected or excluded with a reason" />
        ) : (
          <ul class="rows limited">
            {unprotected.map(({ item, reason }) => (
              <li key={item}>
                <ResourceLink id={item} portal /> <span class="soft">{reason}</span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Excluded" id="excluded" count={excluded.length}>
        {excluded.length === 0 ? (
          <Empty title="Nothing is excluded">The policy may leave resources out, with a reason and an end.</Empty>
        ) : (
          <ul class="rows limited">
            {excluded.map(({ item, reason, until }) => (
              <li key={item}>
                <ResourceLink id={item} portal /> <span class="soft">{reason}; until</span> <Time at={until} exact />
              </li>
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}
