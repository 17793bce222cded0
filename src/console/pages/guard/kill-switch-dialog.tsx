import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiProblem, call } from '../../api/client';
import { lookNow } from '../../api/now';
import { useOrder } from '../../api/queries';
import type { KillSwitch } from '../../api/types';
import { Dialog } from '../../ui/dialog';
import { Field } from '../../ui/form';
import { Loading, Problem } from '../../ui/parts';
import { Time } from '../../ui/time';
import { scopeText, switchPath, switchText, type SwitchScope } from './words';

interface Seen {
  readonly killSwitch: KillSwitch;
  readonly etag: string | null;
}

async function readSwitch(scope: SwitchScope): Promise<Seen> {
  const { body, headers } = await call<{ killSwitch: KillSwitch }>('GET', switchPath(scope));
  return { killSwitch: body.killSwitch, etag: headers.get('etag') };
}

/** How long after an order the shared look at how it stands is made anew. Milliseconds. */
const shownAfter = 2_500;

const asProblem = (error: unknown): ApiProblem =>
  error instanceof ApiProblem ? error : new ApiProblem(0, 'Failed', 'It could not be read', String(error));

/**
 * Engages or clears a kill switch as it was seen: when somebody else changed it meanwhile, that is told and nothing is changed. Stopping
 * works also when the state cannot be read.
 */
export function KillSwitchDialog({
  scope,
  engage,
  onClose,
}: {
  readonly scope: SwitchScope;
  readonly engage: boolean;
  readonly onClose: () => void;
}) {
  const [seen, setSeen] = useState<Seen | undefined>(undefined);
  const [changed, setChanged] = useState<Seen | undefined>(undefined);
  const [unread, setUnread] = useState<ApiProblem | undefined>(undefined);
  const [reason, setReason] = useState('');
  const what = scopeText(scope);
  const giving = useOrder({
    changes: ['environments'],
    done: () => (engage ? `The kill switch of ${what} is engaged.` : `The kill switch of ${what} is cleared.`),
    then: () => {
      lookNow();
      setTimeout(lookNow, shownAfter);
      onClose();
    },
  });
  const read = useCallback((): Promise<Seen | undefined> => {
    return readSwitch(scope).catch((error: unknown) => {
      setUnread(asProblem(error));
      return undefined;
    });
  }, [scope.environment, scope.rule]);
  useEffect(() => {
    void read().then(setSeen);
  }, [read]);
  const refused = giving.error;
  useEffect(() => {
    if (refused?.status === 412) void read().then(setChanged);
  }, [refused, read]);

  const isReady = seen !== undefined || (engage && unread !== undefined);
  return (
    <Dialog title={engage ? `Stop ${what}` : `Let ${what} act again`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          giving.mutate({
            method: 'PUT',
            path: switchPath(scope),
            body: { engaged: engage, reason: reason.trim() },
            ...(seen?.etag === undefined || seen.etag === null ? {} : { headers: { 'if-match': seen.etag } }),
          });
        }}
      >
        <p>
          {engage
            ? 'Nothing more is started, and what is under way stops before its next change. Caretaker goes on looking, deciding and recording.'
            : 'From then on rules and orders act again; what was stopped meanwhile is not made up for by itself.'}
        </p>
        <p class="soft switch-seen">
          {seen !== undefined ? (
            <>
              {switchText(seen.killSwitch)} <Time at={seen.killSwitch.at} />
            </>
          ) : unread === undefined ? (
            'Looking how it stands…'
          ) : engage ? (
            'How it stands cannot be read right now. You can stop it all the same.'
          ) : (
            'How it stands cannot be read right now.'
          )}
        </p>
        {unread !== undefined && !engage ? <Problem error={unread} /> : null}
        <Field label="Reason" required help="It is kept in the ledger with your name.">
          {({ id, describedBy }) => (
            <textarea
              id={id}
              aria-describedby={describedBy}
              rows={2}
              required
              maxLength={1024}
              autofocus
              value={reason}
              onInput={({ currentTarget }) => setReason(currentTarget.value)}
            />
          )}
        </Field>
        {refused === null ? null : refused.status === 412 ? (
          <div class="problem" role="alert">
            <div>
              <strong>Somebody changed it since you looked</strong>
              {changed === undefined ? (
                <Loading lines={1} what="Looking who changed it" />
              ) : (
                <p>
                  {switchText(changed.killSwitch)} <Time at={changed.killSwitch.at} />
                </p>
              )}
              <p>Nothing was changed by you. What you typed is kept.</p>
              <button
                type="button"
                class="button"
                disabled={changed === undefined}
                onClick={() => {
                  setSeen(changed);
                  setChanged(undefined);
                  giving.reset();
                }}
              >
                Look again
              </button>
            </div>
          </div>
        ) : (
          <Problem error={refused} />
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class={`button ${engage ? 'danger' : 'primary'}`}
            disabled={giving.isPending || !isReady || refused?.status === 412}
          >
            {giving.isPending ? 'Sending…' : engage ? 'Stop' : 'Clear'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
