import { useState } from 'preact/hooks';
import { useParams } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { now } from '../../api/now';
import { useRead } from '../../api/queries';
import { may } from '../../session/me';
import { Select } from '../../ui/form';
import { Empty, Loaded, Page, Section, Tabs } from '../../ui/parts';
import { Calendar } from './calendar';
import { Holds } from './holds';
import { KillSwitchControl } from './kill-switch';
import { KillSwitchDialog } from './kill-switch-dialog';
import { Breakers, Budgets, Leases, Queue } from './tables';
import type { GuardView, PolicyNames, ShownHold } from './types';

/** `/guard/:environment`: everything that the guard of one environment knows, and what one may do about it. */
export function EnvironmentPage() {
  const { environment = '' } = useParams<{ environment: string }>();
  const read = useRead<GuardView>(pathOf`environments/${environment}/guard`, {}, { every: 5_000 });
  const names = now.value?.environments?.map(({ name }) => name) ?? [environment];
  return (
    <Page
      title={`Guard of ${environment}`}
      intro="Switches, who waits, what is worked on, and what is left of each budget."
    >
      <Tabs
        label="Environments"
        current={`/guard/${environment}`}
        tabs={[
          { name: 'Everywhere', href: '/guard' },
          ...names.map((name) => ({ name, href: `/guard/${encodeURIComponent(name)}` })),
        ]}
      />
      <Loaded of={read} lines={12}>
        {(guard) => <Everything guard={guard} />}
      </Loaded>
    </Page>
  );
}

function Everything({ guard }: { readonly guard: GuardView }) {
  const { environment, killSwitch, ruleSwitches } = guard;
  const all = useRead<{ readonly holds: readonly ShownHold[] }>('holds', {}, { every: 10_000 });
  const rules = Object.entries(ruleSwitches).filter(([, { engaged }]) => engaged);
  return (
    <>
      <Section
        title="Kill switches"
        actions={
          may.value.operate ? <StopRule environment={environment} stopped={rules.map(([rule]) => rule)} /> : undefined
        }
      >
        <KillSwitchControl scope={{ environment, rule: null }} seen={killSwitch} name={environment} />
        {rules.map(([rule, seen]) => (
          <KillSwitchControl key={rule} scope={{ environment, rule }} seen={seen} name={`Rule ${rule}`} />
        ))}
        {rules.length === 0 ? <p class="soft">No single rule is stopped here.</p> : null}
      </Section>
      <div class="grid guard-grid">
        <Queue queue={guard.queue} />
        <Leases leases={guard.leases} />
        <Budgets budgets={guard.budgets} />
        <Calendar environment={environment} calendar={guard.calendar} calendarOverride={guard.calendarOverride} />
        <Breakers environment={environment} breakers={guard.breakers} />
        <Loaded of={all}>
          {({ holds }) => <Holds holds={holds.filter((one) => one.environment === environment)} isEverywhere={false} />}
        </Loaded>
      </div>
    </>
  );
}

/** Orders of operators have a switch of their own, under this name. */
const operatorsRule = 'operator';
const scalingPrefix = 'scaling:';

/** Chooses the rule whose switch is to be engaged. */
function StopRule({ environment, stopped }: { readonly environment: string; readonly stopped: readonly string[] }) {
  const [rule, setRule] = useState('');
  const [open, setOpen] = useState(false);
  const { data } = useRead<PolicyNames>('policy', {}, { fresh: 60_000 });
  const names = [
    ...(data?.policy.rules ?? []).map(({ name }) => name),
    ...(data?.policy.scaling ?? []).map(({ name }) => `${scalingPrefix}${name}`),
  ].filter((name) => !stopped.includes(name));
  if (data === undefined) return null;
  if (names.length === 0 && stopped.includes(operatorsRule)) return <Empty title="Every rule is stopped" />;
  return (
    <>
      <form
        class="stop-rule"
        onSubmit={(event) => {
          event.preventDefault();
          setOpen(true);
        }}
      >
        <Select
          label="One rule"
          required
          value={rule}
          onInput={setRule}
          options={[
            { value: '', text: 'Choose a rule…' },
            ...names.map((name) => ({ value: name, text: name })),
            ...(stopped.includes(operatorsRule) ? [] : [{ value: operatorsRule, text: 'orders of operators' }]),
          ]}
        />
        <button type="submit" class="button danger" disabled={rule === ''}>
          Stop the rule
        </button>
      </form>
      {open ? (
        <KillSwitchDialog
          scope={{ environment, rule }}
          engage
          onClose={() => {
            setOpen(false);
            setRule('');
          }}
        />
      ) : null}
    </>
  );
}
