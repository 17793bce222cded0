import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { compilePolicy, decide, decisionSchema, parsePolicy, type Decision, type Policy } from '../../src/rules';
import { catalogue as library } from '../../src/runbooks';
import { signalSchema, type Signal } from '../../src/signal';
import { limits, policyOf, ruleText, subscription } from './policy-support';

// The same inputs in every run; change the seed to look elsewhere.
fc.configureGlobal({ seed: 20260322 });

/** A signal about a machine; the given fields replace its own. */
function signalOf(
  fields: Partial<Record<keyof Signal, unknown>> = {},
  group = 'rg-web-dev-weu-001',
  name = 'vm-web-1',
): Signal {
  return signalSchema.parse({
    id: '0'.repeat(32),
    correlation: '1'.repeat(32),
    source: 'azure-monitor',
    kind: 'metric',
    rule: 'alert-vm-availability-dev',
    severity: 'Sev2',
    condition: 'fired',
    target: `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`,
    occurredAt: '2026-01-01T00:00:00Z',
    summary: 'a machine does not answer',
    facts: {},
    ...fields,
  });
}

function decideWith(policy: Policy, signal: Signal): Decision {
  const decision = decide(compilePolicy(policy), signal);
  expect(decisionSchema.parse(decision)).toEqual(decision);
  return decision;
}

const two = policyOf([
  ruleText('disks', '{ resourceType: [Microsoft.Compute/disks] }'),
  ruleText('web', "{ alertRule: ['alert-vm-*'], resource: ['VM-WEB-?'] }"),
  ruleText('any-vm', '{ resourceType: [microsoft.compute/virtualMachines] }', 'suggest'),
]);

describe('which rule is chosen, and why', () => {
  test('the first that fits; of every other one it is said why not', () => {
    const decision = decideWith(two, signalOf());
    expect(decision.chosen).toEqual({
      rule: 'web',
      ladder: [{ runbook: 'restart-vm', parameters: {} }],
      verification: { within: 600, every: 30 },
      cooldown: 900,
    });
    expect(decision.considered).toEqual([
      {
        rule: 'disks',
        matched: false,
        reasons: ['resource type microsoft.compute/virtualmachines is not Microsoft.Compute/disks'],
      },
      {
        rule: 'web',
        matched: true,
        reasons: ['alert rule "alert-vm-availability-dev" fits "alert-vm-*"', 'resource "vm-web-1" fits "VM-WEB-?"'],
      },
      {
        rule: 'any-vm',
        matched: true,
        reasons: ['resource type microsoft.compute/virtualmachines fits microsoft.compute/virtualMachines'],
      },
    ]);
    expect(decision).toMatchObject({ environment: 'dev', mode: 'auto', action: 'open-incident' });
    expect(decision.sentence).toBe(
      'For the alert "alert-vm-availability-dev" on vm-web-1 in environment dev, an incident is opened that tries restart-vm: rule "web" asks for auto; environment dev allows auto.',
    );
  });

  test('no rule fits', () => {
    const signal = signalOf({ rule: 'x', target: `/subscriptions/${subscription}` });
    expect(decideWith(two, signal)).toMatchObject({
      environment: 'dev',
      chosen: null,
      mode: null,
      action: 'none',
      sentence: `Nothing is done about the alert "x" on ${subscription} in environment dev: none of the 3 rules fits it.`,
    });
  });

  test('the first field that does not fit is named, in the order of the schema', () => {
    const policy = policyOf([
      ruleText('a', "{ kind: [log], severity: [Sev1], resource: ['x*'] }"),
      ruleText('b', "{ severity: [Sev0, Sev1], resource: ['x*'] }"),
      ruleText('c', '{ resourceGroup: [a, b, c, d, e, f, g] }'),
    ]);
    expect(decideWith(policy, signalOf()).considered.map(({ reasons }) => reasons)).toEqual([
      ['kind metric is not log'],
      ['severity Sev2 is not Sev0 or Sev1'],
      ['resource group "rg-web-dev-weu-001" is not "a", "b", "c", "d", "e" or 2 more'],
    ]);
  });
});

