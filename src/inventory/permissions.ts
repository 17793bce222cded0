import type { DomainPermissions } from '../kernel/permissions';

/** What looking at resource groups and at tags needs, and setting the tag of a hold. */
export const inventoryPermissions: DomainPermissions = {
  holder: 'writer',
  actions: [
    'Microsoft.Resources/subscriptions/resourceGroups/resources/read',
    'Microsoft.Network/networkInterfaces/read',
    'Microsoft.Resources/tags/read',
    'Microsoft.Resources/tags/write',
  ],
  dataActions: [],
};
