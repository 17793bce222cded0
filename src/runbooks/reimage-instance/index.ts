import { z } from 'zod';
import type { InstanceSighting } from '../../ports/instances';
import { stepOf } from '../hands';
import { admitStep, drainStep, grievances, instanceFacts, instancePermissions, obstacle } from '../instance-health';
import { assess, wellMachine } from '../machine-health';
import type { Runbook } from '../model';

const parametersSchema = z.strictObject({
  drainSeconds: z
    .number()
    .int()
    .min(0)
    .max(900)
    .default(60)
    .describe('How long what the instance still serves may take to end, once it gets nothing new.'),
});

/** Gives an instance of a scale set a fresh system disk, out of rotation meanwhile. Keeps name, zone, address and data disks. */
export const reimageInstance: Runbook<z.infer<typeof parametersSchema>, InstanceSighting> = {
  name: 'reimage-instance',
  version: 1,
  summary: 'Give an unhealthy instance of a scale set a fresh system disk, out of rotation meanwhile.',
  explanation: {
    preconditions: [
      'The machine is an instance of a scale set, and something speaks against its health.',
      'Nobody locked it, nobody is changing it or its set, and no other instance of the set is on its way.',
      'The set does not repair it by itself: its automatic repairs are off or suspended, or their time is over by ten minutes.',
    ],
    plan: 'Out of rotation (admin state of the backend pool), drain, reimage, back into rotation.',
    verification: 'It runs, its agent reports, it is available on a newer metric, and it is in rotation as before.',
    undo: 'An instance that was left out of rotation is put back.',
  },
  impact: 'destructive',
  resourceTypes: ['microsoft.compute/virtualmachines'],
  parameters: parametersSchema,
  permissions: {
    actions: [
      ...instancePermissions.observe,
      ...instancePermissions.rotate,
      'Microsoft.Compute/virtualMachines/reimage/action',
    ],
    dataActions: [],
  },
  suits: ['an instance whose guest stays broken after a restart', 'file system errors on a system disk'],
  operationLimitSeconds: 1800,
  plan(sighting, { drainSeconds }) {
    const inTheWay = obstacle(sighting);
    if (inTheWay !== undefined) {
      return inTheWay;
    }
    const before = instanceFacts(sighting);
    return {
      kind: 'act',
      summary: 'Reimage the instance out of rotation',
      reasons: grievances(sighting),
      steps: [
        ...drainStep(sighting, drainSeconds),
        stepOf('reimage', 'Give the instance a fresh system disk', { effect: 'reimage' }),
        ...admitStep(before),
      ],
      before,
      after: wellMachine,
    };
  },
  verify(before, after, actedAt) {
    const judged = assess(before, after.instance, actedAt);
    const facts = instanceFacts(after, before);
    const leftOut = after.rotation?.drained === true && before['drained'] === false;
    return leftOut && judged.verdict !== 'worse'
      ? { verdict: 'worse', reasons: ['it was in rotation before, and is not now', ...judged.reasons], facts }
      : { ...judged, facts };
  },
  undo: (before, after) => (after.rotation?.drained === true ? admitStep(before, 'undo-admit') : []),
  // What could not be reimaged goes back into rotation as it was.
  otherwise: (_, step, before) => (step.effect === 'reimage' ? admitStep({ ...before, drained: false }) : []),
};
