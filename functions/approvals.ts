import { app } from 'durable-functions';
import { durableEngine } from '../src/adapters/durable';
import {
  approvalActivities,
  closeApprovalContract,
  lookAtApprovalContract,
  openApprovalContract,
} from '../src/approvals';
import { approvalPage } from '../src/operator';
import type { Foundation } from './foundation';
import { apiRoute } from './http-route';

/**
 * Registers what asking and telling people needs: the activities behind `askApproval`, the sweep that wakes whoever was not
 * woken, and the delivery of what was kept.
 */
export function registerApprovals({ config, approvals, links, notifications, log }: Foundation): void {
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

  // The page asks for no key: the link's token says who answers what, and without keys no token is good.
  if (config.notifications.linkKeys.length > 0) {
    app.client.http('approval-page', {
      route: apiRoute('approve'),
      methods: ['GET', 'POST'],
      authLevel: 'anonymous',
      handler: (request, client) => approvalPage({ approvals, links, log }, request, durableEngine(client)),
    });
  }

  // Without an address there is nothing to deliver to: what would be told stands in the log.
  if (config.notifications.channels.size > 0) {
    app.client.timer('deliver-notifications', {
      schedule: '15 * * * * *',
      handler: async () => {
        await notifications.deliver();
      },
    });
  }
}
