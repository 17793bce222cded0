import type { FieldDecision } from '../ledger';
import type { RunReport } from '../run';
import { scaleRunbook } from './model';

/** Field of a scale set that is the scaler's (`infra/ownership.yaml`). */
const capacityField = 'instances';

/**
 * What a run of the scaler set that Terraform knows too. A run that was undone, or that nobody can tell the outcome of, set
 * nothing that it stands for: what is there then shows as drift of nobody known, and a person looks.
 */
export function fieldsSetByScaling({ id, runbook, target, result, plan, appliedAt, undo }: RunReport): FieldDecision[] {
  const isSure = result.kind === 'applied' && result.outcome !== 'unverifiable' && undo === null;
  if (runbook !== scaleRunbook || !isSure || plan?.kind !== 'act' || appliedAt === null) {
    return [];
  }
  const sentence = [plan.summary, ...plan.reasons].join('; ').slice(0, 1024);
  return [{ id, resource: target, field: capacityField, value: plan.before['wanted'], at: appliedAt, sentence }];
}
