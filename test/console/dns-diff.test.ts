import fc from 'fast-check';
import { recordText, writtenOf } from '../../src/console/pages/dns/addition-draft';
import { diffRows, guardUses, isNamed, recordsWith, shortName } from '../../src/console/pages/dns/diff';
import type { Change, ComparedRecord } from '../../src/console/pages/dns/types';
import { planZone, writtenRecordSchema, type DesiredRecord } from '../../src/dns';
import { comparedRecords } from '../../src/dns/compare.plan';
import { changeReasons } from '../../src/dns/limits.plan';
import { record } from '../dns/memory-zones';

const zone = 'example.com';
const limits = { updateShare: 0.3, deleteShare: 0.3, shareFrom: 10, maxCreates: 200, maxUpdates: 100, maxDeletes: 25 };

const written = (name: string, content: string, more: object = {}) => ({
  ...{ type: 'A', name, content, ttl: 300, proxied: false, priority: null, data: null, comment: null, tags: [] },
  ...more,
});

describe('a plan as a diff', () => {
  const before = record({ id: '1', name: 'www.example.com', type: 'A', content: '192.0.2.1' });

  it('adds, removes and changes, with what was before', () => {
    const changes: Change[] = [
      { kind: 'create', record: written('new.example.com', '192.0.2.9', { proxied: true, ttl: 1 }), reason: 'wanted' },
      {
        ...{ kind: 'update', before, record: written('www.example.com', '192.0.2.2', { ttl: 60 }) },
        ...{ fields: ['content', 'ttl'], takeover: false, reason: 'differs' },
      },
      { kind: 'delete', before: { ...before, name: zone }, reason: 'nobody wants it' },
    ];
    expect(diffRows(zone, changes)).toMatchObject([
      { sign: '+', name: 'new', lines: [{ sign: '+', text: '192.0.2.9 · proxied' }] },
      {
        ...{ sign: '~', name: 'www' },
        lines: [
          { sign: '-', text: '192.0.2.1 · ttl 300' },
          { sign: '+', text: '192.0.2.2 · ttl 60' },
        ],
      },
      { sign: '-', name: '@', lines: [{ sign: '-', text: '192.0.2.1 · ttl 300' }] },
    ]);
  });

  it('shows the comment where nothing else differs', () => {
    const [row] = diffRows(zone, [
      {
        ...{ kind: 'update', before, record: written('www.example.com', '192.0.2.1', { comment: 'owner=caretaker' }) },
        ...{ fields: ['comment'], takeover: true, reason: 'taken over' },
      },
    ]);
    expect(row?.lines.map(({ text }) => text).join('\n')).toContain('owner=caretaker');
  });

  it('has a line on both sides of every change of any plan, and they differ', () => {
    const value = fc.integer({ min: 1, max: 5 }).map((one) => `192.0.2.${one}`);
    const sets = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), value), { selector: (one) => one.join() });
    fc.assert(
      fc.property(sets, sets, fc.constantFrom(60, 300), (is, shall, ttl) => {
        const plan = planZone({
          zone: { name: zone, free: false },
          current: is.map(([name, content], index) =>
            record({ id: `${index}`, name: `${name}.${zone}`, type: 'A', content, comment: 'owner=caretaker' }),
          ),
          desired: shall.map(
            ([name, content]) =>
              ({
                ...written(`${name}.${zone}`, content, { ttl, comment: null }),
                ...{ value: content, policy: 'sync', source: null, takeover: false },
              }) as DesiredRecord,
          ),
          ...{ sources: new Map(), policy: 'sync', limits },
        });
        const rows = diffRows(zone, plan.changes);
        expect(rows).toHaveLength(plan.changes.length);
        for (const { sign, lines } of rows) {
          expect(lines.map((line) => line.sign)).toEqual(sign === '~' ? ['-', '+'] : [sign]);
          if (sign === '~') expect(lines[0]?.text).not.toBe(lines[1]?.text);
        }
      }),
    );
  });
});

it('says that the guard refuses exactly where it does', () => {
  const count = fc.integer({ min: 0, max: 60 });
  fc.assert(
    fc.property(count, count, count, fc.integer({ min: 0, max: 200 }), (creates, updates, deletes, ours) => {
      const counts = { creates, updates, deletes, ours, foreign: 0 };
      const refused = changeReasons({ zone, changes: [], counts, limits }).some(
        ({ check }) => check === 'share' || check === 'limit',
      );
      expect(guardUses(counts, limits).some((use) => use.count > use.most)).toBe(refused);
    }),
  );
});

describe('records', () => {
  const rows: ComparedRecord[] = comparedRecords({
    zone,
    current: [
      record({ id: '1', name: 'www.example.com', type: 'A', content: '192.0.2.1', comment: 'owner=caretaker' }),
      record({ id: '2', name: zone, type: 'TXT', content: '"v=spf1 -all"', comment: 'owner=terraform' }),
    ],
    desired: [],
    plan: { changes: [], notes: [] },
  });

  it('are found by every word that is in them', () => {
    const names = (words: string) => recordsWith(zone, rows, words).map(({ name }) => shortName(zone, name));
    expect(names('')).toEqual(['@', 'www']);
    expect(names('SPF1 txt')).toEqual(['@']);
    expect(names('terraform')).toEqual(['@']);
    expect(names('spf1 cname')).toEqual([]);
  });

  it('are pointed at by their short name, their full one, and with their type', () => {
    const [apex, www] = rows as [ComparedRecord, ComparedRecord];
    expect([isNamed(zone, apex, '@'), isNamed(zone, apex, '@/TXT'), isNamed(zone, apex, 'www')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([isNamed(zone, www, 'www.example.com'), isNamed(zone, www, 'www/A'), isNamed(zone, www, 'www/TXT')]).toEqual(
      [...[true, true, false]],
    );
  });
});

it('what is typed is what the API takes', () => {
  const typed = { name: ' www ', type: 'MX', content: 'mx.example.net', priority: '10', ttl: '60' };
  expect(writtenOf(typed)).toEqual({ name: 'www', type: 'MX', content: 'mx.example.net', priority: 10, ttl: 60 });
  expect(writtenRecordSchema.safeParse(writtenOf({ ...typed, type: 'A', ttl: '' })).success).toBe(true);
  expect(recordText(writtenOf(typed))).toBe('www MX 10 mx.example.net, ttl 60');
});
