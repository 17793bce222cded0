import { CloudControlError } from '../errors';
import type { AlertState, CloudTimer, CommonAlert, MetricAlertSeed, MetricCriterion, RaiseAlert } from '../model';
import { parseResourceId, sameId, withinScope } from '../resource-id';
import type { World } from '../world';
import { type AlertHead, commonAlert, metricContext } from './common-alert';
import { createDeliverer, type Deliverer } from './delivery';
import { durationMs } from './duration';
import { isStateless, raisedAlert } from './raised-alerts';
import { aggregateMetric } from './series';

/** Azure Monitor: evaluates the metric alert rules on the clock and tells the action groups. */
export interface Monitor {
  evaluate(): AlertState[];
  states(): AlertState[];
  raise(alert: RaiseAlert): CommonAlert;
  deliveries: Deliverer;
  stop(): void;
}

/** A rule's view of one target. */
interface TargetState {
  rule: MetricAlertSeed;
  target: string;
  state: 'Fired' | 'Resolved';
  since: number;
  firedAt: number;
  firings: number;
  /** Checks in a row in which the condition was not met. */
  clear: number;
}

export function createMonitor(world: World, options: { automatic: boolean }): Monitor {
  const deliveries = createDeliverer(world);
  const targets = new Map<string, TargetState>();
  const raised = new Map<string, { number: number; firedAt: number }>();

  const tell = (actionGroupIds: readonly string[], alert: CommonAlert): void => {
    for (const group of world.estate.actionGroups) {
      if (!actionGroupIds.some((id) => sameId(id, group.id))) continue;
      for (const webhook of group.webhooks) if (webhook.serviceUri !== '') deliveries.send(webhook.serviceUri, alert);
    }
  };
  const evaluateRule = (rule: MetricAlertSeed): AlertState[] => {
    const to = world.clock.now();
    const window = { from: to - periodOf(rule, 'windowSize'), to };
    const changed: AlertState[] = [];
    for (const target of targetsOf(world, rule)) {
      const values = rule.criteria.map(
        (criterion) =>
          aggregateMetric(world, target, criterion.metricName, window.from, to + 1)?.[criterion.timeAggregation],
      );
      // Without data nothing is known: no alert starts and none ends.
      if (values.some((value) => value === undefined)) continue;
      const known = values.map((value) => value ?? 0);
      const met = rule.criteria.every((criterion, index) => exceeds(criterion, known[index] ?? 0));
      const state = stateOf(targets, rule, target, to);
      state.clear = met ? 0 : state.clear + 1;
      const resolves = rule.autoMitigate && state.clear >= world.timing.resolveAfterChecks;
      if (met && state.state === 'Resolved') {
        Object.assign(state, { state: 'Fired', since: to, firedAt: to, firings: state.firings + 1 });
      } else if (state.state === 'Fired' && resolves) {
        Object.assign(state, { state: 'Resolved', since: to });
      } else {
        continue;
      }
      changed.push(alertState(world, state));
      tell(rule.actionGroupIds, metricAlert(world, state, known, window));
    }
    return changed;
  };

  const timers = new Map<MetricAlertSeed, CloudTimer>();
  const arm = (rule: MetricAlertSeed, dueAt: number): void => {
    const timer = world.clock.setTimer(dueAt, () => {
      world.schedule.settle();
      evaluateRule(rule);
      arm(rule, dueAt + periodOf(rule, 'evaluationFrequency'));
    });
    timers.set(rule, timer);
  };
  const enabled = world.estate.metricAlerts.filter((rule) => rule.enabled);
  for (const rule of enabled) {
    const frequency = periodOf(rule, 'evaluationFrequency');
    periodOf(rule, 'windowSize');
    if (options.automatic) arm(rule, world.clock.now() + frequency);
  }

  return {
    evaluate() {
      world.schedule.settle();
      return enabled.flatMap(evaluateRule);
    },
    states: () => [...targets.values()].filter((each) => each.firings > 0).map((each) => alertState(world, each)),
    raise(alert) {
      const key = alert.key ?? `${alert.kind}|${alert.rule ?? ''}|${alert.target.toLowerCase()}`;
      const now = world.clock.now();
      const before = raised.get(key);
      const resolved = alert.monitorCondition === 'Resolved';
      const next = { number: (before?.number ?? 0) + 1, firedAt: now };
      // A Resolved speaks of the last Fired of its key; without one it comes before its Fired, which must be possible.
      const occurrence = resolved && !isStateless(alert.kind) ? (before ?? { number: 1, firedAt: now }) : next;
      const built = raisedAlert(world, alert, resolved ? { ...occurrence, resolvedAt: now } : occurrence);
      if (occurrence === next) raised.set(key, occurrence);
      tell(alert.actionGroupIds ?? world.estate.actionGroups.map((group) => group.id), built);
      return built;
    },
    deliveries,
    stop() {
      for (const timer of timers.values()) timer.cancel();
      deliveries.stop();
    },
  };
}

