import fc from 'fast-check';
import { comparedRecords } from '../../src/dns/compare.plan';
import type { DesiredRecord, ZoneRecord } from '../../src/dns/model';
import { planZone } from '../../src/dns/plan';
import { record } from './memory-zones';

const zone = 'example.com';
const limits = { updateShare: 1, deleteShare: 1, shareFrom: 10, maxCreates: 100, maxUpdates: 100, maxDeletes: 100 };

function wish(name: string, value: string, more: Partial<DesiredRecord> = {}): DesiredRecord {
  return {
    ...{ type: 'A', name, value, content: value, priority: null, data: null, ttl: 300, proxied: false, comment: null },
    ...{ tags: [], policy: 'sync', source: null, takeover: false, ...more },
  };
}

function compared(current: readonly ZoneRecord[], desired: readonly DesiredRecord[], applied: string[] = []) {
  const plan = planZone({
    ...{ zone: { name: zone, free: false }, current, desired, sources: new Map(), policy: 'sync', limits },
    applied: new Set(applied),
  });
  return { plan, rows: comparedRecords({ zone, current, desired, plan }) };
}

const ours = (id: string, name: string, content: string, more: Partial<ZoneRecord> = {}): ZoneRecord =>
  record({ id, name, type: 'A', content, comment: 'owner=caretaker', ...more });

it('puts what is beside what shall be, one row for each record', () => {
  const { rows } = compared(
    [
      ours('1', 'same.example.com', '192.0.2.1'),
      ours('2', 'moved.example.com', '192.0.2.2'),
      ours('3', 'gone.example.com', '192.0.2.3'),
      record({ id: '4', name: zone, type: 'TXT', content: '"v=spf1 -all"', comment: 'owner=terraform' }),
      record({ id: '5', name: 'theirs.example.com', type: 'A', content: '192.0.2.5' }),
    ],
    [
      wish('same.example.com', '192.0.2.1'),
      wish('moved.example.com', '192.0.2.20', { ttl: 60 }),
      wish('new.example.com', '192.0.2.9'),
      wish('theirs.example.com', '192.0.2.6'),
    ],
    ['moved.example.com A'],
  );
  expect(rows.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'example.com others',
    'gone.example.com delete',
    'moved.example.com update',
    'new.example.com create',
    'same.example.com same',
    'theirs.example.com others',
    'theirs.example.com blocked',
  ]);
  expect(rows[0]).toMatchObject({ ownerName: 'terraform', current: { value: 'v=spf1 -all' }, desired: null });
  expect(rows[2]).toMatchObject({
    current: { value: '192.0.2.2', ttl: 300 },
    desired: { value: '192.0.2.20', ttl: 60 },
    fields: ['content', 'ttl'],
    byHand: true,
  });
  expect(rows[6]?.reason).toContain('takeover');
});

it('says what keeps a record that nobody wants, and one that is made once', () => {
  const { rows } = compared(
    [
      ours('1', 'kept.example.com', '192.0.2.1', { comment: 'owner=caretaker policy=upsert-only' }),
      ours('2', 'once.example.com', '192.0.2.2', { comment: 'owner=caretaker policy=create-only' }),
    ],
    [wish('once.example.com', '192.0.2.20', { policy: 'create-only' })],
  );
  expect(rows.map(({ state }) => state)).toEqual(['kept', 'kept']);
  expect(rows[0]?.reason).toContain('only a person deletes');
  expect(rows[1]?.reason).toContain('left alone');
});

it('has every record that stands exactly once, and every change of the plan', () => {
  const names = fc.constantFrom('a.example.com', 'b.example.com', 'example.com');
  const value = fc.integer({ min: 1, max: 4 }).map((one) => `192.0.2.${one}`);
  const standing = fc.uniqueArray(fc.tuple(names, value, fc.constantFrom(null, 'owner=caretaker', 'owner=terraform')), {
    maxLength: 8,
    selector: ([name, content]) => `${name} ${content}`,
  });
  const wished = fc.uniqueArray(fc.tuple(names, value, fc.boolean()), {
    maxLength: 8,
    selector: ([name, content]) => `${name} ${content}`,
  });
  fc.assert(
    fc.property(standing, wished, (is, shall) => {
      const { plan, rows } = compared(
        is.map(([name, content, comment], index) => record({ id: String(index), name, type: 'A', content, comment })),
        shall.map(([name, content, takeover]) => wish(name, content, { takeover })),
      );
      expect(rows.filter(({ current }) => current !== null)).toHaveLength(is.length);
      for (const kind of ['create', 'update', 'delete'] as const) {
        expect(rows.filter(({ state }) => state === kind)).toHaveLength(
          plan.changes.filter((change) => change.kind === kind).length,
        );
      }
    }),
  );
});
