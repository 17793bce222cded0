import { acquire, budgetUses, emptyGuard, guardStateSchema, type GuardState, type Limits } from '../../src/guard';
import { storedGuard } from '../../src/guard/model';
import { at, obstacles, request } from './fixture';

const limitsOf = (value: string | null, over?: 'ask' | 'stop'): Limits => ({
  leaseSeconds: 600,
  cooldownSeconds: 900,
  budgets: [
    {
      name: 'service',
      windowSeconds: 3600,
      maxResources: 2,
      per: 'tag',
      tag: { name: 'Service', value },
      ...(over && { over }),
    },
  ],
});

/** Acts on a machine of a service; gives the state after, as it is read back, and what stood in the way. */
function act(state: GuardState, name: string, service: string | null, seconds: number, over?: 'ask' | 'stop') {
  const result = acquire(
    state,
    request(`run-${name}-${seconds}`, name, { limits: limitsOf(service, over) }),
    at(seconds),
  );
  return {
    state: guardStateSchema.parse(JSON.parse(JSON.stringify(storedGuard(result.state)))),
    verdict: result.verdict,
  };
}

it('counts each value of the tag by itself, and resources without it together', () => {
  let state = emptyGuard;
  for (const [name, service] of [
    ['a', 'shop'],
    ['b', 'shop'],
    ['c', 'search'],
    ['d', ''],
    ['e', ''],
  ] as const) {
    const next = act(state, name, service, 0);
    expect([name, next.verdict.answer]).toEqual([name, 'go']);
    state = next.state;
  }
  expect(obstacles(act(state, 'f', 'shop', 10).verdict)).toEqual(['budget: wait']);
  expect(act(state, 'g', 'search', 10).verdict.answer).toBe('go');
  expect(obstacles(act(state, 'h', '', 10).verdict)).toEqual(['budget: wait']);
  expect(budgetUses(state, limitsOf(null).budgets, at(10)).map(({ key, used }) => [key, used])).toEqual([
    ['budget service of tag service=shop', 2],
    ['budget service of tag service=search', 1],
    ['budget service of tag service=', 2],
  ]);
});

it('asks a person where the tag cannot be told, and stops where the budget says stop', () => {
  expect(obstacles(act(emptyGuard, 'a', null, 0).verdict)).toEqual(['budget: ask']);
  expect(obstacles(act(emptyGuard, 'a', null, 0, 'stop').verdict)).toEqual(['budget: stop']);
});

it('a resource counts under the tag that it had when it was last acted on', () => {
  const first = act(emptyGuard, 'a', 'shop', 0).state;
  const moved = act(first, 'a', 'search', 1800).state;
  expect(moved.labels).toEqual({ [request('x', 'a').target]: ['service=search'] });
});

it('forgets what a resource was counted under along with its actions', () => {
  const state = act(emptyGuard, 'a', 'shop', 0).state;
  const later = act(state, 'b', 'shop', 8 * 86_400).state;
  expect(Object.keys(later.labels)).toEqual([request('x', 'b').target]);
});
