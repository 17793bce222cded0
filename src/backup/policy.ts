import { InvalidInputError, type InputProblem } from '../kernel/errors';
import { findingsOf, pathText } from '../signal';
import { readPolicyText } from '../rules';
import { backupPolicySchema, type BackupPolicy } from './policy.model';

/**
 * Reads the document `backup.yaml`. Defaults are filled in and durations are seconds.
 *
 * @throws InvalidInputError `InvalidBackupPolicy` with every problem: of YAML, of the schema, and of what no schema sees (tiers
 *   and vaults that do not exist, a copy of what cannot be copied, retention shorter than the objective). Each has a path and,
 *   where it stands in the text, line and column.
 */
export function parseBackupPolicy(text: string): BackupPolicy {
  const read = readPolicyText(text);
  const problems: InputProblem[] = [...read.problems];
  let policy: BackupPolicy | undefined;
  if (read.readable) {
    const parsed = backupPolicySchema.safeParse(read.value);
    if (parsed.success) {
      policy = parsed.data;
    } else {
      for (const { path, message, onKey } of findingsOf(parsed.error, read.value)) {
        problems.push({ path: pathText(path), message, ...read.positionOf(path, onKey) });
      }
    }
  }
  if (policy !== undefined) {
    for (const { path, message } of disagreements(policy)) {
      problems.push({ path: pathText(path), message, ...read.positionOf(path, false) });
    }
  }
  if (policy === undefined || problems.length > 0) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    throw new InvalidInputError('InvalidBackupPolicy', `the backup policy is refused: ${count}`, problems);
  }
  return policy;
}

function disagreements(policy: BackupPolicy): { path: PropertyKey[]; message: string }[] {
  const found: { path: PropertyKey[]; message: string }[] = [];
  const tiers = Object.keys(policy.tiers);
  const listed = (names: readonly string[]): string => names.join(', ');
  for (const [name, tier] of Object.entries(policy.tiers)) {
    const { copyTo, consistency, retention } = tier;
    if (copyTo !== undefined && policy.vaults[copyTo] === undefined) {
      const message = `there is no vault in ${copyTo}; there are ${listed(Object.keys(policy.vaults))}`;
      found.push({ path: ['tiers', name, 'copyTo'], message });
    }
    if (copyTo !== undefined && consistency === 'application') {
      const message = 'restore points of machines are not copied between regions here; use consistency: crash';
      found.push({ path: ['tiers', name, 'copyTo'], message });
    }
    if (tier.drill !== undefined && tier.drill.every < tier.rpo) {
      const message = 'drills are more frequent than points; make it at least the rpo';
      found.push({ path: ['tiers', name, 'drill', 'every'], message });
    }
    if (tier.window !== undefined && tier.rpo < 25 * 3600) {
      const message = 'a window once a day cannot keep an objective below 25h; leave the window out or allow more';
      found.push({ path: ['tiers', name, 'window'], message });
    }
    const many = snapshotsKept(tier.rpo, retention);
    if (many > mostKept) {
      const message = `may keep about ${many} points; a disk has at most 500 incremental snapshots`;
      found.push({ path: ['tiers', name, 'retention'], message });
    }
  }
  policy.select.forEach((selection, index) => {
    if (selection.tier !== undefined && policy.tiers[selection.tier] === undefined) {
      const message = `there is no tier "${selection.tier}"; there are ${listed(tiers)}`;
      found.push({ path: ['select', index, 'tier'], message });
    }
  });
  return found;
}

/** Leaves room below the platform's 500 for points that wait for their deletion. */
const mostKept = 450;

/** An upper bound of the points that a policy keeps of one resource at the same time. */
function snapshotsKept(rpo: number, retention: BackupPolicy['tiers'][string]['retention']): number {
  const {
    keepLast = 0,
    hourly = 0,
    daily = 0,
    weekly = 0,
    monthly = 0,
    yearly = 0,
    proven,
    keepWithin = 0,
  } = retention;
  // Points follow each other after 0.6 of the objective; those that wait for their deletion are there as well.
  const fresh = Math.ceil((keepWithin + retention.deleteAfter) / (rpo * 0.6));
  return keepLast + hourly + daily + weekly + monthly + yearly + proven + fresh;
}
