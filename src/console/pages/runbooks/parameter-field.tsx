import { Checkbox, Select, TextArea, TextField } from '../../ui/form';
import { limitsText, type FormField } from './schema-form';

/** The field of one parameter, as its schema says what it takes. */
export function ParameterField({
  field,
  value,
  onInput,
  problem,
}: {
  readonly field: FormField;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly problem: string | undefined;
}) {
  const { label, description, required, takes, initial } = field;
  const help = [description, limitsText(field)].filter((one) => one !== undefined && one !== '').join(' ');
  const common = { label, required, problem, value, onInput, ...(help === '' ? {} : { help }) };
  switch (takes.kind) {
    case 'switch':
      if (initial !== undefined || required) {
        return (
          <Checkbox
            label={label}
            checked={value === 'true'}
            onInput={(checked) => onInput(String(checked))}
            {...(help === '' ? {} : { help })}
          />
        );
      }
      return (
        <Select
          {...common}
          options={[
            { value: '', text: 'Not said' },
            { value: 'true', text: 'Yes' },
            { value: 'false', text: 'No' },
          ]}
        />
      );
    case 'choice': {
      const options = takes.options.map(({ text }) => ({ value: text, text }));
      const canBeEmpty = !required || value === '';
      return (
        <Select
          {...common}
          options={canBeEmpty ? [{ value: '', text: required ? 'Choose one' : 'Not said' }, ...options] : options}
        />
      );
    }
    case 'number':
      return (
        <TextField
          {...common}
          type="number"
          step={takes.step ?? (takes.isInteger ? 1 : 'any')}
          {...(takes.minimum === undefined ? {} : { min: takes.minimum })}
          {...(takes.maximum === undefined ? {} : { max: takes.maximum })}
        />
      );
    case 'text':
      return <TextField {...common} {...(takes.maxLength === undefined ? {} : { maxLength: takes.maxLength })} />;
    case 'list':
    case 'pairs':
    case 'json':
      return <TextArea {...common} code rows={takes.kind === 'json' ? 6 : 3} />;
  }
}
