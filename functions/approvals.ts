import { app } from 'durable-functions';
import { durableEngine } from '../src/adapters/durable';
import {
  approvalActivities,
  closeApprovalContract,
  lookAtApprovalContract,
  openApprovalContract,
} from '../src/approvals';
import type { Foundation } from './foundation';

/** Registers what asking people needs: the activities behind `askApproval`, and the sweep that wakes whoever was not woken. */
export function registerApprovals({ approvals }: Pick<Foundation, 'approvals'>): void {
  const activities = approvalActivities(approvals);
  app.activity(openApprovalContract.name, { handler: activities.open });
  app.activity(lookAtApprovalContract.name, { handler: activities.look });
  app.activity(closeApprovalContract.name, { handler: activities.close });

  app.client.timer('sweep-approvals', {
    schedule: '30 */5 * * * *',
    handler: async (_timer, client) => {
      await approvals.sweep(durableEngine(client));
    },
  });
}
