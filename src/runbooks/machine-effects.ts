import { InvariantError } from '../kernel/errors';
import { machineOperationSchema, operationTicketSchema, type Machines, type MachineSighting } from '../ports/machines';
import type { Effects } from './model';

/** The hands of every runbook that operates a virtual machine. */
export function machineEffects(machines: Machines): Effects<MachineSighting> {
  return {
    observe: (target, abort) => machines.observe(target, abort),
    start: (target, step, requestId, abort) => {
      const operation = machineOperationSchema.safeParse(step.effect);
      if (!operation.success) {
        throw new InvariantError(`machines know no operation "${step.effect}"`);
      }
      const size = step.arguments?.['size'];
      return machines.start(target, operation.data, requestId, abort, typeof size === 'string' ? size : undefined);
    },
    poll: (target, ticket, abort) => machines.poll(target, operationTicketSchema.parse(ticket), abort),
    landed: (before, now) => {
      if (!now.exists) {
        return 'no';
      }
      // ARM stamps the provisioning state at the end of every operation, and shows `updating` during one.
      if (now.provisioningState === 'updating' || ['starting', 'stopping'].includes(now.powerState)) {
        return 'yes';
      }
      if (now.provisionedAt === null || typeof before['provisionedAt'] !== 'string') {
        return 'unknown';
      }
      return Date.parse(now.provisionedAt) > Date.parse(before['provisionedAt']) ? 'yes' : 'no';
    },
  };
}
