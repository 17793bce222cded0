/** Names and ids that the parts of the seeded estate share. All of them are made up. */
export const tenantId = '7c3f0b5e-9d0a-4a53-8c1b-5d1f6a2e4b90';
export const platformSubscription = '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01';
export const sandboxSubscription = 'a94c1d77-08e2-4f3b-8d61-6e2f5b7c3a02';
export const location = 'westeurope';

export const hubGroup = 'rg-platform-hub-weu-001';
export const caretakerGroup = 'rg-platform-caretaker-weu-001';
export const sandboxGroup = 'rg-sandbox-weu-001';

/** Where recovery points are kept, and the region that they are copied to. */
export const backupGroup = 'rg-platform-backup-weu-001';
export const secondLocation = 'northeurope';
export const secondBackupGroup = 'rg-platform-backup-neu-001';
/** Where drills make their machines. */
export const drillGroup = 'rg-platform-drills-weu-001';

export interface EnvironmentNames {
  environment: 'dev' | 'prod';
  group: string;
  network: string;
  /** Second octet of the spoke's address space. */
  octet: number;
  machines: number;
}

export const environments: EnvironmentNames[] = [
  { environment: 'dev', group: 'rg-web-dev-weu-001', network: 'vnet-web-dev-weu-001', octet: 20, machines: 3 },
  { environment: 'prod', group: 'rg-web-prod-weu-001', network: 'vnet-web-prod-weu-001', octet: 10, machines: 6 },
];

export function groupId(name: string, subscriptionId = platformSubscription): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${name}`;
}

export function resourceId(group: string, type: string, name: string): string {
  return `${groupId(group)}/providers/${type}/${name}`;
}

export function tagsFor(
  environment: string,
  workload: string,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    environment,
    workload,
    owner: environment === 'prod' ? 'team-storefront@example.com' : 'team-platform@example.com',
    'cost-center': environment === 'prod' ? 'CC-4100' : 'CC-4900',
    'data-class': environment === 'prod' ? 'internal' : 'public',
    'managed-by': 'terraform',
    ...more,
  };
}
