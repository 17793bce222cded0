import type { EpochMillis } from '../kernel/clock';
import { approvalOf, limitsOf, type CompiledPolicy, type Decision, type SubjectTags } from '../rules';
import type { Catalogue } from '../runbooks';
import type { Signal } from '../signal';
import { orderLimits } from './limits';
import type { IncidentOrder } from './model';

/** Instance id of the incident that belongs to an alert occurrence on a resource. */
export const incidentIdOf = (correlation: string): string => `incident-${correlation}`;

/** The incident that a decision leads to; null when it leads to none. */
export function orderOf(
  decision: Decision,
  signal: Signal,
  policy: CompiledPolicy,
  catalogue: Catalogue,
  given: { readonly at: EpochMillis; readonly tags?: SubjectTags },
): IncidentOrder | null {
  const { chosen, environment, action } = decision;
  if ((action !== 'open-incident' && action !== 'suggest') || chosen === null || environment === null) {
    return null;
  }
  const approval = approvalOf(policy, environment, chosen.rule);
  const isAsked = policy.policy.rules.find(({ name }) => name === chosen.rule)?.approval !== undefined;
  return {
    incidentId: incidentIdOf(signal.correlation),
    environment,
    signalId: signal.id,
    correlation: signal.correlation,
    target: signal.target,
    alertRule: signal.rule,
    severity: signal.severity,
    summary: signal.summary,
    occurredAt: signal.occurredAt,
    rule: chosen.rule,
    policyVersion: policy.version,
    // What would be proposed is asked where the rule names whom: then it is done when they say yes.
    mode: action === 'suggest' && !isAsked ? 'suggest' : 'auto',
    ladder: chosen.ladder.map(({ runbook, parameters }) => {
      const found = catalogue.find(runbook);
      const asks = approval?.always(found?.impact ?? 'destructive') === true;
      return {
        runbook,
        parameters,
        operationLimitSeconds: found?.operationLimitSeconds ?? 1800,
        ...(asks ? { asks } : {}),
      };
    }),
    ...(approval === undefined ? {} : { approval: approval.terms }),
    ...orderLimits({
      ...limitsOf(policy, environment, { target: signal.target, rule: chosen.rule, ...given }),
      verification: chosen.verification,
      cooldown: chosen.cooldown,
    }),
  };
}
