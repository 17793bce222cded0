import { app } from 'durable-functions';
import { durableIncidents } from '../src/adapters/durable';
import { takeAzureMonitorAlert, type AlertDeps } from '../src/operator';
import { incidentNames } from '../src/run';

/** Registers the door of Azure Monitor action groups: `POST /api/alerts/azure-monitor`, common alert schema. */
export function registerAlerts(deps: AlertDeps): void {
  app.client.http('alerts-azure-monitor', {
    route: 'alerts/azure-monitor',
    methods: ['POST'],
    authLevel: 'function',
    handler: (request, client) => takeAzureMonitorAlert(deps, request, durableIncidents(client, incidentNames)),
  });
}
