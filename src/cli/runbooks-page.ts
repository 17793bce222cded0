import { z } from 'zod';
import { runbooks, type Declaration } from '../runbooks';

/** What each impact class means, in the order of severity. */
const impacts = {
  none: 'nothing is interrupted',
  disruptive: 'what runs there is interrupted',
  destructive: 'something is lost that cannot be taken back',
} as const;

/** `docs/runbooks.md`: everything the runbooks say of themselves. */
export function runbooksPage(): string {
  return [
    '# The runbooks',
    '',
    'Generated from the code (`src/runbooks`) by `npm run generate`; the operator API says the same (`GET /api/operator/runbooks`). Every',
    'runbook goes through the one loop: it looks at the resource, plans from what it sees, asks the guard, acts once, looks again,',
    'and undoes what turned out harmful.',
    '',
    '| runbook | what it does | impact |',
    '| --- | --- | --- |',
    ...runbooks.map(({ name, summary, impact }) => `| [${name}](#${name}) | ${summary} | ${impact} |`),
    '',
    `Impact: ${Object.entries(impacts)
      .map(([name, meaning]) => `*${name}*: ${meaning}`)
      .join('; ')}.`,
    '',
    ...runbooks.flatMap(section),
  ].join('\n');
}

function section({
  name,
  version,
  summary,
  explanation,
  resourceTypes,
  parameters,
  permissions,
  suits,
}: Declaration): string[] {
  const { preconditions, plan, verification, undo } = explanation;
  const rows = parameterRows(parameters);
  return [
    `## ${name}`,
    '',
    summary,
    '',
    `For ${resourceTypes.map((type) => `\`${type}\``).join(', ')}. Version ${version}. Suits: ${suits.join('; ')}.`,
    '',
    '**Acts only when**',
    '',
    ...preconditions.map((text) => `- ${text}`),
    '',
    `**Does** ${plan}`,
    '',
    `**Verified by** ${verification}`,
    '',
    `**Undone by** ${undo}`,
    '',
    ...(rows.length === 0
      ? ['It takes no parameters.', '']
      : ['| parameter | value | default | what it is |', '| --- | --- | --- | --- |', ...rows, '']),
    '<details><summary>Permissions</summary>',
    '',
    ...[...permissions.actions, ...permissions.dataActions].sort().map((one) => `- \`${one}\``),
    '',
    '</details>',
    '',
  ];
}

interface Property {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: Property;
  readonly description?: string;
}

function parameterRows(parameters: z.ZodType): string[] {
  const schema = z.toJSONSchema(parameters, { io: 'input', unrepresentable: 'any' }) as {
    readonly properties?: Readonly<Record<string, Property>>;
    readonly required?: readonly string[];
  };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const fallback =
      property.default === undefined
        ? schema.required?.includes(name) === true
          ? 'required'
          : 'none'
        : `\`${JSON.stringify(property.default)}\``;
    return `| \`${name}\` | ${valueOf(property)} | ${fallback} | ${property.description ?? ''} |`;
  });
}

function valueOf(property: Property): string {
  if (property.enum !== undefined) {
    return property.enum.map((one) => `\`${String(one)}\``).join(', ');
  }
  if (property.items !== undefined) {
    return `list of ${valueOf(property.items)}`;
  }
  const { minimum, maximum, pattern, type = 'any' } = property;
  const bounds = minimum === undefined ? '' : ` from ${minimum}${maximum === undefined ? '' : ` to ${maximum}`}`;
  return `${type}${bounds}${pattern === undefined ? '' : ` like \`${pattern.replaceAll('|', '\\|')}\``}`;
}
