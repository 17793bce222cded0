import { handler } from '../kernel/activity';
import type { Approvals } from './approvals';
import { closeApprovalContract, lookAtApprovalContract, openApprovalContract } from './contract';
import { viewOf } from './plan';

/** The activities behind `askApproval`. */
export function approvalActivities(approvals: Approvals) {
  return {
    open: handler(openApprovalContract, async ({ request, instanceId }) =>
      viewOf(await approvals.open(request, instanceId)),
    ),
    look: handler(lookAtApprovalContract, async ({ id }) => viewOf(await approvals.look(id))),
    close: handler(closeApprovalContract, async ({ id, reason }) => viewOf(await approvals.close(id, reason))),
  };
}
export type ApprovalActivities = ReturnType<typeof approvalActivities>;
