import { useState } from 'preact/hooks';
import { Check, CircleHelp, Copy, Lock, Trash2, X } from 'lucide-preact';
import { Link } from 'wouter-preact';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { TextField } from '../../ui/form';
import { Badge, Facts, Id, Section } from '../../ui/parts';
import { resourceParts } from '../../ui/resource';
import { Duration, Time } from '../../ui/time';
import { OrderDrill } from './drills';
import { drillHref, gigabytes, restoreHref } from './parts';
import type { RecoveryPoint, Verdict } from './types';

/** Whether a restore could begin from it, as far as is known. */
const isGood = ({ state, proof }: RecoveryPoint): boolean => state === 'complete' && proof?.verdict !== 'failed';

function State({ point: { state, problem } }: { readonly point: RecoveryPoint }) {
  if (state === 'complete') {
    return (
      <Badge tone="good">
        <Check size={13} aria-hidden="true" /> Complete
      </Badge>
    );
  }
  return (
    <>
      <Badge tone="bad">
        <X size={13} aria-hidden="true" /> {state === 'lost' ? 'Lost' : 'Failed'}
      </Badge>{' '}
      <span class="soft">{problem}</span>
    </>
  );
}

function Proof({ point: { proof } }: { readonly point: RecoveryPoint }) {
  if (proof === null) {
    return (
      <Badge>
        <CircleHelp size={13} aria-hidden="true" /> Unproven
      </Badge>
    );
  }
  return (
    <>
      <Badge tone={proof.verdict === 'proven' ? 'good' : 'bad'}>
        {proof.verdict === 'proven' ? <Check size={13} aria-hidden="true" /> : <X size={13} aria-hidden="true" />}
        {proof.verdict === 'proven' ? 'Proven' : 'Failed'}
      </Badge>{' '}
      <Link href={drillHref(proof.drill)}>
        by a drill <Time at={proof.at} />
      </Link>
    </>
  );
}

function Fate({
  point: { hold, tombstone },
  verdict,
}: {
  readonly point: RecoveryPoint;
  readonly verdict: Verdict | undefined;
}) {
  return (
    <div class="fate">
      {hold === null ? null : (
        <Badge tone="info">
          <Lock size={13} aria-hidden="true" /> Held
        </Badge>
      )}
      {tombstone === null ? null : (
        <Badge tone="warn">
          <Trash2 size={13} aria-hidden="true" /> Goes <Time at={tombstone.deleteAfter} />
        </Badge>
      )}
      {verdict === undefined ? null : (
        <span>
          {verdict.keep ? 'Stays: ' : 'Goes: '}
          {verdict.reasons.join(', ')}
        </span>
      )}
    </div>
  );
}

/** A point in the list. Choosing it shows the rest of what is known of it. */
export function PointRow({
  point,
  verdict,
  isNewest,
  isChosen,
  choose,
}: {
  readonly point: RecoveryPoint;
  readonly verdict: Verdict | undefined;
  readonly isNewest: boolean;
  readonly isChosen: boolean;
  readonly choose: () => void;
}) {
  return (
    <tr class={isChosen ? 'changes' : undefined}>
      <th scope="row">
        <Time at={point.takenAt} />
        {isNewest ? <div class="soft small">what counts now</div> : null}
      </th>
      <td>
        <button type="button" class="link-button" aria-pressed={isChosen} onClick={choose}>
          <code>{point.id}</code>
        </button>
      </td>
      <td>
        <State point={point} />
      </td>
      <td>
        <Proof point={point} />
      </td>
      <td>
        <Fate point={point} verdict={verdict} />
      </td>
      <td>
        {point.copies.length === 0 ? (
          <span class="soft">none</span>
        ) : (
          point.copies.map(({ location, state }) => (
            <div key={location} class={state === 'failed' ? 'bad-text' : undefined}>
              <Copy size={13} aria-hidden="true" /> {location}: {state}
            </div>
          ))
        )}
      </td>
    </tr>
  );
}

