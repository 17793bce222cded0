import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Common {
  readonly label: string;
  readonly help?: ComponentChildren;
  /** What is wrong with the value, from the API or from looking at it. */
  readonly problem?: string | undefined;
  readonly required?: boolean;
  readonly disabled?: boolean;
}

/** A label, a field, its help and what is wrong with it, tied together for assistive technology. */
export function Field({
  label,
  help,
  problem,
  required = false,
  children,
}: Common & {
  readonly children: (ids: { readonly id: string; readonly describedBy: string | undefined }) => ComponentChildren;
}) {
  const id = useId();
  const helpId = `${id}-help`;
  const problemId = `${id}-problem`;
  const described = [help === undefined ? '' : helpId, problem === undefined ? '' : problemId].filter(
    (one) => one !== '',
  );
  return (
    <div class="field">
      <label for={id}>
        {label}
        {required ? null : <span class="soft"> (optional)</span>}
      </label>
      {children({ id, describedBy: described.length === 0 ? undefined : described.join(' ') })}
      {help === undefined ? null : (
        <div class="help" id={helpId}>
          {help}
        </div>
      )}
      {problem === undefined ? null : (
        <div class="field-problem" id={problemId} role="alert">
          {problem}
        </div>
      )}
    </div>
  );
}

interface TextProps extends Common {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly maxLength?: number;
  readonly placeholder?: string;
  readonly pattern?: string;
}

/** A line of text, a number, an instant, ... */
export function TextField({
  value,
  onInput,
  type = 'text',
  maxLength,
  placeholder,
  pattern,
  list,
  min,
  max,
  step,
  ...common
}: TextProps & {
  readonly type?: 'text' | 'search' | 'number' | 'datetime-local' | 'password';
  readonly list?: string;
  readonly min?: number | string;
  readonly max?: number | string;
  readonly step?: number | string;
}) {
  return (
    <Field {...common}>
      {({ id, describedBy }) => (
        <input
          {...{ id, type, value, maxLength, placeholder, pattern, list, min, max, step }}
          required={common.required ?? false}
          disabled={common.disabled ?? false}
          aria-describedby={describedBy}
          aria-invalid={common.problem !== undefined}
          autoComplete="off"
          spellcheck={false}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Several lines of text. */
export function TextArea({
  value,
  onInput,
  rows = 4,
  code = false,
  maxLength,
  placeholder,
  ...common
}: TextProps & { readonly rows?: number; readonly code?: boolean }) {
  return (
    <Field {...common}>
      {({ id, describedBy }) => (
        <textarea
          {...{ id, rows, value, maxLength, placeholder }}
          class={code ? 'code' : undefined}
          required={common.required ?? false}
          disabled={common.disabled ?? false}
          aria-describedby={describedBy}
          aria-invalid={common.problem !== undefined}
          spellcheck={!code}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** One of several. */
export function Select({
  value,
  onInput,
  options,
  ...common
}: Common & {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly text: string }[];
}) {
  return (
    <Field {...common}>
      {({ id, describedBy }) => (
        <select
          id={id}
          value={value}
          required={common.required ?? false}
          disabled={common.disabled ?? false}
          aria-describedby={describedBy}
          aria-invalid={common.problem !== undefined}
          onInput={(event) => onInput(event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Yes or no. */
export function Checkbox({
  label,
  help,
  checked,
  onInput,
  disabled = false,
}: {
  readonly label: string;
  readonly help?: string;
  readonly checked: boolean;
  readonly onInput: (checked: boolean) => void;
  readonly disabled?: boolean;
}) {
  const id = useId();
  return (
    <div class="field checkbox">
      <input
        type="checkbox"
        id={id}
        checked={checked}
        disabled={disabled}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        onInput={(event) => onInput(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {help === undefined ? null : (
        <div class="help" id={`${id}-help`}>
          {help}
        </div>
      )}
    </div>
  );
}
