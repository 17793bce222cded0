import { scalingRuleSchema, scalingStateSchema, type Scalable, type ScalingDecision } from '../../src/scaling';
import { warningsOf } from '../../src/scaling/warnings.plan';

const rule = scalingRuleSchema.parse({
  name: 'web',
  match: { resource: ['x'] },
  mode: 'auto',
  min: 2,
  max: 8,
  targets: [{ metric: 'Percentage CPU', value: 60 }],
});
const id = '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg/providers/a.b/c/vmss-web';
const seen: Scalable = {
  ...{ id, kind: 'scale-set', name: 'vmss-web', resourceGroup: 'rg', capacity: 8, members: [], zones: [], busy: null },
  ...{ tagMin: null, tagMax: null, autoscale: null },
};
const decision = (more: Partial<ScalingDecision> = {}): ScalingDecision => ({
  at: '2026-03-02T12:00:00.000Z' as never,
  ...{ rule: 'web', action: 'hold', from: 8, to: 8, remove: [], min: 2, max: 8, reasons: ['enough'] },
  measured: [{ metric: 'Percentage CPU', value: 50, load: 400, target: 60 }],
  ...more,
});
const told = (decisions: ScalingDecision[], more: { failures?: number; mode?: 'suggest' | 'auto' } = {}) => {
  const state = scalingStateSchema.parse({
    ...{ version: 1, target: id, rule: 'web', environment: 'prod', changedAt: null, addedAt: null, pending: null },
    ...{ failures: more.failures ?? 0, retryAt: null, pause: null, raise: null, decisions, scores: [] },
  });
  return warningsOf(rule, seen, state, more.mode ?? 'auto').map(({ key, severity }) => [key.split(':')[0], severity]);
};
const blind = decision({ measured: [{ metric: 'Percentage CPU', value: null, load: null, target: 60 }] });
const short = decision({ reasons: ['12 would be needed, and no more than 8 are allowed'] });

it('says nothing while all is well', () => {
  expect(told(Array.from({ length: 20 }, () => decision()))).toEqual([]);
});

it('speaks of a missing metric after ten minutes, not before', () => {
  expect(told(Array.from({ length: 9 }, () => blind))).toEqual([]);
  expect(told([decision(), ...Array.from({ length: 10 }, () => blind)])).toEqual([['scaling-blind', 'warning']]);
  expect(told([...Array.from({ length: 10 }, () => blind), decision()])).toEqual([]);
});

it('speaks of a ceiling that is too low for ten minutes', () => {
  expect(told(Array.from({ length: 10 }, () => short))).toEqual([['scaling-ceiling', 'warning']]);
  expect(told([...Array.from({ length: 9 }, () => short), decision()])).toEqual([]);
});

it('speaks of changes that come to nothing from the third on', () => {
  expect(told([decision()], { failures: 2 })).toEqual([]);
  expect(told([decision()], { failures: 3 })).toEqual([['scaling-failing', 'warning']]);
});

it('tells what it suggests, once for each number', () => {
  const out = decision({ action: 'out', from: 4, to: 6 });
  expect(told([out], { mode: 'suggest' })).toEqual([['scaling-suggests-6', 'info']]);
  expect(told([out])).toEqual([]);
});
