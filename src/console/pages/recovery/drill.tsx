import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import { Badge, Empty, Facts, Id, Loaded, Page, Section } from '../../ui/parts';
import { resourceParts } from '../../ui/resource';
import { Duration, durationText, Time } from '../../ui/time';
import { Phases } from './figures';
import { DrillResult, itemHref, ItemLink, nameOf, Standing } from './parts';
import { isUnderWay, stageOf, type Exposure, type ShownDrill } from './types';

const pickTexts: Readonly<Record<string, string>> = {
  latest: 'the newest',
  random: 'drawn by chance',
  named: 'named',
};

/** A drill: its plan, its phases, what the probes said, and what it did to the promise. */
export function DrillPage({ id }: { readonly id: string }) {
  const [isOver, setOver] = useState(false);
  const drill = useRead<ShownDrill>(pathOf`backup/drills/${id}`, {}, { every: isOver ? false : 3_000 });
  const ended = drill.data !== undefined && drill.data.report !== null && !isUnderWay(drill.data.live);
  useEffect(() => setOver(ended), [ended]);
  const item = drill.data?.order?.item ?? targetOf(drill.data?.live?.custom);
  const name = item === undefined ? id : resourceParts(item).name;
  return (
    <Page title={`Drill of ${name}`} intro={<Id text={id} />}>
      <Loaded of={drill} lines={12}>
        {(data) => <Shown drill={data} item={item} />}
      </Loaded>
    </Page>
  );
}

const targetOf = (custom: unknown): string | undefined => {
  const target = typeof custom === 'object' && custom !== null ? (custom as { target?: unknown }).target : undefined;
  return typeof target === 'string' ? target : undefined;
};

