import type { Clock } from '../../src/kernel/clock';
import { applyGuardOperation, emptyGuard, guardOperations, guardStateSchema } from '../../src/guard';
import { at, guardAfter, machine, request, textAt } from './fixture';

const clock: Clock = { now: () => at(0) };
const apply = (state: unknown, operation: string, input: unknown) =>
  applyGuardOperation(state, operation, input, clock);

it.each([undefined, null])('begins with an empty guard when there is no state (%s)', (state) => {
  const { state: after, answer } = apply(state, guardOperations.acquire, request('run-1', 'a'));
  expect(answer).toMatchObject({ answer: 'go', lease: { token: 1 } });
  expect(after.nextToken).toBe(2);
});

it('answers each operation', () => {
  const held = guardAfter([0, request('run-1', 'a')]);
  const target = machine('a');
  expect(apply(held, guardOperations.renew, { target, token: 1, leaseSeconds: 60 }).answer).toMatchObject({
    kind: 'renewed',
  });
  const released = apply(held, guardOperations.release, { target, token: 1, acted: true });
  expect(released.answer).toBeNull();
  expect(released.state.leases).toEqual({});
  const order = { engaged: true, reason: ' storm ', by: 'ada' };
  const killed = apply(held, guardOperations.setKillSwitch, order);
  expect(killed.answer).toBeNull();
  expect(killed.state.killSwitch).toMatchObject({ engaged: true, reason: 'storm', by: 'ada' });
});

it('gives the state in a form to be stored, and reads it back', () => {
  const { state, stored } = apply(undefined, guardOperations.acquire, request('run-1', 'a'));
  const text = JSON.stringify(stored);
  expect(guardStateSchema.parse(JSON.parse(text))).toEqual(state);
  expect(stored.actions).toEqual({
    prefixes: [machine('a').slice(0, -1)],
    words: ['restart-vm', 'web'],
    rows: [0, 'a', 0, 1, at(0), 'run-1', 1],
  });
  expect(apply(JSON.parse(text), guardOperations.acquire, request('run-1', 'a')).answer).toMatchObject({
    answer: 'go',
    lease: { token: 1 },
  });
});

it.each([
  ['a row that is cut off', [0, 'a', 0, 1, at(0), 'run-1']],
  ['an index of nothing', [7, 'a', 0, 1, at(0), 'run-1', 1]],
  ['an index that is a name', ['length', 'a', 0, 1, at(0), 'run-1', 1]],
  ['a time that is none', [0, 'a', 0, 1, null, 'run-1', 1]],
  ['an action that neither happened nor did not', [0, 'a', 0, 1, at(0), 'run-1', 2]],
])('does not read actions with %s', (_, rows) => {
  const { stored } = apply(undefined, guardOperations.acquire, request('run-1', 'a'));
  expect(guardStateSchema.safeParse({ ...stored, actions: { ...stored.actions, rows } }).success).toBe(false);
});

it('reads the state that an earlier version stored', () => {
  const { memorySeconds: _, ...earlier } = guardAfter([0, request('run-1', 'a')]);
  const stored = {
    ...earlier,
    actions: earlier.actions.map(({ acted: _acted, ...action }) => ({ ...action, at: textAt(0) })),
  };
  expect(guardStateSchema.parse(stored)).toEqual(guardAfter([0, request('run-1', 'a')]));
});

it('knows a resource under one spelling', () => {
  const held = guardAfter([0, request('run-1', 'a')]);
  const shouting = { ...request('run-2', 'a', { runbook: 'redeploy-vm' }), target: spelled(machine('a')) };
  expect(apply(held, guardOperations.acquire, shouting).answer).toMatchObject({ answer: 'wait' });
});

function spelled(id: string): string {
  return id.replace('virtualmachines', 'virtualMachines').replace('/rg/', '/RG/');
}

describe('fails, and so leaves the state as it is, for', () => {
  const good = request('run-1', 'a');
  it.each([
    ['an unknown operation', emptyGuard, 'steal', good, 'no operation "steal"; it has acquire, renew, release'],
    ['no operation', emptyGuard, '', good, 'no operation ""'],
    ['a name of every object', emptyGuard, 'constructor', good, 'no operation "constructor"'],
    ['no input', emptyGuard, 'acquire', undefined, 'Invalid input'],
    ['a request without limits', emptyGuard, 'acquire', { ...good, limits: undefined }, 'limits'],
    [
      'a request without budgets',
      emptyGuard,
      'acquire',
      { ...good, limits: { ...good.limits, budgets: [] } },
      'budgets',
    ],
    ['a target that is no resource', emptyGuard, 'acquire', { ...good, target: 'vm-1' }, 'target'],
    ['a request of nobody', emptyGuard, 'acquire', { ...good, holder: '' }, 'holder'],
    ['a renewal without a token', emptyGuard, 'renew', { target: good.target, leaseSeconds: 1 }, 'token'],
    ['a release that does not say whether it acted', emptyGuard, 'release', { target: good.target, token: 1 }, 'acted'],
    [
      'a kill switch without a reason',
      emptyGuard,
      'setKillSwitch',
      { engaged: true, reason: ' ', by: 'ada' },
      'say why',
    ],
    ['a state of another version', { ...emptyGuard, version: 2 }, 'acquire', good, 'version'],
    ['a state without its leases', { ...emptyGuard, leases: undefined }, 'acquire', good, 'leases'],
    ['a state whose token does not grow', { ...emptyGuard, nextToken: 0 }, 'acquire', good, 'nextToken'],
    ['a state that is text', 'broken', 'acquire', good, 'Invalid input'],
  ])('%s', (_, state, operation, input, said) => {
    expect(() => apply(state, operation, input)).toThrow(said);
  });
});
