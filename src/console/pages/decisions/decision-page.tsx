import { ExternalLink } from 'lucide-preact';
import { Link } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import type { DecisionAnswer, KeptDecision } from '../../story/types';
import { Why } from '../../story/why';
import { shortName, wordsOfAction } from '../../story/words';
import { ActionBadge, Reasons, SeverityBadge, Words } from '../../story/words-view';
import { Badge, Empty, Facts, Id, Loaded, Page, Section } from '../../ui/parts';
import { portalHref, ResourceLink } from '../../ui/resource';
import { Time } from '../../ui/time';

const pendingEvery = 3_000;

/** One decision: the signal, every rule that was considered, and what it led to. */
export function DecisionPage({ id }: { readonly id: string }) {
  const query = useRead<DecisionAnswer>(pathOf`decisions/${id}`, {}, { every: false });
  return (
    <Loaded of={query} lines={16}>
      {(answer) => <Decision answer={answer} />}
    </Loaded>
  );
}

/** Where an alert of Azure Monitor is shown. */
function alertHref({ facts }: KeptDecision['signal']): string | undefined {
  const { alertId } = facts;
  return typeof alertId === 'string' ? portalHref(alertId) : undefined;
}

function Decision({ answer }: { readonly answer: DecisionAnswer }) {
  const { signalId, state, claimedAt, decision, result } = answer;
  const { signal, action, sentence, considered, dedupe, policyVersion, environment, join, snapshot } = decision;
  const incidentId = result?.incidentId ?? decision.incident?.incidentId ?? join?.incidentId ?? null;
  const chosen = considered.findIndex(({ matched }) => matched);
  const alert = alertHref(signal);
  return (
    <Page
      title={`${signal.rule} on ${shortName(signal.target)}`}
      intro="What was decided about a signal, and why."
      actions={
        alert === undefined ? null : (
          <a class="button" href={alert} target="_blank" rel="noreferrer">
            <ExternalLink size={14} aria-hidden="true" /> The alert in the portal
          </a>
        )
      }
    >
      <section class="card" aria-label="The decision">
        <div class="lead">
          <ActionBadge action={action} />
          <SeverityBadge severity={signal.severity} />
          <span class="soft">{wordsOfAction(action).sentence}</span>
        </div>
        <p>
          <strong>
            <Words text={sentence} />
          </strong>
        </p>
        {state === 'done' ? null : (
          <p class="stale" role="status">
            What follows from it is not all started yet; a sweep comes back to it.
          </p>
        )}
        <Facts
          facts={[
            ['Resource', <ResourceLink id={signal.target} portal />],
            ['Environment', environment ?? <span class="soft">none of the policy</span>],
            ['Occurred', <Time at={signal.occurredAt} exact />],
            ['Taken in', <Time at={claimedAt} exact />],
            ['Policy', <Id text={policyVersion} short={12} />],
            [
              'Incident',
              incidentId === null ? (
                <span class="soft">none</span>
              ) : (
                <Link href={`/incidents/${encodeURIComponent(incidentId)}`}>{incidentId.slice(0, 17)}</Link>
              ),
            ],
            ['Signal', <Id text={signalId} short={12} />],
          ]}
        />
      </section>
      <div class="columns">
        <div>
          <Section title="Rules that were considered" id="rules" count={considered.length}>
            {considered.length === 0 ? (
              <Empty title="The policy had no rule" />
            ) : (
              <ol class="considered">
                {considered.map(({ rule, matched, reasons }, index) => (
                  <li key={rule} class={index === chosen ? 'chosen' : undefined}>
                    <div class="row-head">
                      <Link href={`/policy/rules/${encodeURIComponent(rule)}`}>{rule}</Link>
                      <Badge tone={matched ? 'good' : 'neutral'}>{matched ? 'fits' : 'does not fit'}</Badge>
                      {index === chosen ? <Badge tone="info">chosen</Badge> : null}
                      {matched && index !== chosen ? <span class="soft">an earlier rule was chosen</span> : null}
                    </div>
                    <Reasons reasons={reasons} />
                  </li>
                ))}
              </ol>
            )}
          </Section>
          {dedupe === null || dedupe === undefined ? null : (
            <Section title="Deduplication" id="dedupe">
              <p>
                <Badge tone={dedupe.answer === 'taken' ? 'good' : 'neutral'}>{dedupe.answer}</Badge>{' '}
                <Words text={dedupe.reason} />
              </p>
              {dedupe.against === null ? null : (
                <p>
                  <Link href={`/decisions/${dedupe.against}`}>The signal that stands for this one</Link>
                </p>
              )}
            </Section>
          )}
          <Section title="What it led to, and why" id="why">
            <Why id={signalId} every={state === 'done' ? false : pendingEvery} />
          </Section>
        </div>
        <div>
          <Section title="The signal" id="signal">
            <p>
              <Words text={signal.summary} />
            </p>
            <Facts
              facts={[
                ['Source', signal.source],
                ['Kind', signal.kind],
                ['Condition', signal.condition],
                ['Alert rule', signal.rule],
              ]}
            />
            <div class="table-scroll" tabIndex={0} role="region" aria-label="Facts of the signal">
              <table class="table facts-table">
                <thead>
                  <tr>
                    <th scope="col">Fact</th>
                    <th scope="col">As it came</th>
                  </tr>
                </thead>
                <tbody>
                  {Object.entries(signal.facts).map(([name, value]) => (
                    <tr key={name}>
                      <th scope="row">{name}</th>
                      <td>{String(value)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Section>
          {snapshot === null || snapshot === undefined ? null : (
            <Section title="What was known of the resource" id="snapshot">
              <Facts
                facts={[
                  ...Object.entries(snapshot.tags),
                  ['Zones', snapshot.zones.length === 0 ? null : snapshot.zones.join(', ')],
                  ['Read', <Time at={snapshot.readAt} exact />],
                ]}
              />
            </Section>
          )}
          <p>
            <Link
              href={`/decisions/why-not?resource=${encodeURIComponent(signal.target)}&at=${encodeURIComponent(signal.occurredAt)}`}
            >
              Why was not more done to {shortName(signal.target)} then?
            </Link>
          </p>
        </div>
      </div>
    </Page>
  );
}
