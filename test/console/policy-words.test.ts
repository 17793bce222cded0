import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparedTotals, groupedDifferences, offsetOf } from '../../src/console/pages/policy/differences';
import {
  countsByRule,
  defaultsTold,
  environmentTold,
  listText,
  modeIn,
  ordinal,
  ruleTold,
  termsText,
} from '../../src/console/pages/policy/sentences';
import type { Difference, Totals } from '../../src/console/pages/policy/types';
import { parsePolicy } from '../../src/rules';
import { catalogue } from '../../src/runbooks';

const text = `
version: 1
defaults: { cooldown: 20m, breaker: { runs: 10, within: 7d, ask: 50%, stop: 80% } }
calendars:
  freeze:
    default: open
    whenClosed: ask
    ics: |
      BEGIN:VCALENDAR
      VERSION:2.0
      PRODID:-//caretaker//policy
      BEGIN:VEVENT
      UID:one
      SUMMARY:Nobody changes production at night
      DTSTART:20260101T220000Z
      DTEND:20260102T060000Z
      END:VEVENT
      END:VCALENDAR
approvals:
  two:
    stages:
      - within: 30m
        need: [{ count: 2, roles: [Caretaker.Approver, Caretaker.Admin] }]
      - within: 1h
        need: [{ roles: [Caretaker.Admin] }]
environments:
  prod:
    subscriptions: [3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01]
    resourceGroups: [rg-prod-*]
    ceiling: suggest
    calendar: freeze
    budgets:
      - { name: hourly, window: 1h, maxResources: 3 }
      - { name: share, window: 10m, maxShare: 29%, fleet: 100, per: tag, tag: service, over: stop }
    groups: [{ name: web, resource: [vm-*], members: 6, minHealthy: 4 }]
    approval: { terms: two, orders: disruptive, rules: destructive }
  dev:
    subscriptions: [3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01]
    resourceGroups: [rg-dev-*]
    ceiling: auto
    budgets: [{ name: hourly, window: 1h, maxResources: 1 }]
rules:
  - name: web
    match: { kind: [metric, log], severity: [Sev0], alertRule: [alert-*], resource: [vm-*], tags: { service: [shop] }, when: 'facts.x < 1' }
    mode: auto
    ladder: [{ runbook: restart-vm }, { runbook: replace-instance, parameters: { drainSeconds: 30, otherZones: true } }]
    recurrence: { times: 3, within: 10d }
    dedupe: { take: accumulate-within, window: 10m, threshold: 3, by: [resourceGroup, alertRule] }
  - name: rest
    match: { source: [azure-monitor], resourceGroup: [rg-dev-*] }
    mode: suggest
    cooldown: 1h
    verification: { within: 5m, every: 10s }
    ladder: [{ runbook: redeploy-vm }]
    approval: two
`;
const policy = parsePolicy(text, catalogue);
const [web, rest] = policy.rules;
const told = (all: readonly { about: string; sentences: readonly string[] }[]) =>
  Object.fromEntries(all.map(({ about, sentences }) => [about, sentences.join(' ')]));

test('a rule is told in words', () => {
  expect(told(ruleTold(web!, policy))).toEqual({
    For: 'Signals of kind metric or log, of severity Sev0, of an alert rule named `alert-*`, about a resource named `vm-*`, whose resource has the tag `service` with `shop`, if `facts.x < 1`.',
    Mode: 'It acts by itself, within the limits. In prod it only proposes: the ceiling there is suggest.',
    Tries:
      'First `restart-vm`. When that does not help, `replace-instance` with drainSeconds `30` and otherZones `true`. When the resource is not healthy then, the incident is handed to a person.',
    Verifies: 'After an action the resource has 10 min to be healthy again; it is looked at every 30 s (the default).',
    Limits:
      "A runbook is not run on the same resource again within 20 min (the default). The 3rd time within 10 d on one resource is a person's matter.",
    Asks: 'In prod people are asked about destructive actions, by the terms `two`.',
    Counts:
      'Of signals of the same resource group and alert rule the 3rd within 10 min is acted on; then counting begins anew.',
  });
  expect(told(ruleTold(rest!, policy))).toMatchObject({
    For: 'Signals from azure-monitor, in a resource group named `rg-dev-*`.',
    Mode: 'It asks people first, and does what they approve.',
    Verifies: 'After an action the resource has 5 min to be healthy again; it is looked at every 10 s.',
    Limits: 'A runbook is not run on the same resource again within 1 h.',
    Asks: 'People are asked about every action, by the terms `two`. Asked are 2 of Approver or Admin, for 30 min. Then 1 of Admin, for 1 h. Silence means no.',
    Counts: 'Every signal that fits counts by itself.',
  });
});

test('a rule without conditions is for everything, and a condition stands by itself', () => {
  const bare = { ...web!, match: { condition: 'fired' as const } };
  expect(told(ruleTold(bare, policy))['For']).toBe('Every signal that comes to it.');
  const when = { ...web!, match: { condition: 'fired' as const, when: 'true' } };
  expect(told(ruleTold(when, policy))['For']).toBe('Signals if `true`.');
});

test('the mode that holds is the lower one of the rule and the ceiling', () => {
  expect(modeIn({ mode: 'auto' }, { ceiling: 'suggest' })).toBe('suggest');
  expect(modeIn({ mode: 'observe' }, { ceiling: 'auto' })).toBe('observe');
  expect(modeIn({ mode: 'auto' }, { ceiling: 'auto' })).toBe('auto');
});

