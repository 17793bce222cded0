import { useState } from 'preact/hooks';
import { pathOf } from '../../api/client';
import { lookNow } from '../../api/now';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { Select } from '../../ui/form';
import { Badge, Empty, isPast, Section } from '../../ui/parts';
import { personName } from '../../ui/people';
import { Countdown, Time } from '../../ui/time';
import type { GuardView } from './types';

const lengths = [
  { value: '15m', text: '15 minutes' },
  { value: '30m', text: '30 minutes' },
  { value: '1h', text: '1 hour' },
  { value: '4h', text: '4 hours' },
];

/** Whether changes may happen now by the calendar, and the leave to act all the same in an emergency. */
export function Calendar({
  environment,
  calendar,
  calendarOverride,
}: Pick<GuardView, 'environment' | 'calendar' | 'calendarOverride'>) {
  if (calendar === null) {
    return (
      <Section title="Calendar" id="calendar">
        <Empty title="No calendar holds here">The policy lets this environment change at any time.</Empty>
      </Section>
    );
  }
  // One that is over stays in the guard's state until its next operation.
  const override = calendarOverride === null || isPast(calendarOverride.expiresAt) ? null : calendarOverride;
  return (
    <Section
      title="Calendar"
      id="calendar"
      actions={
        override !== null && may.value.operate ? (
          <EndOverride environment={environment} />
        ) : may.value.administer ? (
          <Override environment={environment} />
        ) : undefined
      }
    >
      <p>
        <Badge tone={calendar.isOpen ? 'good' : 'warn'}>{calendar.isOpen ? 'open' : 'closed'}</Badge> {calendar.name}
        {calendar.text === 'open' ? '' : `: ${calendar.text}`}
      </p>
      {override === null ? (
        may.value.administer ? null : (
          <p class="soft">Acting although it is closed, in an emergency, takes the role Admin.</p>
        )
      ) : (
        <p>
          Overridden by {personName(override.by)} <Time at={override.at} />, for{' '}
          <Countdown until={override.expiresAt} />: {override.reason}
        </p>
      )}
    </Section>
  );
}

function Override({ environment }: { readonly environment: string }) {
  const [length, setLength] = useState('1h');
  return (
    <OrderButton
      label="Override…"
      title={`Act in ${environment} although the calendar is closed`}
      text="For an emergency: until then changes pass the calendar, and every one of them says by whose leave."
      confirm="Override the calendar"
      tone="danger"
      changes={['environments']}
      order={(reason) => ({
        method: 'PUT',
        path: pathOf`environments/${environment}/calendar-override`,
        body: { reason, for: length },
      })}
      done={() => `The calendar of ${environment} is overridden.`}
      then={lookNow}
    >
      <Select label="For" value={length} onInput={setLength} options={lengths} required />
    </OrderButton>
  );
}

function EndOverride({ environment }: { readonly environment: string }) {
  return (
    <OrderButton
      label="End the override"
      title={`Let the calendar of ${environment} hold again`}
      text="Changes wait for the calendar again, from their next question to the guard on."
      needsReason={false}
      changes={['environments']}
      order={() => ({ method: 'DELETE', path: pathOf`environments/${environment}/calendar-override` })}
      done={() => `The calendar of ${environment} holds again.`}
      then={lookNow}
    />
  );
}
