import { z } from 'zod';
import { epochOf, isoOf, type Iso8601 } from '../kernel/clock';
import { InvalidInputError, type InputProblem } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import { findUnsafePath } from '../kernel/pollution';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import { contextReader, factsOf, oneLine, summaryOf, type AlertContext } from './azure-monitor-facts';
import { type AlertKind, severitySchema, type Condition, type Signal } from './model';
import { findingsOf, pathText, shown, unsafePathMessage } from './problems';

/** The `schemaId` of the common alert schema. */
export const commonAlertSchemaId = 'azureMonitorCommonAlertSchema';

/** So many targets a payload may name. An alert on more is not one thing to repair but an outage for people. */
export const maximumTargets = 100;

/**
 * Date and time as Azure Monitor writes them: UTC, up to seven digits of a second, and in some senders without the zone,
 * which then still means UTC (the schema says so). Anything else would be read differently on differently set machines.
 */
const alertTimeSchema = z.string().transform((text, context): Iso8601 => {
  const instant = epochOf(text) ?? epochOf(`${text}Z`);
  if (instant === undefined) {
    context.addIssue({
      code: 'custom',
      message: `must be a date and time such as 2026-01-31T09:00:00.000Z; got ${shown(text)}`,
    });
    return z.NEVER;
  }
  return isoOf(instant);
});

const essentialsSchema = z.object({
  alertId: z.string().min(1).max(2048),
  alertRule: z.string().min(1).max(260),
  /** Not in every payload, and spelled in two ways; the documentation has both. */
  alertRuleId: z.string().max(2048).nullish(),
  alertRuleID: z.string().max(2048).nullish(),
  severity: severitySchema,
  signalType: z.string().max(64).nullish(),
  monitorCondition: z.enum(['Fired', 'Resolved']),
  monitoringService: z.string().min(1).max(120),
  alertTargetIDs: z.array(z.string()).nullish(),
  configurationItems: z.array(z.string()).nullish(),
  firedDateTime: alertTimeSchema,
  description: z.string().nullish(),
});

/** What the targets are read from; checked on its own, so that one bad field does not hide what is wrong with another. */
const targetFieldsSchema = essentialsSchema.pick({ alertId: true, alertTargetIDs: true, configurationItems: true });
type TargetFields = z.infer<typeof targetFieldsSchema>;

const payloadSchema = z.object({
  schemaId: z.literal(commonAlertSchemaId),
  data: z.object({
    essentials: essentialsSchema,
    alertContext: z.record(z.string(), z.unknown()).nullish(),
  }),
});

type Essentials = z.infer<typeof essentialsSchema>;

interface Target {
  readonly id: ResourceId;
  readonly subscriptionId: string;
}

/** Which kind of signal a payload is; `undefined` for a service that no kind stands for. */
function kindOf(monitoringService: string, signalType: string | null | undefined): AlertKind | undefined {
  // The same service is spelled "Resource Health" and "ResourceHealth", the same signal "Activity Log" and "ActivityLog".
  const service = monitoringService.toLowerCase().replace(/\s+/g, '');
  switch (service) {
    case 'platform':
      return signalType?.toLowerCase() === 'log' ? 'log' : 'metric';
    case 'loganalytics':
    case 'applicationinsights':
    case 'logalertsv2':
      return 'log';
    case 'resourcehealth':
      return 'resource-health';
    case 'servicehealth':
      return 'service-health';
    default:
      return service.startsWith('activitylog-') ? 'activity-log' : undefined;
  }
}

const supportedServices =
  'Platform, Log Alerts V2, Log Analytics, Application Insights, Activity Log - ..., Resource Health, ServiceHealth';

/** Types on which a log alert is defined while the things that are ill are others: those in `configurationItems`. */
const dataSourceTypes = new Set(['microsoft.operationalinsights/workspaces', 'microsoft.insights/components']);

/** Reads the ids at `field`, adding a problem for each that is not one or lies in a foreign subscription. */
function readTargets(
  ids: readonly string[],
  field: string,
  subscriptions: ReadonlySet<string>,
  problems: InputProblem[],
): Target[] {
  const targets = new Map<string, Target>();
  ids.forEach((text, index) => {
    const path = pathText(['data', 'essentials', field, index]);
    const parsed = parseResourceId(text);
    if (parsed === undefined) {
      problems.push({
        path,
        message: `must be the id of an Azure resource (/subscriptions/<uuid>/resourceGroups/...); got ${shown(text)}`,
      });
      return;
    }
    const { subscriptionId } = parsed.parts;
    if (!subscriptions.has(subscriptionId)) {
      problems.push({ path, message: foreignMessage(subscriptionId) });
      return;
    }
    targets.set(parsed.id, { id: parsed.id, subscriptionId });
  });
  return [...targets.values()];
}