describe('what the environment allows', () => {
  const scope = (name: string, group: string, ceiling: string): string =>
    `${name}: { subscriptions: [${subscription.toUpperCase()}], resourceGroups: ['${group}'], ${limits.replace('auto', ceiling)} }`;
  const policyWith = (mode: string): Policy =>
    policyOf(
      [ruleText('web', "{ resource: ['vm-*'] }", mode)],
      [
        scope('dev', 'RG-web-dev-*', 'auto'),
        scope('stage', 'rg-web-stage-*', 'suggest'),
        scope('prod', 'rg-web-prod-*', 'observe'),
      ],
    );

  test.each([
    ['auto', 'dev', 'auto', 'open-incident'],
    ['auto', 'stage', 'suggest', 'suggest'],
    ['auto', 'prod', 'observe', 'observe'],
    ['suggest', 'dev', 'suggest', 'suggest'],
    ['suggest', 'stage', 'suggest', 'suggest'],
    ['suggest', 'prod', 'observe', 'observe'],
    ['observe', 'dev', 'observe', 'observe'],
    ['observe', 'prod', 'observe', 'observe'],
  ])('a rule that asks for %s in %s gets %s: %s', (asked, environment, mode, action) => {
    const decision = decideWith(policyWith(asked), signalOf({}, `rg-web-${environment}-weu-001`));
    expect(decision).toMatchObject({ environment, mode, action });
  });

  test('a lowered mode is explained', () => {
    const decision = decideWith(policyWith('auto'), signalOf({}, 'rg-web-stage-1'));
    expect(decision.modeReason).toBe('rule "web" asks for auto; environment stage allows suggest at most');
    expect(decision.sentence).toBe(
      'For the alert "alert-vm-availability-dev" on vm-web-1 in environment stage, restart-vm is proposed to a person and nothing is done until one agrees: rule "web" asks for auto; environment stage allows suggest at most.',
    );
  });

  test.each([
    ['another resource group', {}, 'rg-hub'],
    [
      'another subscription',
      {
        target: '/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-web-dev-1/providers/a.b/c/vm-d',
      },
      '',
    ],
    ['the subscription itself, of which the environments are parts', { target: `/subscriptions/${subscription}` }, ''],
  ])('a resource in no environment is left alone: %s', (_, fields, group) => {
    const decision = decideWith(policyWith('auto'), signalOf(fields, group || undefined));
    expect(decision).toMatchObject({ environment: null, chosen: null, mode: null, action: 'none' });
    expect(decision.sentence).toMatch(/^Nothing is done about the alert .* lies in no environment of the policy\.$/);
    expect(decision.considered).toHaveLength(1);
  });
});

describe('a resolved signal', () => {
  const resolved = { condition: 'resolved' };

  test('is told to the incident and opens nothing', () => {
    const decision = decideWith(two, signalOf(resolved));
    expect(decision.action).toBe('close-incident');
    expect(decision.chosen?.rule).toBe('web');
    expect(decision.sentence).toBe(
      'As the alert "alert-vm-availability-dev" on vm-web-1 is resolved, the incident that it opened in environment dev, if there is one, is told.',
    );
  });

  test('is told even when no rule fits any more', () => {
    expect(decideWith(two, signalOf({ ...resolved, rule: 'x' }, 'rg', 'y')).action).toBe('close-incident');
    const none = policyOf([ruleText('disks', '{ resourceType: [Microsoft.Compute/disks] }')]);
    expect(decideWith(none, signalOf(resolved))).toMatchObject({ action: 'close-incident', chosen: null });
  });
});

