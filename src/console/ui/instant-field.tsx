import { zone } from '../session/preferences';
import { TextField } from './form';
import { fieldOfInstant, instantOfField } from './instant';

/** A date and a time in the zone that times are shown in; the value is an instant (ISO, UTC), or empty for none. */
export function InstantField({
  label,
  value,
  onInput,
  ...rest
}: {
  readonly label: string;
  readonly value: string;
  readonly onInput: (instant: string) => void;
  readonly required?: boolean;
  readonly problem?: string | undefined;
}) {
  const inZone = zone.value;
  return (
    <TextField
      {...rest}
      label={inZone === 'utc' ? `${label} (UTC)` : label}
      type="datetime-local"
      step={1}
      value={fieldOfInstant(value, inZone)}
      onInput={(text) => onInput(instantOfField(text, inZone))}
    />
  );
}
