import { at, azapi, each, wants, type Rule } from './model';

const vault = { root: 'infra/modules/key-vault', file: 'infra/modules/key-vault/main.tf' };
const catalogue = { root: 'infra/modules/backup-policy', file: 'infra/modules/backup-policy/main.tf' };
const redis = { root: 'infra/modules/redis', file: 'infra/modules/redis/main.tf' };
const monitoring = { root: 'infra/modules/monitoring', file: 'infra/modules/monitoring/main.tf' };
const own = { root: 'infra/modules/function-app', file: 'infra/modules/function-app/main.storage.tf' };

/** Rules over what holds data: vaults, storage, caches, logs. */
export const dataRules: readonly Rule[] = [
  {
    name: 'CKV_AZURE_110 key vault: purge protection',
    references: ['CKV_AZURE_110', 'AVD-AZU-0016', 'CIS Azure 8.5'],
    scope: 'resource',
    check: wants('azurerm_key_vault', 'purge_protection_enabled', true),
    broken: { ...vault, find: /purge_protection_enabled( *)= true/, replace: 'purge_protection_enabled$1= false' },
  },
  {
    name: 'CKV_AZURE_189 key vault: no public network access',
    references: ['CKV_AZURE_189', 'CIS Azure 8.7'],
    scope: 'resource',
    check: wants('azurerm_key_vault', 'public_network_access_enabled', false),
    broken: {
      ...vault,
      find: /public_network_access_enabled( *)= false/,
      replace: 'public_network_access_enabled$1= true',
    },
  },
  {
    name: 'CKV_AZURE_109 key vault: the firewall denies by default',
    references: ['CKV_AZURE_109', 'AVD-AZU-0013'],
    scope: 'resource',
    check: wants('azurerm_key_vault', 'network_acls.default_action', 'Deny'),
    broken: { ...vault, find: /default_action = "Deny"/, replace: 'default_action = "Allow"' },
  },
  {
    name: 'CIS Azure 8.6 key vault: roles instead of access policies',
    references: ['CIS Azure 8.6', 'Azure Policy 12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5'],
    scope: 'resource',
    check: wants('azurerm_key_vault', 'rbac_authorization_enabled', true),
    broken: { ...vault, find: /rbac_authorization_enabled( *)= true/, replace: 'rbac_authorization_enabled$1= false' },
  },
  {
    name: 'CKV_AZURE_41 secrets: an expiry',
    references: ['CKV_AZURE_41', 'AVD-AZU-0017', 'CIS Azure 8.3'],
    scope: 'resource',
    check: each(['azurerm_key_vault_secret'], ({ values }) =>
      typeof values['expiration_date'] === 'string' ? undefined : 'has no expiration_date',
    ),
    broken: { ...vault, find: /expiration_date = each\.value\.expires\n/, replace: '' },
  },
  {
    name: 'CKV_AZURE_114 secrets: a content type',
    references: ['CKV_AZURE_114', 'AVD-AZU-0015'],
    scope: 'resource',
    check: each(['azurerm_key_vault_secret'], ({ values }) =>
      values['content_type'] ? undefined : 'has no content_type',
    ),
    broken: { ...vault, find: /content_type( *)= each\.value\.content_type\n/, replace: '' },
  },
  {
    name: 'CKV_AZURE_44 storage: TLS 1.2',
    references: ['CKV_AZURE_44', 'AVD-AZU-0011', 'CIS Azure 3.15'],
    scope: 'resource',
    check: wants('azurerm_storage_account', 'min_tls_version', 'TLS1_2'),
    broken: { ...catalogue, find: /"TLS1_2"/, replace: '"TLS1_0"' },
  },
  {
    name: 'CKV_AZURE_3 storage: HTTPS only',
    references: ['CKV_AZURE_3', 'AVD-AZU-0008', 'CIS Azure 3.1'],
    scope: 'resource',
    check: wants('azurerm_storage_account', 'https_traffic_only_enabled', true),
    broken: {
      ...catalogue,
      find: /https_traffic_only_enabled( *)= true/,
      replace: 'https_traffic_only_enabled$1= false',
    },
  },
  {
    name: 'CKV_AZURE_59 storage: no public network access',
    references: ['CKV_AZURE_59', 'CIS Azure 3.7'],
    scope: 'resource',
    check: wants('azurerm_storage_account', 'public_network_access_enabled', false),
    broken: {
      ...catalogue,
      find: /public_network_access_enabled( *)= false/,
      replace: 'public_network_access_enabled$1= true',
    },
  },
  {
    name: 'CKV_AZURE_35 storage: the firewall denies by default',
    references: ['CKV_AZURE_35', 'AVD-AZU-0012', 'CIS Azure 3.8'],
    scope: 'resource',
    check: wants('azurerm_storage_account', 'network_rules.default_action', 'Deny'),
    broken: { ...catalogue, find: /default_action = "Deny"/, replace: 'default_action = "Allow"' },
  },
  {
    name: 'CKV_AZURE_190 storage: no anonymous blobs',
    references: ['CKV_AZURE_190', 'CKV2_AZURE_47'],
    scope: 'resource',
    check: wants('azurerm_storage_account', 'allow_nested_items_to_be_public', false),
    broken: {
      ...catalogue,
      find: /allow_nested_items_to_be_public( *)= false/,
      replace: 'allow_nested_items_to_be_public$1= true',
    },
  },
  {
    name: 'CKV_AZURE_34 storage: private containers',
    references: ['CKV_AZURE_34', 'AVD-AZU-0007'],
    scope: 'resource',
    check: wants('azurerm_storage_container', 'container_access_type', 'private'),
    broken: { ...own, find: /container_access_type = "private"/, replace: 'container_access_type = "blob"' },
  },
  {
    name: 'CKV2_AZURE_40 storage: no account keys',
    references: ['CKV2_AZURE_40'],
    scope: 'resource',
    check: wants('azurerm_storage_account', 'shared_access_key_enabled', false),
    broken: {
      ...catalogue,
      find: /shared_access_key_enabled( *)= false/,
      replace: 'shared_access_key_enabled$1= true',
    },
  },
  {
    name: 'CKV2_AZURE_38 storage: soft delete',
    references: ['CKV2_AZURE_38', 'CIS Azure 3.11'],
    scope: 'resource',
    check: each(['azurerm_storage_account'], ({ values }) => {
      const days = at(values, 'blob_properties.delete_retention_policy.days');
      return typeof days === 'number' && days >= 7 ? undefined : `deleted blobs are kept ${String(days)} days, not 7`;
    }),
    broken: {
      ...catalogue,
      find: /delete_retention_policy \{\s*days = 30/,
      replace: 'delete_retention_policy {\n      days = 1',
    },
  },
  {
    name: 'CKV_AZURE_89 redis: no public network access',
    references: ['CKV_AZURE_89'],
    scope: 'resource',
    check: wants('azurerm_managed_redis', 'public_network_access', 'Disabled'),
    broken: { ...redis, find: /"Disabled"/, replace: '"Enabled"' },
  },
  {
    name: 'CKV_AZURE_91 redis: encrypted connections only (TLS 1.2 is the least that the service speaks)',
    references: ['CKV_AZURE_91', 'CKV_AZURE_148'],
    scope: 'resource',
    check: wants('azurerm_managed_redis', 'default_database.client_protocol', 'Encrypted'),
    broken: { ...redis, find: /"Encrypted"/, replace: '"Plaintext"' },
  },
  {
    name: 'MCSB IM-1 logs: sign-in by Entra only',
    references: ['MCSB IM-1', 'Azure Policy e15effd4-2278-4c65-a0da-4d6f6d1890e2'],
    scope: 'resource',
    check: wants('azurerm_log_analytics_workspace', 'local_authentication_enabled', false),
    broken: {
      ...monitoring,
      find: /local_authentication_enabled( *)= false/,
      replace: 'local_authentication_enabled$1= true',
    },
  },
  {
    name: 'MCSB NS-2 logs: nothing is sent over the Internet',
    references: ['MCSB NS-2', 'Azure Policy 6c53d030-cc64-46f0-906d-2bc061cd1334'],
    scope: 'resource',
    check: wants('azurerm_log_analytics_workspace', 'internet_ingestion_enabled', false),
    broken: {
      ...monitoring,
      find: /internet_ingestion_enabled( *)= false/,
      replace: 'internet_ingestion_enabled$1= true',
    },
  },
  {
    name: 'MCSB BR-2 backups: ledger and catalogue cannot be changed',
    references: ['MCSB BR-2'],
    scope: 'resource',
    check: (planned) =>
      planned.resources
        .filter(
          ({ type, values }) =>
            type === 'azurerm_storage_container' && ['catalogue', 'caretaker-ledger'].includes(String(values['name'])),
        )
        .filter(
          (container) =>
            !planned.resources.some(
              ({ type, module, values }) =>
                type === 'azurerm_storage_container_immutability_policy' &&
                module === container.module &&
                Number(values['immutability_period_in_days']) >= 1,
            ),
        )
        .map(({ address }) => ({ address, problem: 'has no immutability policy beside it' })),
    broken: {
      ...own,
      find: /resource "azurerm_storage_container_immutability_policy" "ledger" \{[\s\S]*?\n\}\n/,
      replace: '',
    },
  },
  {
    name: 'CKV_AZURE_70 function app: HTTPS only',
    references: ['CKV_AZURE_70', 'AVD-AZU-0004'],
    scope: 'resource',
    check: azapi('Microsoft.Web/sites', (body) =>
      at(body, 'properties.httpsOnly') === true ? undefined : 'httpsOnly is not true',
    ),
    broken: {
      root: 'infra/modules/function-app',
      file: 'infra/modules/function-app/main.app.tf',
      find: /httpsOnly( *)= true/,
      replace: 'httpsOnly$1= false',
    },
  },
  {
    name: 'CKV_AZURE_145 function app: TLS 1.2',
    references: ['CKV_AZURE_145', 'CIS Azure 9.3'],
    scope: 'resource',
    check: azapi('Microsoft.Web/sites', (body) =>
      ['1.2', '1.3'].includes(String(at(body, 'properties.siteConfig.minTlsVersion')))
        ? undefined
        : 'minTlsVersion is below 1.2',
    ),
    broken: {
      root: 'infra/modules/function-app',
      file: 'infra/modules/function-app/main.app.tf',
      find: /minTlsVersion( *)= "1\.2"/,
      replace: 'minTlsVersion$1= "1.0"',
    },
  },
  {
    name: 'CKV_AZURE_221 function app: no public network access',
    references: ['CKV_AZURE_221'],
    scope: 'resource',
    check: azapi('Microsoft.Web/sites', (body) =>
      at(body, 'properties.publicNetworkAccess') === 'Disabled' ? undefined : 'publicNetworkAccess is not Disabled',
    ),
    // Excepted by name (the door for Azure Monitor), so the broken copy holds a second app.
    broken: {
      root: 'infra/modules/function-app',
      file: 'infra/modules/function-app/main.app.tf',
      find: /# Passwords for FTP/,
      replace:
        'resource "azapi_resource" "another" {\n  type      = "Microsoft.Web/sites@2024-04-01"\n  name      = "func-another"\n' +
        '  parent_id = var.resource_group.resource_id\n  location  = var.location\n' +
        '  body      = { properties = { publicNetworkAccess = "Enabled" } }\n}\n\n# Passwords for FTP',
    },
  },
  {
    name: 'AVD-AZU-0047 function app: the door denies by default',
    references: ['AVD-AZU-0047', 'MCSB NS-2'],
    scope: 'resource',
    check: azapi('Microsoft.Web/sites', (body) =>
      at(body, 'properties.siteConfig.ipSecurityRestrictionsDefaultAction') === 'Deny' &&
      at(body, 'properties.siteConfig.scmIpSecurityRestrictionsDefaultAction') === 'Deny'
        ? undefined
        : 'who is not listed is let in',
    ),
    broken: {
      root: 'infra/modules/function-app',
      file: 'infra/modules/function-app/main.app.tf',
      find: /ipSecurityRestrictionsDefaultAction = "Deny"/,
      replace: 'ipSecurityRestrictionsDefaultAction = "Allow"',
    },
  },
  {
    name: 'CKV_AZURE_78 function app: no FTP and no publishing passwords',
    references: ['CKV_AZURE_78', 'CIS Azure 9.10', 'Azure Policy 871b205b-57cf-4e1e-a234-492616998bf7'],
    scope: 'resource',
    check: (planned) => [
      ...azapi('Microsoft.Web/sites', (body) =>
        at(body, 'properties.siteConfig.ftpsState') === 'Disabled' ? undefined : 'ftpsState is not Disabled',
      )(planned),
      ...azapi('Microsoft.Web/sites/basicPublishingCredentialsPolicies', (body) =>
        at(body, 'properties.allow') === false ? undefined : 'publishing passwords are allowed',
      )(planned),
    ],
    broken: {
      root: 'infra/modules/function-app',
      file: 'infra/modules/function-app/main.app.tf',
      find: /allow = false/,
      replace: 'allow = true',
    },
  },
  {
    name: 'MCSB NS-2 durable scheduler: no public network access',
    references: ['MCSB NS-2'],
    scope: 'resource',
    check: azapi('Microsoft.DurableTask/schedulers', (body) =>
      at(body, 'properties.publicNetworkAccess') === 'Disabled' ? undefined : 'publicNetworkAccess is not Disabled',
    ),
    broken: {
      root: 'infra/modules/function-app',
      file: 'infra/modules/function-app/main.durable.tf',
      find: /publicNetworkAccess = "Disabled"/,
      replace: 'publicNetworkAccess = "Enabled"',
    },
  },
];
