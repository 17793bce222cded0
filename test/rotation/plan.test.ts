import fc from 'fast-check';
import {
  bindingSchema,
  type Adoption,
  type ConsumerSighting,
  type SecretFacts,
  type StagedVersion,
} from '../../src/rotation/model';
import { isDue, judgeAdoption, nextLook, planRotation, stageProblems, warningsReached } from '../../src/rotation/plan';
import { timelineOf } from '../../src/rotation/report.plan';
import { vaultId } from './rotation-app';

const now = '2026-03-01T12:00:00.000Z' as StagedVersion['createdAt'];
const at = (days: number) => new Date(Date.parse(now) + days * 86_400_000).toISOString() as StagedVersion['createdAt'];

const binding = bindingSchema.parse({
  ...{ vault: vaultId, secret: 'api-key', owner: null, rotator: { kind: 'generated' }, consumers: [] },
  ...{ leadSeconds: 20 * 86_400, validitySeconds: 90 * 86_400, warnSeconds: [86_400, 604_800], attempts: 3 },
  overlap: { soakSeconds: 60, lookSeconds: 60, warnSeconds: 60, longestSeconds: 3600 },
});

const version = (name: string, more: Partial<StagedVersion> = {}): StagedVersion => ({
  ...{ version: name, enabled: true, createdAt: at(-80), expiresAt: at(10), stage: 'current', rotation: 'r0' },
  ...{ credential: 'b', tries: 0, revokedAt: null },
  ...more,
});
const facts = (more: Partial<SecretFacts> = {}): SecretFacts => ({
  ...{ now, versions: [version('v1')], pending: null, deleted: false, credential: 'b', standsOn: null, rotates: true },
  ...more,
});
const plan = (more: Partial<SecretFacts> = {}, mode: Parameters<typeof planRotation>[0]['mode'] = 'due') =>
  planRotation({ mode, binding, rotationId: 'r1' }, facts(more));

const old = version('v0', { stage: 'previous', credential: 'a', createdAt: at(-90) });

test.each([
  ['due', {}, 'due', 'rotate'],
  ['not due yet', { versions: [version('v1', { expiresAt: at(21) })] }, 'due', 'nothing-to-do'],
  ['ordered, whenever', { versions: [version('v1', { expiresAt: at(21) })] }, 'now', 'rotate'],
  [
    'without expiry, younger than its validity',
    { versions: [version('v1', { expiresAt: null })] },
    'due',
    'nothing-to-do',
  ],
  [
    'without expiry, as old as its validity',
    { versions: [version('v1', { expiresAt: null, createdAt: at(-90) })] },
    'due',
    'rotate',
  ],
  ['disabled', { versions: [version('v1', { enabled: false })] }, 'now', 'nothing-to-do'],
  ['absent', { versions: [] }, 'now', 'impossible'],
  ['deleted', { deleted: true }, 'leak', 'impossible'],
  ['our own', { standsOn: 'storage-account:x' }, 'leak', 'impossible'],
  ['unknown to the provider', { credential: null }, 'now', 'impossible'],
  ['an open overlap', { versions: [old, version('v1')] }, 'now', 'finish'],
  ['an open overlap, leaked', { versions: [old, version('v1')] }, 'leak', 'rotate'],
  [
    'an overlap that is over',
    { versions: [{ ...old, revokedAt: at(-1), enabled: false }, version('v1')] },
    'finish',
    'nothing-to-do',
  ],
  ['back, with a previous one', { versions: [old, version('v1')] }, 'back', 'back'],
  [
    'back, with a revoked previous one',
    { versions: [{ ...old, revokedAt: at(-1) }, version('v1')] },
    'back',
    'impossible',
  ],
  [
    "somebody else's version",
    { versions: [version('v1'), version('v2', { stage: null, credential: null })] },
    'due',
    'notice',
  ],
  ['by hand, seen through already', { rotates: false }, 'due', 'nothing-to-do'],
  ['by hand, new', { rotates: false, versions: [version('v1', { stage: null })] }, 'due', 'notice'],
] as const)('a secret that is %s', (_what, more, mode, kind) => {
  expect(plan(more, mode)).toMatchObject({ kind });
});

test('a pending version is taken up until it was tried often enough, and then replaced', () => {
  const pending = (tries: number) => version('p', { stage: 'pending', enabled: false, tries });
  expect(plan({ pending: pending(2) })).toMatchObject({ kind: 'rotate', pending: 'take-over' });
  expect(plan({ pending: pending(3) })).toMatchObject({
    pending: 'replace',
    reasons: [expect.anything(), expect.stringContaining('given up')],
  });
  expect(plan({ pending: { ...pending(0), credential: null } })).toMatchObject({ pending: 'replace' });
  expect(plan({ pending: { ...pending(0), stage: 'spent' } })).toMatchObject({ pending: 'none' });
});

