/** The policy in words: what a rule is for and what it does, and what limits it in an environment. Pure. */
import { durationText } from '../../ui/duration';
import type { Environment, Mode, Policy, Rule, Terms } from './types';

/** Sentences about one side of a rule or an environment. */
export interface Told {
  readonly about: string;
  readonly sentences: readonly string[];
}

type Defaults = Policy['defaults'];

const modes: readonly Mode[] = ['observe', 'suggest', 'auto'];

/** `a, b or c`. */
export function listText(words: readonly string[], last: 'or' | 'and' = 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

const code = (text: string): string => `\`${text}\``;
const named = (globs: readonly string[]): string => listText(globs.map(code));
const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

/** `3rd`, as it stands in a sentence. */
export function ordinal(number: number): string {
  const tens = number % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}

/** The mode that holds for a rule in an environment: its own, or the ceiling where that is lower. */
export const modeIn = (rule: Pick<Rule, 'mode'>, { ceiling }: Pick<Environment, 'ceiling'>): Mode =>
  modes[Math.min(modes.indexOf(rule.mode), modes.indexOf(ceiling))] ?? 'observe';

function signalsText({ match }: Rule): string {
  const { source, kind, alertRule, severity, resourceType, resourceGroup, resource, tags = {}, when } = match;
  const parts = [
    ...(source === undefined ? [] : [`from ${listText(source)}`]),
    ...(kind === undefined ? [] : [`of kind ${listText(kind)}`]),
    ...(severity === undefined ? [] : [`of severity ${listText(severity)}`]),
    ...(alertRule === undefined ? [] : [`of an alert rule named ${named(alertRule)}`]),
    ...(resourceType === undefined ? [] : [`about ${named(resourceType)}`]),
    ...(resource === undefined ? [] : [`about a resource named ${named(resource)}`]),
    ...(resourceGroup === undefined ? [] : [`in a resource group named ${named(resourceGroup)}`]),
    ...Object.entries(tags).map(([tag, globs]) => `whose resource has the tag ${code(tag)} with ${named(globs)}`),
  ];
  const condition = when === undefined ? '' : `${parts.length === 0 ? '' : ','} if ${code(when)}`;
  return parts.length === 0 && when === undefined
    ? 'Every signal that comes to it.'
    : `Signals ${parts.join(', ')}${condition}.`.replace(/\s+/g, ' ');
}

const modeSentences: Readonly<Record<Mode, string>> = {
  observe: 'It writes down what it would have done, and does nothing.',
  suggest: 'It proposes what to do, and leaves it to people.',
  auto: 'It acts by itself, within the limits.',
};

function modeText(rule: Rule, policy: Policy): readonly string[] {
  const own =
    rule.mode === 'suggest' && rule.approval !== undefined
      ? 'It asks people first, and does what they approve.'
      : modeSentences[rule.mode];
  const lowered = Object.entries(policy.environments).filter(
    ([, environment]) => modeIn(rule, environment) !== rule.mode,
  );
  const byMode = modes.flatMap((mode) => {
    const names = lowered.filter(([, environment]) => modeIn(rule, environment) === mode).map(([name]) => name);
    const does = mode === 'observe' ? 'only writes down' : 'only proposes';
    return names.length === 0 ? [] : [`In ${listText(names, 'and')} it ${does}: the ceiling there is ${mode}.`];
  });
  return [own, ...byMode];
}

function rungText({ runbook, parameters }: Rule['ladder'][number]): string {
  const given = Object.entries(parameters).map(([name, value]) => `${name} ${code(JSON.stringify(value))}`);
  return given.length === 0 ? code(runbook) : `${code(runbook)} with ${listText(given, 'and')}`;
}

function ladderText({ ladder }: Rule): readonly string[] {
  const [first, ...others] = ladder;
  if (first === undefined) return [];
  return [
    `First ${rungText(first)}.`,
    ...others.map((rung) => `When that does not help, ${rungText(rung)}.`),
    'When the resource is not healthy then, the incident is handed to a person.',
  ];
}

function dedupeText({ dedupe }: Rule): readonly string[] {
  if (dedupe === undefined) return ['Every signal that fits counts by itself.'];
  const { take, window, threshold = 2, by } = dedupe;
  const each =
    by.includes('rule') && by.length === 1
      ? 'all signals of the rule'
      : `signals of the same ${listText(by.map(keyText), 'and')}`;
  const length = durationText(window);
  switch (take) {
    case 'once-within':
      return [`Of ${each} the first is acted on; others are held back for ${length}.`];
    case 'once-after':
      return [`Of ${each} one is acted on, ${length} after the first, unless its alert is resolved by then.`];
    case 'accumulate-within':
      return [`Of ${each} the ${ordinal(threshold)} within ${length} is acted on; then counting begins anew.`];
  }
}

const keyText = (key: string): string =>
  ({ resource: 'resource', resourceGroup: 'resource group', alertRule: 'alert rule', rule: 'rule' })[key] ?? key;

function limitsText(rule: Rule, defaults: Defaults): readonly string[] {
  const cooldown = rule.cooldown ?? defaults.cooldown;
  const { recurrence } = rule;
  return [
    `A runbook is not run on the same resource again within ${durationText(cooldown)}${rule.cooldown === undefined ? ' (the default)' : ''}.`,
    ...(recurrence === undefined
      ? []
      : [
          `The ${ordinal(recurrence.times)} time within ${durationText(recurrence.within)} on one resource is a person's matter.`,
        ]),
  ];
}

function verificationText(rule: Rule, defaults: Defaults): string {
  const { within, every } = rule.verification ?? defaults.verification;
  const note = rule.verification === undefined ? ' (the default)' : '';
  return `After an action the resource has ${durationText(within)} to be healthy again; it is looked at every ${durationText(every)}${note}.`;
}

const roleText = (role: string): string => role.replace(/^Caretaker\./, '');

function needText({ count, roles = [], groups = [], people = [] }: Terms['stages'][number]['need'][number]): string {
  const who = [
    ...roles.map(roleText),
    ...people.map(({ name }) => name),
    ...(groups.length === 0 ? [] : [plural(groups.length, 'group')]),
  ];
  return `${count} of ${listText(who)}`;
}

/** How people are asked, one sentence a stage, and what holds when nobody answers. */
export function termsText({ stages, otherwise }: Terms): readonly string[] {
  const told = stages.map(
    ({ within, need }, index) =>
      `${index === 0 ? 'Asked are' : 'Then'} ${listText(need.map(needText), 'and')}, for ${durationText(within)}.`,
  );
  return [...told, otherwise === 'approve' ? 'Silence means yes.' : 'Silence means no.'];
}

function approvalText(rule: Rule, policy: Policy): readonly string[] {
  const terms = rule.approval === undefined ? undefined : policy.approvals?.[rule.approval];
  const own =
    rule.approval === undefined
      ? []
      : [
          `People are asked about every action, by the terms ${code(rule.approval)}.`,
          ...(terms === undefined ? [] : termsText(terms)),
        ];
  const others = Object.entries(policy.environments).flatMap(([name, { approval }]) =>
    approval?.rules === undefined || rule.approval !== undefined
      ? []
      : [`In ${name} people are asked about ${impactText(approval.rules)}, by the terms ${code(approval.terms)}.`],
  );
  return own.length + others.length === 0 ? ['Nobody is asked.'] : [...own, ...others];
}

function impactText(impact: 'none' | 'disruptive' | 'destructive'): string {
  return impact === 'none'
    ? 'every action'
    : impact === 'disruptive'
      ? 'actions that are disruptive or destructive'
      : 'destructive actions';
}

/** Everything that a rule says, side by side. */
export function ruleTold(rule: Rule, policy: Policy): readonly Told[] {
  return [
    { about: 'For', sentences: [signalsText(rule)] },
    { about: 'Mode', sentences: modeText(rule, policy) },
    { about: 'Tries', sentences: ladderText(rule) },
    { about: 'Verifies', sentences: [verificationText(rule, policy.defaults)] },
    { about: 'Limits', sentences: limitsText(rule, policy.defaults) },
    { about: 'Asks', sentences: approvalText(rule, policy) },
    { about: 'Counts', sentences: dedupeText(rule) },
  ];
}

const overText = { queue: 'a run waits for its turn', ask: 'a person is asked', stop: 'it is stopped' } as const;

function budgetText(budget: Environment['budgets'][number]): string {
  const { name, window, maxResources, maxShare, fleet, per, tag, over = 'queue' } = budget;
  const limits = [
    ...(maxResources === undefined ? [] : [plural(maxResources, 'resource')]),
    ...(maxShare === undefined || fleet === undefined
      ? []
      : [`${percent(maxShare)} of ${fleet} resources (${Math.floor(maxShare * fleet + 1e-9)})`]),
  ];
  const each =
    per === undefined || per === 'environment'
      ? ''
      : `, for each ${per === 'tag' ? `value of the tag ${code(tag ?? '')}` : per === 'rule' ? 'rule' : 'resource group'} by itself`;
  return `${code(name)}: at most ${listText(limits, 'and')} within ${durationText(window)}${each}; over that, ${overText[over]}.`;
}

const closedText = { wait: 'a run waits', ask: 'a person is asked', stop: 'it is stopped' } as const;

function calendarText({ calendar }: Environment, policy: Policy): readonly string[] {
  const found = calendar === undefined ? undefined : policy.calendars?.[calendar];
  if (calendar === undefined || found === undefined) return ['Changes may be made at any time.'];
  const summaries = [...found.ics.matchAll(/^SUMMARY:(.+?)\r?$/gm)].map(([, text = '']) => text.trim());
  const events = summaries.length === 0 ? '' : ` (${listText(summaries.slice(0, 5), 'and')})`;
  return [
    found.default === 'open'
      ? `Changes may be made except during the events of ${code(calendar)}${events}; then ${closedText[found.whenClosed]}.`
      : `Changes may be made during the events of ${code(calendar)}${events} alone; at other times ${closedText[found.whenClosed]}.`,
  ];
}

/** Everything that an environment says, side by side. */
export function environmentTold(environment: Environment, policy: Policy): readonly Told[] {
  const { subscriptions, resourceGroups, ceiling, budgets, groups = [], approval } = environment;
  const where = resourceGroups === undefined ? 'All resource groups' : `Resource groups named ${named(resourceGroups)}`;
  const ceilings: Readonly<Record<Mode, string>> = {
    observe: 'Nothing is done here; rules only write down what they would have done.',
    suggest: 'Rules may propose here, and act when people approve.',
    auto: 'Rules may act by themselves here.',
  };
  return [
    { about: 'Where', sentences: [`${where} of ${plural(subscriptions.length, 'subscription')}.`] },
    { about: 'Ceiling', sentences: [ceilings[ceiling]] },
    { about: 'Budgets', sentences: budgets.map(budgetText) },
    {
      about: 'Groups',
      sentences: groups.map(
        ({ name, resource, members, minHealthy }) =>
          `${code(name)}: of ${members} named ${named(resource)}, ${minHealthy} are not worked on at any time.`,
      ),
    },
    { about: 'Calendar', sentences: calendarText(environment, policy) },
    {
      about: 'Asks',
      sentences:
        approval === undefined
          ? ['Where the guard wants a person, it is handed over.']
          : [
              `The terms ${code(approval.terms)} answer where the guard wants a person.`,
              ...(approval.rules === undefined
                ? []
                : [`Of rules, people are asked about ${impactText(approval.rules)}.`]),
              ...(approval.orders === undefined
                ? []
                : [`Of orders, people are asked about ${impactText(approval.orders)}.`]),
            ],
    },
  ].filter(({ sentences }) => sentences.length > 0);
}

/** What holds for every rule that says nothing else. */
export function defaultsTold({ correlate = 'related', breaker, lease, patience }: Defaults): readonly Told[] {
  const joins = {
    related: 'A signal about a resource that is part of the same one joins the incident that is open.',
    resource: 'A signal about the very resource joins the incident that is open.',
    none: 'Every signal opens an incident of its own.',
  } as const;
  return [
    { about: 'Belongs together', sentences: [joins[correlate]] },
    {
      about: 'Waits',
      sentences: [
        `A run waits ${durationText(patience)} for its turn before a person is asked.`,
        `A lease on a resource lasts ${durationText(lease)} without renewal.`,
      ],
    },
    {
      about: 'Breaker',
      sentences:
        breaker === undefined
          ? ['A runbook that does not help is never demoted.']
          : [
              `Of a runbook's last ${breaker.runs} runs within ${durationText(breaker.within)}: when ${percent(breaker.ask)} did not help, a person is asked; from ${percent(breaker.stop)} on, it does nothing.`,
            ],
    },
  ];
}

/** How often each rule decided, among these decisions. */
export function countsByRule(decisions: readonly { readonly rule: string | null }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { rule } of decisions) if (rule !== null) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}
