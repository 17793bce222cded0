/** What Azure Monitor says, and to whom. Types only. */

/** One attempt to deliver an alert to a webhook. */
export interface DeliveryAttempt {
  at: number;
  /** HTTP status; 0 for a transport error or timeout. */
  status: number;
  error?: string;
}

export interface Delivery {
  id: string;
  alertId: string;
  rule: string;
  monitorCondition: 'Fired' | 'Resolved';
  url: string;
  /** `suppressed`: the endpoint is in its 15 minutes of silence. `refused`: a status that is not tried again. */
  state: 'pending' | 'delivered' | 'refused' | 'exhausted' | 'suppressed';
  attempts: DeliveryAttempt[];
  payload: CommonAlert;
}

/** The common alert schema as Azure Monitor posts it. */
export interface CommonAlert {
  schemaId: 'azureMonitorCommonAlertSchema';
  data: {
    essentials: AlertEssentials;
    alertContext: Record<string, unknown>;
    customProperties?: Record<string, string> | null;
  };
}

export interface AlertEssentials {
  alertId: string;
  alertRule: string;
  /** Resource id of the rule. Azure sends it with this casing. */
  alertRuleID?: string;
  severity: string;
  signalType: string;
  monitorCondition: 'Fired' | 'Resolved';
  monitoringService: string;
  alertTargetIDs: string[];
  configurationItems?: string[];
  originAlertId: string;
  firedDateTime: string;
  resolvedDateTime?: string;
  description: string;
  essentialsVersion: string;
  alertContextVersion: string;
  targetResourceType?: string;
  targetResourceGroup?: string;
  investigationLink?: string;
}

/** Kinds of alert that do not come from the metric rules and are raised on demand. */
export type RaisedAlertKind = 'log' | 'activity-log' | 'resource-health' | 'service-health' | 'metric';

export interface RaiseAlert {
  kind: RaisedAlertKind;
  /** Resource id of the target. For `service-health` its subscription is the target. */
  target: string;
  /**
   * Default Fired. Alerts on the activity log (`activity-log`, `resource-health`, `service-health`) have no state in Azure:
   * that all is well again arrives as one more `Fired` alert, with an id of its own and `alertContext.status` `Resolved`,
   * and that is what `Resolved` makes of them.
   */
  monitorCondition?: 'Fired' | 'Resolved';
  /** Name of the alert rule. */
  rule?: string;
  severity?: 0 | 1 | 2 | 3 | 4;
  description?: string;
  /** Same key, same alert id: a Resolved finds its Fired. Default: rule and target. */
  key?: string;
  /** Merged over the generated alert context. */
  context?: Record<string, unknown>;
  /** Default: every action group of the estate. */
  actionGroupIds?: string[];
}

/** An injected series: overrides what the machine's state would show, from `from` on (epoch ms) until `until`. */
export interface MetricInjection {
  resourceId: string;
  metricName: string;
  value: number;
  from?: number;
  until?: number;
}

export interface AlertState {
  rule: string;
  target: string;
  state: 'Fired' | 'Resolved';
  alertId: string;
  since: number;
}
