import { OctagonX, Power } from 'lucide-preact';
import { useState } from 'preact/hooks';
import type { KillSwitch } from '../../api/types';
import { may } from '../../session/me';
import { personName } from '../../ui/people';
import { Badge } from '../../ui/parts';
import { Time } from '../../ui/time';
import { KillSwitchDialog } from './kill-switch-dialog';
import { scopeText, type SwitchScope } from './words';

/** A kill switch: how it stands, who set it so and why, and the button that changes it, for those who may. */
export function KillSwitchControl({
  scope,
  seen,
  name,
}: {
  readonly scope: SwitchScope;
  readonly seen: KillSwitch;
  /** What is switched, as a heading. */
  readonly name: string;
}) {
  // What was pressed stays what it was, whatever becomes of the switch meanwhile.
  const [pressed, setPressed] = useState<'stop' | 'clear' | undefined>(undefined);
  const { engaged, by, at, reason } = seen;
  const mayChange = engaged ? may.value.administer : may.value.operate;
  const of = <span class="visually-hidden"> {scopeText(scope)}</span>;
  return (
    <div class={`kill-switch ${engaged ? 'engaged' : ''}`}>
      {engaged ? <OctagonX size={26} aria-hidden="true" /> : <Power size={22} aria-hidden="true" />}
      <div class="kill-switch-text">
        <h3>
          {name} {engaged ? <Badge tone="bad">stopped</Badge> : <Badge tone="good">acts</Badge>}
        </h3>
        <p class={engaged ? undefined : 'soft'}>
          {at === null ? (
            'It has never been stopped.'
          ) : (
            <>
              {engaged ? 'Stopped' : 'Cleared'} by {personName(by)} <Time at={at} />: {reason}
            </>
          )}
        </p>
        {engaged && !mayChange ? <p class="soft">Clearing it takes the role Admin.</p> : null}
      </div>
      {mayChange ? (
        <button
          type="button"
          class={`button ${engaged ? '' : 'danger'}`}
          onClick={() => setPressed(engaged ? 'clear' : 'stop')}
        >
          {engaged ? 'Clear' : 'Stop'}
          {of}
        </button>
      ) : null}
      {pressed === undefined ? null : (
        <KillSwitchDialog scope={scope} engage={pressed === 'stop'} onClose={() => setPressed(undefined)} />
      )}
    </div>
  );
}
