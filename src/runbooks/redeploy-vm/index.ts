import { z } from 'zod';
import type { MachineSighting } from '../../ports/machines';
import { assess, planOperation, undoPowerLoss } from '../machine-health';
import { machinePermissions } from '../machine-permissions';
import type { Runbook } from '../model';

/**
 * Moves a virtual machine to another host of its zone and starts it there. Keeps managed disks and addresses; the temporary
 * disk is lost (Microsoft Learn, "Redeploy Linux virtual machine to new Azure node").
 */
export const redeployVm: Runbook<Record<string, never>, MachineSighting> = {
  name: 'redeploy-vm',
  version: 1,
  summary: 'Redeploy a virtual machine to another host when a restart did not help.',
  explanation: {
    preconditions: [
      'The machine exists and runs; what somebody stopped stays stopped.',
      'Nobody else is changing it: no operation is running on it, and it is not on its way to another power state.',
      'Something speaks against its health: agent, resource health, provisioning state or availability metric, which is waited for when its newest point is from before an operation that has just ended.',
    ],
    plan: 'One redeployment to another host of the same zone. The temporary disk is lost.',
    verification:
      'It runs, its agent reports, and the availability metric is 1 in a point newer than the redeployment. Worse when it lost its power.',
    undo: 'A machine that lost its power by the redeployment is started.',
  },
  impact: 'disruptive',
  resourceTypes: ['microsoft.compute/virtualmachines'],
  parameters: z.strictObject({}),
  permissions: {
    actions: [
      ...machinePermissions.observe,
      'Microsoft.Compute/virtualMachines/redeploy/action',
      ...machinePermissions.undo,
    ],
    dataActions: [],
  },
  suits: ['VM availability metric below 1 after a restart', 'resource health unavailable by the platform'],
  operationLimitSeconds: 1800,
  plan: (sighting) =>
    planOperation(sighting, { name: 'redeploy', summary: 'Redeploy the virtual machine to another host' }),
  verify: assess,
  undo: undoPowerLoss,
};
