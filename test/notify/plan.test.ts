import fc from 'fast-check';
import { freshChannel, type ChannelState, type Pending } from '../../src/notify/model';
import { afterDelivery, channelsFor, messageOf, nextDelivery } from '../../src/notify/plan';
import { news, pending, settings, start } from './fixture';

const ops = settings.channels['ops']!;
const page = {
  kind: 'approval' as const,
  approvalId: 'order-1-a1',
  planHash: 'a'.repeat(64),
  personId: '51f0a3c4-3333-4c3b-9d6e-aa10b2c3d443',
  name: 'Ava',
  until: '2026-03-02T09:00:00.000Z',
};
const ids = (state: ChannelState, waiting: readonly Pending[], now = start) => {
  const next = nextDelivery(state, ops, waiting, now);
  return next.kind === 'send' ? next.items.map(({ id }) => id) : next;
};

test('every route that fits is taken, and a channel is told once', () => {
  expect(channelsFor(settings, news())).toEqual(['ops']);
  expect(channelsFor(settings, news({ kind: 'approval' }))).toEqual(['ops', 'audit']);
  expect(channelsFor(settings, news({ severity: 'info' }))).toEqual([]);
  expect(channelsFor(settings, news({ environment: 'dev' }))).toEqual([]);
  expect(channelsFor(settings, news({ kind: 'approval', environment: 'dev', severity: 'info' }))).toEqual([
    'audit',
    'ops',
  ]);
});

test('what is for one channel goes there alone, and nowhere when there is none', () => {
  expect(channelsFor(settings, news({ channel: 'ava' }))).toEqual(['ava']);
  expect(channelsFor(settings, news({ channel: 'constructor' }))).toEqual([]);
});

test('one by one while there is room, the rest together in the last message, then nothing until there is room', () => {
  const waiting = [pending(3), pending(1), pending(2)];
  expect(ids(freshChannel, waiting)).toEqual(['id-1']);
  const two = { ...freshChannel, sentAt: [start - 1000, start - 500] };
  expect(ids(two, waiting)).toEqual(['id-1', 'id-2', 'id-3']);
  const full = { ...freshChannel, sentAt: [start - 1000, start - 500, start - 1] };
  expect(ids(full, waiting)).toEqual({ kind: 'wait', until: start - 1000 + 600_000 });
  expect(ids(full, waiting, start + 599_000)).toEqual(['id-1', 'id-2', 'id-3']);
});

test('a page for a person goes first and by itself', () => {
  const two = { ...freshChannel, sentAt: [start - 1000, start - 500] };
  expect(ids(two, [pending(1), pending(2), pending(3, { page })])).toEqual(['id-3']);
});

test('failures make it wait longer and longer, a channel that says how long is heeded, and success ends it', () => {
  let state: ChannelState = freshChannel;
  const waits: number[] = [];
  for (let time = 0; time < 9; time += 1) {
    state = afterDelivery(state, ops, { kind: 'later', reason: 'it answers 503' }, start);
    waits.push((state.notBefore - start) / 1000);
  }
  expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1800, 1800, 1800]);
  expect(ids(state, [pending(1)])).toEqual({ kind: 'wait', until: start + 1_800_000 });
  const asked = afterDelivery(freshChannel, ops, { kind: 'later', reason: 'x', retryAfterSeconds: 7200 }, start);
  expect(asked.notBefore).toBe(start + 7_200_000);
  expect(afterDelivery(state, ops, { kind: 'sent' }, start)).toMatchObject({
    failures: 0,
    notBefore: 0,
    problem: null,
  });
});

test('a page becomes a link when it is sent; what is told together names the worst and the first', () => {
  const link = 'https://caretaker.example/api/approve?t=x';
  expect(messageOf([pending(1, { page })], () => link).links).toEqual([{ title: 'See and answer', url: link }]);
  expect(messageOf([pending(1, { page })], () => undefined).links).toEqual([]);
  const many = Array.from({ length: 20 }, (_, index) => pending(index, index === 7 ? { severity: 'critical' } : {}));
  const message = messageOf(many as [Pending, ...Pending[]], () => undefined);
  expect(message).toMatchObject({
    kind: 'digest',
    severity: 'critical',
    title: '20 notifications that came close together',
  });
  expect(message.text).toContain('prod: number 0 | prod: number 1');
  expect(message.text).toContain('and 5 more');
});

test('never more messages than the limit in any window, and everything goes out in the end', () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      arrivals,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 900 }),
      (seconds, burst, perSeconds) => {
        const limit = { ...ops, burst, perSeconds };
        let state: ChannelState = freshChannel;
        const sentAt: number[] = [];
        const left = new Map(seconds.map((at, index) => [`id-${index}`, { ...pending(at), id: `id-${index}` }]));
        for (let now = start; left.size > 0; now += 10_000) {
          expect(now).toBeLessThan(start + 3_000_000 + 61 * 900_000);
          const here = [...left.values()].filter(({ keptAt }) => Date.parse(keptAt) <= now);
          for (let next = nextDelivery(state, limit, here, now); next.kind === 'send';) {
            sentAt.push(now);
            state = afterDelivery(state, limit, { kind: 'sent' }, now);
            next.items.forEach(({ id }) => left.delete(id));
            next = nextDelivery(
              state,
              limit,
              here.filter(({ id }) => left.has(id)),
              now,
            );
          }
        }
        for (const at of sentAt) {
          expect(sentAt.filter((one) => one > at - perSeconds * 1000 && one <= at).length).toBeLessThanOrEqual(burst);
        }
      },
    ),
    { numRuns: 100 },
  );
});
