import type { Clock, EpochMillis } from '../kernel/clock';
import type { Seconds } from '../kernel/duration';
import { describeError, InvalidInputError, TransientError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { PolicySource } from '../ports/policy-source';
import { parseBackupPolicy } from './policy';
import type { BackupPolicy } from './policy.model';

/** The backup policy, read again when it is old. */
export interface BackupPolicies {
  /**
   * The last good document, after asking the source when that was longer ago than `maxAge`. A refused document or a source that
   * cannot be read never takes it away.
   * @throws InvalidInputError with every problem when the first document is refused; whatever the source throws.
   */
  current(): Promise<BackupPolicy>;
  /** Why the newest document is not the one in use; null when it is. */
  refused(): string | null;
}

/** Where the backup policy is: beside the policy of actions, under the name `backup.yaml`. */
export function backupPolicyLocation(policyLocation: string): string {
  return policyLocation.replace(/[^/\\]*$/, 'backup.yaml');
}

/** Keeps the last good backup policy in memory. */
export function createBackupPolicies(options: {
  readonly source: PolicySource;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxAge: Seconds;
}): BackupPolicies {
  const { source, clock, log, maxAge } = options;
  let good: BackupPolicy | undefined;
  let etag: string | undefined;
  let checkedAt: EpochMillis | undefined;
  let refused: string | null = null;

  async function read(): Promise<BackupPolicy> {
    checkedAt = clock.now();
    try {
      const answer = await source.read(etag);
      if (answer.kind === 'document') {
        etag = answer.etag;
        good = parseBackupPolicy(answer.text);
        refused = null;
      }
    } catch (error) {
      if (good === undefined) {
        etag = undefined;
        checkedAt = undefined;
        throw error;
      }
      if (error instanceof InvalidInputError) {
        const { path, message } = error.problems[0] ?? { path: '', message: '' };
        refused = `${error.message}; first: ${path} ${message}`;
      }
      log.warn('the backup policy cannot be taken; the last good one stays in use', { error: describeError(error) });
    }
    if (good === undefined) {
      throw new TransientError('NoBackupPolicy', 'the source says that the document is the same, and none was read');
    }
    return good;
  }

  return {
    current: async () =>
      good !== undefined && checkedAt !== undefined && clock.now() - checkedAt < maxAge * 1000 ? good : await read(),
    refused: () => refused,
  };
}
