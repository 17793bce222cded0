import fc from 'fast-check';
import { batchesOf, type Change } from '../../src/dns';
import { standing } from './golden';

const create = (name: string): Change => ({
  kind: 'create',
  record: {
    type: 'A',
    name,
    content: '192.0.2.1',
    ttl: 1,
    proxied: false,
    priority: null,
    data: null,
    comment: null,
    tags: [],
  },
  reason: 'wanted',
});
const remove = (name: string): Change => ({
  kind: 'delete',
  before: standing([{ type: 'CNAME', name, content: 'lb.example.net' }])[0]!,
  reason: 'unwanted',
});
const nameOf = (change: Change): string => (change.kind === 'create' ? change.record.name : change.before.name);
const shown = (batches: readonly (readonly Change[])[]) =>
  batches.map((batch) => batch.map((change) => `${change.kind === 'create' ? '+' : '-'}${nameOf(change)}`));

it('what adds goes first, what only takes away last, and a name that changes its type stays in one transaction', () => {
  const changes = [remove('gone'), create('switch'), remove('switch'), create('new'), create('newer')];
  expect(shown(batchesOf(changes, 2))).toEqual([['+new', '+newer'], ['+switch', '-switch'], ['-gone']]);
});

it('a batch of the whole is one batch', () => {
  const changes = Array.from({ length: 200 }, (_, index) => create(`n${index}`));
  expect(batchesOf(changes, 200)).toHaveLength(1);
  expect(batchesOf([...changes, create('one-more')], 200)).toHaveLength(2);
  expect(batchesOf([], 200)).toEqual([]);
});

it('every change is in exactly one batch, none is above its size, and no name is torn apart that fits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.boolean()), { maxLength: 30 }),
      fc.integer({ min: 1, max: 10 }),
      (given, size) => {
        const changes = given.map(([name, adds]) => (adds ? create(name) : remove(name)));
        const batches = batchesOf(changes, size);
        expect(new Set(batches.flat()).size).toBe(changes.length);
        expect(batches.flat()).toHaveLength(changes.length);
        expect(batches.every((batch) => batch.length > 0 && batch.length <= size)).toBe(true);
        for (const name of ['a', 'b', 'c', 'd', 'e']) {
          const own = changes.filter((change) => nameOf(change) === name).length;
          const spread = batches.filter((batch) => batch.some((change) => nameOf(change) === name)).length;
          expect(own > size || spread <= 1).toBe(true);
        }
      },
    ),
  );
});