describe('the default policy', () => {
  const text = readFileSync(join(__dirname, '../../policy/caretaker.yaml'), 'utf8');
  const policy = parsePolicy(text, library);

  test.each([
    [
      'alert-vm-availability-prod',
      'metric',
      'rg-web-prod-weu-001',
      'vm-web-prod-weu-01',
      'web-vm-unavailable',
      'open-incident',
    ],
    [
      'alert-vm-availability-dev',
      'metric',
      'rg-web-dev-weu-001',
      'vm-web-dev-weu-01',
      'web-vm-unavailable',
      'open-incident',
    ],
    ['alert-vm-cpu-dev', 'metric', 'rg-web-dev-weu-001', 'vm-web-dev-weu-01', 'vm-short-of-capacity', 'observe'],
    [
      'vm-health',
      'resource-health',
      'rg-web-prod-weu-001',
      'vm-web-prod-weu-01',
      'vm-unhealthy-by-platform',
      'suggest',
    ],
    ['alert-vm-availability-prod', 'metric', 'rg-platform-hub-weu-001', 'vm-web-x', null, 'none'],
  ])('%s (%s) in %s on %s: %s, %s', (rule, kind, group, name, chosen, action) => {
    const decision = decideWith(policy, signalOf({ rule, kind }, group, name));
    expect([decision.chosen?.rule ?? null, decision.action]).toEqual([chosen, action]);
  });
});

describe('compared with a slow matcher', () => {
  /** Globs by regular expression, everything compared in lower case, one field after the other. */
  const like = (globs: readonly string[] | undefined, value: string): boolean =>
    globs === undefined ||
    globs.some((glob) =>
      new RegExp(
        `^${glob
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replace(/\*/g, '.*')
          .replace(/\?/g, '.')}$`,
        'i',
      ).test(value),
    );
  const listed = (list: readonly string[] | undefined, value: string): boolean =>
    list === undefined || list.map((one) => one.toLowerCase()).includes(value.toLowerCase());

  const name = fc.constantFrom('vm-a', 'vm-b', 'VM-ab', 'disk-a');
  const glob = fc.constantFrom('vm-*', 'VM-?', '*a', 'disk-a', '?m-*b');
  const some = <Value>(one: fc.Arbitrary<Value>): fc.Arbitrary<Value[] | undefined> =>
    fc.option(fc.array(one, { minLength: 1, maxLength: 3 }), { nil: undefined });
  const match = fc.record({
    condition: fc.constant('fired' as const),
    kind: some(fc.constantFrom('metric' as const, 'log' as const)),
    severity: some(fc.constantFrom('Sev1' as const, 'Sev2' as const)),
    alertRule: some(glob),
    resourceGroup: some(glob),
    resource: some(glob),
    resourceType: some(fc.constantFrom('A.b/VMs', 'a.b/disks')),
  });
  const subject = fc.record({
    kind: fc.constantFrom('metric', 'log'),
    severity: fc.constantFrom('Sev1', 'Sev2', 'Sev3'),
    rule: name,
    group: name,
    type: fc.constantFrom('A.B/vms', 'a.b/disks'),
    resource: name,
  });

  test('the same rules match and the same one is chosen', () => {
    fc.assert(
      fc.property(fc.array(match, { minLength: 1, maxLength: 6 }), subject, (matches, about) => {
        const policy: Policy = {
          ...two,
          rules: matches.map((one, index) => ({
            name: `r${index}`,
            match: JSON.parse(JSON.stringify(one)) as typeof one,
            mode: 'auto',
            ladder: [],
          })) as unknown as Policy['rules'],
        };
        const { kind, severity, rule } = about;
        const target = `/subscriptions/${subscription}/resourceGroups/${about.group}/providers/${about.type}/${about.resource}`;
        const decision = decide(compilePolicy(policy), signalOf({ kind, severity, rule, target }));
        const expected = matches.map(
          (one) =>
            listed(one.kind, about.kind) &&
            listed(one.severity, about.severity) &&
            like(one.alertRule, about.rule) &&
            like(one.resourceGroup, about.group) &&
            like(one.resource, about.resource) &&
            listed(one.resourceType, about.type),
        );
        expect(decision.considered.map(({ matched }) => matched)).toEqual(expected);
        const first = expected.indexOf(true);
        expect(decision.chosen?.rule).toBe(first < 0 ? undefined : `r${first}`);
        expect(decision.action).toBe(first < 0 ? 'none' : 'open-incident');
        expect(decision.considered.every(({ reasons, matched }) => reasons.length === 1 || matched)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
