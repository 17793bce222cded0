import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import type { ResourceId } from '../kernel/resource-id';
import type { Ledger } from '../ledger';
import type { Documents } from '../ports/documents';
import type { RecoveryPointRemoval, RecoveryPoints } from '../ports/recovery-points';
import type { Catalogue } from './catalogue';
import type { Glob } from './plan';
import type { BackupPolicy } from './policy.model';

/** What the activities of backups stand on. */
export interface BackupPorts {
  readonly points: RecoveryPoints;
  /** By the identity that deletes. */
  readonly removal: RecoveryPointRemoval;
  readonly catalogue: Catalogue;
  readonly documents: Documents;
  readonly ledger: Pick<Ledger, 'append'>;
  /** The policy in use. @throws whatever reading it throws */
  readonly policy: () => Promise<BackupPolicy>;
  readonly glob: Glob;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Which of these resources must not be touched now, with why: a kill switch is set for where they are. Reads the guard; throws
 * `TransientError` when it cannot be read, so that nothing is done on a guess.
 */
export type Stops = (items: readonly ResourceId[]) => Promise<ReadonlyMap<ResourceId, string>>;
