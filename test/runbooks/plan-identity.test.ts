import { hashOf } from '../../src/kernel/hash';
import { planIdentity, type Plan } from '../../src/runbooks';

const plan: Plan = {
  kind: 'act',
  summary: 'Restart the virtual machine',
  reasons: ['availability metric was 0 at 2026-03-02T08:00:00.000Z'],
  steps: [{ id: 'restart', effect: 'restart', summary: 'Restart the virtual machine' }],
  before: { powerState: 'running', agent: 'not-ready', observedAt: '2026-03-02T08:01:00.000Z' },
};

const identity = (one: Plan): string => hashOf(planIdentity(one));

test('another look at the same state is the same plan', () => {
  const later: Plan = {
    ...plan,
    reasons: ['availability metric was 0 at 2026-03-02T09:00:00.000Z'],
    before: { ...plan.before, observedAt: '2026-03-02T09:01:00.000Z' },
  };
  expect(identity(later)).toBe(identity(plan));
});

test.each<[string, Partial<Extract<Plan, { kind: 'act' }>>]>([
  ['another state', { before: { ...plan.before, powerState: 'stopped' } }],
  ['another effect', { steps: [{ id: 'restart', effect: 'redeploy', summary: 'Restart the virtual machine' }] }],
  ['one more step', { steps: [...plan.steps, { id: 'start', effect: 'start', summary: 'Start it' }] }],
])('%s is another plan', (_name, change) => {
  expect(identity({ ...plan, ...change })).not.toBe(identity(plan));
});

test('a plan to do nothing is not a plan to act', () => {
  expect(identity({ kind: 'nothing-to-do', reasons: [] })).not.toBe(identity(plan));
});

test('what is measured anew at every look makes no other plan', () => {
  const measured = (availability: number, memoryPercent: number): Plan => ({
    ...plan,
    before: { ...plan.before, availability, memoryPercent },
  });
  expect(identity(measured(0.3333, 91))).toBe(identity(measured(0, 97)));
});

test('what is to be afterwards follows from the rest and makes no other plan', () => {
  expect(identity({ ...plan, after: { powerState: 'running', agent: 'ready' } })).toBe(identity(plan));
});
