export { createCloudflareZones, type CloudflareOptions } from './cloudflare-zones';
export { createVaultToken } from './vault-token';
