import { createAzureClients, createAzureRestoring } from '../../../src/adapters/azure';
import type { DrillOrder, DrillReport, RestoreOrder, RestoreReport } from '../../../src/backup';
import { resourceIdSchema } from '../../../src/kernel/schemas';
import type { Restoring } from '../../../src/ports/restoring';
import { managedIdentityToken } from '../../local/cloud/support/cloud';
import type { AppHost } from '../../support/local-app';
import { machine, startBackupPlatform, subscriptionId, type BackupPlatform } from '../platform';
import { backupPolicy } from '../policy-text';

export { machine, type BackupPlatform } from '../platform';

/** Like the policy of the other tests, with drills that ask everything that can be asked. */
export const drillPolicy = backupPolicy
  .replace(
    'copyTo: northeurope\n',
    `copyTo: northeurope
    drill:
      every: 1d
      timeLimit: 10m
      probes:
        - { tcp: 22 }
        - { http: { port: 443, path: /health, tls: true } }
        - { checksum: /var/lib/canary/canary.sha256 }\n`,
  )
  .concat('drills: { groups: { westeurope: rg-platform-drills-weu-001 }, perDay: 3, atOnce: 2 }\n');

export async function startRecoveryPlatform(): Promise<BackupPlatform> {
  const platform = await startBackupPlatform();
  platform.setPolicy(drillPolicy);
  return platform;
}

/** Sixteen digits, another for every number. */
const digits = (number: number): string => number.toString(16).padStart(16, '0');

let drills = 0;

/** Runs a drill to its end; gives its report. */
export async function runDrill(
  app: AppHost,
  order: Partial<DrillOrder> & Pick<DrillOrder, 'item'>,
): Promise<DrillReport> {
  drills += 1;
  const drillId = order.drillId ?? `drill-${digits(drills)}`;
  const input = {
    environment: 'prod',
    pick: 'latest',
    point: null,
    askedBy: { id: null, name: 'test' },
    ...order,
    drillId,
  };
  await app.host.startOrchestration('drill-v1', { instanceId: drillId, input });
  await app.host.runToQuiescence();
  const ended = app.host.instance(drillId);
  if (ended?.runtimeStatus !== 'Completed') {
    throw new Error(`${drillId} is ${ended?.runtimeStatus}: ${JSON.stringify(ended?.output)}`);
  }
  return ended.output as DrillReport;
}

let restores = 0;

/** An order for a restore that nobody has used yet. */
export function restoreOrder(request: unknown, more: Partial<RestoreOrder> = {}): RestoreOrder {
  restores += 1;
  return {
    restoreId: `restore-${digits(restores)}`,
    environment: 'prod',
    request,
    undoes: null,
    askedBy: { id: 'ffffffff-0000-4000-8000-000000000001', name: 'Test' },
    ...more,
  } as RestoreOrder;
}

/** The adapter as another process has it, with the function app's own identity. */
export function restoring(platform: BackupPlatform): Restoring {
  const { cloud } = platform.local;
  const credential = { getToken: () => managedIdentityToken(cloud, 'caretaker') };
  return createAzureRestoring({ clients: createAzureClients({ credential, endpoint: cloud.armEndpoint }) });
}

const drillGroup = resourceIdSchema.parse(`/subscriptions/${subscriptionId}/resourceGroups/rg-platform-drills-weu-001`);

/** Everything that drills made and that is still there. */
export async function drillLeftovers(platform: BackupPlatform): Promise<string[]> {
  const found = await restoring(platform).owned(drillGroup, AbortSignal.timeout(10_000));
  return found.map(({ id }) => id.slice(id.lastIndexOf('/') + 1));
}

/** Runs a restore to its end, or until people are asked. */
export async function runRestore(
  platform: BackupPlatform,
  app: AppHost,
  order: RestoreOrder,
): Promise<RestoreReport | undefined> {
  await app.host.startOrchestration('restore-v1', { instanceId: order.restoreId, input: order });
  // People have an hour to answer, so a minute later they have been asked and have not answered.
  await app.host.runToQuiescence({ until: platform.local.clock.now() + 60_000 });
  return outputOf(app, order);
}

export function outputOf(app: AppHost, { restoreId }: RestoreOrder): RestoreReport | undefined {
  return (app.host.instance(restoreId)?.output as RestoreReport | null) ?? undefined;
}

export const victim = machine('prod', 1);

/** The app asks for tokens, so that somebody can be told who agrees. */
export const tokens = (platform: BackupPlatform): Record<string, string> => ({
  CARETAKER_TENANT_ID: platform.local.cloud.tenantId,
  CARETAKER_API_AUDIENCE: 'api://caretaker-test',
  CARETAKER_LOCAL_ISSUER: platform.local.cloud.issuer,
});

/** Says yes to what a restore asks, as an approver. Gives the status of the answer. */
export async function approve(app: AppHost, { restoreId }: RestoreOrder, person = 'ava'): Promise<number> {
  const id = `${restoreId}-a1`;
  const { body } = await app.operator('GET', `approvals/${id}`, undefined, person);
  const { planHash } = body as { planHash: string };
  const answer = { planHash, reason: 'looks right' };
  return (await app.operator('POST', `approvals/${id}/approve`, answer, person)).status;
}
