import type { EstateResource } from '../estate-model';
import { environments, location, resourceId, tagsFor } from './names';

export const applicationId = '5b1f6a0e-3d2c-4b7a-9e81-0c4d5e6f7a51';
export const applicationClientId = '9c0d1e2f-4a5b-4c6d-8e7f-1a2b3c4d5e61';

export const accountName = (environment: string): string => `stweb${environment}weu001`;
export const siteName = (environment: string): string => `app-storefront-${environment}-weu-001`;
export const vaultName = (environment: string): string => `kv-web-${environment}-weu-001`;
export const redisDatabaseId = (group: string, environment: string): string =>
  `${resourceId(group, 'Microsoft.Cache/redisEnterprise', `amr-web-${environment}-weu-001`)}/databases/default`;

/** What issues and uses the storefront's secrets beside the resources that are there anyway. */
export function secretResources(): EstateResource[] {
  return environments.flatMap(({ environment, group }) => [
    {
      id: resourceId(group, 'Microsoft.Storage/storageAccounts', accountName(environment)),
      type: 'Microsoft.Storage/storageAccounts',
      name: accountName(environment),
      location,
      kind: 'StorageV2',
      sku: { name: 'Standard_ZRS' },
      tags: tagsFor(environment, 'web', { service: 'storefront' }),
      properties: {
        provisioningState: 'Succeeded',
        allowSharedKeyAccess: true,
        minimumTlsVersion: 'TLS1_2',
        primaryEndpoints: { blob: `https://${accountName(environment)}.blob.core.windows.net/` },
      },
    },
    {
      id: resourceId(group, 'Microsoft.Web/sites', siteName(environment)),
      type: 'Microsoft.Web/sites',
      name: siteName(environment),
      location,
      kind: 'app,linux',
      tags: tagsFor(environment, 'web', { service: 'storefront' }),
      properties: { state: 'Running', httpsOnly: true, defaultHostName: `${siteName(environment)}.azurewebsites.net` },
    },
  ]);
}
