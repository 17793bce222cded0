/**
 * A form from the JSON Schema of a runbook's parameters: which fields there are, what each takes, and how what was typed becomes the
 * parameters of an order. Pure. What this does not know of JSON Schema is a field for JSON that is looked at before it is sent; the API
 * checks everything again.
 */

/** A JSON Schema, as far as it is looked at. */
export type Schema = Readonly<Record<string, unknown>>;

interface TextField {
  readonly kind: 'text';
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** A name that JSON Schema has for what the text is: `ipv4`, `date-time`. */
  readonly format?: string;
}
interface NumberField {
  readonly kind: 'number';
  readonly isInteger: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly above?: number;
  readonly below?: number;
  readonly step?: number;
}
/** One of several values, each with the text that stands for it. */
interface ChoiceField {
  readonly kind: 'choice';
  readonly options: readonly { readonly text: string; readonly value: unknown }[];
}
interface SwitchField {
  readonly kind: 'switch';
}
/** What one line of a list, or the value of a pair, can be. */
export type LineField = TextField | NumberField | ChoiceField;
/** A list, written one a line. */
interface ListField {
  readonly kind: 'list';
  readonly item: LineField;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly unique: boolean;
}
/** Names and values, written `name=value`, one a line. */
interface PairsField {
  readonly kind: 'pairs';
  readonly value: LineField;
}
interface JsonField {
  readonly kind: 'json';
}
export type FieldKind = LineField | SwitchField | ListField | PairsField | JsonField;

export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly description: string | undefined;
  readonly required: boolean;
  /** Whether `null` is a value, which an empty field then means. */
  readonly nullable: boolean;
  /** What holds when the field is left empty; undefined when nothing is said. */
  readonly initial: unknown;
  readonly takes: FieldKind;
}

/** What was typed, by the name of the field. A switch is `true`, `false` or empty. */
export type Typed = Readonly<Record<string, string>>;

const asSchema = (value: unknown): Schema | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : undefined;
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Keeps the entries that say something. */
function given<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** `drainSeconds` as people write it: `Drain seconds`. */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The schema without the possibility of null, and whether there was one. */
function withoutNull(schema: Schema): { readonly inner: Schema; readonly nullable: boolean } {
  const { anyOf, oneOf, type, ...rest } = schema;
  const choices = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : undefined;
  if (choices !== undefined) {
    const others = choices.filter((one) => asSchema(one)?.['type'] !== 'null');
    const only = asSchema(others[0]);
    if (others.length === 1 && only !== undefined) return { inner: { ...rest, ...only }, nullable: choices.length > 1 };
  }
  if (Array.isArray(type) && type.includes('null')) {
    const others: readonly unknown[] = type.filter((one) => one !== 'null');
    return { inner: { ...schema, type: others.length === 1 ? others[0] : others }, nullable: true };
  }
  return { inner: schema, nullable: false };
}

/** Constructs that say more about a value than is looked at here. */
const beyond = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'if', 'dependentSchemas', 'patternProperties', 'prefixItems'];

function lineOf(schema: Schema): LineField | undefined {
  const { type, enum: options } = schema;
  if (Array.isArray(options) && options.length > 0) {
    return { kind: 'choice', options: options.map((value: unknown) => ({ text: shown(value), value })) };
  }
  if ('const' in schema) {
    return { kind: 'choice', options: [{ text: shown(schema['const']), value: schema['const'] }] };
  }
  if (type === 'string') {
    return {
      kind: 'text',
      ...given({
        minLength: numberOf(schema['minLength']),
        maxLength: numberOf(schema['maxLength']),
        pattern: textOf(schema['pattern']),
        format: textOf(schema['format']),
      }),
    };
  }
  if (type === 'number' || type === 'integer') {
    const bound = (name: string): number | undefined => {
      const value = numberOf(schema[name]);
      // Where every whole number is meant, the largest that can be written is no limit worth telling.
      return value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
    };
    return {
      kind: 'number',
      isInteger: type === 'integer',
      ...given({
        minimum: bound('minimum'),
        maximum: bound('maximum'),
        above: bound('exclusiveMinimum'),
        below: bound('exclusiveMaximum'),
        step: numberOf(schema['multipleOf']),
      }),
    };
  }
  return undefined;
}

function kindOf(schema: Schema): FieldKind {
  if (beyond.some((name) => name in schema)) return { kind: 'json' };
  if (schema['type'] === 'boolean') return { kind: 'switch' };
  if (schema['type'] === 'array') {
    const items = asSchema(schema['items']);
    const item = items === undefined || beyond.some((name) => name in items) ? undefined : lineOf(items);
    // A text that may hold a line break cannot be a line; one with a pattern or of a choice does not.
    if (item === undefined) return { kind: 'json' };
    return {
      kind: 'list',
      item,
      unique: schema['uniqueItems'] === true,
      ...given({ minItems: numberOf(schema['minItems']), maxItems: numberOf(schema['maxItems']) }),
    };
  }
  if (schema['type'] === 'object') {
    const values = asSchema(schema['additionalProperties']);
    const value = 'properties' in schema || values === undefined ? undefined : lineOf(values);
    return value === undefined ? { kind: 'json' } : { kind: 'pairs', value };
  }
  return lineOf(schema) ?? { kind: 'json' };
}

