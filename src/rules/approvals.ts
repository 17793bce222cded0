import { usualTerms, type Terms } from '../approvals';
import { InvariantError } from '../kernel/errors';
import type { Impact } from '../runbooks';
import type { ApprovalTerms } from './approvals.model';
import type { CompiledPolicy } from './matching';

/** How people are asked about the actions of one order, and about which of them. */
export interface ApprovalRule {
  readonly terms: Terms;
  /** Whether an action of this impact is never carried out without them; others only when the guard asks. */
  always(impact: Impact): boolean;
}

const rank: Readonly<Record<Impact, number>> = { none: 0, disruptive: 1, destructive: 2 };

/**
 * Whom to ask about actions in an environment of the policy; `undefined` where nobody is to be asked, and then what would need
 * a person is handed over.
 * @param rule that wants to act; none for an operator's order.
 * @throws InvariantError for an environment that is not one of the policy's.
 */
export function approvalOf({ policy }: CompiledPolicy, environment: string, rule?: string): ApprovalRule | undefined {
  const own = rule === undefined ? undefined : policy.rules.find(({ name }) => name === rule);
  const place = policy.environments[environment];
  if (place === undefined) {
    throw new InvariantError(`the policy has no environment "${environment}"`);
  }
  const name = own?.approval ?? place.approval?.terms;
  if (name === undefined) {
    return undefined;
  }
  const from = rule === undefined ? place.approval?.orders : place.approval?.rules;
  return {
    terms: termsNamed(policy.approvals?.[name], name),
    always: (impact) => own?.approval !== undefined || (from !== undefined && rank[impact] >= rank[from]),
  };
}

/** Whom to ask about what an environment's policy does not mention but a domain never does alone. */
export function termsFor({ policy }: CompiledPolicy, environment: string): Terms {
  const name = policy.environments[environment]?.approval?.terms;
  return name === undefined ? usualTerms : termsNamed(policy.approvals?.[name], name);
}

function termsNamed(terms: ApprovalTerms | undefined, name: string): Terms {
  if (terms === undefined) {
    throw new InvariantError(`the policy has no approvals "${name}"`);
  }
  const { stages, otherwise } = terms;
  return { name, stages: stages.map(({ within, need }) => ({ withinSeconds: within, need })), otherwise };
}
