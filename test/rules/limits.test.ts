import { InvariantError } from '../../src/kernel/errors';
import { resourceIdSchema } from '../../src/kernel/schemas';
import { compilePolicy, environmentOf, limitsOf } from '../../src/rules';
import { limits, policyOf, ruleText, subscription } from './policy-support';

const policy = compilePolicy(
  policyOf(
    [ruleText('web', '{ resource: [x] }')],
    [`dev: { subscriptions: [${subscription}], resourceGroups: ['rg-DEV-*'], ${limits} }`],
  ),
);

test.each([
  [`/subscriptions/${subscription}/resourceGroups/RG-dev-1/providers/a.b/c/d`, 'dev'],
  [`/subscriptions/${subscription}/resourceGroups/rg-prod-1/providers/a.b/c/d`, undefined],
  [`/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-dev-1/providers/a.b/c/d`, undefined],
  [`/subscriptions/${subscription}`, undefined],
])('%s lies in %s', (id, environment) => {
  expect(environmentOf(policy, resourceIdSchema.parse(id))).toBe(environment);
});

test('the limits of an environment are its budgets and the defaults', () => {
  expect(limitsOf(policy, 'dev')).toEqual({
    budgets: [{ name: 'hourly', window: 3600, maxResources: 3 }],
    lease: 1800,
    patience: 1800,
    cooldown: 900,
    verification: { within: 600, every: 30 },
  });
  expect(() => limitsOf(policy, 'prod')).toThrow(InvariantError);
});
