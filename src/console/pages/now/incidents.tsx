import { Link } from 'wouter-preact';
import type { Now } from '../../api/types';
import { Ladder } from '../../ui/ladder';
import { resultText } from '../../ui/ladder-steps';
import { Badge, Section, type Tone } from '../../ui/parts';
import { resourceHref, resourceParts } from '../../ui/resource';
import { Time } from '../../ui/time';
import { mostUrgent, severityText } from './standing';

/** So many are drawn; the list of all has a page of its own. */
const mostDrawn = 12;

const toneOf = (severity: string): Tone => (severity <= 'Sev1' ? 'bad' : severity === 'Sev2' ? 'warn' : 'neutral');

/** Open incidents, the most severe first. Nothing when there are none: the page says so at its top. */
export function Incidents({ incidents }: { readonly incidents: Now['incidents'] }) {
  if (incidents === null || incidents.length === 0) return null;
  const ordered = mostUrgent(incidents);
  const more = ordered.length - mostDrawn;
  return (
    <Section title="Open incidents" count={incidents.length}>
      <ul class="rows">
        {ordered.slice(0, mostDrawn).map((incident) => (
          <li key={incident.id}>
            <Incident incident={incident} />
          </li>
        ))}
      </ul>
      {more <= 0 ? null : (
        <p class="now-more">
          <Link href="/incidents">
            {more} more {more === 1 ? 'is' : 'are'} open
          </Link>
        </p>
      )}
    </Section>
  );
}

function Incident({ incident }: { readonly incident: NonNullable<Now['incidents']>[number] }) {
  const { id, since, target, environment, rule, severity, summary, runs } = incident;
  const last = runs.at(-1);
  return (
    <article class="now-incident">
      <div class="row-head">
        {severity === null ? null : <Badge tone={toneOf(severity)}>{severityText(severity)}</Badge>}
        <h3>
          <Link href={`/incidents/${encodeURIComponent(id)}`}>
            {target === null ? 'Just opened' : resourceParts(target).name}
          </Link>
        </h3>
        {environment === null ? null : <Badge tone="info">{environment}</Badge>}
        <span class="row-end soft">
          open since <Time at={since} />
        </span>
      </div>
      <p class="now-summary soft">
        {summary ?? 'It has not told yet what it is about.'}{' '}
        {target === null ? null : (
          <>
            · <Link href={resourceHref(target)}>resource</Link>
          </>
        )}
        {rule === null ? null : (
          <>
            {' '}
            · rule <Link href={`/policy/rules/${encodeURIComponent(rule)}`}>{rule}</Link>
          </>
        )}
      </p>
      <Ladder {...incident} />
      {last === undefined ? null : (
        <p class="now-found">
          <span class="soft">
            {last.runbook} {resultText(last.result)}:
          </span>{' '}
          {last.reasons.slice(0, 2).join('; ') || 'no reason was told'}
        </p>
      )}
    </article>
  );
}
