import type { DnsZoneSeed, EstateResource } from '../model';
import { caretakerGroup, environments, hubGroup, location, resourceId, tagsFor, tenantId } from './names';

/** Redis, key vaults, the function app's storage and the log workspace, as data. */
export function dataResources(): EstateResource[] {
  const perEnvironment = environments.flatMap(({ environment, group }): EstateResource[] => [
    {
      id: resourceId(group, 'Microsoft.Cache/redisEnterprise', `amr-web-${environment}-weu-001`),
      type: 'Microsoft.Cache/redisEnterprise',
      name: `amr-web-${environment}-weu-001`,
      location,
      tags: tagsFor(environment, 'web', { service: 'storefront', tier: 'cache' }),
      sku: { name: environment === 'prod' ? 'Balanced_B10' : 'Balanced_B1' },
      ...(environment === 'prod' ? { zones: ['1', '2', '3'] } : {}),
      properties: {
        provisioningState: 'Succeeded',
        resourceState: 'Running',
        redisVersion: '7.4',
        hostName: `amr-web-${environment}-weu-001.${location}.redis.azure.net`,
        minimumTlsVersion: '1.2',
        publicNetworkAccess: 'Disabled',
        highAvailability: environment === 'prod' ? 'Enabled' : 'Disabled',
      },
    },
    {
      id: resourceId(group, 'Microsoft.KeyVault/vaults', `kv-web-${environment}-weu-001`),
      type: 'Microsoft.KeyVault/vaults',
      name: `kv-web-${environment}-weu-001`,
      location,
      tags: tagsFor(environment, 'web', { service: 'storefront' }),
      properties: {
        tenantId,
        sku: { family: 'A', name: 'standard' },
        vaultUri: `https://kv-web-${environment}-weu-001.vault.azure.net/`,
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: 90,
        enablePurgeProtection: true,
        publicNetworkAccess: 'Disabled',
        networkAcls: { bypass: 'AzureServices', defaultAction: 'Deny', ipRules: [], virtualNetworkRules: [] },
        provisioningState: 'Succeeded',
      },
    },
  ]);
  return [
    ...perEnvironment,
    {
      id: resourceId(hubGroup, 'Microsoft.OperationalInsights/workspaces', 'log-platform-weu-001'),
      type: 'Microsoft.OperationalInsights/workspaces',
      name: 'log-platform-weu-001',
      location,
      tags: tagsFor('prod', 'platform'),
      properties: {
        provisioningState: 'Succeeded',
        customerId: '0d9b7a64-1c38-4f2e-b6a5-93e1c07d5f28',
        retentionInDays: 90,
        sku: { name: 'PerGB2018' },
      },
    },
    {
      id: resourceId(caretakerGroup, 'Microsoft.Web/sites', 'func-caretaker-weu-001'),
      type: 'Microsoft.Web/sites',
      name: 'func-caretaker-weu-001',
      location,
      kind: 'functionapp,linux',
      tags: tagsFor('prod', 'caretaker'),
      properties: { state: 'Running', httpsOnly: true, defaultHostName: 'func-caretaker-weu-001.azurewebsites.net' },
    },
  ];
}

/** A Cloudflare zone with the records of the storefront. */
export function dnsZones(): DnsZoneSeed[] {
  const record = (number: number, type: string, name: string, content: string, proxied: boolean, comment?: string) => ({
    id: `372e67954025e0ba6aaa6d586b9e0b${number.toString(16).padStart(2, '0')}`,
    type,
    name,
    content,
    ttl: proxied ? 1 : 300,
    proxied,
    ...(comment === undefined ? {} : { comment }),
  });
  return [
    {
      id: '023e105f4ecef8ad9ca31a8372d0c353',
      name: 'storefront.example',
      accountId: '01a7362d577a6c3019a474fd6f485823',
      records: [
        record(
          1,
          'CNAME',
          'www.storefront.example',
          'lb-web-prod-weu-001.westeurope.cloudapp.azure.com',
          true,
          'owner=caretaker',
        ),
        record(
          2,
          'CNAME',
          'standby.storefront.example',
          'lb-web-prod-neu-001.northeurope.cloudapp.azure.com',
          true,
          'owner=caretaker',
        ),
        record(
          3,
          'CNAME',
          'dev.storefront.example',
          'lb-web-dev-weu-001.westeurope.cloudapp.azure.com',
          true,
          'owner=caretaker',
        ),
        record(4, 'TXT', 'storefront.example', '"v=spf1 -all"', false, 'owner=terraform'),
        record(5, 'CAA', 'storefront.example', '0 issue "letsencrypt.org"', false, 'owner=terraform'),
        record(
          6,
          'CNAME',
          'api.storefront.example',
          'lb-web-prod-weu-001.westeurope.cloudapp.azure.com',
          false,
          'owner=caretaker policy=upsert-only source=failover/api',
        ),
        ...['blog', 'cdn', 'docs', 'help', 'img', 'login', 'shop', 'status'].map((label, index) =>
          record(
            7 + index,
            'CNAME',
            `${label}.storefront.example`,
            'lb-web-prod-weu-001.westeurope.cloudapp.azure.com',
            true,
            'owner=caretaker',
          ),
        ),
        // Somebody made it by hand for a certificate, and nobody has said whose it is.
        record(15, 'TXT', '_acme-challenge.storefront.example', '"pnDkXk3JQhb1fJ0Vb7yTqg"', false),
      ],
    },
  ];
}
