import { resourceNotFound } from '../errors';
import { ActionGroupSeed, MetricAlertSeed } from '../model';
import { parseResourceId, sameId, withinScope } from '../resource-id';
import { ArmRoute, Router } from '../router';
import { World } from '../world';
import { page } from './listing';

const subscription = '/subscriptions/{subscriptionId}';
const provider = 'Microsoft.Insights';

/** Microsoft.Insights: metric alert rules and action groups, read-only. */
export function registerMonitorRules(router: Router, world: World): void {
  router.add(
    ...readable({
      world,
      type: 'metricAlerts',
      apiVersions: ['2026-01-01', '2024-03-01-preview', '2018-03-01'],
      items: () => world.estate.metricAlerts,
      show: showAlert,
    }),
    ...readable({
      world,
      type: 'actionGroups',
      apiVersions: ['2024-10-01-preview', '2023-01-01', '2021-09-01'],
      items: () => world.estate.actionGroups,
      show: showGroup,
    }),
  );
}

function readable<T extends { id: string }>(options: {
  world: World;
  type: string;
  apiVersions: string[];
  items: () => T[];
  show: (item: T) => Record<string, unknown>;
}): ArmRoute[] {
  const { world, type, apiVersions, items, show } = options;
  const common = { method: 'GET' as const, action: `${provider}/${type}/read`, apiVersions };
  const inGroup = `${subscription}/resourceGroups/{resourceGroup}/providers/${provider}/${type}`;
  const within = (scope: string): T[] => items().filter((each) => withinScope(each.id, scope));
  return [
    {
      ...common,
      template: `${inGroup}/{name}`,
      handle(call) {
        const found = items().find((each) => sameId(each.id, call.resourceId));
        if (found !== undefined) return { status: 200, body: show(found) };
        const parts = parseResourceId(call.resourceId);
        throw resourceNotFound(`${provider}/${type}`, parts?.name ?? '', parts?.resourceGroup ?? '');
      },
    },
    { ...common, template: inGroup, handle: (call) => page(call, world.pageSize, within(call.resourceId), show) },
    {
      ...common,
      template: `${subscription}/providers/${provider}/${type}`,
      handle: (call) => page(call, world.pageSize, within(`/subscriptions/${call.subscriptionId}`), show),
    },
  ];
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