function HoldButton({ item, point }: { readonly item: string; readonly point: RecoveryPoint }) {
  const [until, setUntil] = useState('');
  const isHeld = point.hold !== null;
  return (
    <OrderButton
      label={isHeld ? 'Lift the hold' : 'Hold this point'}
      title={isHeld ? `Lift the hold on ${point.id}` : `Hold point ${point.id}`}
      text={
        isHeld
          ? 'Retention decides over the point again, at its next look.'
          : 'Retention never lets it go while it is held. A point that had to go already stays as well.'
      }
      order={(reason) => ({
        method: 'PUT',
        path: 'backup/hold',
        body: {
          item,
          point: point.id,
          held: !isHeld,
          reason,
          ...(isHeld || until === '' ? {} : { until: new Date(until).toISOString() }),
        },
      })}
      changes={['backup']}
      done={() => (isHeld ? 'The hold is lifted.' : 'The point is held.')}
    >
      {isHeld ? null : (
        <TextField
          label="Until"
          type="datetime-local"
          value={until}
          onInput={setUntil}
          help="In this machine's time. Without one it is held until somebody lifts it."
        />
      )}
    </OrderButton>
  );
}

/** Everything that is known of a point, and what one can do with it. */
export function PointDetail({
  item,
  point,
  verdict,
}: {
  readonly item: string;
  readonly point: RecoveryPoint;
  readonly verdict: Verdict | undefined;
}) {
  const { proof, hold, tombstone } = point;
  return (
    <Section
      title={`Point ${point.id}`}
      id="point"
      actions={
        <>
          {may.value.operate && point.state === 'complete' ? (
            <OrderDrill item={item} point={point.id} label="Drill this point" />
          ) : null}
          {may.value.operate ? <HoldButton key={String(hold !== null)} item={item} point={point} /> : null}
          {isGood(point) ? (
            <Link class="button" href={restoreHref(item, point.id)}>
              Restore from this point
            </Link>
          ) : null}
        </>
      }
    >
      <Facts
        facts={[
          ['Taken', <Time key="taken" at={point.takenAt} exact />],
          ['Complete', <Time key="settled" at={point.settledAt} exact />],
          ['Made as', point.kind === 'snapshots' ? 'a snapshot of each disk' : 'a restore point of the whole machine'],
          [
            'Consistent',
            point.consistency === 'application' ? 'the guest came to rest before' : 'as after a loss of power',
          ],
          ['Between its disks', point.parts.length > 1 ? <Duration seconds={point.spreadSeconds} /> : undefined],
          ['Region', point.location],
          [
            'Proof',
            proof === null ? (
              'no drill has tried it'
            ) : (
              <>
                <Proof point={point} /> <span class="soft">{proof.reason}</span>
              </>
            ),
          ],
          ['Ran again after', proof === null ? undefined : <Duration seconds={proof.restoreSeconds} />],
          [
            'Held',
            hold === null ? undefined : (
              <>
                by {hold.by}: {hold.reason};{' '}
                {hold.until === null ? (
                  'until it is lifted'
                ) : (
                  <>
                    until <Time at={hold.until} exact />
                  </>
                )}
              </>
            ),
          ],
          [
            'Has to go',
            tombstone === null ? undefined : (
              <>
                {tombstone.reason}; not before <Time at={tombstone.deleteAfter} exact />
              </>
            ),
          ],
        ]}
      />
      {verdict === undefined ? null : (
        <>
          <h3>{verdict.keep ? 'Why it stays' : 'Why it goes'}</h3>
          <ul>
            {verdict.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </>
      )}
      <h3>Its disks</h3>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Disks of the point">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Disk</th>
              <th scope="col">Place</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">Snapshot</th>
            </tr>
          </thead>
          <tbody>
            {point.parts.map((part) => (
              <tr key={part.disk}>
                <th scope="row">{resourceParts(part.disk).name}</th>
                <td>
                  {part.place === null
                    ? 'attached to nothing'
                    : part.place === 'os'
                      ? 'system disk'
                      : `data disk ${part.place}`}
                </td>
                <td class="number">{gigabytes(part.sizeBytes)}</td>
                <td title={part.snapshot}>
                  <Id text={resourceParts(part.snapshot).name} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {point.copies.length === 0 ? null : (
        <>
          <h3>Its copies</h3>
          <ul class="rows">
            {point.copies.map((copy) => (
              <li key={copy.location} class="row-head">
                <strong>{copy.location}</strong>
                <Badge tone={copy.state === 'complete' ? 'good' : copy.state === 'failed' ? 'bad' : 'info'}>
                  {copy.state}
                </Badge>
                {copy.problem === null ? null : <span class="bad-text">{copy.problem}</span>}
                <span class="row-end soft">
                  {copy.completedAt !== null ? (
                    <>
                      complete <Time at={copy.completedAt} />
                    </>
                  ) : copy.startedAt !== null ? (
                    <>
                      begun <Time at={copy.startedAt} />
                    </>
                  ) : (
                    'waits for its turn'
                  )}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}
