import fc from 'fast-check';
import { failoverSchema } from '../../src/dns/document.model';
import type { FailoverState, OriginSighting } from '../../src/dns/failover.model';
import { agreementOf, firstState, heard, order, round, ttlOf } from '../../src/dns/failover.plan';
import { isoOf, type EpochMillis } from '../../src/kernel/clock';

const group = failoverSchema.parse({
  name: 'api',
  record: 'api',
  type: 'A',
  origins: [
    { name: 'one', content: '192.0.2.1', probe: 'https://one.example/' },
    { name: 'two', content: '192.0.2.2', probe: 'https://two.example/' },
  ],
  holdDown: '5m',
  stableFor: '5m',
  flaps: { most: 2, within: '2h' },
});
const places = ['a', 'b', 'c'];
const start = Date.UTC(2026, 4, 4, 8);

/** What each place sees of each origin: `+` healthy, `-` unhealthy, `?` nothing. `'--+'` for the three places in order. */
function sightings(seen: { readonly one: string; readonly two: string }): OriginSighting[] {
  const words = { '+': 'healthy', '-': 'unhealthy', '?': 'unknown' } as const;
  return (['one', 'two'] as const).flatMap((origin) =>
    places.map((vantage, index) => ({ vantage, origin, seen: words[seen[origin][index] as '+'], detail: '' })),
  );
}

/** Plays rounds of 30 seconds. */
function play(
  rounds: readonly (readonly [one: string, two: string])[],
  from: FailoverState = firstState(group),
  at = 0,
) {
  let state = from;
  const happened: string[] = [];
  rounds.forEach(([one, two], index) => {
    const next = round(group, state, sightings({ one, two }), (start + at + index * 30_000) as EpochMillis);
    state = next.state;
    happened.push(...next.happenings.map(({ kind }) => kind));
  });
  return { state, happened };
}
const times = (count: number, one: string, two = '+++') => Array.from({ length: count }, () => [one, two] as const);

it.each([
  ['+++', 'up'],
  ['++-', 'up'],
  ['+--', 'down'],
  ['+-?', 'disputed'],
  ['+??', 'unknown'],
  ['--?', 'down'],
  ['???', 'unknown'],
])('of %s most say %s', (seen, agreement) => {
  const all = sightings({ one: seen, two: '+++' }).filter(({ origin }) => origin === 'one');
  expect(agreementOf(all, []).agreement).toBe(agreement);
});

it('two rounds are not enough, and a dispute or silence between them begins anew', () => {
  expect(play([...times(3, '+++'), ...times(2, '---')]).state.active).toBe('one');
  for (const doubt of ['+-?', '???', '++-']) {
    expect(play([...times(3, '+++'), ...times(2, '---'), [doubt, '+++'], ...times(2, '---')]).state.active).toBe('one');
  }
  expect(play([...times(3, '+++'), ...times(3, '---')]).state).toMatchObject({ active: 'two', watchful: true });
});

it('the TTL is lowered at the first doubt and put back when home is well again', () => {
  const doubt = play([...times(3, '+++'), ['+-?', '+++']]);
  expect([doubt.state.watchful, ttlOf(group, doubt.state)]).toEqual([true, 60]);
  const well = play(times(3, '+++'), doubt.state, 200_000);
  expect([well.state.watchful, ttlOf(group, well.state)]).toEqual([false, 300]);
});

it('nothing goes to an origin that was not seen well for long enough', () => {
  expect(play([...times(3, '+++', '---'), ...times(2, '---', '+++'), ...times(1, '---', '+++')]).state.active).toBe(
    'two',
  );
  expect(play([...times(3, '+++', '---'), ...times(4, '---', '+--')]).state.active).toBe('one');
});

it('both down: the last answer stays, and it is told once', () => {
  const { state, happened } = play([...times(3, '+++'), ...times(8, '---', '---')]);
  expect(state).toMatchObject({ active: 'one', allDown: true });
  expect(happened.filter((kind) => kind === 'all-down')).toHaveLength(1);
});

