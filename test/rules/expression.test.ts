import { compilePolicy, decide } from '../../src/rules';
import { signalSchema, type Signal } from '../../src/signal';
import { policyOf, policyText, problemsOf, ruleText, subscription } from './policy-support';

function signalWith(facts: Signal['facts'], fields: Partial<Signal> = {}): Signal {
  return signalSchema.parse({
    id: '0'.repeat(32),
    correlation: '1'.repeat(32),
    source: 'azure-monitor',
    kind: 'metric',
    rule: 'alert-vm-availability-dev',
    severity: 'Sev2',
    condition: 'fired',
    target: `/subscriptions/${subscription}/resourceGroups/rg-web-dev/providers/Microsoft.Compute/virtualMachines/vm-web-1`,
    occurredAt: '2026-01-01T00:00:00Z',
    summary: 'a machine does not answer',
    facts,
    ...fields,
  });
}

const matchWhen = (expression: string): string => `{ alertRule: ['alert-*'], when: '${expression}' }`;

function decideWhen(expression: string, facts: Signal['facts']) {
  const policy = policyOf([ruleText('first', matchWhen(expression)), ruleText('rest', "{ alertRule: ['alert-*'] }")]);
  return decide(compilePolicy(policy), signalWith(facts));
}

test.each([
  ['facts.value > 90', { value: 90.5 }, 'first'],
  ['facts.value > 90', { value: 90 }, 'rest'],
  ['facts.value == 90', { value: 90 }, 'first'],
  ['severity in ["Sev0", "Sev1"]', {}, 'rest'],
  ['severity in ["Sev1", "Sev2"] && kind == "metric"', {}, 'first'],
  ['resource.startsWith("vm-web-") && resourceGroup == "rg-web-dev"', {}, 'first'],
  ['has(facts.value) && facts.value > 1', {}, 'rest'],
  ['facts.exists(name, name.startsWith("dimension"))', { dimensionDisk: 'c' }, 'first'],
  ['summary.matches("^a machine .* answer$")', {}, 'first'],
])('%s with %j leads to the rule %s, which may act', (expression, facts, rule) => {
  expect(decideWhen(expression, facts)).toMatchObject({ chosen: { rule }, mode: 'auto', action: 'open-incident' });
});

test('what a condition asked is said whether it holds or not', () => {
  expect(decideWhen('facts.value > 90', { value: 91 }).considered[0]?.reasons).toEqual([
    'alert rule "alert-vm-availability-dev" fits "alert-*"',
    'the condition facts.value > 90 holds',
  ]);
  expect(decideWhen('facts.value > 90', { value: 5 }).considered[0]).toEqual({
    rule: 'first',
    matched: false,
    reasons: ['the condition facts.value > 90 does not hold'],
  });
});

describe('a condition that cannot be answered', () => {
  test.each([
    ['facts.missing > 90', {}],
    ['facts.value > 90', { value: 'high' }],
    ['facts.value', { value: 'high' }],
    ['facts.constructor == "x"', {}],
  ])('%s with %j chooses nothing, and what is chosen after it only proposes', (expression, facts) => {
    const decision = decideWhen(expression, facts);
    expect(decision).toMatchObject({ chosen: { rule: 'rest' }, mode: 'suggest', action: 'suggest' });
    expect(decision.considered[0]?.reasons[0]).toContain(`the condition ${expression} cannot be answered: `);
    expect(decision.modeReason).toContain('the condition of the earlier rule "first" cannot be answered');
  });

  test('takes nothing from a rule that comes before it', () => {
    const policy = policyOf([
      ruleText('first', "{ alertRule: ['alert-vm-*'] }"),
      ruleText('second', matchWhen('facts.missing > 90')),
    ]);
    expect(decide(compilePolicy(policy), signalWith({}))).toMatchObject({ chosen: { rule: 'first' }, mode: 'auto' });
  });
});

describe('an expression is refused with its place', () => {
  test.each([
    ['facts.value >', 'is no CEL expression: at character '],
    ['value > 90', 'names "value", which is not known; there are source, kind, '],
    ['shout(resource) == "A"', 'calls "shout", which is no function of standard CEL'],
    ['"yes"', 'is a value and no condition; it must say true or false'],
    ['[1].exists(a, [1].exists(b, [1].exists(c, a == c)))', 'goes through lists 3 times'],
    ['exists == "x"', 'names "exists"'],
  ])('%s', (expression, message) => {
    const [problem, ...more] = problemsOf(policyText([ruleText('one', matchWhen(expression))]));
    expect(more).toEqual([]);
    expect(problem).toMatch(/^5:\d+ rules\[0\]\.match\.when: /);
    expect(problem).toContain(message);
  });

  test('an expression alone does not say which resources a rule is about', () => {
    expect(problemsOf(policyText([ruleText('one', '{ when: "severity == \'Sev1\'" }')]))).toEqual([
      expect.stringContaining('would take every alert'),
    ]);
  });
});

test('a rule behind one with a condition can be chosen; behind the same condition it cannot', () => {
  const narrow = "{ alertRule: ['alert-vm-*'], when: 'facts.value > 1' }";
  expect(() => policyOf([ruleText('one', matchWhen('facts.value > 2')), ruleText('two', narrow)])).not.toThrow();
  expect(problemsOf(policyText([ruleText('one', matchWhen('facts.value > 1')), ruleText('two', narrow)]))[0]).toContain(
    'can never be chosen',
  );
});

test('a regular expression that would take others forever is answered', () => {
  const text = `${'a'.repeat(1000)}!`;
  expect(decideWhen('summary.matches("^(a+)+$")', {})).toMatchObject({ chosen: { rule: 'rest' } });
  const policy = policyOf([ruleText('one', matchWhen('summary.matches("^(a+)+$")'))]);
  expect(decide(compilePolicy(policy), signalWith({}, { summary: text })).action).toBe('none');
});
