import type { Seconds } from '../kernel/duration';
import { InvariantError } from '../kernel/errors';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import { environmentOfParts, type CompiledPolicy } from './matching';
import type { Budget, Policy } from './model';

/** The limits that hold for actions in one environment, whoever asks for them. */
export interface EnvironmentLimits {
  readonly budgets: readonly Budget[];
  readonly lease: Seconds;
  readonly patience: Seconds;
  readonly cooldown: Seconds;
  readonly verification: Policy['defaults']['verification'];
}

/** Name of the environment of the policy that a resource lies in; `undefined` when it lies in none. */
export function environmentOf(policy: CompiledPolicy, target: ResourceId): string | undefined {
  const parsed = parseResourceId(target);
  return parsed === undefined ? undefined : environmentOfParts(policy, parsed.parts)?.name;
}

/**
 * The limits of an environment of the policy.
 * @throws InvariantError for a name that is not one of its environments.
 */
export function limitsOf({ policy }: CompiledPolicy, environment: string): EnvironmentLimits {
  const found = policy.environments[environment];
  if (found === undefined) {
    throw new InvariantError(`the policy has no environment "${environment}"`);
  }
  const { lease, patience, cooldown, verification } = policy.defaults;
  return { budgets: found.budgets, lease, patience, cooldown, verification };
}
