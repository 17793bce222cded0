import type { ActionGroupSeed, MetricAlertSeed } from '../model';
import { environments, groupId, hubGroup, resourceId } from './names';

const alertType = 'Microsoft.Insights/metricAlerts';
export const actionGroupId = resourceId(hubGroup, 'Microsoft.Insights/actionGroups', 'ag-caretaker-weu-001');

/** The receiver's URL is wired when Caretaker's address is known: `CloudControl.setWebhook`. */
export function actionGroups(): ActionGroupSeed[] {
  return [
    {
      id: actionGroupId,
      shortName: 'caretaker',
      webhooks: [{ name: 'caretaker', serviceUri: '', useCommonAlertSchema: true }],
    },
  ];
}

/** Availability, CPU and memory of the web machines, per environment. */
export function metricAlerts(): MetricAlertSeed[] {
  return environments.flatMap(({ environment, group }) => {
    const prod = environment === 'prod';
    const rule = (
      name: string,
      description: string,
      severity: MetricAlertSeed['severity'],
      windowSize: string,
      criterion: Omit<MetricAlertSeed['criteria'][number], 'name' | 'metricNamespace'>,
    ): MetricAlertSeed => ({
      id: resourceId(group, alertType, name),
      description,
      severity,
      enabled: true,
      scopes: [groupId(group)],
      evaluationFrequency: 'PT1M',
      windowSize,
      criteria: [{ name: 'Metric1', metricNamespace: 'Microsoft.Compute/virtualMachines', ...criterion }],
      autoMitigate: true,
      actionGroupIds: [actionGroupId],
    });
    return [
      rule(
        `alert-vm-availability-${environment}`,
        'A web machine does not answer to the platform.',
        prod ? 1 : 2,
        'PT1M',
        { metricName: 'VmAvailabilityMetric', operator: 'LessThan', threshold: 1, timeAggregation: 'Average' },
      ),
      rule(`alert-vm-cpu-${environment}`, 'A web machine is short of processor time.', 3, 'PT5M', {
        metricName: 'Percentage CPU',
        operator: 'GreaterThan',
        threshold: 90,
        timeAggregation: 'Average',
      }),
      rule(`alert-vm-memory-${environment}`, 'A web machine is short of memory.', 3, 'PT5M', {
        metricName: 'Available Memory Bytes',
        operator: 'LessThan',
        threshold: 536_870_912,
        timeAggregation: 'Average',
      }),
    ];
  });
}
