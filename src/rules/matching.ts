import { parseResourceId, type ResourceIdParts } from '../kernel/resource-id';
import type { Signal } from '../signal';
import { compileExpression, type Expression } from './expression';
import { compileGlob, type Fits } from './glob';
import type { Action, ChosenRule, Considered, Decision, Mode, Policy, Rule, SubjectTags } from './model';
import { policyVersion } from './policy';

/** Modes from the least to the most that a rule may do. */
const modeOrder: readonly Mode[] = ['observe', 'suggest', 'auto'];

/** A signal in the form in which rules compare. */
interface Subject {
  readonly signal: Signal;
  readonly parts: ResourceIdParts;
  /** By name in lower case; a text says why nobody knows them. */
  readonly tags: ReadonlyMap<string, string> | string;
}

/** One field of a rule: says how it fits, or why not. */
interface Criterion {
  readonly fits: (subject: Subject) => boolean;
  /** `resource group "rg-web"`: the field and its value in the signal. */
  readonly describe: (subject: Subject) => string;
  /** `rg-web-* or rg-api-*`: what the rule asks for. */
  readonly wanted: string;
}

interface CompiledRule {
  readonly rule: Rule;
  readonly criteria: readonly Criterion[];
  /** Held against what is known of the resource, when all of the signal fits. */
  readonly tagCriteria: readonly Criterion[];
  readonly when: Expression | undefined;
}

interface CompiledEnvironment {
  readonly name: string;
  readonly ceiling: Mode;
  readonly subscriptions: ReadonlySet<string>;
  /** `undefined` when the environment is the whole of its subscriptions. */
  readonly groups: readonly Fits[] | undefined;
}

/** A policy made ready for deciding. Immutable; make one for each policy and keep it. */
export interface CompiledPolicy {
  readonly policy: Policy;
  readonly version: string;
  readonly rules: readonly CompiledRule[];
  /** Whether a rule or a budget asks for tags, so that it is worth looking them up. */
  readonly usesTags: boolean;
  readonly environments: readonly CompiledEnvironment[];
}

