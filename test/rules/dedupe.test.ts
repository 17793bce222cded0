import { policyOf, policyText, problemsOf, subscription } from './policy-support';

const ruleWith = (dedupe: string): string =>
  `{ name: one, match: { resource: ['vm-*'] }, mode: auto, dedupe: ${dedupe}, ladder: [{ runbook: restart-vm }] }`;

test('a rule says which of several signals are acted on', () => {
  expect(policyOf([ruleWith('{ take: accumulate-within, window: 1h30m, threshold: 3 }')]).rules[0]?.dedupe).toEqual({
    take: 'accumulate-within',
    window: 5400,
    threshold: 3,
    by: ['resource'],
  });
  expect(policyOf([ruleWith('{ take: once-after, window: 5m, by: [rule] }')]).rules[0]?.dedupe).toEqual({
    take: 'once-after',
    window: 300,
    by: ['rule'],
  });
});

test.each([
  ['{ take: once, window: 5m }', 'rules[0].dedupe.take'],
  ['{ take: once-within }', 'rules[0].dedupe.window'],
  ['{ take: once-within, window: 8d }', 'rules[0].dedupe.window: is longer than 7 days'],
  ['{ take: once-within, window: 5m, threshold: 3 }', 'rules[0].dedupe.threshold: is not for once-within'],
  ['{ take: accumulate-within, window: 5m }', 'rules[0].dedupe.threshold: is missing'],
  ['{ take: accumulate-within, window: 5m, threshold: 1 }', 'rules[0].dedupe.threshold'],
  ['{ take: once-within, window: 5m, by: [subscription] }', 'rules[0].dedupe.by[0]'],
])('%s is refused at its place', (dedupe, place) => {
  const problems = problemsOf(
    policyText(
      [ruleWith(dedupe)],
      [
        `dev: { subscriptions: [${subscription}], ceiling: auto, budgets: [{ name: hourly, window: 1h, maxResources: 3 }] }`,
      ],
    ),
  );
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(place);
});
