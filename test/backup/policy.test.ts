import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backupPolicyLocation, createBackupPolicies, parseBackupPolicy } from '../../src/backup';
import type { EpochMillis } from '../../src/kernel/clock';
import { seconds } from '../../src/kernel/duration';
import { InvalidInputError, TransientError } from '../../src/kernel/errors';
import { silentLog } from '../../src/kernel/log';
import type { PolicyRead } from '../../src/ports/policy-source';

const good = `
version: 1
vaults: { westeurope: rg-vault }
tiers: { gold: { rpo: 1h, rto: 1h, retention: { keepLast: 3 } } }
select: [{ tag: caretaker-backup }]
`;

function problemsOf(text: string): string[] {
  try {
    parseBackupPolicy(text);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ path, line }) => `${line ?? 0} ${path}`);
  }
}

const messageOf = (text: string): string => {
  try {
    parseBackupPolicy(text);
    return '';
  } catch (error) {
    return error instanceof InvalidInputError ? error.problems.map(({ message }) => message).join('; ') : String(error);
  }
};

it('the policy of this repository is valid', () => {
  const text = readFileSync(join(__dirname, '../../policy/backup.yaml'), 'utf8');
  expect(Object.keys(parseBackupPolicy(text).tiers)).toEqual(['gold', 'silver', 'bronze']);
});

it.each([
  ['retention that keeps nothing', good.replace('keepLast: 3', 'keepLast: 0'), '4 tiers.gold.retention'],
  ['an objective nobody could keep', good.replace('rpo: 1h', 'rpo: 5m'), '4 tiers.gold.rpo'],
  ['a duration that is none', good.replace('rto: 1h', 'rto: soon'), '4 tiers.gold.rto'],
  ['a copy to where no vault is', good.replace('rto: 1h', 'rto: 1h, copyTo: northeurope'), '4 tiers.gold.copyTo'],
  [
    'more points than a disk can have',
    good.replace('keepLast: 3', 'keepLast: 3, hourly: 480'),
    '4 tiers.gold.retention',
  ],
  [
    'a window with an objective it cannot keep',
    good.replace('rto: 1h', "rto: 1h, window: { from: '22:00', to: '06:00' }"),
    '4 tiers.gold.window',
  ],
  [
    'a tier that is not there',
    good.replace('caretaker-backup }', 'caretaker-backup, value: x, tier: silver }'),
    '5 select[0].tier',
  ],
  [
    'a value that leads to no tier',
    good.replace('caretaker-backup }', 'caretaker-backup, value: x }'),
    '5 select[0].tier',
  ],
  [
    'an exclusion without a reason',
    `${good}exclude: [{ resourceGroup: rg, until: '2026-06-01T00:00:00Z', reason: no }]\n`,
    '6 exclude[0].reason',
  ],
  [
    'an exclusion without an end',
    `${good}exclude: [{ resourceGroup: rg, reason: rebuilt every night }]\n`,
    '6 exclude[0].until',
  ],
  ['a zone that does not exist', `${good}timeZone: Europe/Atlantis\n`, '6 timeZone'],
  ['a field nobody knows', `${good}tires: {}\n`, '6 tires'],
])('%s is refused, with its place', (_what, text, problem) => {
  expect(problemsOf(text)).toContain(problem);
});

it('says what is wrong and what to do', () => {
  expect(messageOf(good.replace('keepLast: 3', 'daily: 0'))).toContain('set at least one of keepLast');
  expect(messageOf(good.replace('rto: 1h', 'rto: 1h, copyTo: northeurope'))).toBe(
    'there is no vault in northeurope; there are westeurope',
  );
});

it('is found beside the policy of actions', () => {
  expect(backupPolicyLocation('https://x.blob.core.windows.net/policy/caretaker.yaml')).toBe(
    'https://x.blob.core.windows.net/policy/backup.yaml',
  );
  expect(backupPolicyLocation('/etc/policy/caretaker.yaml')).toBe('/etc/policy/backup.yaml');
});

it('keeps the last good document when a new one is refused or none can be read, and says why', async () => {
  let now = 0;
  const answers: (PolicyRead | Error)[] = [
    { kind: 'document', text: good, etag: '1' },
    { kind: 'document', text: 'version: 2', etag: '2' },
    new TransientError('Gone', 'no answer'),
    { kind: 'document', text: good.replace('rpo: 1h', 'rpo: 2h'), etag: '3' },
  ];
  const policies = createBackupPolicies({
    source: {
      read: () => {
        const answer = answers.shift();
        return answer instanceof Error || answer === undefined
          ? Promise.reject(answer ?? new Error('asked too often'))
          : Promise.resolve(answer);
      },
    },
    clock: { now: () => now as EpochMillis },
    log: silentLog,
    maxAge: seconds(30),
  });
  const rpos: unknown[] = [];
  for (let round = 0; round < 4; round += 1) {
    rpos.push((await policies.current()).tiers['gold']?.rpo);
    now += 31_000;
    if (round === 1) expect(policies.refused()).toContain('refused');
  }
  expect(rpos).toEqual([3600, 3600, 3600, 7200]);
  expect(policies.refused()).toBeNull();
});
