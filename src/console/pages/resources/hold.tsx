import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { lookNow, now } from '../../api/now';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { Select } from '../../ui/form';
import { Badge } from '../../ui/parts';
import { personName } from '../../ui/people';
import { Countdown } from '../../ui/time';

const lengths = [
  { value: '1h', text: '1 hour' },
  { value: '4h', text: '4 hours' },
  { value: '1d', text: '1 day' },
  { value: '3d', text: '3 days' },
  { value: '7d', text: '7 days' },
];

/** Who holds a resource, and for an operator the way to hold it, or to hold it longer. */
export function HoldOn({ id, name }: { readonly id: string; readonly name: string }) {
  const [length, setLength] = useState('4h');
  const holds = now.value?.holds;
  const hold = holds?.find(({ target }) => target === id);
  return (
    <>
      {hold === undefined ? (
        <p class="soft">
          {holds === null || holds === undefined
            ? 'Whether somebody holds it cannot be told right now.'
            : 'Nobody holds it: rules and orders may act on it.'}
        </p>
      ) : (
        <p>
          <Badge tone="warn">Held</Badge> by {personName(hold.by)} for another <Countdown until={hold.expiresAt} />:{' '}
          {hold.reason}. <Link href={`/guard/${encodeURIComponent(hold.environment)}`}>Release it at the guard</Link>
        </p>
      )}
      {may.value.operate ? (
        <OrderButton
          label={hold === undefined ? 'Hold it' : 'Hold it anew'}
          title={`Hold ${name}`}
          text="Until then nothing acts on it, whoever orders it. A hold that there is on it is replaced."
          confirm="Hold it"
          changes={['holds', 'environments']}
          order={(reason) => ({ method: 'POST', path: 'holds', body: { target: id, for: length, reason } })}
          done={() => `${name} is held.`}
          then={lookNow}
        >
          <Select label="For" value={length} onInput={setLength} options={lengths} required />
        </OrderButton>
      ) : (
        <p class="soft">An operator can hold it, so that nothing acts on it for a while.</p>
      )}
    </>
  );
}
