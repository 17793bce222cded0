import { useEffect, useState } from 'preact/hooks';
import { useSearchParams } from 'wouter-preact';
import { now } from '../api/now';
import { Select, TextField } from '../ui/form';

const typingPause = 250;

/** Filters that are kept in the address: what they are, and how to set one. An empty one is not in the address. */
export function useFilters<Name extends string>(
  ...names: readonly Name[]
): readonly [Readonly<Record<Name, string>>, (name: Name, value: string) => void] {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<Name, string>;
  const set = (name: Name, value: string): void =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return [values, set];
}

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
