import { applyGuardOperation, emptyGuard, guardOperations, verdictSchema } from '../../src/guard';
import { acquire } from '../../src/guard/plan';
import { at, guardAfter, limits, obstacles, request } from './fixture';

// A person's yes answers the checks that it was asked for, and no others.

const budgets = [{ name: 'hourly', windowSeconds: 3600, maxResources: 1, over: 'ask' as const }];
const asking = { limits: { ...limits, budgets } };
const full = guardAfter([0, request('run-1', 'one', asking)]);
const yes = (...checks: ('budget' | 'breaker')[]) => ({ approved: { id: 'run-2-a1', by: 'Ava', checks } });

it('asks over the limit, and lets pass with a yes to that limit; the reason says whose', () => {
  expect(acquire(full, request('run-2', 'two', asking), at(60)).verdict).toMatchObject({ answer: 'ask' });
  const { verdict, state } = acquire(full, request('run-2', 'two', { ...asking, ...yes('budget') }), at(60));
  expect(verdict.answer).toBe('go');
  expect(verdict.reasons.find(({ check }) => check === 'budget')?.text).toMatch(/approved by Ava \(run-2-a1\)$/);
  expect(Object.keys(state.leases)).toHaveLength(2);
});

it('a yes to something else is none to this', () => {
  const { verdict } = acquire(full, request('run-2', 'two', { ...asking, ...yes('breaker') }), at(60));
  expect(obstacles(verdict)).toEqual(['budget: ask']);
});

it('no yes moves a stop or a wait', () => {
  const stopped = { ...full, killSwitch: { engaged: true, reason: 'x', by: 'Ada', at: null } };
  const everything = {
    ...asking,
    approved: { id: 'a', by: 'Ava', checks: ['budget' as const, 'kill-switch' as const, 'lease' as const] },
  };
  expect(acquire(stopped, request('run-2', 'two', everything), at(60)).verdict.answer).toBe('stop');
  expect(acquire(full, request('run-2', 'one', { ...everything, runbook: 'redeploy-vm' }), at(60)).verdict.answer).toBe(
    'wait',
  );
});

it('considering says what acquiring would, gives out nothing and changes nothing', () => {
  const clock = { now: () => at(60) };
  const input = request('run-2', 'two');
  const considered = applyGuardOperation(full, guardOperations.consider, input, clock);
  expect(considered.state).toEqual(full);
  const { verdict } = acquire(full, input, at(60));
  expect(verdictSchema.parse(considered.answer)).toEqual({ answer: verdict.answer, reasons: verdict.reasons });
  expect(verdict.answer).toBe('go');
  expect(applyGuardOperation(undefined, guardOperations.consider, input, clock).state).toEqual(emptyGuard);
});
