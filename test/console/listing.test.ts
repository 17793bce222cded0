import fc from 'fast-check';
import { withNewest } from '../../src/console/api/newest';
import type { Now } from '../../src/console/api/types';
import { fieldOfInstant, instantOfField } from '../../src/console/story/field-instant';
import {
  decodedPart,
  listedIncidents,
  listedRuns,
  type ListedIncident,
  type ListedRun,
} from '../../src/console/story/listing';
import { humanReason, wordsOfAction, wordsOfEnd, wordsOfResult } from '../../src/console/story/words';
import { actionSchema } from '../../src/rules';
import { incidentEndSchema, notAppliedSchema } from '../../src/run';
import { outcomeSchema } from '../../src/kernel/outcome';

type Open = NonNullable<Now['incidents']>[number];

const open = (id: string, more: Partial<Open> = {}): Open => ({
  id,
  since: '2026-11-30T20:00:00Z',
  target: '/subscriptions/s/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm-web-01',
  environment: 'prod',
  rule: 'vm-unavailable',
  severity: 'Sev1',
  summary: 'It does not answer',
  ladder: ['restart-vm', 'redeploy-vm'],
  rung: 1,
  stage: 'verify',
  runs: [{ runbook: 'restart-vm', result: 'ineffective', reasons: ['the agent does not report'] }],
  ...more,
});

const recorded = (id: string): ListedIncident => ({
  id,
  isOpen: false,
  target: 'vm',
  environment: 'prod',
  severity: 'Sev1',
  summary: '',
  rule: 'r',
  since: '2026-11-30T19:00:00Z',
  closedAt: '2026-11-30T19:05:00Z',
  end: 'repaired',
  timeToRepairSeconds: 300,
  ladder: ['restart-vm'],
  tried: 1,
  stage: null,
  lastReason: '',
});

const all = { state: 'all', environment: '', end: '', q: '' } as const;
const idsOf = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);

describe('the list of incidents', () => {
  it('has those that are open first, the newest first, and each once', () => {
    const list = listedIncidents(
      [open('a', { since: '2026-11-30T20:00:00Z' }), open('b', { since: '2026-11-30T21:00:00Z' })],
      [recorded('b'), recorded('c')],
      all,
    );
    expect(idsOf(list)).toEqual(['b', 'a', 'c']);
    expect(list[0]).toMatchObject({ isOpen: true, tried: 2, stage: 'verify', lastReason: 'the agent does not report' });
  });

  it.each([
    [{ state: 'open' }, ['a', 'b']],
    [{ environment: 'dev' }, ['b', 'c']],
    [{ q: 'VM-WEB answer' }, ['a', 'b', 'c']],
    [{ q: 'nobody' }, ['c']],
    [{ end: 'repaired' }, ['c']],
  ] as const)('%j: those that are open are filtered here, those on record by the API', (filter, ids) => {
    const list = listedIncidents(
      [open('a'), open('b', { environment: 'dev', since: '2026-11-30T19:00:00Z' })],
      [recorded('c')],
      { ...all, ...filter },
    );
    expect(idsOf(list)).toEqual(ids);
  });

  it('has one that has told nothing yet', () => {
    const mute = { target: null, environment: null, rule: null, severity: null, summary: null, ladder: [], rung: null };
    expect(listedIncidents([open('a', { ...mute, stage: null, runs: [] })], [], all)).toMatchObject([
      { id: 'a', target: '', tried: 0, ladder: [] },
    ]);
  });
});

it('the list of runs has those that are under way first, unless a result is asked for', () => {
  const running = [{ id: 'r1', since: '2026-11-30T20:00:00Z', target: 'vm', runbook: 'restart-vm', stage: 'apply' }];
  const over = { id: 'r0', result: 'verified' } as ListedRun;
  const none = { runbook: '', environment: '', result: '', q: '' };
  expect(idsOf(listedRuns(running, [over], none))).toEqual(['r1', 'r0']);
  expect(idsOf(listedRuns(running, [over], { ...none, result: 'verified' }))).toEqual(['r0']);
  expect(idsOf(listedRuns(running, [over], { ...none, runbook: 'redeploy-vm' }))).toEqual(['r0']);
  expect(idsOf(listedRuns(running, [{ ...over, id: 'r1' }], none))).toEqual(['r1']);
});

