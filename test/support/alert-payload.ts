/** Resource id of a web machine of the seeded estate. */
export function machineId(environment: 'dev' | 'prod', number: number): string {
  const name = `vm-web-${environment}-weu-${String(number).padStart(2, '0')}`;
  return `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourceGroups/rg-web-${environment}-weu-001/providers/Microsoft.Compute/virtualMachines/${name}`;
}

/** An availability alert in the common alert schema, as Azure Monitor posts it for a metric rule with a static threshold. */
export function availabilityAlert(options: {
  readonly target: string;
  readonly condition?: 'Fired' | 'Resolved';
  readonly firedAt?: string;
  /** The last part of the alert's id; another one is another occurrence. */
  readonly alert?: string;
}) {
  const {
    target,
    condition = 'Fired',
    firedAt = '2026-03-02T08:00:00.0000000Z',
    alert = '7a5c1c0e-6d52-4c57-9c3a-2f1f9a3f2a11',
  } = options;
  const name = target.split('/').at(-1) as string;
  return {
    schemaId: 'azureMonitorCommonAlertSchema',
    data: {
      essentials: {
        alertId: `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/providers/Microsoft.AlertsManagement/alerts/${alert}`,
        alertRule: 'alert-vm-availability-prod',
        targetResourceType: 'microsoft.compute/virtualmachines',
        severity: 'Sev1',
        signalType: 'Metric',
        monitorCondition: condition,
        monitoringService: 'Platform',
        alertTargetIDs: [target.toLowerCase()],
        configurationItems: [name],
        originAlertId: `3f2b8a10_alert-vm-availability-prod_${name}`,
        firedDateTime: firedAt,
        ...(condition === 'Resolved' ? { resolvedDateTime: '2026-03-02T08:05:00.0000000Z' } : {}),
        description: 'The machine is not available.',
        essentialsVersion: '1.0',
        alertContextVersion: '1.0',
      },
      alertContext: {
        properties: null,
        conditionType: 'SingleResourceMultipleMetricCriteria',
        condition: {
          windowSize: 'PT1M',
          allOf: [
            {
              metricName: 'VmAvailabilityMetric',
              metricNamespace: 'Microsoft.Compute/virtualMachines',
              operator: 'LessThan',
              threshold: '1',
              timeAggregation: 'Average',
              dimensions: [],
              metricValue: 0,
            },
          ],
          windowStartTime: '2026-03-02T07:58:00Z',
          windowEndTime: '2026-03-02T07:59:00Z',
        },
      },
      customProperties: null,
    },
  };
}