function foreignMessage(subscriptionId: string): string {
  return `is in subscription ${subscriptionId}, which is not looked after here; send its alerts elsewhere or add it to the configuration`;
}

/** The targets of an alert, each once, and the problems with them. */
function targetsOf(
  essentials: TargetFields,
  kind: AlertKind | undefined,
  subscriptions: ReadonlySet<string>,
  problems: InputProblem[],
): Target[] {
  const named = essentials.alertTargetIDs ?? [];
  const items = essentials.configurationItems ?? [];
  // Azure puts resource ids here for log alerts that are split by resource, and plain names otherwise.
  const itemsAreIds = items.length > 0 && items.every((text) => parseResourceId(text) !== undefined);
  const onDataSource =
    kind === 'log' &&
    named.length > 0 &&
    named.every((text) => dataSourceTypes.has(parseResourceId(text)?.parts.type ?? ''));
  const useItems = itemsAreIds && (named.length === 0 || onDataSource);
  const [field, ids] = useItems ? ['configurationItems', items] : ['alertTargetIDs', named];
  if (ids.length > maximumTargets) {
    problems.push({
      path: `data.essentials.${field}`,
      message: `names ${ids.length} targets; at most ${maximumTargets} are taken from one alert, so split its rule`,
    });
    return [];
  }
  if (ids.length > 0) {
    return readTargets(ids, field, subscriptions, problems);
  }
  const subscription = kind === 'service-health' ? subscriptionOf(essentials.alertId) : undefined;
  if (subscription !== undefined) {
    if (subscriptions.has(subscription.subscriptionId)) {
      return [subscription];
    }
    problems.push({ path: 'data.essentials.alertId', message: foreignMessage(subscription.subscriptionId) });
    return [];
  }
  problems.push({
    path: 'data.essentials.alertTargetIDs',
    message: 'names no resource, and configurationItems holds no resource ids either; one target at least is needed',
  });
  return [];
}

/** The subscription an alert instance lies in: what a service health alert is about when it names no target. */
function subscriptionOf(alertId: string): Target | undefined {
  const parsed = parseResourceId(alertId);
  if (parsed === undefined) {
    return undefined;
  }
  const subscriptionId = parsed.parts.subscriptionId;
  return { id: `/subscriptions/${subscriptionId}` as ResourceId, subscriptionId };
}

/**
 * Whether the alert says that something is wrong or that it is over. Health alerts come from the activity log, whose alerts
 * are stateless: the end of an event can arrive as one more `Fired`, with the news in the event itself.
 */
function conditionOf(essentials: Essentials, kind: AlertKind, context: AlertContext): Condition {
  if (essentials.monitorCondition === 'Resolved') {
    return 'resolved';
  }
  const isHealth = kind === 'resource-health' || kind === 'service-health';
  return isHealth && context.text('status')?.toLowerCase() === 'resolved' ? 'resolved' : 'fired';
}

/**
 * What tells one occurrence from the next. An alert instance has an id of its own; where a sender puts the rule's id in its
 * place, the time of firing has to help, or every later occurrence would look like a duplicate of the first.
 */
function occurrenceOf(essentials: Essentials): string[] {
  const alertId = essentials.alertId.toLowerCase();
  return alertId.includes('/providers/microsoft.alertsmanagement/alerts/')
    ? [alertId]
    : [alertId, essentials.firedDateTime];
}

function fingerprint(parts: readonly unknown[]): string {
  return hashOf(parts).slice(0, 32);
}

/** When a resolved alert was resolved; `undefined` when it does not say, which only metric alerts always do. */
function resolvedAtOf(raw: AlertContext, problems: InputProblem[]): Iso8601 | undefined {
  const value = raw.at('data', 'essentials', 'resolvedDateTime');
  if (
    raw.at('data', 'essentials', 'monitorCondition') !== 'Resolved' ||
    value === undefined ||
    value === null ||
    value === ''
  ) {
    return undefined;
  }
  const parsed = alertTimeSchema.safeParse(value);
  if (!parsed.success) {
    for (const { message } of findingsOf(parsed.error, value)) {
      problems.push({ path: 'data.essentials.resolvedDateTime', message });
    }
  }
  return parsed.data;
}

