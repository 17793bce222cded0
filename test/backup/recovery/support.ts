import type { DrillOrder, DrillReport, RestoreOrder } from '../../../src/backup';
import type { AppHost } from '../../support/local-app';
import { backupPolicy, machine, startBackupPlatform, type BackupPlatform } from '../platform';

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

/** Everything that drills made and that is still there, by the cloud itself. */
export async function drillLeftovers(platform: BackupPlatform): Promise<string[]> {
  const { control } = platform.local.cloud;
  const machines = (await control.machines()).map(({ id }) => id);
  const others = await Promise.all([]);
  return [...machines, ...others].filter((id) => /rg-platform-drills/i.test(id));
}

export const victim = machine('prod', 1);
