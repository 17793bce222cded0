import { z } from 'zod';
import type { MachineSighting } from '../../ports/machines';
import { isAllocationFailure } from '../allocation';
import { assess, machineFacts, wellMachine } from '../machine-health';
import { machinePermissions } from '../machine-permissions';
import type { Facts, Runbook, Step } from '../model';

const parametersSchema = z.strictObject({
  sizes: z
    .array(z.string().regex(/^Standard_[A-Za-z0-9_-]{2,40}$/))
    .max(4)
    .default([])
    .describe("Sizes to try in this order when there is no room for the machine's own. None: its own alone."),
});
type Parameters = z.infer<typeof parametersSchema>;

const start = (attempt: number, sizes: readonly string[]): Step => ({
  id: attempt === 0 ? 'start' : `start-${attempt}`,
  effect: 'start',
  summary: 'Start the virtual machine',
  arguments: { attempt, sizes: sizes.join(',') },
});

const resize = (attempt: number, size: string): Step => ({
  id: `resize-${attempt}`,
  effect: 'resize',
  summary: `Give the machine the size ${size}`,
  arguments: { size },
});

/**
 * Without room for one size, the next one; after the last one the machine gets its own size back, so that nobody wonders
 * later. Sizes differ in price: the policy says which are allowed.
 */
function otherwise(given: Step, before: Facts): readonly Step[] {
  const attempt = Number(given.arguments?.['attempt'] ?? 0) + 1;
  const sizes = String(given.arguments?.['sizes'] ?? '')
    .split(',')
    .filter((size) => size !== '');
  const [next, ...rest] = sizes;
  if (next !== undefined) {
    return [resize(attempt, next), start(attempt, rest)];
  }
  const own = before['size'];
  return attempt > 1 && typeof own === 'string' ? [resize(attempt, own)] : [];
}

/** Starts a virtual machine that is stopped or deallocated, with another size where there is no room for its own. */
export const startVm: Runbook<Parameters, MachineSighting> = {
  name: 'start-vm',
  version: 1,
  summary:
    'Start a virtual machine that is stopped, with another size that the policy allows when there is no room for its own.',
  explanation: {
    preconditions: [
      'The machine exists, and it is stopped or deallocated. Whoever orders the runbook, or writes it into a rule, says that it should run.',
      'Nobody else is changing it: no operation is running on it, and it is not on its way to another power state.',
    ],
    plan: 'One start. When there is no room for its size: the sizes of the parameter `sizes`, one after another, and its own size again when none has room.',
    verification: 'It runs, its agent reports, and the availability metric is 1 in a point newer than the start.',
    undo: 'Nothing: a machine that was stopped before and does not come up is no worse off.',
  },
  impact: 'disruptive',
  resourceTypes: ['microsoft.compute/virtualmachines'],
  parameters: parametersSchema,
  permissions: {
    actions: [
      ...machinePermissions.observe,
      'Microsoft.Compute/virtualMachines/start/action',
      // For another size.
      'Microsoft.Compute/virtualMachines/write',
    ],
    dataActions: [],
  },
  suits: ['a machine deallocated by the platform', 'VM availability metric missing', 'a schedule that starts machines'],
  operationLimitSeconds: 900,
  plan(sighting, { sizes }) {
    if (!sighting.exists) {
      return { kind: 'impossible', reasons: ['the machine does not exist'] };
    }
    const { provisioningState, powerState } = sighting;
    if (['creating', 'updating', 'deleting', 'migrating'].includes(provisioningState)) {
      const reasons = [`another operation is running on the machine (provisioning state ${provisioningState})`];
      return { kind: 'busy', reasons, retryAfterSeconds: 30 };
    }
    if (['starting', 'stopping', 'deallocating'].includes(powerState)) {
      const reasons = [`somebody is changing the machine: it is ${powerState}`];
      return { kind: 'busy', reasons, retryAfterSeconds: 30 };
    }
    if (powerState === 'running') {
      return { kind: 'nothing-to-do', reasons: ['the machine is running'] };
    }
    if (powerState === 'unknown') {
      return { kind: 'impossible', reasons: ['nobody knows whether the machine is running'] };
    }
    return {
      kind: 'act',
      summary: 'Start the virtual machine',
      reasons: [`power state is ${powerState}`],
      steps: [
        start(
          0,
          sizes.filter((size) => size !== sighting.size),
        ),
      ],
      before: machineFacts(sighting),
      after: wellMachine,
    };
  },
  verify: assess,
  undo: () => [],
  otherwise: (failure, step, before) => (isAllocationFailure(failure) ? otherwise(step, before) : []),
};
