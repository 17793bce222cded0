import { formatDuration, type Seconds } from '../kernel/duration';
import type { BackupPolicy, Retention } from './policy.model';

/** The promises of the backup policy as a page for people: `docs/recovery.md`. Follows from the document alone. */
export function recoveryPage(policy: BackupPolicy): string {
  const tiers = Object.entries(policy.tiers);
  const rows = tiers.map(([name, tier]) =>
    row([
      `**${name}**`,
      text(tier.rpo),
      text(tier.rto),
      tier.consistency,
      tier.copyTo ?? 'none',
      tier.drill === undefined ? 'never' : `every ${text(tier.drill.every)}`,
      tier.window === undefined ? 'any time' : `${tier.window.from} to ${tier.window.to}`,
    ]),
  );
  const kept = tiers.map(([name, { retention }]) =>
    row([`**${name}**`, keptText(retention), text(retention.deleteAfter)]),
  );
  const words = tiers.flatMap(([name, { description }]) =>
    description === undefined ? [] : [`- **${name}**: ${description}`],
  );
  const vaults = Object.entries(policy.vaults).map(([region, group]) => `- ${region}: resource group \`${group}\``);
  const exclusions = policy.exclude.map((one) => {
    const what = one.resource ?? `resource group ${one.resourceGroup ?? ''}`;
    return `- ${what}, until ${one.until}: ${one.reason}`;
  });
  return `${[
    '# What is promised for recovery',
    '',
    'Generated from `policy/backup.yaml` by `npm run generate`; change that file, not this one.',
    '',
    'RPO is the most work that may be lost, RTO the longest time until a resource runs again. How far each resource is from breaking',
    'its promise, and what drills measured, is shown by `caretaker backup status` and in the compliance report.',
    '',
    ...words,
    '',
    row(['Tier', 'RPO', 'RTO', 'Consistency', 'Second region', 'Drilled', 'Taken']),
    row(['---', '---', '---', '---', '---', '---', '---']),
    ...rows,
    '',
    '## What is kept',
    '',
    `Days, weeks and windows are those of ${policy.timeZone}. Whatever the table says, these stay: the newest proven point of a`,
    'resource, its newest good one, its last one, what somebody holds, and the source of a copy under way.',
    '',
    row(['Tier', 'Kept', 'Deleted after']),
    row(['---', '---', '---']),
    ...kept,
    '',
    '## Where',
    '',
    ...vaults,
    '',
    '## Left out on purpose',
    '',
    ...(exclusions.length === 0 ? ['Nothing.'] : exclusions),
  ].join('\n')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function text(seconds: number): string {
  return formatDuration(seconds as Seconds);
}

function keptText(rules: Retention): string {
  const counted = (count: number | undefined, what: string): string[] =>
    count === undefined || count === 0 ? [] : [`${count} ${what}`];
  return [
    ...counted(rules.keepLast, 'newest'),
    ...counted(rules.hourly, 'hours'),
    ...counted(rules.daily, 'days'),
    ...counted(rules.weekly, 'weeks'),
    ...counted(rules.monthly, 'months'),
    ...counted(rules.yearly, 'years'),
    ...(rules.keepWithin === undefined ? [] : [`all within ${text(rules.keepWithin)}`]),
    ...counted(rules.proven, 'proven'),
  ].join(', ');
}
