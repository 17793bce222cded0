import { usualTerms, type ApprovalRequest } from '../../approvals/model';
import type { ResourceId } from '../../kernel/resource-id';
import type { RestoreOrder, RestorePlan, RestoreResult } from './model';

/** What people are asked before a machine in use is touched: the plan, what is lost, and what the guard wants of them. */
export function approvalOf(
  order: RestoreOrder,
  plan: RestorePlan,
  planHash: string,
  wanted: readonly string[],
): Omit<ApprovalRequest, 'id'> {
  const before = plan.before;
  const after = plan.phases.flatMap(({ stages }) => stages).find((stage) => stage.kind === 'exchange');
  const name = (id: string | undefined): string => id?.slice(id.lastIndexOf('/') + 1) ?? '';
  return {
    environment: order.environment,
    scope: 'restore',
    subject: plan.target,
    summary: plan.summary,
    reasons: [...plan.reasons, ...wanted].map((reason) => reason.slice(0, 1024)).slice(0, 20),
    planHash,
    steps: [...plan.steps],
    before: {
      systemDisk: name(before?.systemDisk),
      dataDisks: (before?.dataDisks ?? [])
        .map(({ lun, disk }) => `${lun}: ${name(disk)}`)
        .join(', ')
        .slice(0, 512),
      running: plan.wasRunning,
    },
    after: {
      systemDisk: name(after?.systemDisk),
      dataDisks: (after?.dataDisks ?? [])
        .map(({ lun, disk }) => `${lun}: ${name(disk)}`)
        .join(', ')
        .slice(0, 512),
      point: plan.point,
      pointTakenAt: plan.takenAt,
    },
    requestedBy: order.askedBy,
    terms: usualTerms,
  };
}

/** Disks that nothing uses after a restore and that only a person removes. */
export function keptAfter(plan: RestorePlan, result: RestoreResult): ResourceId[] {
  if (result !== 'restored' || plan.before === null) {
    return [];
  }
  const exchanged = plan.phases.flatMap(({ stages }) => stages).find((stage) => stage.kind === 'exchange');
  const attached = new Set<ResourceId>([
    ...(exchanged === undefined ? [] : [exchanged.systemDisk, ...exchanged.dataDisks.map(({ disk }) => disk)]),
  ]);
  const before = [plan.before.systemDisk, ...plan.before.dataDisks.map(({ disk }) => disk)];
  return before.filter((disk) => !attached.has(disk));
}
