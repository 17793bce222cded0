import { app } from 'durable-functions';
import { durableIncidents } from '../src/adapters/durable';
import { takeAzureMonitorAlert, takeSecureAzureMonitorAlert, type Access, type AlertDeps } from '../src/operator';
import { incidentNames } from '../src/run';
import { apiRoute } from './http-route';

/**
 * Registers the doors of Azure Monitor's alerts, common alert schema: `POST /api/alerts/azure-monitor` for senders with a
 * token, such as an action group's secure webhook, and `POST /api/alerts/azure-monitor/key` for those that can do no better
 * than a function key. Where no tokens are set up, the first asks for a key as well.
 */
export function registerAlerts(deps: AlertDeps, access: Access): void {
  app.client.http('alerts-azure-monitor', {
    route: apiRoute('alerts/azure-monitor'),
    methods: ['POST'],
    authLevel: access.kind === 'token' ? 'anonymous' : 'function',
    handler: (request, client) =>
      takeSecureAzureMonitorAlert(deps, access, request, durableIncidents(client, incidentNames)),
  });
  app.client.http('alerts-azure-monitor-key', {
    route: apiRoute('alerts/azure-monitor/key'),
    methods: ['POST'],
    authLevel: 'function',
    handler: (request, client) => takeAzureMonitorAlert(deps, request, durableIncidents(client, incidentNames)),
  });
}