/** The fields of a form for these parameters, those that have to be filled in first. */
export function formOf(schema: Schema): readonly FormField[] {
  const properties = asSchema(schema['properties']) ?? {};
  const needed = new Set(Array.isArray(schema['required']) ? (schema['required'] as readonly unknown[]) : []);
  const fields = Object.entries(properties).map(([name, value]): FormField => {
    const { inner, nullable } = withoutNull(asSchema(value) ?? {});
    const outer = asSchema(value) ?? {};
    return {
      name,
      label: textOf(outer['title']) ?? labelOf(name),
      description: textOf(outer['description']) ?? textOf(inner['description']),
      required: needed.has(name),
      nullable,
      initial: outer['default'] ?? inner['default'],
      takes: kindOf(inner),
    };
  });
  return [...fields.filter(({ required }) => required), ...fields.filter(({ required }) => !required)];
}

function typedOf({ takes }: FormField, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (takes.kind === 'list' && Array.isArray(value)) return value.map(shown).join('\n');
  const pairs = asSchema(value);
  if (takes.kind === 'pairs' && pairs !== undefined) {
    return Object.entries(pairs)
      .map(([name, one]) => `${name}=${shown(one)}`)
      .join('\n');
  }
  return takes.kind === 'json' ? JSON.stringify(value, null, 2) : shown(value);
}

/** What stands in the fields at first: what was given, and else what holds when nothing is. */
export function typedFrom(form: readonly FormField[], parameters: Readonly<Record<string, unknown>> = {}): Typed {
  return Object.fromEntries(
    form.map((field) => [
      field.name,
      typedOf(field, Object.hasOwn(parameters, field.name) ? parameters[field.name] : field.initial),
    ]),
  );
}

