import type { DomainPermissions } from '../kernel/permissions';

/**
 * What rotating needs in Azure. No right to delete, recover or purge a secret, and none to change a vault. Microsoft Graph's rights
 * are no roles of Azure: see docs/rotation.md.
 */
export const rotationPermissions: DomainPermissions = {
  holder: 'writer',
  actions: [
    'Microsoft.Cache/redisEnterprise/databases/listKeys/action',
    'Microsoft.Cache/redisEnterprise/databases/read',
    'Microsoft.Cache/redisEnterprise/databases/regenerateKey/action',
    'Microsoft.Cache/redisEnterprise/read',
    'Microsoft.Compute/virtualMachines/read',
    'Microsoft.Compute/virtualMachines/runCommands/read',
    'Microsoft.Compute/virtualMachines/runCommands/write',
    'Microsoft.KeyVault/vaults/read',
    'Microsoft.Storage/storageAccounts/listKeys/action',
    'Microsoft.Storage/storageAccounts/read',
    'Microsoft.Storage/storageAccounts/regenerateKey/action',
    'Microsoft.Web/sites/config/list/action',
    'Microsoft.Web/sites/config/read',
  ],
  dataActions: [
    'Microsoft.KeyVault/vaults/secrets/getSecret/action',
    'Microsoft.KeyVault/vaults/secrets/readMetadata/action',
    'Microsoft.KeyVault/vaults/secrets/setSecret/action',
    'Microsoft.KeyVault/vaults/secrets/update/action',
  ],
};
