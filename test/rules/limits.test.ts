import type { EpochMillis } from '../../src/kernel/clock';
import { InvariantError } from '../../src/kernel/errors';
import { resourceIdSchema } from '../../src/kernel/schemas';
import { compilePolicy, environmentOf, limitsOf, parsePolicy } from '../../src/rules';
import { orderLimits } from '../../src/run';
import { catalogue, limits, policyOf, policyText, problemsOf, ruleText, subscription } from './policy-support';

const policy = compilePolicy(
  policyOf(
    [ruleText('web', '{ resource: [x] }')],
    [`dev: { subscriptions: [${subscription}], resourceGroups: ['rg-DEV-*'], ${limits} }`],
  ),
);
const machine = (name: string) =>
  resourceIdSchema.parse(
    `/subscriptions/${subscription}/resourceGroups/rg-dev-1/providers/Microsoft.Compute/virtualMachines/${name}`,
  );
const action = { target: machine('vm-web-1'), at: Date.UTC(2026, 10, 20, 9) as EpochMillis };

test.each([
  [`/subscriptions/${subscription}/resourceGroups/RG-dev-1/providers/a.b/c/d`, 'dev'],
  [`/subscriptions/${subscription}/resourceGroups/rg-prod-1/providers/a.b/c/d`, undefined],
  [`/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-dev-1/providers/a.b/c/d`, undefined],
  [`/subscriptions/${subscription}`, undefined],
])('%s lies in %s', (id, environment) => {
  expect(environmentOf(policy, resourceIdSchema.parse(id))).toBe(environment);
});

test('the limits of an environment are its budgets and the defaults', () => {
  expect(limitsOf(policy, 'dev', action)).toEqual({
    budgets: [{ name: 'hourly', window: 3600, maxResources: 3 }],
    lease: 1800,
    patience: 1800,
    cooldown: 900,
    verification: { within: 600, every: 30 },
    groups: [],
    tags: { kind: 'unknown', reason: 'nobody looked them up' },
  });
  expect(() => limitsOf(policy, 'prod', action)).toThrow(InvariantError);
});

/** A policy with everything that limits. */
const full = [
  'version: 1',
  'defaults:',
  '  breaker: { runs: 10, ask: 50%, stop: 80% }',
  'calendars:',
  '  changes:',
  '    default: open',
  '    ics: |',
  '      BEGIN:VCALENDAR',
  '      VERSION:2.0',
  '      BEGIN:VEVENT',
  '      UID:sale',
  '      SUMMARY:Sale',
  '      DTSTART:20261127T000000Z',
  '      DTEND:20261130T000000Z',
  '      END:VEVENT',
  '      END:VCALENDAR',
  'environments:',
  '  dev:',
  `    subscriptions: [${subscription}]`,
  '    ceiling: auto',
  '    calendar: changes',
  '    groups:',
  "      - { name: web, resource: ['vm-web-*'], members: 6, minHealthy: 4 }",
  '    budgets:',
  '      - { name: share, window: 1h, maxShare: 29%, fleet: 100, maxResources: 50, per: rule, over: ask }',
  '      - { name: count, window: 1d, maxShare: 50%, fleet: 100, maxResources: 9 }',
  'rules:',
  '  - name: web',
  "    match: { resource: ['vm-*'] }",
  '    mode: auto',
  '    recurrence: { times: 3, within: 10d }',
  '    ladder: [{ runbook: restart-vm }]',
].join('\n');

test('what limits an action is put into its order, in seconds and counts', () => {
  const compiled = compilePolicy(parsePolicy(full, catalogue));
  const { limits: ordered } = orderLimits(limitsOf(compiled, 'dev', { ...action, rule: 'web' }));
  expect(ordered).toEqual({
    leaseSeconds: 1800,
    cooldownSeconds: 900,
    budgets: [
      { name: 'share', windowSeconds: 3600, maxResources: 29, basis: '29% of 100', per: 'rule', over: 'ask' },
      { name: 'count', windowSeconds: 86_400, maxResources: 9 },
    ],
    groups: [{ name: 'web', members: 6, minHealthy: 4 }],
    recurrence: { times: 3, withinSeconds: 864_000 },
    breaker: { runs: 10, withinSeconds: 2_592_000, askShare: 0.5, stopShare: 0.8 },
    calendar: {
      name: 'changes',
      default: 'open',
      whenClosed: 'wait',
      exceptions: [{ from: '2026-11-27T00:00:00.000Z', until: '2026-11-30T00:00:00.000Z', summary: 'Sale' }],
      knownUntil: '2026-12-25T00:00:00.000Z',
    },
  });
});

test("an operator's order has no rule's recurrence, and another resource is in no group", () => {
  const compiled = compilePolicy(parsePolicy(full, catalogue));
  const { limits: ordered } = orderLimits(limitsOf(compiled, 'dev', { ...action, target: machine('vm-api-1') }));
  expect(ordered.recurrence).toBeUndefined();
  expect(ordered.groups).toBeUndefined();
  expect(ordered.calendar).toBeDefined();
});

describe('refuses', () => {
  const withBudget = (budget: string): string =>
    policyText(
      [ruleText('web', '{ resource: [x] }')],
      [`dev: { subscriptions: [${subscription}], ceiling: auto, budgets: [{ name: b, window: 1h, ${budget} }] }`],
    );

  test.each([
    ['no limit at all', withBudget('per: rule'), 'maxResources: is missing'],
    ['a share of nothing', withBudget('maxShare: 20%'), 'fleet: is missing'],
    ['a fleet without a share', withBudget('maxResources: 2, fleet: 20'), 'fleet: means nothing without maxShare'],
    ['a share below one', withBudget('maxShare: 20%, fleet: 4'), 'maxShare: of a fleet of 4 is less than one resource'],
    ['a share in numbers', withBudget("maxShare: '0.2', fleet: 40"), '"0.2" is not a share; write it like 20%'],
    ['a share above all', withBudget('maxShare: 120%, fleet: 40'), '"120%" is not a share'],
    ['a group that cannot be worked on', full.replace('minHealthy: 4', 'minHealthy: 6'), 'leaves none of 6 members'],
    ['a calendar that is not there', full.replace('calendar: changes', 'calendar: change'), 'did you mean "changes"?'],
    ['a calendar that is none', full.replace('BEGIN:VEVENT', 'BEGIN:VTODO'), 'ics: is not a calendar'],
    ['a breaker that stops before it asks', full.replace('stop: 80%', 'stop: 40%'), 'stop: must not be below "ask"'],
  ])('%s', (_, text, said) => {
    expect(problemsOf(text).join('\n')).toContain(said);
  });
});
