import { useMemo } from 'preact/hooks';
import { Link, useParams, useSearchParams } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import { platformNow } from '../../session/clock';
import { Chart } from '../../ui/chart';
import { Badge, Empty, Facts, Loaded, Loading, Page, Problem, Section } from '../../ui/parts';
import { personName } from '../../ui/people';
import { ResourceLink } from '../../ui/resource';
import { Time } from '../../ui/time';
import { axisOf, groupedDecisions, joinedDecisions, marksOf, recordedDecision } from './axis';
import { ScalingOrders } from './orders';
import { Measured } from './scalables';
import type { ForecastAnswer, LedgerDecision, ScalingDetail } from './types';
import { ActionBadge, Bounds, Conditions, unitsText } from './words';

const spans = [
  { hours: 1, text: '1 hour' },
  { hours: 6, text: '6 hours' },
  { hours: 24, text: '1 day' },
  { hours: 168, text: '1 week' },
] as const;

/** `/scaling/:name?hours=&decisions=`: one that is scaled. */
export function ScalablePage() {
  const { name = '' } = useParams<{ name: string }>();
  const read = useRead<ScalingDetail>(pathOf`scaling/${name}`, {}, { every: 10_000 });
  return (
    <Page
      title={read.data?.name ?? name}
      intro={read.data === undefined ? 'How large it is, and why.' : <ResourceLink id={read.data.target} portal />}
      actions={read.data === undefined ? null : <ScalingOrders target={read.data} />}
    >
      <Loaded of={read} lines={12}>
        {(detail) => (
          <>
            <Standing detail={detail} />
            <Happened detail={detail} />
            <Decisions detail={detail} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Standing({ detail }: { readonly detail: ScalingDetail }) {
  const { last, policy, pause, raise, forecast, pending, retryAt } = detail;
  return (
    <Section title="How it stands" actions={<Conditions target={detail} />}>
      <Facts
        facts={[
          ['Now', last === null ? null : <strong class="scaling-number">{unitsText(policy, last.from)}</strong>],
          ['Target', last === null ? null : <strong class="scaling-number">{unitsText(policy, last.to)}</strong>],
          ['Bounds', <Bounds key="b" target={detail} />],
          ['Measured', <Measured key="m" target={detail} />],
          [
            'Rule',
            <Link key="r" href="/policy">
              {detail.rule}
            </Link>,
          ],
          ['Environment', detail.environment],
          [
            'Last change',
            <Time key="c" at={detail.changedAt === null ? null : new Date(detail.changedAt).toISOString()} />,
          ],
          [
            'Forecast',
            forecast === null ? (
              'none in the rule'
            ) : (
              <span key="f">
                <Badge tone={forecast.trusted ? 'good' : 'neutral'}>
                  {forecast.score === null ? 'not scored yet' : `${(forecast.score * 100).toFixed(1)} % right`}
                </Badge>
              </span>
            ),
          ],
        ]}
      />
      {forecast === null ? null : <p class="soft">Forecast: {forecast.reason}.</p>}
      {last === null ? null : (
        <p>
          <ActionBadge decision={last} /> <Time at={last.at} />: {last.reasons.join('; ')}.
        </p>
      )}
      {pending === null ? null : (
        <p>
          A change is under way since <Time at={new Date(pending.at).toISOString()} />:{' '}
          <Link href={`/runs/${encodeURIComponent(pending.runId)}`}>its run</Link>
        </p>
      )}
      {retryAt === null ? null : (
        <p>
          The last change came to nothing; it is tried again <Time at={new Date(retryAt).toISOString()} />.
        </p>
      )}
      {pause === null ? null : (
        <p>
          <Badge tone="warn">paused</Badge> by {personName(pause.by)} until <Time at={pause.until} exact />:{' '}
          {pause.reason}
        </p>
      )}
      {raise === null ? null : (
        <p>
          <Badge tone="info">raised to {raise.max}</Badge> by {personName(raise.by)} until{' '}
          <Time at={raise.until} exact />: {raise.reason}
        </p>
      )}
    </Section>
  );
}

function Happened({ detail }: { readonly detail: ScalingDetail }) {
  const [search, setSearch] = useSearchParams();
  const hours = spans.find((span) => String(span.hours) === search.get('hours'))?.hours ?? 6;
  const forecasts = useRead<ForecastAnswer>(pathOf`scaling/${detail.key}/forecast`, { hours }, { every: 30_000 });
  const recorded = useRecorded(detail);
  const drawn = useMemo(() => {
    if (forecasts.data === undefined) return undefined;
    const to = platformNow() + 2 * 3_600_000;
    const from = platformNow() - hours * 3_600_000;
    const decisions = joinedDecisions(detail.decisions, recorded);
    const goal = detail.policy?.kind === 'redis' ? undefined : detail.policy?.targets[0];
    const { steps, everySeconds } = forecasts.data;
    return {
      goal,
      axis: axisOf({ steps, everySeconds, decisions: detail.decisions, perUnit: goal?.value ?? null, from, to }),
      marks: marksOf(decisions, from, to),
    };
  }, [forecasts.data, detail, recorded, hours]);
  const { last, policy } = detail;
  const levels = useMemo(
    () =>
      last === null
        ? []
        : [
            { value: last.max, label: `most ${last.max}` },
            { value: last.min, label: `least ${last.min}` },
          ],
    [last?.min, last?.max],
  );
  const series = useMemo(() => {
    if (drawn === undefined) return [];
    const { axis, goal } = drawn;
    const asMachines = goal !== undefined;
    const units = {
      name: policy?.kind === 'redis' ? 'Size (its place)' : 'Machines',
      colour: 1,
      kind: 'steps',
      points: axis.units,
    } as const;
    const load = { name: asMachines ? `Load, in machines at ${goal.value}` : 'Load', colour: 2, points: axis.load };
    const forecast = { name: 'Forecast of the load', colour: 2, dashed: true, points: axis.forecast };
    return asMachines ? [[units, load, forecast]] : [[units], [load, forecast]];
  }, [drawn, policy?.kind]);
  const metric = useMemo(
    () =>
      drawn?.goal === undefined ? [] : [{ name: drawn.goal.metric, colour: 3, points: drawn.axis.metric } as const],
    [drawn],
  );
  const goalLevels = useMemo(
    () => (drawn?.goal === undefined ? [] : [{ value: drawn.goal.value, label: `target ${drawn.goal.value}` }]),
    [drawn?.goal?.value],
  );
  return (
    <Section
      title="What happened, and what was forecast"
      id="chart"
      actions={
        <div class="scaling-spans" role="group" aria-label="Time shown">
          {spans.map((span) => (
            <button
              key={span.hours}
              type="button"
              class="button"
              aria-pressed={span.hours === hours}
              onClick={() =>
                setSearch((before) => {
                  const next = new URLSearchParams(before);
                  next.set('hours', String(span.hours));
                  return next;
                })
              }
            >
              {span.text}
            </button>
          ))}
        </div>
      }
    >
      {drawn === undefined ? (
        forecasts.error === null ? (
          <Loading lines={10} />
        ) : (
          <Problem error={forecasts.error} again={() => void forecasts.refetch()} />
        )
      ) : (
        <>
          {series.map((one, index) => (
            <Chart
              key={index}
              label={
                index === 0
                  ? 'How large it was between its bounds, the load, and the forecast of the load; decisions are marked'
                  : 'The load, and its forecast'
              }
              series={one}
              height={index === 0 ? 260 : 180}
              min={0}
              {...(index === 0 ? { levels, marks: drawn.marks } : {})}
            />
          ))}
          {metric.length === 0 ? null : (
            <Chart
              label={`${drawn.goal?.metric ?? ''}, beside its target`}
              series={metric}
              levels={goalLevels}
              height={140}
              min={0}
            />
          )}
          <ForecastWords forecast={forecasts.data} />
        </>
      )}
    </Section>
  );
}

function ForecastWords({ forecast }: { readonly forecast: ForecastAnswer | undefined }) {
  if (forecast === undefined) return null;
  const { settings, days, steps } = forecast;
  if (settings === null) {
    return (
      <p class="soft">The rule has no forecast; with one, what it would plan for is drawn beside what happened.</p>
    );
  }
  const compared = days.filter(({ score }) => score !== null);
  return (
    <>
      <p class="soft">
        {settings.mode === 'only'
          ? 'Forecasts are only written down and scored.'
          : `Forecasts may raise the floor once they get ${(settings.scoreAtLeast * 100).toFixed(0)} % of the load right.`}{' '}
        They look at the same time of the last {settings.season === 'day' ? 'days' : 'weeks'}.
        {steps.some((step) => step.forecast !== null)
          ? ''
          : ` None has been made in this time: two ${settings.season}s have to be known first.`}
      </p>
      {compared.length === 0 ? null : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="How forecasts fitted">
          <table class="table scaling-scores">
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col" class="number">
                  Compared
                </th>
                <th scope="col" class="number">
                  Right
                </th>
                <th scope="col" class="number">
                  Supposing no change
                </th>
              </tr>
            </thead>
            <tbody>
              {compared.toReversed().map(({ day, compared: count, score, naive }) => (
                <tr key={day}>
                  <th scope="row">{day}</th>
                  <td class="number">{count}</td>
                  <td class="number">{shareText(score)}</td>
                  <td class="number">{shareText(naive)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

const shareText = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`);

/** Changes that the ledger has, for what lies before the hour that is remembered. */
function useRecorded({ target }: ScalingDetail) {
  const read = useRead<{ entries: readonly LedgerDecision[] }>(
    'ledger',
    { subject: target, kind: 'scaling.decided', limit: 50 },
    { fresh: 30_000 },
  );
  return useMemo(() => (read.data?.entries ?? []).flatMap(({ data }) => recordedDecision(data) ?? []), [read.data]);
}

function Decisions({ detail }: { readonly detail: ScalingDetail }) {
  const [search, setSearch] = useSearchParams();
  const onlyChanges = search.get('decisions') === 'changes';
  const recorded = useRecorded(detail);
  const newestFirst = joinedDecisions(
    onlyChanges ? detail.decisions : [...detail.decisions],
    onlyChanges ? recorded : [],
  )
    .filter(({ action }) => !onlyChanges || action !== 'hold')
    .toReversed();
  const rows = groupedDecisions(newestFirst);
  return (
    <Section
      title="Decisions"
      id="decisions"
      actions={
        <>
          <button
            type="button"
            class="button"
            aria-pressed={onlyChanges}
            onClick={() =>
              setSearch((before) => {
                const next = new URLSearchParams(before);
                if (onlyChanges) next.delete('decisions');
                else next.set('decisions', 'changes');
                return next;
              })
            }
          >
            Changes alone
          </button>
          <Link class="button" href={`/ledger?subject=${encodeURIComponent(detail.target)}`}>
            In the ledger
          </Link>
        </>
      }
    >
      {rows.length === 0 ? (
        <Empty title={onlyChanges ? 'Nothing was changed' : 'No decision yet'}>
          {onlyChanges
            ? 'Decisions that add or remove appear here, from the ledger too.'
            : 'It is looked at once a minute.'}
        </Empty>
      ) : (
        <ol class="rows scaling-decisions">
          {rows.map(({ newest, oldestAt, count }) => (
            <li key={newest.at}>
              <div class="row-head">
                <ActionBadge decision={newest} />
                <strong>
                  {newest.action === 'hold'
                    ? `${unitsText(detail.policy, newest.from)} stays`
                    : `${unitsText(detail.policy, newest.from)} → ${unitsText(detail.policy, newest.to)}`}
                </strong>
                <span class="soft">
                  of {unitsText(detail.policy, newest.min)} to {unitsText(detail.policy, newest.max)}
                </span>
                {count > 1 ? <span class="count">{count} looks</span> : null}
                <span class="row-end soft">
                  <Time at={newest.at} exact />
                  {count > 1 ? (
                    <>
                      {' '}
                      back to <Time at={oldestAt} />
                    </>
                  ) : null}
                </span>
              </div>
              <div class="soft">{newest.reasons.join('; ')}</div>
              {newest.remove.length === 0 ? null : <div class="soft">Removes {newest.remove.join(', ')}</div>}
            </li>
          ))}
        </ol>
      )}
      <p class="soft">
        {onlyChanges ? 'The last 50 changes on record.' : 'The last hour. Looks that came to the same are one row.'}
      </p>
    </Section>
  );
}