function Shown({ drill, item }: { readonly drill: ShownDrill; readonly item: string | undefined }) {
  const { order, plan, report, promise, live } = drill;
  const stage = isUnderWay(live) ? stageOf(live?.custom) : undefined;
  return (
    <>
      <Section title="How it went">
        <div class="badges">
          <DrillResult result={report?.result ?? null} stage={stage} />
          {report?.reasons.map((reason) => (
            <span key={reason}>{reason}</span>
          ))}
        </div>
        <Facts
          facts={[
            ['Resource', item === undefined ? null : <ItemLink item={item} />],
            [
              'Point',
              plan === null ? (
                (order?.point ?? null)
              ) : (
                <>
                  <ItemPoint item={item} point={plan.point} /> <span class="soft">{pickTexts[order?.pick ?? '']}</span>
                </>
              ),
            ],
            ['Point taken', plan === null ? null : <Time at={plan.takenAt} exact />],
            ['Tier', plan?.tier ?? null],
            [
              'Until it ran again',
              report?.restoreSeconds === null || report === null ? null : (
                <>
                  <Duration seconds={report.restoreSeconds} />{' '}
                  <span class="soft">
                    of {durationText(report.promisedSeconds ?? plan?.promisedSeconds ?? 0)} promised
                  </span>
                </>
              ),
            ],
            ['Asked by', order === null ? null : nameOf(order.askedBy.name)],
            ['Begun', <Time key="at" at={report?.startedAt ?? live?.since} exact />],
            ['Ended', report === null ? null : <Time at={report.finishedAt} exact />],
          ]}
        />
      </Section>
      <Section title="Phases">
        {report !== null && report.phases.length > 0 ? (
          <Phases phases={report.phases} />
        ) : plan !== null && report === null ? (
          <PlannedPhases phases={plan.phases} current={stage} />
        ) : (
          <Empty title={report === null ? 'It is being planned' : 'It did not come to any phase'}>
            {report === null ? 'What it makes is named before anything is made.' : undefined}
          </Empty>
        )}
        {report === null ? null : (
          <p class="soft small">
            The network is not part of the measured time, because a restore has one; neither is removing.
          </p>
        )}
      </Section>
      <Probes drill={drill} />
      {promise === null ? null : <PromiseChange promise={promise} />}
      {report === null || report.left.length === 0 ? null : (
        <Section title="Left behind" count={report.left.length}>
          <p>These could not be removed; the look every quarter of an hour removes them.</p>
          <ul>
            {report.left.map((one) => (
              <li key={one}>
                <code>{one}</code>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {plan === null ? null : (
        <Section title="What it made, and removed again" count={plan.makes.length}>
          <ul class="rows">
            {plan.makes.map((one) => (
              <li key={one}>
                {resourceParts(one).name} <span class="soft">{resourceParts(one).type}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function ItemPoint({ item, point }: { readonly item: string | undefined; readonly point: string }) {
  return item === undefined ? (
    <code>{point}</code>
  ) : (
    <Link href={itemHref(item, point)}>
      <code>{point}</code>
    </Link>
  );
}

/** Phases of a plan, while nothing is measured yet. */
export function PlannedPhases({
  phases,
  current,
}: {
  readonly phases: readonly {
    readonly name: string;
    readonly stages: readonly unknown[];
    readonly limitSeconds: number;
  }[];
  readonly current: string | undefined;
}) {
  const here = phases.findIndex(({ name }) => name === current);
  return (
    <ol class="phase-list">
      {phases.map(({ name, stages, limitSeconds }, index) => (
        <li key={name} aria-current={index === here ? 'step' : undefined}>
          <strong>{name}</strong>{' '}
          <span class="soft">
            {stages.length === 1 ? 'one thing' : `${stages.length} things at once`}, at most{' '}
            {durationText(limitSeconds)}
          </span>{' '}
          {index === here ? (
            <Badge tone="info">under way</Badge>
          ) : here > index ? (
            <Badge tone="good">done</Badge>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

function Probes({ drill: { plan, report } }: { readonly drill: ShownDrill }) {
  const asked = (plan?.phases ?? []).flatMap(({ stages }) =>
    stages.flatMap((stage) => (stage.kind === 'probe' ? [stage] : [])),
  );
  if (asked.length === 0) return null;
  const ends = new Map((report?.phases ?? []).flatMap(({ scripts }) => scripts.map((one) => [one.name, one] as const)));
  return (
    <Section title="Probes" count={asked.length}>
      <ul class="rows">
        {asked.map(({ name, script }) => {
          const end = ends.get(name);
          return (
            <li key={name}>
              <div class="row-head">
                <strong>{name}</strong>
                {end === undefined ? (
                  <Badge>{report === null ? 'not asked yet' : 'not asked'}</Badge>
                ) : (
                  <Badge tone={end.exitCode === 0 ? 'good' : 'bad'}>
                    {end.exitCode === 0 ? 'answered' : `ended with ${end.exitCode}`}
                  </Badge>
                )}
              </div>
              <details class="small">
                <summary class="soft">The script and what it said</summary>
                <pre tabIndex={0}>{script}</pre>
                {end === undefined || end.output.trim() === '' ? (
                  <p class="soft">It said nothing.</p>
                ) : (
                  <pre tabIndex={0}>{end.output}</pre>
                )}
              </details>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function PromiseChange({ promise: { before, after } }: { readonly promise: NonNullable<ShownDrill['promise']> }) {
  const row = (name: string, show: (one: Exposure) => ComponentChildren) => (
    <tr>
      <th scope="row">{name}</th>
      <td>{show(before)}</td>
      <td>{show(after)}</td>
    </tr>
  );
  return (
    <Section title="What it did to the promise">
      <div class="table-scroll" tabIndex={0} role="region" aria-label="The promise before and after the drill">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Promise</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {row('Stands', ({ standing }) => (
              <Standing standing={standing} />
            ))}
            {row('Exposure is measured from', ({ newestPoint }) =>
              newestPoint === null ? 'no point' : <code>{newestPoint}</code>,
            )}
            {row('Breaks at', ({ breachAt }) => (
              <Time at={breachAt} exact />
            ))}
            {row('Newest proven point', ({ provenPoint }) =>
              provenPoint === null ? 'none' : <code>{provenPoint}</code>,
            )}
            {row('Drills measured', ({ recoveryTime }) => recoveryTime.drills)}
            {row('p95 until it runs', ({ recoveryTime }) => (
              <Duration seconds={recoveryTime.p95Seconds} />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
