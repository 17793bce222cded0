import type { ActionGroupSeed, MetricAlertSeed } from '../model';
import { parseResourceId } from '../resource-id';
import type { Router } from '../router';
import type { World } from '../world';
import { readOnlyRoutes } from './read-only';

/** Microsoft.Insights: metric alert rules and action groups, read-only. */
export function registerMonitorRules(router: Router, world: World): void {
  router.add(
    ...readOnlyRoutes({
      world,
      type: 'Microsoft.Insights/metricAlerts',
      apiVersions: ['2026-01-01', '2024-03-01-preview', '2018-03-01'],
      items: () => world.estate.metricAlerts,
      show: showAlert,
    }),
    ...readOnlyRoutes({
      world,
      type: 'Microsoft.Insights/actionGroups',
      apiVersions: ['2024-10-01-preview', '2023-01-01', '2021-09-01'],
      items: () => world.estate.actionGroups,
      show: showGroup,
    }),
  );
}

function showAlert(rule: MetricAlertSeed): Record<string, unknown> {
  return {
    id: rule.id,
    name: parseResourceId(rule.id)?.name,
    type: 'Microsoft.Insights/metricAlerts',
    location: 'global',
    tags: {},
    properties: {
      description: rule.description,
      severity: rule.severity,
      enabled: rule.enabled,
      scopes: rule.scopes,
      evaluationFrequency: rule.evaluationFrequency,
      windowSize: rule.windowSize,
      targetResourceType: 'Microsoft.Compute/virtualMachines',
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria',
        allOf: rule.criteria.map((criterion) => ({
          criterionType: 'StaticThresholdCriterion',
          dimensions: [],
          ...criterion,
        })),
      },
      autoMitigate: rule.autoMitigate,
      actions: rule.actionGroupIds.map((actionGroupId) => ({ actionGroupId, webHookProperties: {} })),
      ...(rule.customProperties === undefined ? {} : { customProperties: rule.customProperties }),
    },
  };
}

function showGroup(group: ActionGroupSeed): Record<string, unknown> {
  return {
    id: group.id,
    name: parseResourceId(group.id)?.name,
    type: 'Microsoft.Insights/ActionGroups',
    location: 'Global',
    tags: {},
    properties: {
      groupShortName: group.shortName,
      enabled: true,
      emailReceivers: [],
      // As in Azure, the URI is shown; a key in its query is the receiver's to protect.
      webhookReceivers: group.webhooks.map((webhook) => ({ ...webhook, useAadAuth: false, status: 'Enabled' })),
    },
  };
}
