import {
  replay,
  ruleScaler,
  scalingRuleSchema,
  usualWorld,
  type ReplayResult,
  type ReplayWorld,
} from '../../src/scaling';
import { awsTargetTracking, azureAutoscale } from './baselines';
import { recording, shapes, type Shape } from './recordings';

const target = 60;
const bounds = { min: 2, max: 12 };
const world: ReplayWorld = { ...usualWorld, initial: 4, target };
const written = {
  name: 'web',
  match: { resource: ['vmss-web-*'] },
  mode: 'auto',
  ...bounds,
  targets: [{ metric: 'Percentage CPU', value: target }],
};
const rule = scalingRuleSchema.parse(written);
const withForecast = scalingRuleSchema.parse({ ...written, forecast: { mode: 'act', lead: '15m' } });

const contestants = {
  Caretaker: () => ruleScaler(rule, world),
  'with forecast': () => ruleScaler(withForecast, world),
  'Azure autoscale': () => azureAutoscale({ ...bounds, outAbove: target, inBelow: 40 }),
  'AWS tracking': () => awsTargetTracking({ ...bounds, target }),
};
type Contestant = keyof typeof contestants;

const results = new Map<string, ReplayResult>();
function result(shape: Shape, contestant: Contestant): ReplayResult {
  const key = `${shape}/${contestant}`;
  const found = results.get(key) ?? replay(recording(shape), world, contestants[contestant]());
  results.set(key, found);
  return found;
}

it('plays every shape against every contestant, in one table', () => {
  const lines = [
    ['shape', 'by', 'min over target', 'over by 5 %', 'overloaded', 'instance h', 'changes', 'most', 'flaps'],
    ...shapes.flatMap((shape) =>
      (Object.keys(contestants) as Contestant[]).map((contestant) => {
        const one = result(shape, contestant);
        const { minutesOverTarget, minutesWellOver, minutesOverloaded, instanceHours, changes, most, flaps } = one;
        const minutes = [minutesOverTarget, minutesWellOver, minutesOverloaded];
        return [shape, contestant, ...minutes, instanceHours, changes.length, most, flaps];
      }),
    ),
  ].map((cells) =>
    cells.map((cell, index) => (index < 2 ? String(cell).padEnd(16) : String(cell).padStart(15))).join(''),
  );
  expect(lines.map((line) => line.trimEnd()).join('\n')).toMatchSnapshot();
});

it.each(shapes)('never takes back within half an hour what it did: %s', (shape) => {
  expect(result(shape, 'Caretaker').flaps).toBe(0);
  expect(result(shape, 'with forecast').flaps).toBe(0);
});
