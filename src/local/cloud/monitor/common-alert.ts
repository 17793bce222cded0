import type { AlertEssentials, CommonAlert, MetricAlertSeed } from '../model';
import { parseResourceId } from '../resource-id';

/** What every kind of alert has. */
export interface AlertHead {
  alertGuid: string;
  rule: string;
  ruleId?: string;
  severity: number;
  /** Azure writes `ActivityLog` for service health and `Activity Log` for the rest. */
  signalType: 'Metric' | 'Log' | 'Activity Log' | 'ActivityLog';
  monitoringService: string;
  monitorCondition: 'Fired' | 'Resolved';
  target: string;
  originAlertId: string;
  firedAt: number;
  resolvedAt?: number;
  description: string;
  customProperties?: Record<string, string>;
}

/** The common alert schema around an alert context. Azure sends target ids in lower case. */
export function commonAlert(head: AlertHead, alertContext: Record<string, unknown>): CommonAlert {
  const parts = parseResourceId(head.target);
  const essentials: AlertEssentials = {
    alertId: `/subscriptions/${parts?.subscriptionId ?? ''}/providers/Microsoft.AlertsManagement/alerts/${head.alertGuid}`,
    alertRule: head.rule,
    ...(parts?.type === undefined ? {} : { targetResourceType: parts.type.toLowerCase() }),
    ...(head.ruleId === undefined ? {} : { alertRuleID: head.ruleId }),
    severity: `Sev${head.severity}`,
    signalType: head.signalType,
    monitorCondition: head.monitorCondition,
    ...(parts?.resourceGroup === undefined ? {} : { targetResourceGroup: parts.resourceGroup.toLowerCase() }),
    monitoringService: head.monitoringService,
    alertTargetIDs: [head.target.toLowerCase()],
    // An alert on a whole subscription has none.
    ...(parts?.name === undefined ? {} : { configurationItems: [parts.name.toLowerCase()] }),
    originAlertId: head.originAlertId,
    firedDateTime: new Date(head.firedAt).toISOString(),
    ...(head.resolvedAt === undefined ? {} : { resolvedDateTime: new Date(head.resolvedAt).toISOString() }),
    description: head.description,
    essentialsVersion: '1.0',
    alertContextVersion: '1.0',
  };
  return {
    schemaId: 'azureMonitorCommonAlertSchema',
    data: {
      essentials,
      alertContext,
      ...(head.customProperties === undefined ? {} : { customProperties: head.customProperties }),
    },
  };
}

/** The context of a metric alert with static thresholds, for one target out of several. */
export function metricContext(
  rule: Pick<MetricAlertSeed, 'criteria' | 'windowSize' | 'customProperties'>,
  target: string,
  values: number[],
  window: { from: number; to: number },
): Record<string, unknown> {
  return {
    properties: rule.customProperties ?? null,
    conditionType: 'MultipleResourceMultipleMetricCriteria',
    condition: {
      windowSize: rule.windowSize,
      allOf: rule.criteria.map((criterion, index) => ({
        metricName: criterion.metricName,
        metricNamespace: criterion.metricNamespace,
        operator: criterion.operator,
        threshold: String(criterion.threshold),
        timeAggregation: criterion.timeAggregation,
        dimensions: [
          { name: 'microsoft.resourceId', value: target },
          { name: 'microsoft.resourceType', value: parseResourceId(target)?.type ?? '' },
        ],
        metricValue: values[index] ?? 0,
        webTestName: null,
      })),
      windowStartTime: new Date(window.from).toISOString(),
      windowEndTime: new Date(window.to).toISOString(),
    },
  };
}