function stateOf(targets: Map<string, TargetState>, rule: MetricAlertSeed, target: string, since: number): TargetState {
  const key = `${rule.id}|${target}`.toLowerCase();
  const known = targets.get(key);
  if (known !== undefined) return known;
  const fresh: TargetState = { rule, target, state: 'Resolved', since, firedAt: 0, firings: 0, clear: 0 };
  targets.set(key, fresh);
  return fresh;
}

function periodOf(rule: MetricAlertSeed, field: 'windowSize' | 'evaluationFrequency'): number {
  const value = durationMs(rule[field]);
  if (value === undefined || value === 0) {
    throw new CloudControlError(`${rule.id}: ${field} must be a duration such as PT1M, got '${rule[field]}'`);
  }
  return value;
}

function targetsOf(world: World, rule: MetricAlertSeed): string[] {
  return rule.scopes.flatMap((scope) => {
    const machines = world.machines.all().filter((machine) => withinScope(machine.id, scope));
    if (machines.length > 0) return machines.map((machine) => machine.id);
    return world.estate.resources.filter((resource) => sameId(resource.id, scope)).map((resource) => resource.id);
  });
}

function exceeds(criterion: MetricCriterion, value: number): boolean {
  const { operator, threshold } = criterion;
  switch (operator) {
    case 'LessThan':
      return value < threshold;
    case 'LessThanOrEqual':
      return value <= threshold;
    case 'GreaterThan':
      return value > threshold;
    case 'GreaterThanOrEqual':
      return value >= threshold;
    case 'Equals':
      return value === threshold;
    case 'NotEquals':
      return value !== threshold;
  }
}

function alertGuid(world: World, state: TargetState): string {
  return world.random.guid(`alert ${state.rule.id} ${state.target} ${state.firings}`);
}

function alertState(world: World, state: TargetState): AlertState {
  const subscriptionId = parseResourceId(state.target)?.subscriptionId ?? '';
  return {
    rule: ruleName(state.rule),
    target: state.target,
    state: state.state,
    alertId: `/subscriptions/${subscriptionId}/providers/Microsoft.AlertsManagement/alerts/${alertGuid(world, state)}`,
    since: state.since,
  };
}

function metricAlert(
  world: World,
  state: TargetState,
  values: number[],
  window: { from: number; to: number },
): CommonAlert {
  const { rule, target } = state;
  const parts = parseResourceId(rule.id);
  const name = ruleName(rule);
  const head: AlertHead = {
    alertGuid: alertGuid(world, state),
    rule: name,
    ruleId: rule.id,
    severity: rule.severity,
    signalType: 'Metric',
    monitoringService: 'Platform',
    monitorCondition: state.state,
    target,
    originAlertId:
      `${parts?.subscriptionId}_${parts?.resourceGroup}_microsoft.insights_metricAlerts_${name}_` +
      Math.floor(world.random.fraction(`origin ${rule.id} ${target}`) * 2 ** 31),
    firedAt: state.firedAt,
    description: rule.description,
    ...(state.state === 'Resolved' ? { resolvedAt: state.since } : {}),
    ...(rule.customProperties === undefined ? {} : { customProperties: rule.customProperties }),
  };
  return commonAlert(head, metricContext(rule, target, values, window));
}

function ruleName(rule: MetricAlertSeed): string {
  return rule.id.slice(rule.id.lastIndexOf('/') + 1);
}
