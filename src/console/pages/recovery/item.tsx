import { Link, useSearchParams } from 'wouter-preact';
import { useRead } from '../../api/queries';
import { tick } from '../../session/clock';
import { may } from '../../session/me';
import { Badge, Facts, Loaded, Page, Section } from '../../ui/parts';
import { ResourceLink, resourceParts } from '../../ui/resource';
import { Countdown, Duration, Time } from '../../ui/time';
import { OrderDrill } from './drills';
import { Share } from './overview';
import { restoreHref, Standing } from './parts';
import { PointDetail, PointRow } from './point';
import type { Exposure, ExposureNow, ItemDocument, Points } from './types';

const every = 15_000;

/** A protected resource: how its promise stands, and each of its recovery points with why it stays or goes. */
export function ItemPage({ id }: { readonly id: string }) {
  const points = useRead<Points>('backup/points', { item: id }, { every });
  const now = useRead<ExposureNow>('backup', {}, { every });
  const exposure = now.data?.measurement?.resources.find(({ resource }) => resource === id.toLowerCase());
  const { name, group } = resourceParts(id);
  return (
    <Page
      title={`Recovery of ${name}`}
      intro={
        <>
          <ResourceLink id={id} portal /> {group === '' ? null : `in ${group}`}
        </>
      }
      actions={
        <>
          <OrderDrill item={id} />
          <Link class="button" href={restoreHref(id)}>
            Plan a restore
          </Link>
        </>
      }
    >
      <Loaded of={points} lines={14}>
        {(data) => (
          <>
            <Promise exposure={exposure} document={data.document} />
            <PointList points={data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Promise({
  exposure,
  document: { tier, firstSeenAt, orphanedAt, retainedAt, kind },
}: {
  readonly exposure: Exposure | undefined;
  readonly document: ItemDocument;
}) {
  return (
    <Section title="The promise">
      {exposure === undefined ? null : (
        <div class="badges promise-line">
          <Standing standing={exposure.standing} />
          <span>{exposure.reasons.join('; ')}</span>
        </div>
      )}
      <Facts
        facts={[
          ['Tier', tier],
          ['Protected', kind === 'machine' ? 'a machine with its disks' : 'a disk of its own'],
          [
            'Used of the objective',
            exposure === undefined ? undefined : (
              <>
                <Share
                  share={Math.max(0, 1 - (Date.parse(exposure.breachAt) - tick.value) / 1000 / exposure.rpoSeconds)}
                />
                <span class="soft">
                  {' '}
                  of <Duration seconds={exposure.rpoSeconds} />
                </span>
              </>
            ),
          ],
          ['Breaks in', exposure === undefined ? undefined : <Countdown until={exposure.breachAt} />],
          ['Last chance in', exposure === undefined ? undefined : <Countdown until={exposure.lastChanceAt} />],
          [
            'A taking takes',
            exposure === undefined ? undefined : (
              <>
                <Duration seconds={exposure.takingSeconds} />{' '}
                <span class="soft">{exposure.takingMeasured ? 'measured' : 'assumed'}</span>
              </>
            ),
          ],
          [
            'Until it runs again',
            exposure === undefined ? undefined : exposure.recoveryTime.p95Seconds === null ? (
              <span class="soft">not measured yet</span>
            ) : (
              <>
                <Duration seconds={exposure.recoveryTime.p95Seconds} />{' '}
                <span class="soft">
                  p95 of {exposure.recoveryTime.drills}; promised{' '}
                  <Duration seconds={exposure.recoveryTime.promisedSeconds} />
                </span>
              </>
            ),
          ],
          ['Protected since', <Time key="since" at={firstSeenAt} exact />],
          ['Retention last applied', <Time key="retained" at={retainedAt} />],
          ['Gone since', orphanedAt === null ? undefined : <Time at={orphanedAt} exact />],
        ]}
      />
    </Section>
  );
}

function PointList({ points: { document, retention } }: { readonly points: Points }) {
  const [params, setParams] = useSearchParams();
  const chosen = params.get('point');
  const choose = (id: string | null): void => {
    setParams(
      (before) => {
        if (id === null) before.delete('point');
        else before.set('point', id);
        return before;
      },
      { replace: true },
    );
  };
  const points = [...document.points].reverse();
  const verdicts = new Map(retention.map((one) => [one.id, one]));
  const newest = points.find(
    (point) => point.state === 'complete' && point.proof?.verdict !== 'failed' && point.tombstone === null,
  );
  const selected = points.find(({ id }) => id === chosen);
  return (
    <>
      <Section title="Recovery points" id="points" count={points.length}>
        <PointLine document={document} chosen={chosen} />
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Recovery points, the newest first">
          <table class="table points-table">
            <thead>
              <tr>
                <th scope="col">Taken</th>
                <th scope="col">Point</th>
                <th scope="col">State</th>
                <th scope="col">Proof</th>
                <th scope="col">Why it stays or goes</th>
                <th scope="col">Copies</th>
              </tr>
            </thead>
            <tbody>
              {points.map((point) => (
                <PointRow
                  key={point.id}
                  point={point}
                  verdict={verdicts.get(point.id)}
                  isNewest={point === newest}
                  isChosen={point.id === chosen}
                  choose={() => choose(point.id === chosen ? null : point.id)}
                />
              ))}
            </tbody>
          </table>
        </div>
        {may.value.operate ? null : (
          <p class="soft small">Holding a point, drilling and restoring need the role Caretaker.Operator.</p>
        )}
      </Section>
      {chosen !== null && selected === undefined ? (
        <Section title={`Point ${chosen}`}>
          <p>
            <Badge>Gone</Badge> There is no such point any more; retention may have let it go. The ledger says when.
          </p>
        </Section>
      ) : null}
      {selected === undefined ? null : (
        <PointDetail key={selected.id} item={document.item} point={selected} verdict={verdicts.get(selected.id)} />
      )}
    </>
  );
}

/** When points were taken: each a mark on a line of time. The list below says the same. */
function PointLine({
  document: { points },
  chosen,
}: {
  readonly document: ItemDocument;
  readonly chosen: string | null;
}) {
  const times = points.map(({ takenAt }) => Date.parse(takenAt));
  const first = Math.min(...times);
  const until = Math.max(tick.value, ...times);
  if (points.length === 0 || until <= first) return null;
  const looks = ({ state, proof }: ItemDocument['points'][number]): 'good' | 'bad' | 'neutral' =>
    state !== 'complete' || proof?.verdict === 'failed' ? 'bad' : proof?.verdict === 'proven' ? 'good' : 'neutral';
  const count = (one: 'good' | 'bad'): number => points.filter((point) => looks(point) === one).length;
  return (
    <div class="point-line">
      <div
        class="point-track"
        role="img"
        aria-label={`${points.length} points over time: ${count('good')} proven, ${count('bad')} that cannot be restored from`}
      >
        {points.map((point) => {
          const { id, takenAt, tombstone, hold } = point;
          const look = looks(point);
          return (
            <span
              key={id}
              class={`point-mark ${look}${tombstone === null ? '' : ' going'}${id === chosen ? ' chosen' : ''}`}
              style={{ left: `${(((Date.parse(takenAt) - first) / (until - first)) * 100).toFixed(2)}%` }}
              title={`${id}${hold === null ? '' : ', held'}${tombstone === null ? '' : ', has to go'}`}
            >
              {look === 'bad' ? '×' : look === 'good' ? '✓' : ''}
            </span>
          );
        })}
      </div>
      <div class="point-ends soft">
        <Time at={new Date(first).toISOString()} exact />
        <span>now</span>
      </div>
    </div>
  );
}
