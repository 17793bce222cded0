import { CloudControlError } from '../errors';
import type { CommonAlert, RaiseAlert } from '../model';
import { parseResourceId } from '../resource-id';
import type { World } from '../world';
import { type AlertHead, commonAlert, metricContext } from './common-alert';

interface Occurrence {
  number: number;
  firedAt: number;
  resolvedAt?: number;
}

type Context = (world: World, alert: RaiseAlert, occurrence: Occurrence) => Record<string, unknown>;

const kinds: Record<
  RaiseAlert['kind'],
  Pick<AlertHead, 'signalType' | 'monitoringService'> & { severity: number; context: Context; stateless?: true }
> = {
  metric: { signalType: 'Metric', monitoringService: 'Platform', severity: 2, context: metric },
  log: { signalType: 'Log', monitoringService: 'Log Alerts V2', severity: 2, context: logQuery },
  'activity-log': {
    signalType: 'Activity Log',
    monitoringService: 'Activity Log - Administrative',
    severity: 4,
    context: activityLog,
    stateless: true,
  },
  'resource-health': {
    signalType: 'Activity Log',
    monitoringService: 'Resource Health',
    severity: 4,
    context: resourceHealth,
    stateless: true,
  },
  'service-health': {
    signalType: 'ActivityLog',
    monitoringService: 'ServiceHealth',
    severity: 4,
    context: serviceHealth,
    stateless: true,
  },
};

/** Whether alerts of a kind come one by one, without a Resolved that belongs to a Fired. */
export function isStateless(kind: RaiseAlert['kind']): boolean {
  return kinds[kind].stateless === true;
}

/** An alert of any kind as Azure Monitor would send it, for a target that need not be in trouble. */
export function raisedAlert(world: World, alert: RaiseAlert, occurrence: Occurrence): CommonAlert {
  const parts = parseResourceId(alert.target);
  if (parts === undefined) {
    throw new CloudControlError(`target must be a resource id starting with /subscriptions/, got '${alert.target}'`);
  }
  const kind = kinds[alert.kind];
  const rule = alert.rule ?? `alert-${alert.kind}`;
  const key = alert.key ?? `${alert.kind}|${rule}|${alert.target.toLowerCase()}`;
  const guid = world.random.guid(`raised ${key} ${occurrence.number}`);
  const head: AlertHead = {
    alertGuid: guid,
    rule,
    severity: alert.severity ?? kind.severity,
    signalType: kind.signalType,
    monitoringService: kind.monitoringService,
    monitorCondition: kind.stateless === true ? 'Fired' : (alert.monitorCondition ?? 'Fired'),
    target: alert.kind === 'service-health' ? `/subscriptions/${parts.subscriptionId}` : alert.target,
    originAlertId: `${parts.subscriptionId}_${world.random.hex(`origin ${key} ${occurrence.number}`, 32)}`,
    firedAt: occurrence.firedAt,
    description: alert.description ?? '',
    ...(occurrence.resolvedAt === undefined || kind.stateless === true ? {} : { resolvedAt: occurrence.resolvedAt }),
  };
  return commonAlert(head, { ...kind.context(world, alert, occurrence), ...alert.context });
}

function metric(_world: World, alert: RaiseAlert, { firedAt }: Occurrence): Record<string, unknown> {
  const criterion = {
    name: 'Metric1',
    metricName: 'Percentage CPU',
    metricNamespace: 'Microsoft.Compute/virtualMachines',
    operator: 'GreaterThan' as const,
    threshold: 90,
    timeAggregation: 'Average' as const,
  };
  const window = { from: firedAt - 300_000, to: firedAt };
  return metricContext({ windowSize: 'PT5M', criteria: [criterion] }, alert.target, [97.4], window);
}

function logQuery(world: World, alert: RaiseAlert, { firedAt }: Occurrence): Record<string, unknown> {
  const name = parseResourceId(alert.target)?.name ?? '';
  const from = new Date(firedAt - 600_000).toISOString();
  const to = new Date(firedAt).toISOString();
  const portal = `https://portal.azure.com#@${world.estate.tenantId}/blade/Microsoft_Azure_Monitoring_Logs/LogsBlade/source/Alerts.EmailLinks`;
  const api = `https://api.loganalytics.io/v1${alert.target}/query?query=Heartbeat&timespan=${encodeURIComponent(`${from}/${to}`)}`;
  return {
    properties: {},
    conditionType: 'LogQueryCriteria',
    condition: {
      windowSize: 'PT10M',
      allOf: [
        {
          searchQuery: 'Heartbeat | summarize Beats = count() by Computer',
          metricMeasureColumn: 'Beats',
          targetResourceTypes: "['Microsoft.Compute/virtualMachines']",
          operator: 'LowerThan',
          threshold: '1',
          timeAggregation: 'Count',
          dimensions: [{ name: 'Computer', value: name }],
          metricValue: 0,
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
          linkToSearchResultsUI: portal,
          linkToFilteredSearchResultsUI: portal,
          linkToSearchResultsAPI: api,
          linkToFilteredSearchResultsAPI: api,
        },
      ],
      windowStartTime: from,
      windowEndTime: to,
    },
  };
}

