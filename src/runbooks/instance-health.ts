import type { InstanceSighting, SetSighting } from '../ports/instances';
import { complaints, machineFacts } from './machine-health';
import { stepOf } from './hands';
import type { Effects, Facts, Plan, Step } from './model';

/** The platform's own repair gets so much longer than it promises before anybody else acts. Seconds. */
const repairSlackSeconds = 600;

/** Instances by zone, as one text that can be compared: `1:2,2:1`. */
function spreadOf(set: SetSighting): string {
  const counts = new Map<string, number>();
  for (const { zone } of set.members) {
    counts.set(zone ?? '-', (counts.get(zone ?? '-') ?? 0) + 1);
  }
  return [...counts]
    .map(([zone, count]) => `${zone}:${count}`)
    .sort()
    .join(',');
}

/** The facts of an instance and its set; what is known of before stays where there is nothing newer. */
export function instanceFacts({ instance, set, rotation, observedAt }: InstanceSighting, before: Facts = {}): Facts {
  return {
    ...before,
    ...machineFacts(instance),
    ...(set === null
      ? {}
      : {
          set: set.id,
          capacity: set.capacity,
          setSize: set.size,
          strictZones: set.strictZones,
          healthyInstances: set.members.filter(({ healthy }) => healthy).length,
          instances: set.members.length,
          spread: spreadOf(set),
        }),
    ...(rotation === null ? {} : { pool: rotation.pool, address: rotation.address, drained: rotation.drained }),
    observedAt,
  };
}

/** Why an instance is left alone, in the order in which it matters; `undefined` when there is something to heal and nothing in the way. */
export function obstacle(sighting: InstanceSighting): Exclude<Plan, { kind: 'act' }> | undefined {
  const { instance, set, locks, lastGoodAt, observedAt } = sighting;
  const impossible = (reason: string) => ({ kind: 'impossible' as const, reasons: [reason] });
  const busy = (reason: string, retryAfterSeconds = 30) => ({
    kind: 'busy' as const,
    reasons: [reason],
    retryAfterSeconds,
  });
  if (!instance.exists) {
    return impossible('the instance does not exist');
  }
  if (set === null) {
    return impossible('the machine is no instance of a scale set');
  }
  if (locks.length > 0) {
    return impossible(
      `somebody locked it: ${locks.map(({ name, forbids }) => `${name} (forbids ${forbids})`).join(', ')}`,
    );
  }
  if (['creating', 'updating', 'deleting', 'migrating'].includes(instance.provisioningState)) {
    return busy(`another operation is running on the instance (provisioning state ${instance.provisioningState})`);
  }
  if (set.provisioningState === 'updating') {
    return busy('another operation is running on the scale set');
  }
  const reasons = complaints(instance);
  if (reasons.length === 0) {
    return { kind: 'nothing-to-do', reasons: ['the instance is running, its agent reports and it is available'] };
  }
  const other = set.members.find(({ changing }) => changing);
  if (other !== undefined) {
    return busy(`another instance of the set is on its way: ${other.name}`, 60);
  }
  if (set.repairs === 'running' && lastGoodAt !== null) {
    const due = Date.parse(lastGoodAt) + (set.repairsAfterSeconds + repairSlackSeconds) * 1000;
    if (Date.parse(observedAt) < due) {
      const at = new Date(due).toISOString();
      return busy(`the scale set repairs unhealthy instances by itself; it has until ${at}`, 120);
    }
  }
  return undefined;
}

/** What speaks against the instance, and why its set does not repair it by itself. */
export function grievances({ instance, set }: InstanceSighting): string[] {
  const found = instance.exists ? complaints(instance) : [];
  return [
    ...found,
    ...(set === null || set.repairs === 'off'
      ? []
      : [set.repairs === 'suspended' ? 'automatic repairs are suspended' : 'automatic repairs did not come']),
  ];
}

/** Out of the balancer's rotation, where the instance is in one. */
export function drainStep({ rotation }: InstanceSighting, seconds: number): readonly Step[] {
  if (rotation === null || rotation.drained) {
    return [];
  }
  const { pool, address } = rotation;
  return [
    stepOf('drain', `Take it out of rotation and wait ${seconds} s`, { effect: 'drain', pool, address, seconds }),
  ];
}

/** Back into rotation, where it was in one before. */
export function admitStep(before: Facts, id = 'admit'): readonly Step[] {
  const { pool, address, drained } = before;
  return typeof pool !== 'string' || typeof address !== 'string' || drained === true
    ? []
    : [stepOf(id, 'Put it back into rotation', { effect: 'admit', pool, address })];
}

/** Whether a step on an instance took effect whose answer never came. */
export const instanceLanded: Effects<InstanceSighting>['landed'] = (before, { instance, set, rotation }, step) => {
  switch (step.effect) {
    case 'drain':
      return rotation?.drained === true ? 'yes' : 'no';
    case 'admit':
      return rotation?.drained === false ? 'yes' : 'no';
    case 'delete':
      return !instance.exists || ['updating', 'deleting'].includes(instance.provisioningState) ? 'yes' : 'no';
    case 'grow':
      return set !== null && set.capacity >= Number(step.arguments?.['capacity'] ?? 0) ? 'yes' : 'no';
    default: {
      if (!instance.exists) {
        return 'no';
      }
      if (instance.provisioningState === 'updating') {
        return 'yes';
      }
      const stamp = before['provisionedAt'];
      return instance.provisionedAt === null || typeof stamp !== 'string'
        ? 'unknown'
        : Date.parse(instance.provisionedAt) > Date.parse(stamp)
          ? 'yes'
          : 'no';
    }
  }
};

/** What looking at an instance with its set, its place in the pool and its locks takes. */
export const instancePermissions = {
  observe: [
    'Microsoft.Authorization/locks/read',
    'Microsoft.Compute/virtualMachineScaleSets/instanceView/read',
    'Microsoft.Compute/virtualMachineScaleSets/read',
    'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read',
    'Microsoft.Compute/virtualMachines/read',
    'Microsoft.Insights/metrics/read',
    'Microsoft.Network/loadBalancers/backendAddressPools/read',
    'Microsoft.Network/networkInterfaces/read',
    'Microsoft.ResourceHealth/availabilityStatuses/read',
  ],
  /** What changes a backend pool has to be allowed to keep its members in it. */
  rotate: [
    'Microsoft.Network/loadBalancers/backendAddressPools/join/action',
    'Microsoft.Network/loadBalancers/backendAddressPools/write',
  ],
} as const;
