import { compilePolicy, decide, type SubjectTags } from '../../src/rules';
import { signalSchema } from '../../src/signal';
import { policyOf, policyText, problemsOf, ruleText, subscription } from './policy-support';

const signal = signalSchema.parse({
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
  facts: {},
});
const known = (tags: Record<string, string>): SubjectTags => ({ kind: 'known', tags });
const unknown: SubjectTags = { kind: 'unknown', reason: 'Azure does not answer' };

const policy = compilePolicy(
  policyOf([
    ruleText('gold-web', "{ resource: ['vm-*'], tags: { service: [storefront, checkout-*], Tier: ['gold'] } }"),
    ruleText('by-condition', `{ resource: ['vm-*'], when: '"owner" in tags && tags.owner == "platform"' }`),
    ruleText('rest', "{ resource: ['vm-*'] }"),
  ]),
);

describe('a rule about tags', () => {
  it.each([
    ['fits when each named tag is there and fits', { Service: 'checkout-eu', tier: 'gold' }, 'gold-web'],
    ['does not fit when one of them is another', { service: 'storefront', tier: 'silver' }, 'rest'],
    ['does not fit when one of them is missing', { tier: 'gold' }, 'rest'],
    ['fits by a condition over tags, whose names are in lower case', { Owner: 'platform' }, 'by-condition'],
  ])('%s', (_, tags, rule) => {
    const decision = decide(policy, signal, known(tags));
    expect(decision).toMatchObject({ chosen: { rule }, mode: 'auto', action: 'open-incident' });
  });

  it('says which tag it was', () => {
    const { considered } = decide(policy, signal, known({ service: 'storefront', tier: 'silver' }));
    expect(considered[0]?.reasons).toEqual(['tag Tier "silver" is not "gold"']);
    expect(decide(policy, signal, known({})).considered[0]?.reasons).toEqual([
      'tag service missing is not "storefront" or "checkout-*"',
    ]);
  });

  it('is not chosen where the tags cannot be read, and what is chosen after it is proposed at most', () => {
    const decision = decide(policy, signal, unknown);
    expect(decision).toMatchObject({ chosen: { rule: 'rest' }, mode: 'suggest', action: 'suggest' });
    expect(decision.considered[0]?.reasons).toEqual(['it asks for tags, which cannot be told: Azure does not answer']);
    expect(decision.considered[1]?.reasons[0]).toContain('Azure does not answer');
    // Nobody asked: a rule that would not fit anyway needs no tags to be passed over.
    const other = compilePolicy(
      policyOf([
        ruleText('api', "{ resource: ['api-*'], tags: { tier: [gold] } }"),
        ruleText('rest', "{ resource: ['vm-*'] }"),
      ]),
    );
    expect(decide(other, signal, unknown)).toMatchObject({ mode: 'auto' });
  });

  it('makes tags worth looking up, and a policy without any does not', () => {
    expect(policy.usesTags).toBe(true);
    expect(compilePolicy(policyOf([ruleText('rest', "{ resource: ['vm-*'] }")])).usesTags).toBe(false);
  });

  it.each([
    ['that names none', '{ resource: [vm-1], tags: {} }', 'names no tag'],
    ['with an empty selection', '{ resource: [vm-1], tags: { tier: [] } }', 'rules[0].match.tags.tier'],
    ['that every resource with the tag fits, and nothing else', "{ tags: { tier: ['*'] } }", 'would take every alert'],
  ])('%s is refused', (_, match, problem) => {
    expect(problemsOf(policyText([ruleText('one', match)])).join('\n')).toContain(problem);
  });

  it('hides a later one only when its tags fit whatever the later ones fit', () => {
    const wide = ruleText('wide', "{ tags: { tier: ['g*'] } }");
    const hidden = problemsOf(policyText([wide, ruleText('narrow', '{ resource: [vm-1], tags: { tier: [gold] } }')]));
    expect(hidden.join('\n')).toContain('can never be chosen');
    expect(policyOf([wide, ruleText('other', '{ resource: [vm-1], tags: { service: [gold] } }')]).rules).toHaveLength(
      2,
    );
  });
});

it('a budget by tag names its tag, and no other budget does', () => {
  const withBudget = (budget: string) =>
    policyText(
      [ruleText('one', '{ resource: [vm-1] }')],
      [`dev: { subscriptions: [${subscription}], ceiling: auto, budgets: [${budget}] }`],
    );
  expect(problemsOf(withBudget('{ name: b, window: 1h, maxResources: 1, per: tag }')).join()).toContain(
    'say which tag',
  );
  expect(problemsOf(withBudget('{ name: b, window: 1h, maxResources: 1, tag: tier }')).join()).toContain('per: tag');
});