/** What a field takes, in words; empty when there is nothing to say. */
export function limitsText({ takes, initial }: FormField): string {
  const said = [
    ...linesText(takes),
    ...(initial === undefined || initial === null || takes.kind === 'switch' || isEmpty(initial)
      ? []
      : [`${shown(initial)} when left empty`]),
  ];
  const text = said.join('; ');
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const isEmpty = (value: unknown): boolean =>
  (Array.isArray(value) && value.length === 0) ||
  (asSchema(value) !== undefined && Object.keys(value as object).length === 0);

function linesText(takes: FieldKind): readonly string[] {
  switch (takes.kind) {
    case 'number':
      return rangeText(takes);
    case 'text': {
      const { minLength = 0, maxLength, format } = takes;
      const length =
        maxLength === undefined
          ? minLength > 0
            ? [`at least ${minLength} characters`]
            : []
          : [`${minLength} to ${maxLength} characters`];
      return [...(format === undefined ? [] : [formats[format] ?? format]), ...length];
    }
    case 'list': {
      const { item, minItems = 0, maxItems } = takes;
      const choice = item.kind === 'choice' ? [`of ${item.options.map(({ text }) => text).join(', ')}`] : [];
      const most = maxItems === undefined ? [] : [minItems > 0 ? `${minItems} to ${maxItems}` : `${maxItems} at most`];
      return ['one a line', ...most, ...choice, ...(item.kind === 'choice' ? [] : linesText(item))];
    }
    case 'pairs':
      return ['one a line, written name=value'];
    case 'json':
      return ['JSON'];
    case 'choice':
    case 'switch':
      return [];
  }
}

const formats: Readonly<Record<string, string>> = {
  ipv4: 'an address such as 10.1.0.4',
  cidrv4: 'a range such as 10.1.0.0/24',
  uuid: 'a UUID',
  'date-time': 'an instant such as 2026-01-31T09:00:00Z',
};

function rangeText({ isInteger, minimum, maximum, above, below, step }: NumberField): readonly string[] {
  const number = isInteger ? 'a whole number' : 'a number';
  const from = minimum === undefined ? (above === undefined ? '' : `above ${above}`) : `from ${minimum}`;
  const to = maximum === undefined ? (below === undefined ? '' : `below ${below}`) : `to ${maximum}`;
  const range = [number, from, to].filter((one) => one !== '').join(' ');
  return [range, ...(step === undefined ? [] : [`a multiple of ${step}`])];
}

/** A value, or what is wrong with the text that should be one. */
type Read = { readonly value: unknown } | { readonly problem: string };

function readLine(takes: LineField, text: string): Read {
  if (takes.kind === 'choice') {
    const option = takes.options.find((one) => one.text === text);
    return option === undefined
      ? { problem: `is none of ${takes.options.map((one) => one.text).join(', ')}` }
      : { value: option.value };
  }
  if (takes.kind === 'number') {
    const value = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
    const { isInteger, minimum, maximum, above, below, step } = takes;
    const fits =
      Number.isFinite(value) &&
      (!isInteger || Number.isInteger(value)) &&
      (minimum === undefined || value >= minimum) &&
      (maximum === undefined || value <= maximum) &&
      (above === undefined || value > above) &&
      (below === undefined || value < below) &&
      (step === undefined || Math.abs(value / step - Math.round(value / step)) < 1e-9);
    return fits ? { value } : { problem: `must be ${rangeText(takes).join(', ')}` };
  }
  const { minLength, maxLength, pattern, format } = takes;
  // JSON Schema counts characters, not the halves that JavaScript keeps them in.
  const { length } = [...text];
  if (minLength !== undefined && length < minLength) return { problem: `must have at least ${minLength} characters` };
  if (maxLength !== undefined && length > maxLength) return { problem: `must have at most ${maxLength} characters` };
  if (pattern !== undefined && !matches(pattern, text)) {
    const known = format === undefined ? undefined : formats[format];
    return { problem: known === undefined ? `does not fit ${pattern}` : `must be ${known}` };
  }
  return { value: text };
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    // An expression that this browser does not know is left to the API.
    return true;
  }
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function readField(takes: FieldKind, text: string): Read {
  switch (takes.kind) {
    case 'switch':
      return { value: text === 'true' };
    case 'json':
      try {
        return { value: JSON.parse(text) as unknown };
      } catch (error) {
        return { problem: `is no JSON: ${error instanceof Error ? error.message : String(error)}` };
      }
    case 'list': {
      const lines = linesOf(text);
      const read = lines.map((line) => readLine(takes.item, line));
      const wrong = read.findIndex((one) => 'problem' in one);
      const first = read[wrong];
      if (first !== undefined && 'problem' in first) return { problem: `"${lines[wrong] ?? ''}" ${first.problem}` };
      const { minItems, maxItems, unique } = takes;
      if (minItems !== undefined && lines.length < minItems) return { problem: `must have at least ${minItems} lines` };
      if (maxItems !== undefined && lines.length > maxItems) return { problem: `must have at most ${maxItems} lines` };
      if (unique && new Set(lines).size < lines.length) return { problem: 'names one thing twice' };
      return { value: read.flatMap((one) => ('value' in one ? [one.value] : [])) };
    }
    case 'pairs': {
      const pairs: [string, unknown][] = [];
      for (const line of linesOf(text)) {
        const at = line.indexOf('=');
        if (at < 1) return { problem: `"${line}" is not written name=value` };
        const name = line.slice(0, at).trim();
        const read = readLine(takes.value, line.slice(at + 1).trim());
        if ('problem' in read) return { problem: `${name} ${read.problem}` };
        if (pairs.some(([known]) => known === name)) return { problem: `names ${name} twice` };
        pairs.push([name, read.value]);
      }
      return { value: Object.fromEntries(pairs) };
    }
    case 'text':
    case 'number':
    case 'choice':
      return readLine(takes, text);
  }
}

/** Parameters of an order, and what is wrong with which field. */
export interface Filled {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly problems: Readonly<Record<string, string>>;
}

/** The parameters that were typed. A field that is empty is left out, so that what the runbook takes for it holds. */
export function filled(form: readonly FormField[], typed: Typed): Filled {
  const parameters: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const { name, takes, required, nullable } of form) {
    const text = typed[name] ?? '';
    if (text.trim() === '') {
      if (nullable && required) parameters[name] = null;
      else if (required) problems[name] = 'has to be filled in';
      continue;
    }
    const read = readField(takes, text);
    if ('problem' in read) problems[name] = read.problem;
    else parameters[name] = read.value;
  }
  return { parameters, problems };
}

/**
 * Problems that the API named, at the fields that they are about. `parameters.sizes[0]` is about the field `sizes`; `target` about the
 * target; what is about no field stays in `rest`.
 */
export function problemsAt(
  form: readonly FormField[],
  problems: readonly { readonly path: string; readonly message: string }[],
): {
  readonly target: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
  readonly rest: readonly { readonly path: string; readonly message: string }[];
} {
  const fields: Record<string, string> = {};
  const rest: { path: string; message: string }[] = [];
  let target: string | undefined;
  for (const { path, message } of problems) {
    const name = /^parameters(?:\.([\w$-]+)|\["([^"]+)"\])/
      .exec(path)
      ?.slice(1)
      .find((one) => one !== undefined);
    const inside = name === undefined ? '' : path.slice(path.indexOf(name) + name.length).replace(/^"\]/, '');
    if (path === 'target') target = target === undefined ? message : `${target}; ${message}`;
    else if (name !== undefined && form.some((field) => field.name === name)) {
      const text = inside === '' ? message : `${inside.replace(/^\./, '')} ${message}`;
      fields[name] = fields[name] === undefined ? text : `${fields[name]}; ${text}`;
    } else rest.push({ path, message });
  }
  return { target, fields, rest };
}
