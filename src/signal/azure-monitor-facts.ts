import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import type { AlertKind, Condition } from './model';

type Fact = string | number | boolean;
type Facts = Record<string, Fact>;

const longestText = 1024;
const longestName = 120;

/** Text on one line without control characters, at most `length` UTF-16 code units, so that it can be shown and logged. */
export function oneLine(text: string, length: number): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** Reads the part of a payload that explains an alert. Whatever is not there, or not of the asked form, is `undefined`. */
export interface AlertContext {
  at(...path: readonly (string | number)[]): unknown;
  scalar(...path: readonly (string | number)[]): Fact | undefined;
  text(...path: readonly (string | number)[]): string | undefined;
}

/**
 * The context is read leniently: its fields differ between the kinds of alerts and their versions, Azure adds to them, and
 * nothing in it decides where an action goes. A field that is missing is a fact less, not an alert less.
 */
export function contextReader(context: Readonly<Record<string, unknown>>): AlertContext {
  const at = (...path: readonly (string | number)[]): unknown =>
    path.reduce<unknown>(
      (value, key) =>
        value !== null && typeof value === 'object' && Object.hasOwn(value, key)
          ? (value as Record<string | number, unknown>)[key]
          : undefined,
      context,
    );
  const scalar = (...path: readonly (string | number)[]): Fact | undefined => {
    const value = at(...path);
    if (typeof value === 'string') {
      const text = oneLine(value, longestText);
      return text === '' ? undefined : text;
    }
    return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)) ? value : undefined;
  };
  const text = (...path: readonly (string | number)[]): string | undefined => {
    const value = scalar(...path);
    return value === undefined ? undefined : String(value);
  };
  return { at, scalar, text };
}

/** A number that Azure sends as text (`"threshold": "25"`) becomes a number; other values stay. */
function numeric(value: Fact | undefined): Fact | undefined {
  return typeof value === 'string' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value;
}

function addDimensions(facts: Facts, dimensions: unknown): void {
  if (!Array.isArray(dimensions)) {
    return;
  }
  // Azure allows ten dimensions on a metric alert and six on a log alert; more would be no alert of Azure's.
  for (const dimension of (dimensions as unknown[]).slice(0, 10)) {
    const reader = contextReader({ dimension });
    const name = reader.text('dimension', 'name');
    const value = reader.scalar('dimension', 'value');
    if (name !== undefined && value !== undefined) {
      facts[oneLine(`dimension.${name}`, longestName)] = value;
    }
  }
}

/** Facts of a criterion: metric alerts and log alerts V2 share the shape `condition.allOf[]`. */
function addCriteria(facts: Facts, context: AlertContext, names: readonly string[]): void {
  const criteria = context.at('condition', 'allOf');
  const count = Array.isArray(criteria) ? criteria.length : 0;
  // The first criterion stands for the alert; how many there are tells a reader that there is more to look up.
  if (count > 1) {
    facts['criteria'] = count;
  }
  for (const name of names) {
    add(facts, name, numeric(context.scalar('condition', 'allOf', 0, name)));
  }
  add(facts, 'conditionType', context.scalar('conditionType'));
  add(facts, 'windowSize', context.scalar('condition', 'windowSize'));
  add(facts, 'windowEndTime', context.scalar('condition', 'windowEndTime'));
  addDimensions(facts, context.at('condition', 'allOf', 0, 'dimensions'));
}

function add(facts: Facts, name: string, value: Fact | undefined): void {
  if (value !== undefined) {
    facts[name] = value;
  }
}

function addFields(facts: Facts, context: AlertContext, names: readonly string[], ...path: readonly string[]): void {
  for (const name of names) {
    add(facts, name, context.scalar(...path, name));
  }
}

const eventFields = ['operationName', 'status', 'level', 'eventTimestamp', 'correlationId'];

