import type { DomainPermissions } from '../kernel/permissions';

/**
 * What looking at scale sets and caches, and giving them another size, needs on the platform. Following an operation needs nothing:
 * who started it may ask how far it is.
 */
export const scalingPermissions: DomainPermissions = {
  holder: 'writer',
  actions: [
    'Microsoft.Cache/redisEnterprise/read',
    'Microsoft.Cache/redisEnterprise/write',
    'Microsoft.Compute/virtualMachineScaleSets/delete/action',
    'Microsoft.Compute/virtualMachineScaleSets/read',
    'Microsoft.Compute/virtualMachineScaleSets/write',
    'Microsoft.Compute/virtualMachines/read',
    'Microsoft.Insights/autoscaleSettings/read',
    'Microsoft.Insights/autoscaleSettings/write',
    'Microsoft.Insights/metrics/read',
  ],
  dataActions: [],
};
