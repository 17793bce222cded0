import { exportedParts, exportName, type ExportProgress } from '../../src/console/pages/ledger/export-pages';
import { kindOptions, kindText, linksOf, rawOf } from '../../src/console/pages/ledger/entries';
import type { ToldEntry } from '../../src/console/pages/ledger/types';
import { fieldOfInstant, instantOfField } from '../../src/console/ui/instant';
import { ledgerKinds } from '../../src/ledger';

const machine =
  '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg-web/providers/microsoft.compute/virtualmachines/vm-1';
const resource = { text: 'vm-1', href: `/resources/${encodeURIComponent(machine)}` };

const entry = (kind: string, subject: string, data: object = {}): ToldEntry => ({
  sequence: 7,
  id: `${kind}:the-id`,
  at: '2026-05-04T07:00:00.000Z' as ToldEntry['at'],
  kind,
  environment: 'prod',
  subject,
  data: data as ToldEntry['data'],
  previous: '0'.repeat(64),
  hash: '1'.repeat(64),
  sentence: 'Something happened.',
});

describe('where an entry leads', () => {
  it.each([
    [
      'signal.decided',
      'abc',
      { target: machine, incidentId: 'incident-1', rule: 'web' },
      [
        { text: 'decision', href: '/decisions/abc' },
        resource,
        { text: 'incident', href: '/incidents/incident-1' },
        { text: 'rule web', href: '/policy/rules/web' },
      ],
    ],
    ['run.finished', 'run-1', { target: machine }, [{ text: 'run', href: '/runs/run-1' }, resource]],
    [
      'incident.opened',
      'incident-1',
      { incidentId: 'incident-1' },
      [{ text: 'incident', href: '/incidents/incident-1' }],
    ],
    ['kill-switch.set', 'prod', { environment: 'prod' }, [{ text: 'guard', href: '/guard/prod' }]],
    ['kill-switch.set', 'everything', { environment: null }, [{ text: 'guard', href: '/guard' }]],
    ['drill.finished', machine, {}, [{ text: 'drill', href: '/recovery/drills/the-id' }, resource]],
    ['rotation.finished', machine, {}, [{ text: 'rotation', href: '/secrets/rotations/the-id' }, resource]],
    [
      'operator.ordered',
      'order-1',
      { order: 'run', target: machine },
      [{ text: 'run', href: '/runs/order-1' }, resource],
    ],
    ['operator.ordered', 'f00', { order: 'replay-dead-letter' }, [{ text: 'dead letter', href: '/dead-letters/f00' }]],
    ['operator.ordered', 'f00', { order: 'discard-dead-letter' }, []],
    ['operator.ordered', machine, { order: 'hold', target: machine }, [resource]],
    ['drift.found', 'network', {}, [{ text: 'stack network', href: '/stacks/network' }]],
    ['something.new', 'x', {}, []],
  ])('%s of %s', (kind, subject, data, links) => {
    expect(linksOf(entry(kind, subject, data))).toEqual(links);
  });
});

test('every kind can be asked for, in words', () => {
  expect(kindOptions.map(({ value }) => value).sort()).toEqual([...ledgerKinds].sort());
  expect(kindText('run.finished')).toBe('A run finished');
  expect(kindText('constructor')).toBe('constructor');
});

test('the raw entry is what its hash is over: the sentence is not in it', () => {
  expect(Object.keys(JSON.parse(rawOf(entry('run.finished', 'x'))))).toEqual([
    'sequence',
    'id',
    'at',
    'kind',
    'environment',
    'subject',
    'data',
    'previous',
    'hash',
  ]);
});

describe('an export', () => {
  const pages: Record<string, { text: string; next: string | undefined }> = {
    '': { text: '{"sequence":1}\n{"sequence":2}\n', next: '2' },
    2: { text: '{"sequence":3}\n', next: '3' },
    3: { text: '', next: undefined },
  };
  const read = async (after: string | undefined) => pages[after ?? '']!;

  it('joins its pages, one entry a line', async () => {
    const told: ExportProgress[] = [];
    const parts = await exportedParts('ndjson', read, (progress) => told.push(progress));
    expect(parts.join('')).toBe('{"sequence":1}\n{"sequence":2}\n{"sequence":3}\n');
    expect(told.map(({ entries, pages: count }) => [entries, count])).toEqual([
      [2, 1],
      [3, 2],
      [3, 3],
    ]);
  });

  it('is one list when JSON is asked for, also an empty one', async () => {
    const parts = await exportedParts('json', read, () => undefined);
    expect(JSON.parse(parts.join(''))).toEqual([{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }]);
    const none = await exportedParts(
      'json',
      async () => ({ text: '', next: undefined }),
      () => undefined,
    );
    expect(JSON.parse(none.join(''))).toEqual([]);
  });

  it('ends with what its reader throws, and does not go round in circles', async () => {
    await expect(
      exportedParts(
        'json',
        async () => Promise.reject(new Error('gone')),
        () => undefined,
      ),
    ).rejects.toThrow('gone');
    await expect(
      exportedParts(
        'json',
        async () => ({ text: '{}\n', next: '5' }),
        () => undefined,
      ),
    ).rejects.toThrow('does not get beyond entry 5');
  });

  it('has a name that says what is in it', () => {
    expect(exportName('prod', 'json', { since: '', until: '' })).toBe('ledger-prod.json');
    expect(
      exportName(undefined, 'ndjson', { since: '2026-05-04T07:00:00.000Z', until: '2026-05-05T00:00:00.000Z' }),
    ).toBe('ledger-since-2026-05-04-07-00-until-2026-05-05-00-00.ndjson');
  });
});

describe('an instant in a field', () => {
  it.each(['utc', 'local'] as const)('comes back as it was, in %s', (zone) => {
    const at = '2026-01-31T23:30:05.000Z';
    expect(instantOfField(fieldOfInstant(at, zone), zone)).toBe(at);
  });

  it('is nothing when the field is empty or not whole', () => {
    expect([fieldOfInstant('', 'utc'), fieldOfInstant('soon', 'utc')]).toEqual(['', '']);
    expect([instantOfField('', 'local'), instantOfField('2026-', 'utc')]).toEqual(['', '']);
    expect(fieldOfInstant('2026-01-31T23:30:05.000Z', 'utc')).toBe('2026-01-31T23:30:05');
  });
});
