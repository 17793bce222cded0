import { createScalingDesk, createScalingMemory, scalingStateSchema, type Bucket } from '../../src/scaling';
import type { EpochMillis } from '../../src/kernel/clock';
import { doors } from '../operator/support';

// What people see of forecasts: each step beside what happened, and how well a day's fitted.

const target =
  '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg/providers/microsoft.compute/virtualmachinescalesets/vmss-web-1';
const at = Date.parse('2026-05-04T08:00:00Z');
const step = 300_000;

const state = scalingStateSchema.parse({
  ...{ version: 1, target, rule: 'web', environment: 'prod', changedAt: null, addedAt: null, pending: null },
  ...{ failures: 0, retryAt: null, pause: null, raise: null, decisions: [] },
  scores: [
    { day: '2026-05-03', count: 10, actual: 1000, error: 100, naiveError: 250 },
    { day: '2026-05-04', count: 1, actual: 0, error: 0, naiveError: 0 },
  ],
});

async function known(...buckets: readonly Bucket[]) {
  const { documents } = doors();
  const memory = createScalingMemory(documents);
  await memory.write(state, undefined);
  for (const bucket of buckets) {
    await memory.addBucket(target, bucket);
  }
  return createScalingDesk({ memory, clock: { now: () => at as EpochMillis } });
}

it('tells for each step what was forecast and what was measured, also for what lies ahead', async () => {
  const desk = await known(
    { at: at - step, load: 120, capacity: 3, forecast: 110, basis: 100 },
    { at, load: null, capacity: 3, forecast: null, basis: null },
    { at: at + step, load: null, capacity: 0, forecast: 130, basis: 120 },
  );
  const { steps, everySeconds } = await desk.forecasts(state, at - step, at + 2 * step);
  expect(everySeconds).toBe(300);
  expect(steps).toEqual([
    { at: '2026-05-04T07:55:00.000Z', load: 120, capacity: 3, forecast: 110 },
    { at: '2026-05-04T08:00:00.000Z', load: null, capacity: 3, forecast: null },
    { at: '2026-05-04T08:05:00.000Z', load: null, capacity: null, forecast: 130 },
  ]);
});

it('scores a day by the share of the load that was right, beside supposing that nothing changes', async () => {
  const { days, steps } = await (await known()).forecasts(state, at - step, at);
  expect(steps).toEqual([]);
  expect(days).toEqual([
    { day: '2026-05-03', compared: 10, score: 0.9, naive: 0.75 },
    { day: '2026-05-04', compared: 1, score: null, naive: null },
  ]);
});
