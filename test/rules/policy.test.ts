import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { InvalidInputError } from '../../src/kernel/errors';
import { maximumPolicyLength, parsePolicy, policyVersion } from '../../src/rules';
import { catalogue as library } from '../../src/runbooks';
import { catalogue, limits, policyOf, policyText, problemsOf, ruleText, subscription } from './policy-support';

// The same inputs in every run; change the seed to look elsewhere.
fc.configureGlobal({ seed: 20260322 });

const fixture = (name: string): string => readFileSync(join(__dirname, 'fixtures', name), 'utf8');
const web = ruleText('web', "{ resource: ['vm-web-*'] }");

describe('a good policy', () => {
  test('the default policy fits the library of runbooks', () => {
    const text = readFileSync(join(__dirname, '../../policy/caretaker.yaml'), 'utf8');
    const policy = parsePolicy(text, library);
    expect(Object.keys(policy.environments)).toEqual(['dev', 'prod', 'load']);
    expect(policy.rules[0]?.ladder.map(({ runbook }) => runbook)).toEqual(['restart-vm', 'redeploy-vm']);
    expect(policy.rules[0]?.mode).toBe('auto');
  });

  test('defaults are filled in and durations are seconds', () => {
    const policy = policyOf([
      '{ name: a, match: { resource: [x] }, mode: auto, cooldown: 1h30m, ladder: [{ runbook: redeploy-vm, parameters: { wait: 5 } }] }',
    ]);
    expect(policy).toEqual({
      version: 1,
      defaults: { verification: { within: 600, every: 30 }, cooldown: 900, lease: 1800, patience: 1800 },
      environments: {
        dev: {
          subscriptions: [subscription],
          ceiling: 'auto',
          budgets: [{ name: 'hourly', window: 3600, maxResources: 3 }],
        },
      },
      rules: [
        {
          name: 'a',
          match: { condition: 'fired', resource: ['x'] },
          mode: 'auto',
          cooldown: 5400,
          ladder: [{ runbook: 'redeploy-vm', parameters: { wait: 5 } }],
        },
      ],
    });
  });

  test('its version is that of its content, not of its spelling', () => {
    const version = policyVersion(policyOf([web]));
    expect(version).toMatch(/^[0-9a-f]{64}$/);
    const respelled = policyText([web]).replace(
      'version: 1',
      '# a comment\n"version": 1\ndefaults: { cooldown: 900s }',
    );
    expect(policyVersion(parsePolicy(respelled, catalogue))).toBe(version);
    expect(policyVersion(policyOf([web.replace('auto', 'suggest')]))).not.toBe(version);
  });
});

