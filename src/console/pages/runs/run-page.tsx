import { ExternalLink } from 'lucide-preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { now } from '../../api/now';
import { pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import type { LiveStep, RunReport } from '../../api/types';
import { platformNow } from '../../session/clock';
import { CallsOf, EvidenceView } from '../../story/evidence';
import { MetricsAround } from '../../story/metrics-around';
import { GuardVerdict, RunPlan, VerificationView } from '../../story/run-view';
import { marksOf, scenesOfSteps, storyOfRun, windowOf } from '../../story/story';
import { StoryTimeline } from '../../story/story-timeline';
import type { DecisionAnswer, RunAnswer } from '../../story/types';
import { Why } from '../../story/why';
import { askedByText, resultOf, shortName, wordsOfResult, wordsOfStage } from '../../story/words';
import { Reasons, ResultBadge, Words } from '../../story/words-view';
import { Badge, Empty, Facts, Id, Loaded, Page, Section } from '../../ui/parts';
import { portalHref, ResourceLink } from '../../ui/resource';
import { Duration, Time } from '../../ui/time';

const liveEvery = 3_000;

/** One run with everything that is known of it. */
export function RunPage({ id }: { readonly id: string }) {
  const [isOver, setOver] = useState(false);
  const query = useRead<RunAnswer>(pathOf`runs/${id}`, {}, { every: isOver ? false : liveEvery });
  const hasReport = query.data !== undefined && query.data.run !== null;
  useEffect(() => setOver(hasReport), [hasReport]);
  return (
    <Loaded of={query} lines={16}>
      {({ run, live }) => (run === null ? <LiveRun id={id} custom={live?.custom ?? null} /> : <Recorded run={run} />)}
    </Loaded>
  );
}

/** A run that goes on tells its target, runbook, stage and newest steps; the rest comes with its report. */
function LiveRun({ id, custom }: { readonly id: string; readonly custom: unknown }) {
  const {
    target = '',
    runbook = '',
    stage = null,
    steps = [],
  } = (custom ?? {}) as {
    readonly target?: string;
    readonly runbook?: string;
    readonly stage?: string;
    readonly steps?: readonly LiveStep[];
  };
  const scenes = scenesOfSteps(steps);
  const since = now.value?.runs?.find((one) => one.id === id)?.since;
  const approvals = (now.value?.approvals ?? []).filter((one) => one.id.startsWith(`${id}-a`));
  return (
    <Page
      title={`${runbook === '' ? 'A run' : runbook} is under way`}
      heading={runbook === '' ? 'A run that has just begun' : `${runbook} on ${shortName(target)}`}
    >
      <section class="card" aria-label="The run">
        <div class="lead">
          <Badge tone="info">Under way</Badge>
          <strong aria-live="polite">It is {wordsOfStage(stage)}.</strong>
        </div>
        {approvals.map((one) => (
          <p key={one.id}>
            <Badge tone="warn">Waits</Badge> People are asked:{' '}
            <Link href={`/approvals/${encodeURIComponent(one.id)}`}>look at the plan and answer</Link>
          </p>
        ))}
        <Facts
          facts={[
            ['Resource', target === '' ? null : <ResourceLink id={target} portal />],
            [
              'Runbook',
              runbook === '' ? null : <Link href={`/runbooks/${encodeURIComponent(runbook)}`}>{runbook}</Link>,
            ],
            ['Began', since === undefined ? undefined : <Time at={since} exact />],
            ['Id', <Id text={id} short={26} />],
          ]}
        />
      </section>
      <Section title="What happened so far" id="story" count={scenes.length}>
        {scenes.length === 0 ? (
          <Empty title="It has just begun" />
        ) : (
          <StoryTimeline label="What happened so far" scenes={scenes} />
        )}
        <p class="soft">
          Shown are the newest steps; when it is over, everything is entered, with the plan and the evidence. This page
          shows it then by itself.
        </p>
      </Section>
    </Page>
  );
}

/** The signal that asked for a run, where a decision is kept of it. */
function signalOf({ askedBy }: RunReport): string | undefined {
  return askedBy.kind === 'signal' && /^[0-9a-f]{32}$/.test(askedBy.signalId) ? askedBy.signalId : undefined;
}

function Recorded({ run }: { readonly run: RunReport }) {
  const { id, target, runbook, environment, rule, incidentId, startedAt, appliedAt, finishedAt, undo, approval } = run;
  const signalId = signalOf(run);
  const cause = useRead<DecisionAnswer>(pathOf`decisions/${signalId ?? ''}`, {}, { enabled: signalId !== undefined });
  const scenes = storyOfRun(run, cause.data);
  const marks = useMemo(
    () => [
      ...marksOf(cause.data?.decision.signal.occurredAt, [run], undefined),
      {
        at: finishedAt,
        label: wordsOfResult(resultOf(run)).word.toLowerCase(),
        tone: wordsOfResult(resultOf(run)).tone,
      },
    ],
    [run, cause.data],
  );
  const { at, hours } = windowOf(startedAt, finishedAt, platformNow());
  const [span] = useState({ at, hours });
  const away = portalHref(target);
  const result = resultOf(run);
  return (
    <Page
      title={`${runbook} on ${shortName(target)}`}
      actions={
        away === undefined ? null : (
          <a class="button" href={away} target="_blank" rel="noreferrer">
            <ExternalLink size={14} aria-hidden="true" /> Azure portal
          </a>
        )
      }
    >
      <section class="card" aria-label="The run">
        <div class="lead">
          <ResultBadge result={result} />
          <strong>{wordsOfResult(result).sentence}</strong>
        </div>
        <Facts
          facts={[
            ['Resource', <ResourceLink id={target} />],
            ['Runbook', <Link href={`/runbooks/${encodeURIComponent(runbook)}`}>{runbook}</Link>],
            ['Environment', environment],
            [
              'Asked for by',
              signalId === undefined ? (
                askedByText(run.askedBy)
              ) : (
                <Link href={`/decisions/${signalId}`}>signal {signalId.slice(0, 8)}</Link>
              ),
            ],
            ['Rule', <Link href={`/policy/rules/${encodeURIComponent(rule)}`}>{rule}</Link>],
            [
              'Incident',
              incidentId === null ? undefined : (
                <Link href={`/incidents/${encodeURIComponent(incidentId)}`}>{incidentId.slice(0, 17)}</Link>
              ),
            ],
            ['Began', <Time at={startedAt} exact />],
            [
              'First effect',
              appliedAt === null ? <span class="soft">nothing was changed</span> : <Time at={appliedAt} exact />,
            ],
            [
              'Over',
              <>
                <Time at={finishedAt} exact /> <span class="soft">after</span>{' '}
                <Duration seconds={(Date.parse(finishedAt) - Date.parse(startedAt)) / 1000} />
              </>,
            ],
            ['Asked of Azure', <CallsOf runs={[run]} />],
            ['Id', <Id text={id} short={26} />],
          ]}
        />
        <Reasons reasons={run.reasons} />
      </section>
      <div class="columns">
        <div>
          <Section title="What happened" id="story" count={scenes.length}>
            <StoryTimeline label="What happened" scenes={scenes} />
          </Section>
          <Section title="Why" id="why">
            <Why id={id} />
          </Section>
        </div>
        <div>
          <Section title="Plan" id="plan">
            <RunPlan run={run} />
          </Section>
          <Section title="Guard" id="guard">
            <GuardVerdict guard={run.guard} />
          </Section>
          {approval === undefined ? null : (
            <Section title="Approval" id="approval">
              <p>
                <Badge tone="good">Approved</Badge> <Words text={approval.by} />
              </p>
              <p>
                <Link href={`/approvals/${encodeURIComponent(approval.id)}`}>The approval</Link>{' '}
                <span class="soft">
                  of plan <Id text={approval.planHash} short={16} />
                </span>
              </p>
            </Section>
          )}
          <Section title="Verification" id="verification">
            <VerificationView run={run} />
          </Section>
          <Section title="Evidence" id="evidence">
            <EvidenceView run={run} />
          </Section>
          {undo === null ? null : (
            <Section title="Undo" id="undo">
              <p>
                <Badge tone={undo.done ? 'warn' : 'bad'}>{undo.done ? 'Undone' : 'Not undone'}</Badge>{' '}
                <Words text={undo.text} />
              </p>
            </Section>
          )}
          <Section title="Metrics around the time" id="metrics">
            <MetricsAround resource={target} at={span.at} hours={span.hours} marks={marks} />
          </Section>
        </div>
      </div>
    </Page>
  );
}