function addKindFacts(facts: Facts, kind: AlertKind, context: AlertContext): void {
  switch (kind) {
    case 'metric':
      addCriteria(facts, context, [
        'metricName',
        'metricNamespace',
        'operator',
        'threshold',
        'timeAggregation',
        'metricValue',
        'alertSensitivity',
        'webTestName',
      ]);
      return;
    case 'log':
      if (context.at('condition') !== undefined) {
        addCriteria(facts, context, [
          'searchQuery',
          'metricMeasureColumn',
          'operator',
          'threshold',
          'timeAggregation',
          'metricValue',
        ]);
        return;
      }
      // The forms before V2 spell their fields in Pascal case. Rows of the result are data of the workspace and stay out.
      add(facts, 'searchQuery', context.scalar('SearchQuery'));
      add(facts, 'operator', context.scalar('Operator'));
      add(facts, 'threshold', numeric(context.scalar('Threshold')));
      add(facts, 'resultCount', numeric(context.scalar('ResultCount')));
      add(facts, 'alertType', context.scalar('AlertType'));
      addDimensions(facts, context.at('Dimensions'));
      return;
    case 'activity-log':
      // `claims` holds the caller's token claims and is never taken; `caller` answers who did it.
      addFields(facts, context, [...eventFields, 'subStatus', 'caller', 'eventSource']);
      return;
    case 'resource-health':
      addFields(facts, context, eventFields);
      addFields(
        facts,
        context,
        ['title', 'currentHealthStatus', 'previousHealthStatus', 'type', 'cause'],
        'properties',
      );
      return;
    case 'service-health':
      addFields(facts, context, eventFields);
      addFields(
        facts,
        context,
        [
          'title',
          'service',
          'region',
          'incidentType',
          'trackingId',
          'stage',
          'impactStartTime',
          'impactMitigationTime',
        ],
        'properties',
      );
      return;
  }
}

/** The facts of an alert: what every kind has, and what its kind adds. Flat, short, without tokens and without results. */
export function factsOf(
  kind: AlertKind,
  context: AlertContext,
  essentials: Readonly<Record<string, string | null | undefined>>,
): Facts {
  const facts: Facts = {};
  for (const [name, value] of Object.entries(essentials)) {
    if (value !== undefined && value !== null && value !== '') {
      facts[name] = oneLine(value, longestText);
    }
  }
  addKindFacts(facts, kind, context);
  return facts;
}

/** The parts that are there, with a space between. */
function words(...parts: readonly (Fact | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' ');
}

function reasonOf(kind: AlertKind, facts: Facts): string {
  switch (kind) {
    case 'metric':
    case 'log': {
      const what = facts['metricName'] ?? facts['metricMeasureColumn'] ?? (kind === 'log' ? 'query result' : undefined);
      const value = facts['metricValue'] ?? facts['resultCount'];
      const limit =
        facts['threshold'] === undefined ? '' : `, compared ${words(facts['operator'], facts['threshold'])}`;
      return value === undefined || what === undefined
        ? words(what)
        : `${words(facts['timeAggregation'], what)} ${value}${limit}`;
    }
    case 'activity-log':
      return words(facts['operationName'], facts['status']);
    case 'resource-health':
      return words(
        facts['previousHealthStatus'] ?? 'unknown',
        'to',
        facts['currentHealthStatus'] ?? 'unknown',
        facts['cause'],
      );
    case 'service-health':
      return words(facts['incidentType'], facts['stage'], facts['title']);
  }
}

/** One sentence for people: which rule, what became of it, on what, and what was seen. */
export function summaryOf(alert: {
  readonly kind: AlertKind;
  readonly condition: Condition;
  readonly rule: string;
  readonly target: ResourceId;
  readonly facts: Facts;
}): string {
  const name = parseResourceId(alert.target)?.parts.name ?? alert.target;
  const reason = reasonOf(alert.kind, alert.facts);
  return oneLine(`${alert.rule} ${alert.condition} on ${name}${reason === '' ? '' : `: ${reason}`}`, longestText);
}
