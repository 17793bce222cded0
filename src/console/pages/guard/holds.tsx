import { useEffect, useState } from 'preact/hooks';
import { call, pathOf } from '../../api/client';
import { OrderButton } from '../../ui/dialog';
import { Select, TextField } from '../../ui/form';
import { Badge, Empty, Section } from '../../ui/parts';
import { personName } from '../../ui/people';
import { ResourceLink, resourceParts } from '../../ui/resource';
import { Countdown, Time } from '../../ui/time';
import { lookNow } from '../../api/now';
import { may } from '../../session/me';
import type { ShownHold } from './types';

const lengths = [
  { value: '30m', text: '30 minutes' },
  { value: '1h', text: '1 hour' },
  { value: '2h', text: '2 hours' },
  { value: '8h', text: '8 hours' },
  { value: '1d', text: '1 day' },
  { value: '3d', text: '3 days' },
  { value: '7d', text: '7 days' },
];

/** Resources that people hold, and for an operator the way to place, renew and release a hold. */
export function Holds({
  holds,
  isEverywhere,
}: {
  readonly holds: readonly ShownHold[];
  /** Whether the environment of each is shown. */
  readonly isEverywhere: boolean;
}) {
  return (
    <Section title="Holds" id="holds" count={holds.length} actions={may.value.operate ? <PlaceHold /> : undefined}>
      {holds.length === 0 ? (
        <Empty title="Nobody holds a resource">A hold keeps every rule and order off one resource for a while.</Empty>
      ) : (
        <ul class="rows">
          {holds.map((hold) => (
            <li key={hold.id}>
              <div class="row-head">
                <ResourceLink id={hold.target} portal />
                {isEverywhere ? <Badge tone="info">{hold.environment}</Badge> : null}
                <span class="soft">
                  <Countdown until={hold.expiresAt} /> left
                </span>
                {may.value.operate ? (
                  <span class="row-end">
                    <ReleaseHold hold={hold} />
                  </span>
                ) : null}
              </div>
              <div class="soft">
                {personName(hold.by)}, <Time at={hold.at} />: {hold.reason}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function PlaceHold() {
  const [target, setTarget] = useState('');
  const [length, setLength] = useState('2h');
  return (
    <OrderButton<{ readonly tagged: boolean }>
      label="Hold a resource"
      title="Hold a resource"
      text="Until then nothing acts on it, whoever orders it. A hold on the same resource is replaced."
      confirm="Hold it"
      changes={['holds', 'environments']}
      order={(reason) => ({ method: 'POST', path: 'holds', body: { target: target.trim(), for: length, reason } })}
      done={({ tagged }) =>
        tagged ? 'It is held.' : 'It is held. The tag that says so on the resource could not be set.'
      }
      then={() => {
        setTarget('');
        lookNow();
      }}
    >
      <TextField
        label="Resource"
        help="Its whole id, as the Azure portal shows it under Properties."
        value={target}
        onInput={setTarget}
        required
        maxLength={1024}
        placeholder="/subscriptions/…"
      />
      <Select label="For" value={length} onInput={setLength} options={lengths} required />
    </OrderButton>
  );
}

function ReleaseHold({ hold }: { readonly hold: ShownHold }) {
  const { name } = resourceParts(hold.target);
  const [etag, setEtag] = useState<string | undefined>(undefined);
  return (
    <OrderButton<{ readonly untagged: boolean }>
      label={
        <>
          Release<span class="visually-hidden"> {name}</span>
        </>
      }
      title={`Release ${name}`}
      text="Rules and orders may act on it again at once."
      confirm="Release it"
      needsReason={false}
      changes={['holds', 'environments']}
      order={() => ({
        method: 'DELETE',
        path: pathOf`holds/${hold.id}`,
        ...(etag === undefined ? {} : { headers: { 'if-match': etag } }),
      })}
      done={({ untagged }) =>
        untagged ? 'It is released.' : 'It is released. The tag on the resource could not be removed.'
      }
      then={lookNow}
    >
      <SeenHold hold={hold} onSeen={setEtag} />
    </OrderButton>
  );
}

/** The hold as it is when the dialog opens, with its version: only this one is released. */
function SeenHold({ hold, onSeen }: { readonly hold: ShownHold; readonly onSeen: (etag: string | undefined) => void }) {
  const [seen, setSeen] = useState(hold);
  useEffect(() => {
    call<ShownHold>('GET', pathOf`holds/${hold.id}`)
      .then(({ body, headers }) => {
        setSeen(body);
        onSeen(headers.get('etag') ?? undefined);
      })
      // Then the release itself says what is wrong.
      .catch(() => onSeen(undefined));
  }, [hold.id]);
  return (
    <p>
      {personName(seen.by)} holds it for another <Countdown until={seen.expiresAt} />: {seen.reason}
    </p>
  );
}
