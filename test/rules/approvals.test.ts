import { approvalOf, compilePolicy, parsePolicy, termsFor } from '../../src/rules';
import { usualTerms } from '../../src/approvals';
import { catalogue, limits, policyText, problemsOf, ruleText, subscription } from './policy-support';

const person = '{ id: 51f0a3c4-3333-4c3b-9d6e-aa10b2c3d443, name: Ava, channel: ava }';
const prod = (more: string) => `prod: { subscriptions: [${subscription}], ${limits}${more} }`;
const web = '{ resource: [vm-web-1] }';
const rule = (more = '') => ruleText('web', web).replace('mode:', `${more} mode:`);
const sections = (approvals: string, notifications = '{ channels: { ops: { kind: teams }, ava: { kind: slack } } }') =>
  `approvals: ${approvals}\nnotifications: ${notifications}`;
const one = '{ one: { stages: [{ within: 30m, need: [{ roles: [Caretaker.Approver] }] }] } }';
const text = (environment: string, more: string, ruleMore = '') =>
  `${policyText([rule(ruleMore)], [prod(environment)])}\n${more}`;
const policy = (environment: string, ruleMore = '') =>
  compilePolicy(parsePolicy(text(environment, sections(one), ruleMore), catalogue));

it('nobody is asked where nothing is said, and what is never done alone asks by the usual terms', () => {
  expect(approvalOf(policy(''), 'prod', 'web')).toBeUndefined();
  expect(approvalOf(policy(''), 'prod')).toBeUndefined();
  expect(termsFor(policy(''), 'prod')).toBe(usualTerms);
});

it("an environment's terms answer for the guard, and for what it names from an impact on", () => {
  const asked = policy(', approval: { terms: one, rules: destructive, orders: disruptive }');
  const terms = {
    name: 'one',
    stages: [{ withinSeconds: 1800, need: [{ count: 1, roles: ['Caretaker.Approver'] }] }],
    otherwise: 'reject',
  };
  expect(approvalOf(asked, 'prod', 'web')?.terms).toEqual(terms);
  expect(termsFor(asked, 'prod')).toEqual(terms);
  const always = (of: string | undefined) =>
    (['none', 'disruptive', 'destructive'] as const).map((impact) => approvalOf(asked, 'prod', of)?.always(impact));
  expect(always('web')).toEqual([false, false, true]);
  expect(always(undefined)).toEqual([false, true, true]);
  const guardOnly = approvalOf(policy(', approval: { terms: one }'), 'prod');
  expect([guardOnly?.always('destructive'), guardOnly?.terms.name]).toEqual([false, 'one']);
});

it("a rule's own terms are asked about everything that it does", () => {
  const asked = approvalOf(policy('', 'approval: one,'), 'prod', 'web');
  expect([asked?.terms.name, asked?.always('none')]).toEqual(['one', true]);
});

it.each([
  [
    'terms that are not there',
    text(', approval: { terms: two }', sections(one)),
    /approval\.terms: there are no terms "two"/,
  ],
  [
    'terms of a rule that are not there',
    text('', sections(one), 'approval: ones,'),
    /approval: there are no terms "ones".*did you mean "one"/,
  ],
  [
    'nobody who may',
    text('', sections('{ one: { stages: [{ within: 30m, need: [{ count: 1 }] }] } }')),
    /say who may approve/,
  ],
  [
    'more people than there are',
    text('', sections(`{ one: { stages: [{ within: 30m, need: [{ count: 2, people: [${person}] }] }] } }`)),
    /asks for 2 of 1, so nothing would ever be approved/,
  ],
  ['a stage for a week', text('', sections(one.replace('30m', '1w'))), /must be from 1m to 5d/],
  [
    'a channel of a person that is not there',
    text(
      '',
      sections(
        `{ one: { stages: [{ within: 30m, need: [{ people: [${person}] }] }] } }`,
        '{ channels: { ops: { kind: teams } } }',
      ),
    ),
    /channel: there is no channel "ava"/,
  ],
  [
    'a channel of a route that is not there',
    text('', sections(one, '{ channels: { ops: { kind: teams } }, routes: [{ to: [opps] }] }')),
    /routes\[0\]\.to\[0\]: there is no channel "opps".*did you mean "ops"/,
  ],
  [
    'an address in the policy',
    text('', sections(one, '{ channels: { ops: { kind: teams, url: "https://x" } } }')),
    /url: is not a known field/,
  ],
])('refuses %s', (_, given, problem) => {
  const problems = problemsOf(given);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(problem);
});