describe('the newest page joined to what was loaded', () => {
  const keyOf = (one: { readonly key: string; readonly version: number }): string => one.key;

  it('comes first, and takes the place of what it has anew', () => {
    const newest = [
      { key: 'd', version: 1 },
      { key: 'c', version: 2 },
    ];
    const loaded = [
      { key: 'c', version: 1 },
      { key: 'b', version: 1 },
    ];
    expect(withNewest(newest, loaded, keyOf)).toEqual({
      items: [...newest, { key: 'b', version: 1 }],
      hasGap: false,
    });
  });

  it('tells when something between the two may be missing', () => {
    const [one, other] = [[{ key: 'z', version: 1 }], [{ key: 'a', version: 1 }]];
    expect(withNewest(one, other, keyOf).hasGap).toBe(true);
    expect(withNewest([], other, keyOf)).toEqual({ items: other, hasGap: false });
    expect(withNewest(one, [], keyOf).hasGap).toBe(false);
  });

  it('never has a key twice', () => {
    const list = fc.uniqueArray(fc.record({ key: fc.string({ maxLength: 2 }), version: fc.nat() }), {
      selector: keyOf,
    });
    fc.assert(
      fc.property(list, list, (newest, loaded) => {
        const keys = withNewest(newest, loaded, keyOf).items.map(keyOf);
        expect(new Set(keys).size).toBe(keys.length);
        expect(new Set(keys)).toEqual(new Set([...newest, ...loaded].map(keyOf)));
      }),
    );
  });
});

describe('words', () => {
  it('there are for every end, result and action that the platform knows', () => {
    const spoken = [
      ...incidentEndSchema.options.map(wordsOfEnd),
      ...[...outcomeSchema.options, ...notAppliedSchema.options].map(wordsOfResult),
      ...[...actionSchema.options, 'held', 'joined'].map(wordsOfAction),
    ];
    for (const { word, sentence } of spoken) {
      expect(word).toMatch(/^[A-Z][a-z ]+$/);
      expect(sentence).toMatch(/^[A-Z].+\.$/);
    }
  });

  it('there are for what a later version may write', () => {
    expect(wordsOfEnd('forgotten')).toMatchObject({ word: 'forgotten', tone: 'neutral' });
    expect(wordsOfResult('odd').word).toBe('odd');
  });

  it.each([
    ['restart-vm: out-of-patience', 'restart-vm: waited too long'],
    [
      'restart-vm: ineffective, and the ladder has no further rung',
      'restart-vm: ineffective, and the ladder has no further rung',
    ],
    ['the alert was resolved', 'the alert was resolved'],
    ['web: constructor', 'web: constructor'],
  ])('%s', (reason, human) => {
    expect(humanReason(reason)).toBe(human);
  });
});

describe('a time in a field', () => {
  it.each(['utc', 'local'] as const)('comes back to the second, in %s', (zone) => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
        (date) => {
          const second = Math.floor(date.getTime() / 1000) * 1000;
          const text = fieldOfInstant(second, zone);
          expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
          expect(instantOfField(text, zone)).toBe(new Date(second).toISOString());
        },
      ),
    );
  });

  it.each(['', 'tomorrow', '2026-13-01T00:00', '2026-11-30'])('%j is none', (text) => {
    expect(instantOfField(text, 'utc')).toBeUndefined();
  });
});

it.each([
  ['%2Fsubscriptions%2Fs', '/subscriptions/s'],
  ['incident-1', 'incident-1'],
  ['100%', '100%'],
  [undefined, ''],
])('the part of a path %j is %j', (part, text) => {
  expect(decodedPart(part)).toBe(text);
});
