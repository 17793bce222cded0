import {
  createBackupDesk,
  createCatalogue,
  createDrillRecords,
  createExposures,
  createRestoreRecords,
  parseBackupPolicy,
  type BackupDesk,
} from '../../src/backup';
import type { Clock } from '../../src/kernel/clock';
import type { Log } from '../../src/kernel/log';
import type { Documents } from '../../src/ports/documents';
import { backupPolicy } from '../backup/policy-text';

/** A desk over documents in memory, and a platform on which there is nothing. */
export function memoryBackupDesk(documents: Documents, clock: Clock, log: Log): BackupDesk {
  const parsed = parseBackupPolicy(backupPolicy);
  const policy = async () => parsed;
  const catalogue = createCatalogue(documents);
  const drills = createDrillRecords({ documents, clock });
  const restoring = {
    machine: async () => undefined,
    disk: async () => undefined,
    look: async () => ({ kind: 'absent' as const }),
    begin: async () => ({ kind: 'failed' as const, code: 'Nothing', message: 'there is nothing here' }),
    owned: async () => [],
  };
  const exposures = createExposures({
    policy,
    catalogue,
    drills,
    points: { machines: async () => [], disks: async () => [] },
    documents,
    reports: { append: async () => ({ kind: 'conflict' }), read: async () => undefined },
    notifications: { tell: async () => undefined },
    glob: () => () => false,
    clock,
    log,
    subscriptions: new Set(),
    environment: 'test',
    environmentOf: async () => 'test',
  });
  const records = createRestoreRecords({ documents, clock });
  return createBackupDesk({ policy, catalogue, exposures, drills, restoring, records, clock });
}
