import type { DomainPermissions } from '../kernel/permissions';

/** What DNS needs of Azure: to read Cloudflare's token. What it may do to zones stands in the token. */
export const dnsPermissions: DomainPermissions = {
  holder: 'writer',
  actions: [],
  dataActions: ['Microsoft.KeyVault/vaults/secrets/getSecret/action'],
};
