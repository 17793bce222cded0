export { createCloudflareTokens } from './cloudflare-tokens';
export { createCloudflareZones, type CloudflareOptions } from './cloudflare-zones';
export { createVaultToken } from './vault-token';