test('an environment is told in words', () => {
  expect(told(environmentTold(policy.environments['prod']!, policy))).toEqual({
    Where: 'Resource groups named `rg-prod-*` of 1 subscription.',
    Ceiling: 'Rules may propose here, and act when people approve.',
    Budgets:
      '`hourly`: at most 3 resources within 1 h; over that, a run waits for its turn. `share`: at most 29 % of 100 resources (29) within 10 min, for each value of the tag `service` by itself; over that, it is stopped.',
    Groups: '`web`: of 6 named `vm-*`, 4 are not worked on at any time.',
    Calendar:
      'Changes may be made except during the events of `freeze` (Nobody changes production at night); then a person is asked.',
    Asks: 'The terms `two` answer where the guard wants a person. Of rules, people are asked about destructive actions. Of orders, people are asked about actions that are disruptive or destructive.',
  });
  expect(told(environmentTold(policy.environments['dev']!, policy))).toMatchObject({
    Budgets: '`hourly`: at most 1 resource within 1 h; over that, a run waits for its turn.',
    Calendar: 'Changes may be made at any time.',
    Asks: 'Where the guard wants a person, it is handed over.',
  });
});

test('what holds for every rule is told in words', () => {
  expect(told(defaultsTold(policy.defaults))['Breaker']).toBe(
    "Of a runbook's last 10 runs within 7 d: when 50 % did not help, a person is asked; from 80 % on, it does nothing.",
  );
});

test("the project's own policy is told without a gap", () => {
  const own = parsePolicy(readFileSync(join(__dirname, '../../policy/caretaker.yaml'), 'utf8'), catalogue);
  const all = [
    ...own.rules.flatMap((rule) => ruleTold(rule, own)),
    ...Object.values(own.environments).flatMap((one) => environmentTold(one, own)),
    ...defaultsTold(own.defaults),
    ...Object.values(own.approvals ?? {}).map((terms) => ({ about: 'terms', sentences: termsText(terms) })),
  ];
  expect(all.length).toBeGreaterThan(10);
  for (const sentence of all.flatMap(({ sentences }) => sentences)) {
    expect(sentence).toMatch(/^[A-Z`].*[.]$/);
    expect(sentence).not.toMatch(/undefined|NaN|\[object| {2}|,\s*[.,]/);
  }
});

test.each([
  [1, '1st'],
  [2, '2nd'],
  [3, '3rd'],
  [11, '11th'],
  [20, '20th'],
  [112, '112th'],
])('%d is the %s', (number, word) => {
  expect(ordinal(number)).toBe(word);
});

test('words are listed', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((words) => listText(words))).toEqual([
    '',
    'a',
    'a or b',
    'a, b or c',
  ]);
});

test('decisions are counted by their rule', () => {
  expect(Object.fromEntries(countsByRule([{ rule: 'a' }, { rule: null }, { rule: 'b' }, { rule: 'a' }]))).toEqual({
    a: 2,
    b: 1,
  });
});

const difference = (change: Difference['change'], target: string, signals: number): Difference => ({
  change,
  target,
  currentRule: 'a',
  proposedRule: 'b',
  current: 'nothing',
  proposed: 'restart-vm',
  signals,
  example: 's',
});

test('differences are grouped by what changes, the weightiest first, and none is lost', () => {
  const groups = groupedDifferences([
    difference('proposes', 'vm-1', 1),
    difference('acts', 'vm-1', 1),
    difference('acts', 'vm-2', 5),
    difference('acts', 'vm-1', 2),
    difference('ladder', 'vm-1', 1),
  ]);
  expect(
    groups.map(({ id, signals, resources, differences }) => [
      id,
      signals,
      resources,
      differences.map((one) => one.signals),
    ]),
  ).toEqual([
    ['acts', 8, 2, [5, 2, 1]],
    ['ladder', 1, 1, [1]],
    ['proposes', 1, 1, [1]],
  ]);
  const every: readonly Difference['change'][] = [
    'acts',
    'acts-no-more',
    'proposes',
    'proposes-no-more',
    'mode',
    'ladder',
  ];
  const all = every.map((change) => difference(change, 'vm', 1));
  const [other] = all;
  const found = groupedDifferences([...all, { ...other!, change: 'mode', proposed: 'propose restart-vm' }]);
  expect(found.map(({ id }) => id)).toEqual([
    'acts',
    'acts-instead',
    'acts-no-more',
    'proposes-instead',
    'ladder',
    'proposes',
    'proposes-no-more',
  ]);
  expect(found.map(({ differences }) => differences.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
});

test('totals stand side by side, also of a runbook that only one policy runs', () => {
  const totals = (acted: Totals['acted'], more: Partial<Totals> = {}): Totals => ({
    ...{ signals: 9, incidents: 2, proposals: 0, held: 1, waited: 1, longestWaitSeconds: 61.4, notActed: 0, acted },
    ...more,
  });
  const rows = comparedTotals(totals({ 'restart-vm': 2 }), totals({ 'redeploy-vm': 3 }, { incidents: 5 }));
  expect(rows.filter(({ current, proposed }) => current !== proposed)).toEqual([
    { name: 'Incidents opened', current: 2, proposed: 5 },
    { name: 'Resources with redeploy-vm first', current: 0, proposed: 3 },
    { name: 'Resources with restart-vm first', current: 2, proposed: 0 },
  ]);
  expect(rows).toContainEqual({ name: 'Longest wait, seconds', current: 61, proposed: 61 });
});

test.each([
  [1, 1, 0],
  [2, 3, 5],
  [3, 1, 7],
  [2, 99, 6],
  [9, 1, 7],
  [0, 0, 0],
])('line %d, column %d stands at %d', (line, column, at) => {
  expect(offsetOf('ab\nabc\n', line, column)).toBe(at);
});