function refuse(problems: readonly InputProblem[]): never {
  throw new InvalidInputError(
    'InvalidAlert',
    `the alert is refused: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}`,
    problems,
  );
}

/**
 * Turns an Azure Monitor payload in the common alert schema into signals: one for each target, in the payload's order,
 * each target once. Takes metric alerts (static and dynamic thresholds, one or many resources), log search alerts (V2 and
 * the older forms), and activity log, resource health and service health alerts. Fields it does not need are ignored.
 *
 * Targets are `alertTargetIDs`. `configurationItems` stand in when those are missing, and for a log alert defined on a
 * workspace, where they name the resources that sent the data; only when all of them are resource ids. A service health
 * alert without targets is about its subscription.
 *
 * `id` is a pure function of (source, alert instance, condition, time, target), so a duplicate delivery gives the same
 * signal; `correlation` of (source, alert instance, target), so `Fired` and `Resolved` share it. Health events that end
 * with one more stateless `Fired` are resolved signals, but of another alert instance, hence with another correlation.
 *
 * `options.subscriptions` are lower-case UUIDs; a resource of any other subscription is refused.
 *
 * @throws InvalidInputError `UnknownSchema` for another schema, else `InvalidAlert`, with every problem and its path.
 */
export function parseAzureMonitorAlert(
  payload: unknown,
  options: { readonly subscriptions: ReadonlySet<string> },
): Signal[] {
  const unsafe = findUnsafePath(payload);
  if (unsafe !== undefined) {
    refuse([{ path: unsafe, message: unsafePathMessage(unsafe) }]);
  }
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) {
    refuse([{ path: '', message: `must be an object in the common alert schema, not ${shown(payload)}` }]);
  }
  const { schemaId } = payload as { schemaId?: unknown };
  if (schemaId !== commonAlertSchemaId) {
    throw new InvalidInputError('UnknownSchema', 'the payload is not in the common alert schema', [
      {
        path: 'schemaId',
        message: `must be "${commonAlertSchemaId}"; got ${shown(schemaId)}. Enable the common alert schema on the action group's receiver`,
      },
    ]);
  }
  const problems: InputProblem[] = [];
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) {
    problems.push(...findingsOf(parsed.error, payload).map(({ path, message }) => ({ path: pathText(path), message })));
  }
  // What the schema does not check, on the fields as they came, so that one bad field does not hide another.
  const raw = contextReader(payload as Record<string, unknown>);
  const kind = kindOf(
    raw.text('data', 'essentials', 'monitoringService') ?? '',
    raw.text('data', 'essentials', 'signalType'),
  );
  const service = raw.at('data', 'essentials', 'monitoringService');
  if (kind === undefined && typeof service === 'string' && service !== '') {
    problems.push({
      path: 'data.essentials.monitoringService',
      message: `must be one of ${supportedServices}; got ${shown(service)}`,
    });
  }
  const fields = targetFieldsSchema.safeParse(raw.at('data', 'essentials'));
  const targets = fields.success ? targetsOf(fields.data, kind, options.subscriptions, problems) : [];
  const resolvedAt = resolvedAtOf(raw, problems);
  if (!parsed.success || kind === undefined || problems.length > 0) {
    refuse(problems);
  }
  const { essentials, alertContext } = parsed.data.data;
  const occurredAt = resolvedAt ?? essentials.firedDateTime;
  const context = contextReader(alertContext ?? {});
  const condition = conditionOf(essentials, kind, context);
  const facts = factsOf(kind, context, {
    alertId: essentials.alertId,
    alertRuleId: essentials.alertRuleId ?? essentials.alertRuleID ?? undefined,
    monitoringService: essentials.monitoringService,
    description: essentials.description ?? undefined,
  });
  const occurrence = occurrenceOf(essentials);
  return targets.map(({ id: target }): Signal => ({
    id: fingerprint(['azure-monitor', occurrence, essentials.monitorCondition, occurredAt, target]),
    correlation: fingerprint(['azure-monitor', occurrence, target]),
    source: 'azure-monitor',
    kind,
    rule: oneLine(essentials.alertRule, 260),
    severity: essentials.severity,
    condition,
    target,
    occurredAt,
    summary: summaryOf({ kind, condition, rule: essentials.alertRule, target, facts }),
    facts,
  }));
}
