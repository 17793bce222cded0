import { useQueries } from '@tanstack/preact-query';
import { ExternalLink } from 'lucide-preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { now } from '../../api/now';
import { call, pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import type { IncidentStatus, RunReport } from '../../api/types';
import { tick } from '../../session/clock';
import { CallsOf, EvidenceView } from '../../story/evidence';
import { MetricsAround } from '../../story/metrics-around';
import { marksOf, rungsOf, storyOf, windowOf } from '../../story/story';
import { StoryTimeline } from '../../story/story-timeline';
import type { DecisionAnswer, DecisionsAnswer, IncidentAnswer } from '../../story/types';
import { shortName, wordsOfEnd, wordsOfStage } from '../../story/words';
import { Why } from '../../story/why';
import { EndBadge, Reasons, SeverityBadge, Words } from '../../story/words-view';
import { Badge, Empty, Facts, Id, Loaded, Loading, Page, Section } from '../../ui/parts';
import { portalHref, ResourceLink } from '../../ui/resource';
import { Duration, Time } from '../../ui/time';
import { Rungs } from './rungs';

const liveEvery = 3_000;
/** So many of the signals that joined are told of. */
const mostJoined = 20;
/** An alert takes a while from the resource to the door. Milliseconds. */
const beforeMillis = 15 * 60_000;

/** Decisions about these signals. */
function useDecisions(ids: readonly string[]): readonly DecisionAnswer[] {
  const results = useQueries({
    queries: ids.map((id) => ({
      queryKey: [pathOf`decisions/${id}`, {}],
      queryFn: async () => (await call<DecisionAnswer>('GET', pathOf`decisions/${id}`)).body,
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const data = results.flatMap((one) => one.data ?? []);
  return useMemo(() => data, [data.map(({ signalId }) => signalId).join()]);
}

/** What is known of an incident, whether it goes on or is over. */
function factsOf({ incident, live }: IncidentAnswer, isLive: boolean) {
  const told = live?.custom as Partial<IncidentStatus> | null | undefined;
  const since = incident?.openedAt ?? live?.since;
  return {
    told: isLive ? (told ?? null) : null,
    target: incident?.order.target ?? told?.target ?? '',
    environment: incident?.order.environment ?? told?.environment ?? '',
    rule: incident?.order.rule ?? told?.rule ?? '',
    severity: incident?.order.severity ?? told?.severity ?? null,
    summary: incident?.order.summary ?? told?.summary ?? '',
    ladder: incident?.order.ladder.map(({ runbook }) => runbook) ?? told?.ladder ?? [],
    since,
  };
}

/** An incident with everything that belongs to it. */
export function IncidentPage({ id }: { readonly id: string }) {
  const [isOver, setOver] = useState(false);
  const query = useRead<IncidentAnswer>(pathOf`incidents/${id}`, {}, { every: isOver ? false : liveEvery });
  // It goes on as long as there is no report of it.
  const hasReport = query.data !== undefined && query.data.incident !== null;
  useEffect(() => setOver(hasReport), [hasReport]);
  return (
    <Loaded of={query} lines={16}>
      {(answer) => <Incident id={id} answer={answer} />}
    </Loaded>
  );
}

function Incident({ id, answer }: { readonly id: string; readonly answer: IncidentAnswer }) {
  const { incident, live } = answer;
  const isLive = incident === null;
  const { told, target, environment, rule, severity, summary, ladder, since } = factsOf(answer, isLive);
  const runs = useMemo(() => answer.runs.filter((run): run is RunReport => run !== null), [answer.runs]);
  const heardSince = since === undefined ? undefined : new Date(Date.parse(since) - beforeMillis).toISOString();
  const heardQuery = useRead<DecisionsAnswer>(
    'decisions',
    { target, since: heardSince, until: incident?.closedAt, limit: 100 },
    { enabled: target !== '' && heardSince !== undefined, ...(isLive ? { every: liveEvery } : {}) },
  );
  const heard = (heardQuery.data?.decisions ?? []).filter(({ incidentId }) => incidentId === id);
  const opener =
    incident?.order.signalId ??
    heard.findLast(({ action }) => action === 'open-incident' || action === 'suggest')?.signalId;
  const joined = (incident?.joined ?? []).slice(0, mostJoined);
  const decisions = useDecisions([...(opener === undefined ? [] : [opener]), ...joined]);
  const decision = decisions.find(({ signalId }) => signalId === opener);
  const scenes = storyOf({
    incident,
    since,
    ladder,
    runs,
    decision,
    joined: decisions.filter(({ signalId }) => signalId !== opener),
    heard,
    steps: told?.steps,
  });
  const rungs = rungsOf(
    ladder,
    runs,
    told === null ? undefined : { rung: told.rung ?? null, stage: told.stage ?? null, runs: told.runs ?? [] },
  );
  const alertAt = incident?.order.occurredAt ?? decision?.decision.signal.occurredAt;
  const closedAt = incident?.closedAt;
  const marks = useMemo(
    () => marksOf(alertAt, runs, incident === null ? undefined : { at: incident.closedAt, end: incident.end }),
    [alertAt, runs, closedAt],
  );
  const name = target === '' ? id : shortName(target);
  const away = portalHref(target);
  const approvals = (now.value?.approvals ?? []).filter((one) => one.id.startsWith(`${id}-r`));
  return (
    <Page
      title={`${name}: incident`}
      heading={name}
      intro={<Words text={summary} />}
      actions={
        away === undefined ? null : (
          <a class="button" href={away} target="_blank" rel="noreferrer">
            <ExternalLink size={14} aria-hidden="true" /> Azure portal
          </a>
        )
      }
    >
      <section class="card" aria-label="The incident">
        <div class="lead">
          {incident === null ? <Badge tone="bad">Open</Badge> : <EndBadge end={incident.end} />}
          <SeverityBadge severity={severity} />
          <strong aria-live="polite">
            {incident === null
              ? `${ladder[told?.rung ?? 0] ?? 'It'} is ${wordsOfStage(told?.stage ?? null)}.`
              : wordsOfEnd(incident.end).sentence}
          </strong>
        </div>
        {approvals.map((one) => (
          <p key={one.id}>
            <Badge tone="warn">Waits</Badge> People are asked:{' '}
            <Link href={`/approvals/${encodeURIComponent(one.id)}`}>look at the plan and answer</Link>
          </p>
        ))}
        <Facts
          facts={[
            ['Resource', target === '' ? null : <ResourceLink id={target} />],
            ['Environment', environment],
            ['Rule', <Link href={`/policy/rules/${encodeURIComponent(rule)}`}>{rule}</Link>],
            ['Mode', incident?.order.mode],
            ['Alert fired', alertAt === undefined ? undefined : <Time at={alertAt} exact />],
            ['Opened', <Time at={since} exact />],
            ['Ended', incident === null ? undefined : <Time at={incident.closedAt} exact />],
            [
              'Time to repair',
              incident === null ? undefined : incident.timeToRepairSeconds === null ? (
                <span class="soft">not repaired by Caretaker</span>
              ) : (
                <>
                  <Duration seconds={incident.timeToRepairSeconds} /> <span class="soft">after the alert</span>
                </>
              ),
            ],
            ['Asked of Azure', incident === null ? undefined : <CallsOf runs={runs} />],
            ['Id', <Id text={id} short={20} />],
          ]}
        />
        {incident === null ? null : <Reasons reasons={incident.reasons} />}
      </section>
      <div class="columns">
        <div>
          <Section title="What happened" id="story" count={scenes.length}>
            {scenes.length === 0 ? <Loading lines={8} /> : <StoryTimeline label="What happened" scenes={scenes} />}
            {isLive ? (
              <p class="soft">
                It goes on. Shown are the newest steps; when the incident ends, everything is entered, with the plan and
                the evidence of each run.
              </p>
            ) : null}
            {(incident?.joined?.length ?? 0) > mostJoined ? (
              <p class="soft">
                {incident?.joined?.length} signals joined; the first {mostJoined} are shown.
              </p>
            ) : null}
          </Section>
        </div>
        <div>
          <Section title="Ladder" id="ladder" count={ladder.length}>
            <Rungs rungs={rungs} />
          </Section>
          {target === '' || since === undefined ? null : (
            <Section title="Metrics around the time" id="metrics">
              <IncidentMetrics target={target} from={alertAt ?? since} until={closedAt} marks={marks} />
            </Section>
          )}
          {runs.length === 0 ? null : (
            <Section title="Evidence" id="evidence">
              {runs.map((run) => (
                <div key={run.id}>
                  <h3>
                    <Link href={`/runs/${encodeURIComponent(run.id)}`}>{run.runbook}</Link>
                  </h3>
                  <EvidenceView run={run} />
                </div>
              ))}
            </Section>
          )}
          <Section title="Why" id="why">
            {opener === undefined ? (
              <Empty title="The signal that opened it is not known yet" />
            ) : (
              <Why id={opener} every={isLive ? liveEvery : false} />
            )}
            <p>
              <Link
                href={`/decisions/why-not?resource=${encodeURIComponent(target)}&at=${encodeURIComponent(closedAt ?? since ?? '')}`}
              >
                Why was not more done to {name}?
              </Link>
            </p>
          </Section>
        </div>
      </div>
      {live !== null && live.status === 'Failed' ? (
        <p class="stale" role="status">
          The incident&rsquo;s orchestration failed. Its resource is looked after by nobody: look at it yourself.
        </p>
      ) : null}
    </Page>
  );
}

const minuteMillis = 60_000;

/** Charts of the time of the incident; of one that goes on up to now, a minute at a time. */
function IncidentMetrics({
  target,
  from,
  until,
  marks,
}: {
  readonly target: string;
  readonly from: string;
  readonly until: string | undefined;
  readonly marks: ReturnType<typeof marksOf>;
}) {
  const minute = Math.floor(tick.value / minuteMillis) * minuteMillis;
  const { at, hours } = windowOf(from, until ?? new Date(minute).toISOString(), minute);
  return <MetricsAround resource={target} at={at} hours={hours} marks={marks} />;
}
