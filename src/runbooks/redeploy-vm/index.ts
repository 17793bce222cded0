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