it('it comes back only after hold-down and stability, and not at all when only an order may bring it back', () => {
  const away = play([...times(3, '+++'), ...times(3, '---')]).state;
  const back = (rounds: number) => play(times(rounds, '+++'), away, 180_000).state.active;
  // Well from second 180 on; five minutes of that are over at second 480, which is the eleventh round.
  expect([back(10), back(11)]).toEqual(['two', 'one']);
  const byOrder = { ...group, failback: 'order' as const };
  let state = away;
  for (let index = 0; index < 60; index += 1) {
    state = round(
      byOrder,
      state,
      sightings({ one: '+++', two: '+++' }),
      (start + 180_000 + index * 30_000) as EpochMillis,
    ).state;
  }
  expect(state.active).toBe('two');
});

it('what moves too often is frozen, told, and thawed by a person', () => {
  let state = firstState(group);
  const happened: string[] = [];
  for (let index = 0; index < 200 && state.frozen === null; index += 1) {
    // Ten minutes down, ten minutes up.
    const seen = Math.floor(index / 20) % 2 === 0 ? '+++' : '---';
    const next = round(group, state, sightings({ one: seen, two: '+++' }), (start + index * 30_000) as EpochMillis);
    state = next.state;
    happened.push(...next.happenings.map(({ kind }) => kind));
  }
  expect(state.frozen).not.toBeNull();
  expect(state.moves).toHaveLength(2);
  expect(happened.filter((kind) => kind === 'frozen')).toHaveLength(1);
  const still = round(group, state, sightings({ one: '---', two: '+++' }), (start + 7_000_000) as EpochMillis).state;
  expect(still.active).toBe(state.active);
  const thawed = order(
    group,
    state,
    { to: state.active, reason: 'mended', force: true },
    (start + 7_000_000) as EpochMillis,
  );
  expect(thawed).toMatchObject({ kind: 'ordered', round: { state: { frozen: null, active: state.active } } });
});

it('an order goes where it is told, but not to what is not well unless forced, and not to nowhere', () => {
  const { state } = play(times(3, '+++', '---'));
  const now = (start + 90_000) as EpochMillis;
  expect(order(group, state, { to: 'two', reason: 'x', force: false }, now)).toMatchObject({ kind: 'refused' });
  expect(order(group, state, { to: 'three', reason: 'x', force: true }, now)).toMatchObject({ kind: 'refused' });
  expect(order(group, state, { to: 'two', reason: 'x', force: true }, now)).toMatchObject({
    kind: 'ordered',
    round: { state: { active: 'two', generation: state.generation + 1 } },
  });
});

it('a word from outside is one more place, and is forgotten when its time is over', () => {
  const word = {
    origin: 'one',
    seen: 'unhealthy' as const,
    from: 'check',
    at: isoOf(start as EpochMillis),
    until: isoOf((start + 45_000) as EpochMillis),
  };
  const state = heard(heard(firstState(group), word), word);
  expect(state.hearsay).toHaveLength(1);
  const first = round(group, state, sightings({ one: '+--', two: '+++' }), start as EpochMillis).state;
  expect(first.origins['one']?.votes).toEqual({ healthy: 1, unhealthy: 3, unknown: 0 });
  const later = round(group, first, sightings({ one: '+--', two: '+++' }), (start + 60_000) as EpochMillis).state;
  expect(later.origins['one']?.votes).toEqual({ healthy: 1, unhealthy: 2, unknown: 0 });
});

it('whatever places see: no move within the hold-down, none to what was not up, none without rows of rounds', () => {
  const words = fc.stringMatching(/^[+?-]{3}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(words, words), { maxLength: 120 }), (rounds) => {
      let state = firstState(group);
      rounds.forEach(([one, two], index) => {
        const now = (start + index * 30_000) as EpochMillis;
        const next = round(group, state, sightings({ one, two }), now).state;
        if (next.active !== state.active) {
          const [before, last] = [state.moves.at(-1), next.moves.at(-1)!];
          expect(before === undefined || Date.parse(last.at) - Date.parse(before.at) >= 300_000).toBe(true);
          expect(next.origins[next.active]?.consecutiveUp).toBeGreaterThanOrEqual(group.rounds.up);
          expect(
            last.kind === 'failback' || (next.origins[state.active]?.consecutiveDown ?? 0) >= group.rounds.down,
          ).toBe(true);
          expect(next.generation).toBe(state.generation + 1);
          expect(next.frozen).toBeNull();
        }
        state = next;
      });
    }),
    { numRuns: 300 },
  );
});
