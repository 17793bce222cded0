/** What observing and undoing need on a virtual machine, shared by the runbooks that operate one. */
export const machinePermissions = {
  observe: [
    'Microsoft.Compute/virtualMachines/read',
    'Microsoft.Compute/locations/operations/read',
    'Microsoft.Insights/metrics/read',
    'Microsoft.ResourceHealth/availabilityStatuses/read',
  ],
  undo: ['Microsoft.Compute/virtualMachines/start/action'],
} as const;