/** What the three kinds of activity log event share. */
function event(world: World, alert: RaiseAlert, { number, firedAt }: Occurrence): Record<string, unknown> {
  const id = (name: string): string => world.random.guid(`${name} ${alert.kind} ${alert.target} ${number}`);
  return {
    correlationId: id('correlation'),
    eventDataId: id('event'),
    eventTimestamp: new Date(firedAt).toISOString(),
    operationId: id('operation'),
    submissionTimestamp: new Date(firedAt + 20_000).toISOString(),
  };
}

function activityLog(world: World, alert: RaiseAlert, occurrence: Occurrence): Record<string, unknown> {
  const action = 'Microsoft.Compute/virtualMachines/deallocate/action';
  const caller = world.principals.get('omar');
  const claims = {
    aud: 'https://management.core.windows.net/',
    iss: `https://sts.windows.net/${world.estate.tenantId}/`,
    'http://schemas.microsoft.com/identity/claims/objectidentifier': caller?.objectId ?? '',
    ver: '1.0',
  };
  return {
    authorization: { action, scope: alert.target },
    channels: 'Operation',
    claims: JSON.stringify(claims),
    caller: caller?.objectId ?? 'unknown',
    ...event(world, alert, occurrence),
    eventSource: 'Administrative',
    level: 'Informational',
    operationName: action,
    properties: { eventCategory: 'Administrative', entity: alert.target, message: action },
    status: 'Succeeded',
    subStatus: '',
  };
}

function resourceHealth(world: World, alert: RaiseAlert, occurrence: Occurrence): Record<string, unknown> {
  const resolved = alert.monitorCondition === 'Resolved';
  return {
    channels: 'Admin, Operation',
    ...event(world, alert, occurrence),
    eventSource: 'ResourceHealth',
    level: resolved ? 'Informational' : 'Critical',
    operationName: `Microsoft.Resourcehealth/healthevent/${resolved ? 'Resolved' : 'Activated'}/action`,
    properties: {
      title: resolved ? 'Available' : 'Hardware fault',
      details: null,
      currentHealthStatus: resolved ? 'Available' : 'Unavailable',
      previousHealthStatus: resolved ? 'Unavailable' : 'Available',
      type: 'Downtime',
      cause: 'PlatformInitiated',
    },
    status: resolved ? 'Resolved' : 'Active',
  };
}

function serviceHealth(world: World, alert: RaiseAlert, occurrence: Occurrence): Record<string, unknown> {
  const resolved = alert.monitorCondition === 'Resolved';
  const title = 'Virtual Machines - West Europe';
  const started = new Date(occurrence.firedAt).toISOString();
  return {
    authorization: null,
    channels: 1,
    claims: null,
    caller: null,
    ...event(world, alert, occurrence),
    eventSource: 2,
    httpRequest: null,
    level: 2,
    operationName: 'Microsoft.ServiceHealth/incident/action',
    properties: {
      title,
      service: 'Virtual Machines',
      region: 'West Europe',
      communication: 'Some virtual machines in one zone may be unavailable.',
      incidentType: 'Incident',
      trackingId: world.random.hex(`tracking ${alert.target} ${occurrence.number}`, 8).toUpperCase(),
      impactStartTime: started,
      ...(occurrence.resolvedAt === undefined
        ? {}
        : { impactMitigationTime: new Date(occurrence.resolvedAt).toISOString() }),
      impactedServices: JSON.stringify([
        { ImpactedRegions: [{ RegionName: 'West Europe' }], ServiceName: 'Virtual Machines' },
      ]),
      defaultLanguageTitle: title,
      defaultLanguageContent: 'Some virtual machines in one zone may be unavailable.',
      stage: resolved ? 'Resolved' : 'Active',
      communicationId: world.random.hex(`communication ${alert.target} ${occurrence.number}`, 16),
      isHIR: 'false',
      version: '0.1.1',
    },
    status: resolved ? 'Resolved' : 'Active',
    subStatus: null,
    ResourceType: null,
  };
}
