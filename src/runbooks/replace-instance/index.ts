import { z } from 'zod';
import type { InstanceSighting } from '../../ports/instances';
import { isAllocationFailure } from '../allocation';
import { stepOf } from '../hands';
import { admitStep, drainStep, grievances, instanceFacts, instancePermissions, obstacle } from '../instance-health';
import type { Facts, Runbook, Step } from '../model';

const parametersSchema = z.strictObject({
  drainSeconds: z
    .number()
    .int()
    .min(0)
    .max(900)
    .default(60)
    .describe('How long what the instance still serves may take to end, once it gets nothing new.'),
  otherZones: z
    .boolean()
    .default(false)
    .describe('Whether the successor may be in another zone when its own has no room.'),
  sizes: z
    .array(z.string().regex(/^Standard_[A-Za-z0-9_-]{2,40}$/))
    .max(4)
    .default([])
    .describe('Sizes that the set may get, in this order, when its own has no room. It keeps the one that was found.'),
});

/** Where a successor is looked for: each is tried when the one before has no room. */
function attempts(before: Facts): readonly Step[][] {
  const { set, capacity, otherZones, otherSizes, strictZones, setSize } = before;
  const base = { effect: 'grow', set: set ?? '', capacity: capacity ?? 0 };
  const insist = (id: string): Step[] =>
    strictZones === true ? [stepOf(`${id}-balance`, 'Ask for even zones again', { ...base, strictZones: true })] : [];
  const sizes = String(otherSizes ?? '')
    .split(',')
    .filter((size) => size !== '' && size !== setSize);
  return [
    [stepOf('grow', `Bring the set back to ${String(capacity)} instances`, base)],
    ...(otherZones === true
      ? [
          [
            stepOf('grow-elsewhere', 'Take a zone that has room', { ...base, strictZones: false }),
            ...insist('grow-elsewhere'),
          ],
        ]
      : []),
    ...sizes.map((size, index) => [
      stepOf(`grow-size-${index + 1}`, `Take the size ${size}`, {
        ...base,
        size,
        ...(otherZones === true ? { strictZones: false } : {}),
      }),
      ...(otherZones === true ? insist(`grow-size-${index + 1}`) : []),
    ]),
  ];
}

/** What follows a failed attempt: the next one; nothing when there is none. */
function nextAttempt(step: Step, before: Facts): readonly Step[] {
  const all = attempts(before);
  const index = all.findIndex(([first]) => first?.id === step.id);
  return index < 0 ? [] : (all[index + 1] ?? []);
}

/** Deletes an instance of a scale set and has the set make another one, in the same zone or where the policy allows. */
export const replaceInstance: Runbook<z.infer<typeof parametersSchema>, InstanceSighting> = {
  name: 'replace-instance',
  version: 1,
  summary: 'Replace an unhealthy instance of a scale set: drain, delete, and wait for a healthy successor.',
  explanation: {
    preconditions: [
      'The machine is an instance of a scale set, and something speaks against its health.',
      'Nobody locked it, nobody is changing it or its set, and no other instance of the set is on its way.',
      'The set does not repair it by itself: its automatic repairs are off or suspended, or their time is over by ten minutes.',
    ],
    plan: 'Out of rotation, drain, delete, back to the capacity of before. Without room for the successor: in another zone (`otherZones`), then with another size (`sizes`).',
    verification:
      'The instance is gone; as many instances as before are healthy, in the zones of before, or in others where `otherZones` allows it.',
    undo: 'A set that is left with fewer instances is brought back to its capacity; an instance left out of rotation is put back.',
  },
  impact: 'destructive',
  resourceTypes: ['microsoft.compute/virtualmachines'],
  parameters: parametersSchema,
  permissions: {
    actions: [
      ...instancePermissions.observe,
      ...instancePermissions.rotate,
      'Microsoft.Compute/virtualMachineScaleSets/delete/action',
      'Microsoft.Compute/virtualMachineScaleSets/write',
    ],
    dataActions: [],
  },
  suits: [
    'an instance that neither restart nor reimage heals',
    'resource health unavailable by the platform, in a scale set',
  ],
  operationLimitSeconds: 1800,
  plan(sighting, { drainSeconds, otherZones, sizes }) {
    const inTheWay = obstacle(sighting);
    if (inTheWay !== undefined) {
      return inTheWay;
    }
    const { set } = sighting;
    const before: Facts = { ...instanceFacts(sighting), otherZones, otherSizes: sizes.join(',') };
    return {
      kind: 'act',
      summary: 'Replace the instance',
      reasons: grievances(sighting),
      steps: [
        ...drainStep(sighting, drainSeconds),
        stepOf('delete', 'Delete the instance', { effect: 'delete', set: set?.id ?? '', instance: sighting.name }),
        ...(attempts(before)[0] ?? []),
      ],
      before,
      after: { exists: false, ...(set === null ? {} : { instances: set.capacity }) },
    };
  },
  verify(before, after) {
    const facts = instanceFacts(after, before);
    const { instance, set, rotation } = after;
    if (set === null) {
      return { verdict: 'worse', reasons: ['the scale set is gone'], facts };
    }
    const wanted = Number(before['capacity']);
    const changing = set.members.some((member) => member.changing) || set.provisioningState === 'updating';
    if (instance.exists) {
      return !changing && rotation?.drained === true && before['drained'] === false
        ? { verdict: 'worse', reasons: ['the instance is still there, and out of rotation'], facts }
        : { verdict: 'pending', reasons: ['the instance is still there'], facts };
    }
    if (set.members.length < wanted && !changing) {
      const reasons = [`the set has ${set.members.length} instances, and had ${wanted}`];
      return { verdict: 'worse', reasons, facts };
    }
    const healthy = set.members.filter((member) => member.healthy).length;
    const expected = Math.min(wanted, Number(before['healthyInstances'] ?? 0) + 1);
    if (healthy < expected || changing) {
      return { verdict: 'pending', reasons: [`${healthy} of ${expected} instances are healthy`], facts };
    }
    if (facts['spread'] === before['spread']) {
      return { verdict: 'healthy', reasons: ['count, zones and health are those of before'], facts };
    }
    const zones = `zones are ${String(facts['spread'])}, and were ${String(before['spread'])}`;
    return before['otherZones'] === true
      ? {
          verdict: 'healthy',
          reasons: ['count and health are those of before', `${zones}, as the policy allows`],
          facts,
        }
      : { verdict: 'pending', reasons: [zones], facts };
  },
  undo(before, after) {
    if (after.instance.exists) {
      return after.rotation?.drained === true ? admitStep(before, 'undo-admit') : [];
    }
    const { set, capacity } = before;
    return after.set === null || typeof set !== 'string' || typeof capacity !== 'number'
      ? []
      : [stepOf('undo-grow', `Bring the set back to ${capacity} instances`, { effect: 'grow', set, capacity })];
  },
  otherwise(failure, step, before) {
    if (step.effect === 'delete') {
      return admitStep({ ...before, drained: false });
    }
    return step.effect === 'grow' && isAllocationFailure(failure) ? nextAttempt(step, before) : [];
  },
};
