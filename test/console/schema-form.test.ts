import Ajv2020 from 'ajv/dist/2020';
import { z } from 'zod';
import {
  filled,
  formOf,
  labelOf,
  limitsText,
  problemsAt,
  typedFrom,
} from '../../src/console/pages/runbooks/schema-form';
import { runbooks } from '../../src/runbooks';

/** The schema of a runbook's parameters, as the API gives it. */
const schemaOf = (name: string) =>
  z.toJSONSchema(runbooks.find((one) => one.name === name)!.parameters, { io: 'input', unrepresentable: 'any' });
const form = (name: string) => formOf(schemaOf(name));
const field = (name: string, parameter: string) => form(name).find((one) => one.name === parameter)!;
/** The one field of a form with one parameter of this schema. */
const single = (schema: object, required = false) =>
  formOf({ type: 'object', properties: { value: schema }, required: required ? ['value'] : [] });
const read = (schema: object, text: string, required = false) => {
  const { parameters, problems } = filled(single(schema, required), { value: text });
  return problems['value'] === undefined ? { value: parameters['value'] } : { problem: problems['value'] };
};

const placed = (rest: string) =>
  `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg-web/providers/${rest}`;
const machine = placed('microsoft.compute/virtualmachines/vm-1');

/** Something right for every parameter that has to be given. */
const right: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'run-command-on-vm': { script: 'restart-service', arguments: ' service = nginx' },
  'expand-disk': { capGb: '512' },
  'repair-private-endpoint': { probe: machine, name: 'cache.example.org' },
  'repair-dns-link': {
    probe: machine,
    name: 'cache.example.org',
    network: placed('microsoft.network/virtualnetworks/vnet-1'),
    address: '10.20.0.4',
  },
  'quarantine-vm': {
    group: placed('microsoft.network/networksecuritygroups/nsg-1'),
    bastion: '10.20.1.0/27',
    reason: 'Defender says so',
  },
  'relieve-redis': { largest: 'Balanced_B10', clientsLine: '500' },
  'start-vm': { sizes: 'Standard_D2s_v5\n\n Standard_D4s_v5 ' },
  'replace-instance': { drainSeconds: '30', otherZones: 'true', sizes: '' },
};

describe('the forms of the real runbooks', () => {
  it.each(runbooks.map(({ name }) => name))('%s: every parameter has a field of its own', (name) => {
    const schema = schemaOf(name) as { properties?: object };
    expect(
      form(name)
        .map((one) => one.name)
        .sort(),
    ).toEqual(Object.keys(schema.properties ?? {}).sort());
    expect(form(name).filter(({ takes }) => takes.kind === 'json')).toEqual([]);
  });

  it.each(runbooks.map(({ name }) => name))('%s: what is typed is what the runbook takes', (name) => {
    const { parameters, problems } = filled(form(name), { ...typedFrom(form(name)), ...right[name] });
    expect(problems).toEqual({});
    const runbook = runbooks.find((one) => one.name === name)!;
    expect(runbook.parameters.safeParse(parameters).error).toBeUndefined();
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schemaOf(name));
    expect([validate(parameters), validate.errors]).toEqual([true, null]);
  });

  it.each(runbooks.map(({ name }) => name))('%s: every parameter says what it is', (name) => {
    expect(form(name).filter(({ description = '' }) => !/^[A-Z].{8,}[.]$/.test(description))).toEqual([]);
  });

  it.each(Object.keys(right))('%s: what was given comes back into the fields', (name) => {
    const { parameters } = filled(form(name), { ...typedFrom(form(name)), ...right[name] });
    expect(filled(form(name), typedFrom(form(name), parameters)).parameters).toEqual(parameters);
  });

  it('read a list, pairs, a switch and numbers', () => {
    expect(filled(form('start-vm'), right['start-vm']!).parameters).toEqual({
      sizes: ['Standard_D2s_v5', 'Standard_D4s_v5'],
    });
    expect(filled(form('run-command-on-vm'), right['run-command-on-vm']!).parameters).toEqual({
      script: 'restart-service',
      arguments: { service: 'nginx' },
    });
    expect(filled(form('replace-instance'), right['replace-instance']!).parameters).toEqual({
      drainSeconds: 30,
      otherZones: true,
    });
  });

  it('say what is wrong, at the field', () => {
    expect(filled(form('quarantine-vm'), { group: '', bastion: '10.20.1.0', reason: 'no' }).problems).toEqual({
      group: 'has to be filled in',
      bastion: 'must be a range such as 10.1.0.0/24',
      reason: 'must have at least 3 characters',
    });
    expect(filled(form('expand-disk'), { capGb: '16', line: 'much' }).problems).toEqual({
      capGb: 'must be a whole number from 32 to 32767',
      line: 'must be a number from 50 to 99',
    });
    expect(filled(form('start-vm'), { sizes: 'Standard_D2s_v5\nlarge' }).problems['sizes']).toMatch(
      /^"large" does not fit/,
    );
    expect(filled(form('start-vm'), { sizes: 'Standard_A1\n'.repeat(5) }).problems['sizes']).toBe(
      'must have at most 4 lines',
    );
    expect(filled(form('run-command-on-vm'), { script: 'rm', arguments: 'a' }).problems).toEqual({
      script: 'is none of free-disk-space, restart-service, collect-logs',
      arguments: '"a" is not written name=value',
    });
  });

  it('say what a field takes', () => {
    expect(limitsText(field('replace-instance', 'drainSeconds'))).toBe(
      'A whole number from 0 to 900; 60 when left empty.',
    );
    expect(limitsText(field('start-vm', 'sizes'))).toBe('One a line; 4 at most.');
    expect(limitsText(field('repair-dns-link', 'address'))).toBe('An address such as 10.1.0.4.');
    expect(limitsText(field('relieve-redis', 'clientsLine'))).toBe('A whole number from 1.');
    expect(limitsText(field('quarantine-vm', 'reason'))).toBe('3 to 200 characters.');
    expect(limitsText(field('run-command-on-vm', 'script'))).toBe('');
  });

  it('ask first for what has to be given', () => {
    expect(form('expand-disk').map(({ name, required }) => [name, required])).toEqual([
      ['capGb', true],
      ['line', false],
    ]);
  });
});