describe('a bad policy', () => {
  test('every problem is listed, with the place where it stands', () => {
    expect(problemsOf(fixture('every-mistake.yaml')).join('\n')).toBe(fixture('every-mistake.problems.txt').trimEnd());
  });

  const cases: [string, string, string[]][] = [
    ['nothing', '', ['1:1 : must be an object, not null']],
    ['a list', '- 1', ['1:1 : must be an object, not a list']],
    [
      'broken YAML, all of it',
      'version: 1\nrules: [\nenvironments: }\n',
      [
        '3:1 : is not YAML here: Flow sequence in block collection must be sufficiently indented and end with a ]',
        '3:15 : is not YAML here: Unexpected flow-map-end token in YAML stream: "}"',
      ],
    ],
    [
      'a key given twice',
      `${policyText([web])}\nversion: 1`,
      ['6:1 version: is given a second time (first in line 1); keep one'],
    ],
    [
      'anchors, aliases, tags and keys that pollute',
      policyText([
        '{ name: &a a, match: { resource: [*a] }, mode: !mode auto, ladder: [{ runbook: restart-vm, parameters: { __proto__: 1, !!str x: 2 } }] }',
      ]),
      [
        '5:16 rules[0].name: the anchor &a is not taken; write each value out where it is used',
        '5:39 rules[0].match.resource[0]: the alias *a is not taken; write the value out',
        '5:58 rules[0].mode: the tag !mode is not taken; remove it',
        '5:110 rules[0].ladder[0].parameters.__proto__: the key "__proto__" is not allowed; remove it',
        '5:130 rules[0].ladder[0].parameters.x: anchors and tags are not taken; remove the one before this key',
        '5:130 rules[0].ladder[0].parameters.x: is not a known field',
      ],
    ],
    [
      'a directive',
      `%YAML 1.1\n---\n${policyText([web])}`,
      ['1:1 : directives (%YAML, %TAG) are not taken; remove them'],
    ],
    [
      'a number that is none',
      policyText([web.replace('runbook: restart-vm', 'runbook: redeploy-vm, parameters: { wait: .inf }')]),
      ['5:118 rules[0].ladder[0].parameters.wait: is not a finite number'],
    ],
    [
      'no environment',
      'version: 1\nenvironments: {}\nrules:\n  - ' + web,
      ['2:1 environments: must have at least 1 entry; without one every resource is left alone'],
    ],
    [
      'an empty section',
      'version: 1\nenvironments:\nrules:\n  - ' + web,
      ['2:1 environments: must be an object, not null'],
    ],
    [
      'the same match again, in another spelling',
      policyText([
        ruleText('a', '{ resource: [x, Y], severity: [Sev1, Sev2] }'),
        ruleText('b', '{ severity: [Sev2], resource: [y, X] }'),
      ]),
      ['6:16 rules[1].match: can never be chosen: the rule "a" (line 5) comes first and fits whatever this one fits'],
    ],
    [
      'a match that an earlier one contains',
      policyText([
        ruleText('a', "{ alertRule: ['vm-*'] }"),
        ruleText('b', '{ alertRule: [vm-cpu-?, vm-x], kind: [metric] }'),
      ]),
      ['6:16 rules[1].match: can never be chosen: the rule "a" (line 5) comes first and fits whatever this one fits'],
    ],
    [
      'environments that overlap',
      policyText(
        [web],
        [
          `dev: { subscriptions: [${subscription}], resourceGroups: ['rg-dev-*', 'RG-shared-*'], ${limits} }`,
          `prod: { subscriptions: [00000000-0000-0000-0000-000000000000, ${subscription.toUpperCase()}], resourceGroups: [rg-prod, 'rg-*-01'], ${limits} }`,
        ],
      ),
      [
        `4:3 environments.prod: overlaps the environment "dev" (line 3) in subscription ${subscription}: resource groups "rg-*-01" and "rg-dev-*" can be the same; keep environments apart`,
      ],
    ],
    [
      'too long a text',
      '#'.repeat(maximumPolicyLength + 1),
      ['1:1 : the document has 524289 characters; at most 524288 are read'],
    ],
    ['a nesting without end', `version: ${'['.repeat(50_000)}`, ['1:1 : is nested deeper than 64 levels; flatten it']],
  ];
  test.each(cases)('%s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('rules that merely share some alerts are fine', () => {
    const rules = [
      ruleText('a', "{ resource: ['vm-web-*'], severity: [Sev1] }"),
      ruleText('b', "{ resource: ['vm-web-*'] }"),
      ruleText('c', "{ resource: ['vm-*'] }"),
    ];
    expect(policyOf(rules).rules).toHaveLength(3);
  });

  test('environments of one subscription whose resource groups differ are fine', () => {
    const scope = (name: string, groups: string): string =>
      `${name}: { subscriptions: [${subscription}], resourceGroups: [${groups}], ${limits} }`;
    expect(
      Object.keys(policyOf([web], [scope('dev', "'rg-dev-*'"), scope('prod', "'rg-prod-*'")]).environments),
    ).toHaveLength(2);
  });
});

describe('whatever the text', () => {
  const check = (text: string): void => {
    try {
      parsePolicy(text, catalogue);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
      const { problems } = error as InvalidInputError;
      expect(problems.length).toBeGreaterThan(0);
      const lines = text.split(/\r\n?|\n/).length;
      for (const { line = 1, column = 1 } of problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
      }
    }
  };

  test('the answer is a policy or an InvalidInputError with problems inside the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), check), { numRuns: 500 });
    const word = fc.constantFrom(
      'version',
      'rules',
      'name',
      ':',
      ': ',
      '\n',
      '\n  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&a',
      '*a',
      '!t',
      '|',
      '>',
      '"',
      "'",
      '#',
      '%YAML',
      '---',
      '...',
      '?',
      '<<',
      '\t',
      '1',
      '~',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => check(words.join(''))),
      { numRuns: 1000 },
    );
  });

  test('a good text that was cut, or changed in one place, is taken or refused like any other', () => {
    const text = fixture('every-mistake.yaml');
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(6), fc.string({ maxLength: 3 }), (at, remove, insert) => {
        check(text.slice(0, at) + insert + text.slice(at + remove));
      }),
      { numRuns: 300 },
    );
  });
});
