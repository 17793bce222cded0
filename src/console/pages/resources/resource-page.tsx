import { ExternalLink } from 'lucide-preact';
import { useMemo } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { now } from '../../api/now';
import { useRead } from '../../api/queries';
import { may } from '../../session/me';
import type { SearchAnswer } from '../../shell/search';
import { ChoiceFilter } from '../../story/filters';
import { useFilters } from '../../ui/address';
import { MetricsAround } from '../../story/metrics-around';
import type { DecisionsAnswer, IncidentsAnswer, RunsAnswer } from '../../story/types';
import { resultOf, wordsOfStage } from '../../story/words';
import { ActionBadge, EndBadge, ResultBadge, SeverityBadge, Words } from '../../story/words-view';
import { Badge, Empty, Facts, Id, Loaded, Page, Section } from '../../ui/parts';
import { portalHref, resourceParts } from '../../ui/resource';
import { Duration, Time } from '../../ui/time';
import type { ExposureNow } from '../recovery/types';
import { HoldOn } from './hold';

/** So many of each list; the rest is behind a link. */
const few = 8;

interface Library {
  readonly runbooks: readonly {
    readonly name: string;
    readonly summary: string;
    readonly resourceTypes: readonly string[];
  }[];
}

/** Everything that is known of one resource. */
export function ResourcePage({ id }: { readonly id: string }) {
  const { name, type, group } = resourceParts(id);
  const away = portalHref(id);
  const runs = useRead<RunsAnswer>('runs', { target: id, limit: 20 });
  const incidents = useRead<IncidentsAnswer>('incidents', { target: id, limit: 20 });
  const decisions = useRead<DecisionsAnswer>('decisions', { target: id, limit: 20 });
  const search = useRead<SearchAnswer>('search', { q: name }, { fresh: 60_000 });
  const known = search.data?.results.find((one) => one.kind === 'resource' && one.id.toLowerCase() === id);
  const environment =
    now.value?.holds?.find(({ target }) => target === id)?.environment ??
    runs.data?.runs[0]?.environment ??
    incidents.data?.incidents[0]?.order.environment;
  return (
    <Page
      title={name}
      intro={type === '' ? undefined : `${type} in ${group}`}
      actions={
        away === undefined ? null : (
          <a class="button" href={away} target="_blank" rel="noreferrer">
            <ExternalLink size={14} aria-hidden="true" /> Azure portal
          </a>
        )
      }
    >
      <section class="card" aria-label="The resource">
        <Open id={id} />
        <Facts facts={[['Environment', environment]]} />
        {known === undefined ? null : <p class="soft">{known.detail}</p>}
        <p>
          <Id text={id} />
        </p>
        <div class="lead">
          <Link href={`/ledger?subject=${encodeURIComponent(id)}`}>Its entries in the ledger</Link>
          <Link href={`/decisions/why-not?resource=${encodeURIComponent(id)}`}>Why was nothing done to it?</Link>
        </div>
      </section>
      <Metrics id={id} />
      <div class="columns">
        <div>
          <Section
            title="Incidents"
            id="incidents"
            actions={<Link href={`/incidents?q=${encodeURIComponent(name)}`}>All</Link>}
          >
            <Loaded of={incidents} lines={4}>
              {(answer) => <Incidents incidents={answer.incidents} />}
            </Loaded>
          </Section>
          <Section title="Runs" id="runs" actions={<Link href={`/runs?q=${encodeURIComponent(name)}`}>All</Link>}>
            <Loaded of={runs} lines={4}>
              {(answer) => <Runs runs={answer.runs} />}
            </Loaded>
          </Section>
          <Section
            title="Decisions"
            id="decisions"
            actions={<Link href={`/decisions?target=${encodeURIComponent(id)}`}>All</Link>}
          >
            <Loaded of={decisions} lines={4}>
              {(answer) => <Decisions decisions={answer.decisions} />}
            </Loaded>
          </Section>
        </div>
        <div>
          <Section title="Hold" id="hold">
            <HoldOn id={id} name={name} />
          </Section>
          <Section title="Recovery" id="recovery">
            <Recovery id={id} />
          </Section>
          <Section title="Runbooks that suit it" id="runbooks">
            <Runbooks id={id} type={type} />
          </Section>
        </div>
      </div>
    </Page>
  );
}

/** What goes on with it now. */
function Open({ id }: { readonly id: string }) {
  const open = (now.value?.incidents ?? []).filter(({ target }) => target === id);
  const runs = (now.value?.runs ?? []).filter(({ target }) => target === id);
  return (
    <>
      {open.map((one) => (
        <p key={one.id} class="lead">
          <Badge tone="bad">Open incident</Badge>
          <SeverityBadge severity={one.severity} />
          <Link href={`/incidents/${encodeURIComponent(one.id)}`}>
            {one.ladder[one.rung ?? 0] ?? 'It'} is {wordsOfStage(one.stage)}
          </Link>
          <span class="soft">
            since <Time at={one.since} />
          </span>
        </p>
      ))}
      {runs.map((one) => (
        <p key={one.id} class="lead">
          <Badge tone="info">Run under way</Badge>
          <Link href={`/runs/${encodeURIComponent(one.id)}`}>
            {one.runbook ?? 'A run'} is {wordsOfStage(one.stage)}
          </Link>
        </p>
      ))}
    </>
  );
}

const spans = [
  { value: '1', text: 'The last hour' },
  { value: '6', text: 'The last 6 hours' },
  { value: '24', text: 'The last day' },
  { value: '48', text: 'The last 2 days' },
];
const usualHours = 2;
const metricsEvery = 60_000;

