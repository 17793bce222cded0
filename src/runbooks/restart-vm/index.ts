import { z } from 'zod';
import type { MachineSighting } from '../../ports/machines';
import { assess, planOperation, undoPowerLoss } from '../machine-health';
import { machinePermissions } from '../machine-permissions';
import type { Runbook } from '../model';

/** Restarts a virtual machine whose guest hangs. Keeps disks, addresses and host. */
export const restartVm: Runbook<Record<string, never>, MachineSighting> = {
  name: 'restart-vm',
  version: 1,
  summary: 'Restart a virtual machine that is running and not healthy.',
  explanation: {
    preconditions: [
      'The machine exists and runs; what somebody stopped stays stopped.',
      'Nobody else is changing it: no operation is running on it, and it is not on its way to another power state.',
      'Something speaks against its health: agent, resource health, provisioning state or availability metric, which is waited for when its newest point is from before an operation that has just ended.',
    ],
    plan: 'One restart.',
    verification:
      'It runs, its agent reports, and the availability metric is 1 in a point newer than the restart. Worse when it lost its power.',
    undo: 'A machine that lost its power by the restart is started.',
  },
  impact: 'disruptive',
  resourceTypes: ['microsoft.compute/virtualmachines'],
  parameters: z.strictObject({}),
  permissions: {
    actions: [
      ...machinePermissions.observe,
      'Microsoft.Compute/virtualMachines/restart/action',
      ...machinePermissions.undo,
    ],
    dataActions: [],
  },
  suits: ['VM availability metric below 1', 'guest agent heartbeat missing', 'resource health unavailable'],
  operationLimitSeconds: 900,
  plan: (sighting) => planOperation(sighting, { name: 'restart', summary: 'Restart the virtual machine' }),
  verify: assess,
  undo: undoPowerLoss,
};
