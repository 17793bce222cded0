import type { CloudTimer } from './model';
import { parseResourceId } from './resource-id';
import { capacityOf } from './scale-sets';
import { aggregateMetric } from './monitor/series';
import { durationMs } from './monitor/duration';
import type { World } from './world';

/** A setting of Azure Monitor autoscale as ARM has it, with the fields that the local cloud goes by. */
export interface AutoscaleSetting {
  id: string;
  name: string;
  location: string;
  tags: Record<string, string>;
  properties: {
    enabled: boolean;
    targetResourceUri: string;
    profiles: AutoscaleProfile[];
  } & Record<string, unknown>;
}

export interface AutoscaleProfile {
  name: string;
  capacity: { minimum: string; maximum: string; default: string };
  rules: AutoscaleRule[];
}

export interface AutoscaleRule {
  metricTrigger: {
    metricName: string;
    metricResourceUri: string;
    timeWindow: string;
    operator: string;
    threshold: number;
  };
  scaleAction: { direction: 'Increase' | 'Decrease'; type: string; value: string; cooldown: string };
}

/** The settings by id in lower case, and when each last acted. */
export interface AutoscaleStore {
  readonly settings: Map<string, AutoscaleSetting>;
  readonly actedAt: Map<string, number>;
}

export function createAutoscaleStore(): AutoscaleStore {
  return { settings: new Map(), actedAt: new Map() };
}

/**
 * Looks at every enabled setting once, as Azure does every minute or less: keeps scale sets within the bounds of the setting's
 * first profile, and goes by its rules.
 */
export function evaluateAutoscale(world: World): void {
  world.schedule.settle();
  for (const setting of world.autoscale.settings.values()) evaluate(world, setting);
}

/** Evaluates every minute on the clock of the cloud; answers what stops it. */
export function runAutoscale(world: World): () => void {
  let timer: CloudTimer;
  const arm = (dueAt: number): void => {
    timer = world.clock.setTimer(dueAt, () => {
      evaluateAutoscale(world);
      arm(dueAt + 60_000);
    });
  };
  arm(world.clock.now() + 60_000);
  return () => timer.cancel();
}

function evaluate(world: World, setting: AutoscaleSetting): void {
  const { enabled, targetResourceUri, profiles } = setting.properties;
  const set = world.scaleSets.byId(targetResourceUri);
  const [profile] = profiles;
  if (!enabled || set === undefined || profile === undefined) return;
  if (world.operations.runningOn(set.resource.id) !== undefined) return;
  const now = world.clock.now();
  const capacity = capacityOf(set);
  const within = (wanted: number): number =>
    Math.min(Number(profile.capacity.maximum), Math.max(Number(profile.capacity.minimum), wanted));
  let wanted = within(capacity);
  for (const { metricTrigger: trigger, scaleAction: action } of wanted === capacity ? profile.rules : []) {
    const since = now - (world.autoscale.actedAt.get(setting.id) ?? Number.NEGATIVE_INFINITY);
    if (since < (durationMs(action.cooldown) ?? 300_000)) continue;
    const from = now - (durationMs(trigger.timeWindow) ?? 600_000);
    const value = aggregateMetric(world, set.resource.id, trigger.metricName, from, now)?.Average;
    if (value === undefined) continue;
    const met = trigger.operator === 'GreaterThan' ? value > trigger.threshold : value < trigger.threshold;
    if (!met) continue;
    wanted = within(capacity + Number(action.value) * (action.direction === 'Increase' ? 1 : -1));
    break;
  }
  if (wanted === capacity) return;
  world.autoscale.actedAt.set(setting.id, now);
  const endsAt = now + (wanted > capacity ? world.timing.scaleOut : world.timing.drain);
  world.scaleSets.resize(set, wanted, endsAt);
  world.operations.start({
    provider: 'Microsoft.Compute',
    subscriptionId: parseResourceId(set.resource.id)?.subscriptionId ?? '',
    location: set.resource.location,
    action: 'update',
    principal: 'autoscale',
    resourceId: set.resource.id,
    startedAt: now,
    endsAt,
  });
  world.scaleSets.setProvisioning(set, 'Updating');
  world.schedule.at(endsAt, () => world.scaleSets.setProvisioning(set, 'Succeeded'));
}