function Metrics({ id }: { readonly id: string }) {
  const [{ hours }, set] = useFilters('hours');
  const wanted = /^\d{1,2}$/.test(hours) ? Math.min(48, Math.max(1, Number(hours))) : usualHours;
  const marks = useMemo(() => [], []);
  return (
    <Section title="Metrics" id="metrics">
      <div class="filters">
        <ChoiceFilter
          label="Time"
          all="The last 2 hours"
          value={hours}
          options={spans}
          onChange={(value) => set('hours', value)}
        />
      </div>
      <MetricsAround resource={id} hours={wanted} marks={marks} every={metricsEvery} />
    </Section>
  );
}

function Incidents({ incidents }: { readonly incidents: IncidentsAnswer['incidents'] }) {
  if (incidents.length === 0) return <Empty title="No incident on record">What is open is told above.</Empty>;
  return (
    <ul class="rows">
      {incidents.slice(0, few).map(({ id, end, order, openedAt, closedAt, timeToRepairSeconds, reasons }) => (
        <li key={id}>
          <div class="row-head">
            <EndBadge end={end} />
            <Link href={`/incidents/${encodeURIComponent(id)}`}>{order.alertRule}</Link>
            <span class="soft">
              <Duration seconds={timeToRepairSeconds ?? (Date.parse(closedAt) - Date.parse(openedAt)) / 1000} />
            </span>
            <span class="soft row-end">
              <Time at={openedAt} />
            </span>
          </div>
          <div class="soft">
            <Words text={reasons[0] ?? ''} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Runs({ runs }: { readonly runs: RunsAnswer['runs'] }) {
  if (runs.length === 0) return <Empty title="No run on record">No runbook was run on it.</Empty>;
  return (
    <ul class="rows">
      {runs.slice(0, few).map((run) => (
        <li key={run.id}>
          <div class="row-head">
            <ResultBadge result={resultOf(run)} />
            <Link href={`/runs/${encodeURIComponent(run.id)}`}>{run.runbook}</Link>
            <span class="soft row-end">
              <Time at={run.startedAt} />
            </span>
          </div>
          <div class="soft">
            <Words text={run.reasons[0] ?? ''} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Decisions({ decisions }: { readonly decisions: DecisionsAnswer['decisions'] }) {
  if (decisions.length === 0) return <Empty title="No signal about it was taken in" />;
  return (
    <ul class="rows">
      {decisions.slice(0, few).map(({ signalId, at, action, alertRule, sentence }) => (
        <li key={signalId}>
          <div class="row-head">
            <ActionBadge action={action} />
            <Link href={`/decisions/${encodeURIComponent(signalId)}`}>{alertRule}</Link>
            <span class="soft row-end">
              <Time at={at} />
            </span>
          </div>
          <div class="soft">
            <Words text={sentence} />
          </div>
        </li>
      ))}
    </ul>
  );
}

const standingTones = { kept: 'good', 'at-risk': 'warn', breached: 'bad' } as const;

function Recovery({ id }: { readonly id: string }) {
  const backup = useRead<ExposureNow>('backup', {}, { fresh: 60_000 });
  return (
    <Loaded of={backup} lines={4}>
      {({ measurement }) => {
        const one = measurement?.resources.find(({ resource }) => resource.toLowerCase() === id);
        if (one === undefined) {
          return <Empty title="No backup is promised for it">No tier of the backup policy takes it in.</Empty>;
        }
        const tone = standingTones[one.standing] ?? 'neutral';
        return (
          <>
            <p>
              <Badge tone={tone}>{one.standing}</Badge> <span class="soft">tier {one.tier}</span>
            </p>
            <Facts
              facts={[
                ['Newest point', one.newestAt === null ? null : <Time at={one.newestAt} />],
                ['At most', <Duration seconds={one.rpoSeconds} />],
                ['Would be breached', one.breachAt === null ? null : <Time at={one.breachAt} />],
                ['Proven', one.provenAt === null ? null : <Time at={one.provenAt} />],
              ]}
            />
            <div class="lead">
              <Link href={`/recovery/items/${encodeURIComponent(id)}`}>Its recovery points</Link>
              {may.value.operate ? (
                <Link href={`/recovery/restore?item=${encodeURIComponent(id)}`}>Plan a restore</Link>
              ) : null}
            </div>
          </>
        );
      }}
    </Loaded>
  );
}

function Runbooks({ id, type }: { readonly id: string; readonly type: string }) {
  const library = useRead<Library>('runbooks', {}, { fresh: 600_000 });
  return (
    <Loaded of={library} lines={4}>
      {({ runbooks }) => {
        const fitting = runbooks.filter(({ resourceTypes }) => resourceTypes.includes(type.toLowerCase()));
        return fitting.length === 0 ? (
          <Empty title="No runbook suits it">The library has none for resources of its type.</Empty>
        ) : (
          <ul class="rows">
            {fitting.map(({ name, summary }) => (
              <li key={name}>
                <div class="row-head">
                  <Link href={`/runbooks/${encodeURIComponent(name)}`}>{name}</Link>
                  <Link
                    class="row-end"
                    href={`/runbooks/${encodeURIComponent(name)}?target=${encodeURIComponent(id)}`}
                    aria-label={`Plan ${name} for this resource`}
                  >
                    Plan
                  </Link>
                </div>
                <div class="soft">{summary}</div>
              </li>
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}