test('the lead time is a border that belongs to being due', () => {
  expect(isDue({ expiresAt: at(20), createdAt: at(-70) }, binding, now).due).toBe(true);
  expect(
    isDue(
      { expiresAt: new Date(Date.parse(at(20)) + 1000).toISOString() as typeof now, createdAt: at(-70) },
      binding,
      now,
    ).due,
  ).toBe(false);
});

const sighting = (kind: ConsumerSighting['kind']): ConsumerSighting => ({ name: kind, kind, reason: 'why' });
const usage = (kind: Adoption['usage']['kind']): Adoption['usage'] => ({ kind, lastUsedAt: null });

test.each([
  [['adopted', 'adopted'], 'unknown', 'proven'],
  [['adopted', 'lagging'], 'unused', 'waiting'],
  [['adopted', 'unknown'], 'unknown', 'waiting'],
  [['adopted', 'unknown'], 'unused', 'proven'],
  [['adopted'], 'used', 'waiting'],
  [['adopted', 'failing', 'lagging'], 'unused', 'failing'],
  [[], 'unknown', 'waiting'],
  [[], 'unused', 'proven'],
] as const)('consumers %j and an old credential that is %s: %s', (kinds, used, verdict) => {
  expect(judgeAdoption(kinds.map(sighting), usage(used)).verdict).toBe(verdict);
});

test('the old credential is never revoked on silence alone, whatever was seen', () => {
  const kinds = fc.constantFrom<ConsumerSighting['kind'][]>('adopted', 'lagging', 'failing', 'unknown');
  fc.assert(
    fc.property(
      fc.array(kinds, { maxLength: 6 }),
      fc.constantFrom<Adoption['usage']['kind'][]>('used', 'unused', 'unknown'),
      (seen, used) => {
        const { verdict } = judgeAdoption(seen.map(sighting), usage(used));
        if (verdict === 'proven') {
          expect(seen).not.toContain('lagging');
          expect(seen).not.toContain('failing');
          expect(used).not.toBe('used');
          expect(used === 'unused' || (seen.length > 0 && seen.every((kind) => kind === 'adopted'))).toBe(true);
        }
      },
    ),
  );
});

test('looks are further and further apart, up to six hours', () => {
  expect([0, 1, 2, 3, 10, 300].map((looks) => nextLook(600, looks))).toEqual([600, 1200, 2400, 4800, 21_600, 21_600]);
  expect(nextLook(40_000, 5)).toBe(40_000);
});

test('what is wrong with the stages is named', () => {
  const spent = version('p', { stage: 'spent', enabled: false });
  expect(stageProblems({ versions: [old, version('v1')], pending: spent })).toEqual([]);
  expect(stageProblems({ versions: [version('v1'), version('v2')], pending: spent })).toEqual([
    '2 versions are marked as current',
  ]);
  expect(stageProblems({ versions: [version('v1'), old], pending: null })).toEqual([
    'the newest version is not the current one',
  ]);
  expect(stageProblems({ versions: [old, old, version('v1')], pending: version('p', { stage: 'pending' }) })).toEqual([
    '2 versions are marked as previous',
    'a version is still pending',
    'the pending version is enabled',
  ]);
});

test('warnings: the most urgent tier that was reached, and none without an expiry', () => {
  expect(warningsReached(at(8), [604_800, 86_400], now)).toEqual([]);
  expect(warningsReached(at(7), [604_800, 86_400], now)).toEqual([604_800]);
  expect(warningsReached(at(0.5), [604_800, 86_400], now)).toEqual([86_400, 604_800]);
  expect(warningsReached(null, [604_800], now)).toEqual([]);
});

test('the timeline: what expires first comes first; what is missing is said; pending versions are no secrets', () => {
  const listed = (name: string, more: object = {}) => ({
    name,
    enabled: true,
    createdAt: at(-5),
    expiresAt: null,
    tags: {},
    ...more,
  });
  const lines = timelineOf(
    vaultId,
    [
      listed('forever'),
      listed('api-key', { expiresAt: at(10), tags: { owner: 'us', 'caretaker-rotation': 'r1' } }),
      listed('api-key--pending'),
      listed('gone', { expiresAt: at(-1) }),
    ],
    [{ ...binding, vault: vaultId as typeof binding.vault }],
    Date.parse(now),
  );
  expect(lines.map(({ name, gaps }) => [name, gaps])).toEqual([
    ['gone', ['no owner', 'not in the rotation policy', 'expired']],
    ['api-key', []],
    ['forever', ['no owner', 'no expiry', 'not in the rotation policy']],
  ]);
  expect(lines[1]).toMatchObject({
    owner: 'us',
    daysLeft: 10,
    ageDays: 5,
    due: true,
    rotationId: 'r1',
    lastRotatedAt: at(-5),
  });
});
