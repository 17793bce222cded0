import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { newKey, useOrder } from '../../api/queries';
import { may } from '../../session/me';
import { Dialog, OrderButton } from '../../ui/dialog';
import { Checkbox, Select, TextArea, TextField } from '../../ui/form';
import { Problem } from '../../ui/parts';
import type { SecretLine } from './types';

const modes = [
  {
    value: 'now',
    text: 'Rotate now',
    about:
      'A new credential is made, tried, given to consumers and seen in use; only then does the old one die. Nobody is cut off.',
  },
  {
    value: 'finish',
    text: 'Finish an open overlap',
    about: 'Consumers are looked at once more. When each of them uses the new version, the old credential is revoked.',
  },
  {
    value: 'back',
    text: 'Go back to the previous version',
    about:
      'The previous value is put back in use and consumers are told. It works as long as its credential was not revoked.',
  },
  {
    value: 'due',
    text: 'Only if it is due',
    about: 'As the daily look does it: nothing happens before its lead time is reached.',
  },
] as const;

const rotationHref = (id: string): string => `/secrets/rotations/${encodeURIComponent(id)}`;

/** What is changed by an order about a secret. */
const changes = ['secrets', 'rotations'];

/** Orders a rotation of a secret. */
export function RotateButton({ line }: { readonly line: Pick<SecretLine, 'vault' | 'name'> }) {
  const [, navigate] = useLocation();
  const [key, setKey] = useState(newKey);
  const [mode, setMode] = useState<string>('now');
  if (!may.value.operate) return null;
  return (
    <OrderButton<{ rotationId: string }>
      label="Rotate…"
      title={`Rotate ${line.name}`}
      confirm="Give the order"
      text={modes.find(({ value }) => value === mode)?.about}
      order={(reason) => ({
        method: 'POST',
        path: pathOf`secrets/${line.name}/rotations`,
        body: { vault: line.vault, mode, reason, key },
      })}
      changes={changes}
      done={() => 'The rotation is ordered.'}
      then={({ rotationId }) => {
        setKey(newKey());
        navigate(rotationHref(rotationId));
      }}
    >
      <Select
        label="What to do"
        required
        value={mode}
        onInput={setMode}
        options={modes.map(({ value, text }) => ({ value, text }))}
      />
    </OrderButton>
  );
}

/** Reports that a secret has leaked. The name has to be typed: this ends a credential that is in use. */
export function LeakButton({ line }: { readonly line: Pick<SecretLine, 'vault' | 'name'> }) {
  const [open, setOpen] = useState(false);
  if (!may.value.operate) return null;
  return (
    <>
      <button type="button" class="button danger" onClick={() => setOpen(true)}>
        It has leaked…
      </button>
      {open ? <LeakDialog line={line} close={() => setOpen(false)} /> : null}
    </>
  );
}

function LeakDialog({
  line: { vault, name },
  close,
}: {
  readonly line: Pick<SecretLine, 'vault' | 'name'>;
  readonly close: () => void;
}) {
  const [, navigate] = useLocation();
  const [key] = useState(newKey);
  const [cut, setCut] = useState(false);
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const giving = useOrder<{ rotationId: string }>({
    changes,
    done: () => 'The leak is reported; the credential is being revoked.',
    then: ({ rotationId }) => {
      close();
      navigate(rotationHref(rotationId));
    },
  });
  const isTyped = typed.trim() === name;
  return (
    <Dialog title={`${name} has leaked`} onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isTyped) {
            giving.mutate({
              method: 'POST',
              path: pathOf`secrets/${name}/leaks`,
              body: { vault, cut, reason: reason.trim(), key },
            });
          }
        }}
      >
        <p class="leak-warning">
          {cut ? (
            <>
              <strong>The service goes down.</strong> The credential in use is revoked at once, before anybody has a new
              one. Consumers fail until they have loaded it. Whoever has the leaked value loses it now.
            </>
          ) : (
            <>
              <strong>The credential in use is revoked without waiting.</strong> Consumers are told of a new one first;
              whoever has not taken it by then fails. It cannot be taken back: a revoked credential is dead.
            </>
          )}
        </p>
        <Checkbox
          label="Cut: revoke before consumers have a new one"
          help="When what the leaked value opens is worse than an outage."
          checked={cut}
          onInput={setCut}
        />
        <TextArea
          label="What happened"
          help="It is kept in the ledger with your name. Never write the value itself here."
          value={reason}
          onInput={setReason}
          required
          maxLength={400}
          rows={2}
        />
        <TextField
          label={`Type ${name} to confirm`}
          value={typed}
          onInput={setTyped}
          required
          problem={
            typed !== '' && !isTyped && typed.length >= name.length ? 'is not the name of the secret' : undefined
          }
        />
        {giving.error === null ? null : <Problem error={giving.error} />}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button danger" disabled={!isTyped || reason.trim() === '' || giving.isPending}>
            {giving.isPending ? 'Reporting…' : cut ? 'Cut it now' : 'Revoke it'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
