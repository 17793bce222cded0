import type { EpochMillis } from '../kernel/clock';
import type { Seconds } from '../kernel/duration';
import { InvariantError } from '../kernel/errors';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import { calendarLimit, type CalendarLimit, type GroupLimit } from '../guard';
import { compileGlob } from './glob';
import { environmentOfParts, type CompiledPolicy } from './matching';
import type { Breaker, Budget, Group, Policy, Rule, SubjectTags } from './model';

/** The limits that hold for an action in one environment, whoever asks for it. */
export interface EnvironmentLimits {
  /** Tags of the resource, for budgets that count by them. */
  readonly tags: SubjectTags;
  readonly budgets: readonly Budget[];
  readonly lease: Seconds;
  readonly patience: Seconds;
  readonly cooldown: Seconds;
  readonly verification: Policy['defaults']['verification'];
  /** Groups that the resource belongs to. */
  readonly groups: readonly GroupLimit[];
  readonly recurrence: Rule['recurrence'];
  readonly breaker: Breaker | undefined;
  readonly calendar: CalendarLimit | undefined;
}

/** What the limits depend on beside the environment. */
export interface LimitedAction {
  readonly target: ResourceId;
  /** The rule that asks; none for an operator's order. */
  readonly rule?: string;
  /** Tags of the target; unknown when left out. */
  readonly tags?: SubjectTags;
  /** When it is ordered: from then on the calendar is worked out. */
  readonly at: EpochMillis;
}

/** Name of the environment of the policy that a resource lies in; `undefined` when it lies in none. */
export function environmentOf(policy: CompiledPolicy, target: ResourceId): string | undefined {
  const parsed = parseResourceId(target);
  return parsed === undefined ? undefined : environmentOfParts(policy, parsed.parts)?.name;
}

/**
 * The limits of an environment of the policy for one action.
 * @throws InvariantError for a name that is not one of its environments.
 */
export function limitsOf({ policy }: CompiledPolicy, environment: string, action: LimitedAction): EnvironmentLimits {
  const found = policy.environments[environment];
  if (found === undefined) {
    throw new InvariantError(`the policy has no environment "${environment}"`);
  }
  const { lease, patience, cooldown, verification, breaker } = policy.defaults;
  const calendar = found.calendar === undefined ? undefined : policy.calendars?.[found.calendar];
  return {
    tags: action.tags ?? { kind: 'unknown', reason: 'nobody looked them up' },
    budgets: found.budgets,
    lease,
    patience,
    cooldown,
    verification,
    groups: groupsOf(found.groups ?? [], action.target),
    recurrence: policy.rules.find(({ name }) => name === action.rule)?.recurrence,
    breaker,
    calendar: calendar && calendarLimit({ name: found.calendar ?? '', ...calendar }, action.at),
  };
}

function groupsOf(groups: readonly Group[], target: ResourceId): GroupLimit[] {
  const parts = parseResourceId(target)?.parts;
  const fits = (globs: readonly string[] | undefined, text: string): boolean =>
    globs === undefined || globs.some((glob) => compileGlob(glob)(text));
  return groups
    .filter((group) => fits(group.resource, parts?.name ?? '') && fits(group.resourceGroup, parts?.resourceGroup ?? ''))
    .map(({ name, members, minHealthy }) => ({ name, members, minHealthy }));
}
