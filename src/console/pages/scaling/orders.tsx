import { useState } from 'preact/hooks';
import { pathOf } from '../../api/client';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { Select, TextField } from '../../ui/form';
import type { ScalingTarget } from './types';

const lengths = [
  { value: '30m', text: 'half an hour' },
  { value: '2h', text: 'two hours' },
  { value: '4h', text: 'four hours' },
  { value: '8h', text: 'eight hours' },
  { value: '24h', text: 'a day' },
];

/** Pause and resume, raise and lower: orders with an end and a reason, for those who may give them. */
export function ScalingOrders({ target }: { readonly target: ScalingTarget }) {
  if (!may.value.operate) return <span class="soft">An Operator can pause or raise it.</span>;
  return (
    <>
      {target.pause === null ? <Pause target={target} /> : <Resume target={target} />}
      {target.raise === null ? <Raise target={target} /> : <Lower target={target} />}
    </>
  );
}

function Pause({ target: { key, name } }: { readonly target: ScalingTarget }) {
  const [length, setLength] = useState('2h');
  return (
    <OrderButton
      label="Pause"
      title={`Leave ${name} as it is`}
      text="Its number stays, whatever the load is, until the end of the pause. It goes on being looked at."
      order={(reason) => ({ method: 'PUT', path: pathOf`scaling/${key}/pause`, body: { reason, for: length } })}
      changes={['scaling']}
      done={() => `${name} is paused`}
    >
      <Select label="For" required value={length} onInput={setLength} options={lengths} />
    </OrderButton>
  );
}

function Resume({ target: { key, name } }: { readonly target: ScalingTarget }) {
  return (
    <OrderButton
      label="Resume"
      title={`End the pause of ${name}`}
      text="It is scaled again from the next look on."
      needsReason={false}
      order={() => ({ method: 'DELETE', path: pathOf`scaling/${key}/pause` })}
      changes={['scaling']}
      done={() => `${name} is scaled again`}
    />
  );
}

function Raise({ target: { key, name, policy } }: { readonly target: ScalingTarget }) {
  const [length, setLength] = useState('4h');
  const [max, setMax] = useState('');
  if (policy === null) return null;
  const least = policy.max + 1;
  const most = policy.max * 2;
  return (
    <OrderButton
      label="Raise"
      title={`Allow ${name} more`}
      text="Its ceiling is above the policy's until the end, and gives itself back: then what is above goes one by one."
      order={(reason) => ({
        method: 'PUT',
        path: pathOf`scaling/${key}/raise`,
        body: { max: Number(max), reason, for: length },
      })}
      changes={['scaling']}
      done={() => `${name} may have up to ${max}`}
    >
      <div class="form-row">
        <TextField
          label="At most"
          help={`More than the policy's ${policy.max}, ${most} at the most.`}
          type="number"
          required
          min={least}
          max={most}
          value={max}
          onInput={setMax}
        />
        <Select label="For" required value={length} onInput={setLength} options={lengths} />
      </div>
    </OrderButton>
  );
}

function Lower({ target: { key, name } }: { readonly target: ScalingTarget }) {
  return (
    <OrderButton
      label="Lower"
      title={`Give the raised ceiling of ${name} back`}
      text="The policy's own ceiling holds again."
      needsReason={false}
      order={() => ({ method: 'DELETE', path: pathOf`scaling/${key}/raise` })}
      changes={['scaling']}
      done={() => `The policy's ceiling holds for ${name} again`}
    />
  );
}
