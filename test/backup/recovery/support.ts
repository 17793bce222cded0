import { createAzureClients, createAzureRestoring } from '../../../src/adapters/azure';
import type { DrillOrder, DrillReport, RestoreOrder, RestoreReport } from '../../../src/backup';
import { resourceIdSchema } from '../../../src/kernel/schemas';
import type { Restoring } from '../../../src/ports/restoring';
import { managedIdentityToken } from '../../local/cloud/support/cloud';
import type { AppHost } from '../../support/local-app';
import { backupPolicy, machine, startBackupPlatform, subscriptionId, type BackupPlatform } from '../platform';

export { machine, type BackupPlatform } from '../platform';

/** Like the policy of the other tests, with drills that ask everything that can be asked. */
export const drillPolicy = backupPolicy
  .replace(
    '    retention: { keepLast: 2, deleteAfter: 30m }',
    `    retention: { keepLast: 2, deleteAfter: 30m }
    drill:
      every: 1d
      timeLimit: 10m
      probes:
        - { tcp: 22 }
        - { http: { port: 443, path: /health, tls: true } }
        - { checksum: /var/lib/canary/canary.sha256 }`,
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
export async function runRestore(app: AppHost, order: RestoreOrder): Promise<RestoreReport | undefined> {
  await app.host.startOrchestration('restore-v1', { instanceId: order.restoreId, input: order });
  await app.host.runToQuiescence({ when: () => stageOf(app, order) === 'ask' });
  return outputOf(app, order);
}

const stageOf = (app: AppHost, { restoreId }: RestoreOrder): string | undefined =>
  (app.host.instance(restoreId)?.customStatus as { stage?: string } | null | undefined)?.stage;

export function outputOf(app: AppHost, { restoreId }: RestoreOrder): RestoreReport | undefined {
  return (app.host.instance(restoreId)?.output as RestoreReport | null) ?? undefined;
}

export const victim = machine('prod', 1);