describe('other constructs of JSON Schema', () => {
  it.each([
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'text'],
    [{ type: ['integer', 'null'], minimum: 1 }, 'number'],
    [{ type: 'array', items: { type: 'object' } }, 'json'],
    [{ type: 'object', properties: { a: { type: 'string' } } }, 'json'],
    [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 'json'],
    [{ $ref: '#/$defs/x' }, 'json'],
    [{ const: 'fixed' }, 'choice'],
    [{ type: 'boolean' }, 'switch'],
    [{}, 'json'],
  ])('%j is a field of kind %s', (schema, kind) => {
    expect(single(schema)[0]!.takes.kind).toBe(kind);
  });

  it('an empty field is null where it has to be given and null is a value, and is left out elsewhere', () => {
    const nullable = { anyOf: [{ type: 'string' }, { type: 'null' }] };
    expect(filled(single(nullable, true), { value: ' ' })).toEqual({ parameters: { value: null }, problems: {} });
    expect(filled(single(nullable), { value: '' })).toEqual({ parameters: {}, problems: {} });
    expect(filled(single({ type: 'string' }), { value: '' })).toEqual({ parameters: {}, problems: {} });
  });

  it.each([
    [{ type: 'number', exclusiveMinimum: 0 }, '0', 'must be a number above 0'],
    [{ type: 'integer' }, '1.5', 'must be a whole number'],
    [{ type: 'number', multipleOf: 0.1 }, '0.35', 'must be a number, a multiple of 0.1'],
    [{ type: 'number' }, '0x10', 'must be a number'],
    [{ type: 'string', maxLength: 2 }, 'abc', 'must have at most 2 characters'],
    [{ type: 'array', items: { enum: ['a', 'b'] }, uniqueItems: true }, 'a\na', 'names one thing twice'],
    [{ type: 'array', items: { type: 'integer' }, minItems: 2 }, '1', 'must have at least 2 lines'],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, 'a=x', 'a must be a whole number'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, 'a=1\na=2', 'names a twice'],
  ])('%j refuses %j', (schema, text, problem) => {
    expect(read(schema, text)).toEqual({ problem });
  });

  it.each([
    [{ type: 'number', multipleOf: 0.1 }, '0.3', 0.3],
    [{ type: 'string', maxLength: 2 }, '😀😀', '😀😀'],
    [{ type: 'array', items: { type: 'integer' } }, '1\n2', [1, 2]],
    [{ enum: [1, 'two', null] }, '1', 1],
    [{ type: 'object', properties: {} }, '{"a": [1]}', { a: [1] }],
    [{ type: 'object', additionalProperties: { type: 'string' } }, 'a=b=c', { a: 'b=c' }],
    [{ type: 'string', pattern: '(' }, 'left to the API', 'left to the API'],
  ])('%j takes %j', (schema, text, value) => {
    expect(read(schema, text)).toEqual({ value });
  });

  it('what is no JSON is said to be none', () => {
    expect(read({}, '{"a":')).toEqual({ problem: expect.stringMatching(/^is no JSON: /) });
  });
});

test('problems of the API stand at the fields that they name', () => {
  const at = problemsAt(form('replace-instance'), [
    { path: 'target', message: 'is of type none' },
    { path: 'parameters.sizes[1]', message: 'must fit' },
    { path: 'parameters.sizes[2]', message: 'must fit too' },
    { path: 'parameters["drainSeconds"]', message: 'must be less' },
    { path: 'parameters.speed', message: 'is not known' },
    { path: 'key', message: 'is missing' },
  ]);
  expect(at).toEqual({
    target: 'is of type none',
    fields: { sizes: '[1] must fit; [2] must fit too', drainSeconds: 'must be less' },
    rest: [
      { path: 'parameters.speed', message: 'is not known' },
      { path: 'key', message: 'is missing' },
    ],
  });
});

test.each([
  ['drainSeconds', 'Drain seconds'],
  ['capGb', 'Cap gb'],
  ['otherZones', 'Other zones'],
  ['key-name', 'Key name'],
])('%s is labelled %s', (name, label) => {
  expect(labelOf(name)).toBe(label);
});