/** A list for people: the first five entries, and how many more there are. */
function listed(entries: readonly string[]): string {
  const shown = entries.slice(0, 5);
  const rest = entries.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} or ${rest} more` : shown.join(' or ');
}

/** A criterion over a field whose values are listed. */
function oneOf(
  entries: readonly string[] | undefined,
  name: string,
  value: (subject: Subject) => string,
): readonly Criterion[] {
  if (entries === undefined) {
    return [];
  }
  const wanted = new Set(entries.map((entry) => entry.toLowerCase()));
  return [
    {
      fits: (subject) => wanted.has(value(subject).toLowerCase()),
      describe: (subject) => `${name} ${value(subject) || 'none'}`,
      wanted: listed(entries),
    },
  ];
}

/** A criterion over a field that globs are held against. */
function likeOneOf(
  globs: readonly string[] | undefined,
  name: string,
  value: (subject: Subject) => string,
): readonly Criterion[] {
  if (globs === undefined) {
    return [];
  }
  const fits = globs.map(compileGlob);
  return [
    {
      fits: (subject) => fits.some((one) => one(value(subject))),
      describe: (subject) => `${name} "${value(subject)}"`,
      wanted: listed(globs.map((glob) => `"${glob}"`)),
    },
  ];
}

/** In the order of the match schema, which is the order in which reasons are given. */
function criteriaOf({ match }: Rule): readonly Criterion[] {
  return [
    ...oneOf(match.source, 'source', ({ signal }) => signal.source),
    ...oneOf(match.kind, 'kind', ({ signal }) => signal.kind),
    ...likeOneOf(match.alertRule, 'alert rule', ({ signal }) => signal.rule),
    ...oneOf(match.severity, 'severity', ({ signal }) => signal.severity),
    ...oneOf(match.resourceType, 'resource type', ({ parts }) => parts.type),
    ...likeOneOf(match.resourceGroup, 'resource group', ({ parts }) => parts.resourceGroup),
    ...likeOneOf(match.resource, 'resource', ({ parts }) => parts.name),
  ];
}

function tagCriteriaOf({ match }: Rule): readonly Criterion[] {
  return Object.entries(match.tags ?? {}).flatMap(([name, globs]) => {
    const value = ({ tags }: Subject): string | undefined =>
      typeof tags === 'string' ? undefined : tags.get(name.toLowerCase());
    const fits = globs.map(compileGlob);
    return [
      {
        fits: (subject) => {
          const found = value(subject);
          return found !== undefined && fits.some((one) => one(found));
        },
        describe: (subject) => {
          const found = value(subject);
          return found === undefined ? `tag ${name} missing` : `tag ${name} "${found}"`;
        },
        wanted: listed(globs.map((glob) => `"${glob}"`)),
      } satisfies Criterion,
    ];
  });
}

/** Prepares a policy: globs compiled, lists made sets, its version computed. */
export function compilePolicy(policy: Policy): CompiledPolicy {
  return {
    policy,
    version: policyVersion(policy),
    rules: policy.rules.map((rule) => ({
      rule,
      criteria: criteriaOf(rule),
      tagCriteria: tagCriteriaOf(rule),
      when: rule.match.when === undefined ? undefined : compileExpression(rule.match.when),
    })),
    usesTags:
      policy.rules.some(({ match }) => match.tags !== undefined || (match.when ?? '').includes('tags')) ||
      Object.values(policy.environments).some(({ budgets }) => budgets.some(({ per }) => per === 'tag')),
    environments: Object.entries(policy.environments).map(([name, environment]) => ({
      name,
      ceiling: environment.ceiling,
      subscriptions: new Set(environment.subscriptions.map((id) => id.toLowerCase())),
      groups: environment.resourceGroups?.map(compileGlob),
    })),
  };
}

/** What a rule says to a signal, and whether its expression could not be answered. */
function consider(
  { rule, criteria, tagCriteria, when }: CompiledRule,
  subject: Subject,
): Considered & { unanswered?: true } {
  const misfit = criteria.find(({ fits }) => !fits(subject));
  if (misfit !== undefined) {
    return { rule: rule.name, matched: false, reasons: [`${misfit.describe(subject)} is not ${misfit.wanted}`] };
  }
  if (tagCriteria.length > 0 && typeof subject.tags === 'string') {
    return {
      rule: rule.name,
      matched: false,
      reasons: [`it asks for tags, which cannot be told: ${subject.tags}`],
      unanswered: true,
    };
  }
  const untagged = tagCriteria.find(({ fits }) => !fits(subject));
  if (untagged !== undefined) {
    return { rule: rule.name, matched: false, reasons: [`${untagged.describe(subject)} is not ${untagged.wanted}`] };
  }
  const reasons = [...criteria, ...tagCriteria].map(({ describe, wanted }) => `${describe(subject)} fits ${wanted}`);
  if (when === undefined) {
    return { rule: rule.name, matched: true, reasons };
  }
  const text = rule.match.when ?? '';
  const answer = when(subject.signal, subject.tags);
  switch (answer.kind) {
    case 'yes':
      return { rule: rule.name, matched: true, reasons: [...reasons, `the condition ${text} holds`] };
    case 'no':
      return { rule: rule.name, matched: false, reasons: [`the condition ${text} does not hold`] };
    case 'unanswered':
      return {
        rule: rule.name,
        matched: false,
        reasons: [`the condition ${text} cannot be answered: ${answer.why}`],
        unanswered: true,
      };
  }
}

/** The environment that a resource with these parts lies in. */
export function environmentOfParts(policy: CompiledPolicy, parts: ResourceIdParts): CompiledEnvironment | undefined {
  return policy.environments.find(
    ({ subscriptions, groups }) =>
      subscriptions.has(parts.subscriptionId) &&
      (groups === undefined || groups.some((fits) => fits(parts.resourceGroup))),
  );
}

function chosenOf(rule: Rule, { defaults }: Policy): ChosenRule {
  return {
    rule: rule.name,
    ladder: rule.ladder,
    verification: rule.verification ?? defaults.verification,
    cooldown: rule.cooldown ?? defaults.cooldown,
    ...(rule.dedupe === undefined ? {} : { dedupe: rule.dedupe }),
  };
}

const actionOfMode: Readonly<Record<Mode, Action>> = { auto: 'open-incident', suggest: 'suggest', observe: 'observe' };

function modeOf(rule: Rule, environment: CompiledEnvironment): { readonly mode: Mode; readonly modeReason: string } {
  const { ceiling, name } = environment;
  return modeOrder.indexOf(ceiling) < modeOrder.indexOf(rule.mode)
    ? {
        mode: ceiling,
        modeReason: `rule "${rule.name}" asks for ${rule.mode}; environment ${name} allows ${ceiling} at most`,
      }
    : {
        mode: rule.mode,
        modeReason: `rule "${rule.name}" asks for ${rule.mode}; environment ${name} allows ${ceiling}`,
      };
}

/**
 * An earlier rule whose condition could not be answered may be the very one that was to keep the alert from this rule. Then this
 * one may propose at most.
 */
function cautious(
  given: { readonly mode: Mode; readonly modeReason: string },
  unanswered: Considered | undefined,
): { readonly mode: Mode; readonly modeReason: string } {
  if (unanswered === undefined || given.mode !== 'auto') {
    return given;
  }
  return {
    mode: 'suggest',
    modeReason: `${given.modeReason}, but the condition of the earlier rule "${unanswered.rule}" cannot be answered, so it is only proposed`,
  };
}

function consequence(mode: Mode, ladder: string): string {
  switch (mode) {
    case 'auto':
      return `an incident is opened that tries ${ladder}`;
    case 'suggest':
      return `${ladder} is proposed to a person and nothing is done until one agrees`;
    case 'observe':
      return 'it is written down and nothing is done';
  }
}

const nobodyLooked: SubjectTags = { kind: 'unknown', reason: 'nobody looked them up' };

/**
 * Decides what is done about a signal. Pure: the same policy and signal give the same decision.
 *
 * - Rules are tried in the order of the document and the first that fits is chosen. Every rule is still considered, so that
 *   the decision tells of each why it was or was not it.
 * - The chosen rule's mode is lowered to the ceiling of the environment that the target lies in. A target in no environment
 *   is left alone, whatever fits.
 * - A rule whose condition cannot be answered (a fact that the alert does not carry, tags that cannot be read) is not chosen, and whatever is chosen after it
 *   is proposed at most: nobody knows whether the earlier rule was to hold it back.
 * - A resolved signal opens nothing: whatever the rules say, the incident that the alert may have opened is told. It is told
 *   even when no rule fits, because the policy can have changed since. `chosen` is then the rule that the alert fits now.
 */
export function decide(policy: CompiledPolicy, signal: Signal, known: SubjectTags = nobodyLooked): Decision {
  const parsed = parseResourceId(signal.target);
  const parts = parsed?.parts ?? { subscriptionId: '', resourceGroup: '', type: '', name: signal.target };
  const tags =
    known.kind === 'unknown'
      ? known.reason
      : new Map(Object.entries(known.tags).map(([name, value]) => [name.toLowerCase(), value]));
  const subject: Subject = { signal, parts, tags };
  const answers = policy.rules.map((rule) => consider(rule, subject));
  const considered = answers.map(({ rule, matched, reasons }): Considered => ({ rule, matched, reasons }));
  const environment = environmentOfParts(policy, parts);
  const alert = `the alert "${signal.rule}" on ${parts.name}`;
  const nothing = { policyVersion: policy.version, considered, chosen: null, mode: null } as const;
  if (environment === undefined) {
    const place = `subscription ${parts.subscriptionId}${parts.resourceGroup === '' ? '' : `, resource group ${parts.resourceGroup}`}`;
    const modeReason = `${parts.name} (${place}) lies in no environment of the policy`;
    return {
      ...nothing,
      environment: null,
      modeReason,
      action: 'none',
      sentence: `Nothing is done about ${alert}: ${modeReason}.`,
    };
  }
  const index = considered.findIndex(({ matched }) => matched);
  const rule = policy.rules[index]?.rule;
  const chosen = rule === undefined ? null : chosenOf(rule, policy.policy);
  const { mode, modeReason } =
    rule === undefined
      ? { mode: null, modeReason: 'no rule fits the alert' }
      : cautious(
          modeOf(rule, environment),
          answers.slice(0, index).find(({ unanswered }) => unanswered === true),
        );
  const decision = {
    policyVersion: policy.version,
    environment: environment.name,
    considered,
    chosen,
    mode,
    modeReason,
  };
  if (signal.condition === 'resolved') {
    const sentence = `As ${alert} is resolved, the incident that it opened in environment ${environment.name}, if there is one, is told.`;
    return { ...decision, action: 'close-incident', sentence };
  }
  if (rule === undefined || mode === null) {
    const sentence = `Nothing is done about ${alert} in environment ${environment.name}: none of the ${considered.length} rules fits it.`;
    return { ...decision, action: 'none', sentence };
  }
  const ladder = rule.ladder.map(({ runbook }) => runbook).join(', then ');
  const sentence = `For ${alert} in environment ${environment.name}, ${consequence(mode, ladder)}: ${modeReason}.`;
  return { ...decision, action: actionOfMode[mode], sentence };
}
