import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { parse } from 'yaml';
import { generatedFiles } from '../../src/cli/generate';
import { policyJsonSchema } from '../../src/rules';
import { catalogue } from './policy-support';

const root = join(__dirname, '../..');
const sample = () => parse(readFileSync(join(root, 'policy/caretaker.yaml'), 'utf8')) as Sample;

interface Sample {
  rules: Record<string, unknown>[];
  environments: Record<string, Record<string, unknown>>;
}

function validator(schema: object) {
  const validate = new Ajv({ allErrors: true, formats: { uuid: true, guid: true, cidrv4: true, ipv4: true } }).compile(
    schema,
  );
  return (document: unknown): string[] => {
    validate(document);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

const published = JSON.parse(readFileSync(join(root, 'docs/policy.schema.json'), 'utf8')) as object;

test('the published schema is what the code says, and names its dialect', () => {
  const file = generatedFiles(root).find(({ path }) => path === 'docs/policy.schema.json');
  expect(JSON.parse(file?.content ?? '')).toEqual(published);
  expect(published).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
});

test('the policy of this repository is valid', () => {
  expect(validator(published)(sample())).toEqual([]);
});

test.each<[string, (policy: Sample) => void, string]>([
  ['an unknown field', (policy) => Object.assign(policy.rules[0] ?? {}, { moed: 'auto' }), '/rules/0 must NOT have'],
  ['an unknown mode', (policy) => Object.assign(policy.rules[0] ?? {}, { mode: 'yes' }), '/rules/0/mode must be equal'],
  [
    'a duration without its unit',
    (policy) => Object.assign(policy.rules[0] ?? {}, { cooldown: '15' }),
    '/cooldown must',
  ],
  [
    'a runbook that there is not',
    (policy) => Object.assign(policy.rules[0] ?? {}, { ladder: [{ runbook: 'x' }] }),
    'ladder/0/runbook',
  ],
  [
    'a parameter that the runbook does not take',
    (policy) =>
      Object.assign(policy.rules[0] ?? {}, { ladder: [{ runbook: 'restart-vm', parameters: { nonsense: 1 } }] }),
    '/rules/0/ladder/0/parameters must NOT have',
  ],
  ['a missing ceiling', (policy) => delete policy.environments['dev']?.['ceiling'], '/environments/dev must have'],
])('%s is found', (_, change, expected) => {
  const policy = sample();
  change(policy);
  const problems = validator(published)(policy).join('\n');
  expect(problems).toContain(expected);
});

test('every runbook of the library has its own parameters', () => {
  const problems = validator(policyJsonSchema(catalogue));
  const withRung = (rung: object): Sample => {
    const policy = sample();
    policy.rules = [{ ...policy.rules[0], ladder: [rung] }];
    return policy;
  };
  expect(problems(withRung({ runbook: 'redeploy-vm', parameters: { force: true } }))).toEqual([]);
  expect(problems(withRung({ runbook: 'redeploy-vm', parameters: { force: 'yes' } })).join()).toContain(
    'must be boolean',
  );
  expect(problems(withRung({ runbook: 'restart-vm', parameters: { force: true } })).join()).toContain('must NOT have');
});
