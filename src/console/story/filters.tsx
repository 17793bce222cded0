import { useEffect, useState } from 'preact/hooks';
import { now } from '../api/now';
import { Select, TextField } from '../ui/form';

const typingPause = 250;

/** Words to look for: taken over when one has stopped typing. */
export function WordsFilter({
  label,
  placeholder,
  value,
  onChange,
}: {
  readonly label: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => onChange(typed.trim()), typingPause);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <TextField
      label={label}
      type="search"
      value={typed}
      onInput={setTyped}
      required
      {...(placeholder === undefined ? {} : { placeholder })}
    />
  );
}

/** One of several, or all. */
export function ChoiceFilter({
  label,
  all,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  /** What it is called when nothing is chosen. */
  readonly all: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly onChange: (value: string) => void;
}) {
  const isKnown = value === '' || options.some((one) => one.value === value);
  return (
    <Select
      label={label}
      value={value}
      onInput={onChange}
      required
      options={[{ value: '', text: all }, ...options, ...(isKnown ? [] : [{ value, text: value }])]}
    />
  );
}

/** The environments of the policy. */
export function EnvironmentFilter({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const names = (now.value?.environments ?? []).map(({ name }) => ({ value: name, text: name }));
  return <ChoiceFilter label="Environment" all="All" value={value} options={names} onChange={onChange} />;
}
