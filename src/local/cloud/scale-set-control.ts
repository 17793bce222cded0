import { z } from 'zod';
import type { ScaleSetControl } from './scale-set-model';
import { evaluateAutoscale } from './autoscale';
import { loadAt } from './scale-sets';
import type { World } from './world';

const text = z.string().min(1);
const load = z.number().min(0);

/** What each lever takes, checked where it is pulled from another process. */
export const scaleSetParameters: Record<keyof ScaleSetControl, z.ZodType<unknown[]>> = {
  scaleSets: z.tuple([]),
  scaleSet: z.tuple([text]),
  setLoad: z.tuple([text, z.union([load, z.null(), z.array(z.strictObject({ at: z.number(), load })).min(1)])]),
  setZoneCapacity: z.tuple([
    z.strictObject({ zone: text, size: text.optional(), available: z.number().int().nullable() }),
  ]),
  setRepairs: z.tuple([text, z.enum(['Running', 'Suspended'])]),
  evaluateAutoscale: z.tuple([]),
  loseMetric: z.tuple([
    z.strictObject({
      resourceId: text,
      metricName: text.optional(),
      from: z.number(),
      until: z.number().optional(),
    }),
  ]),
};

/** The levers on scale sets. `settled` does something once the world is up to date with its clock. */
export function scaleSetLevers(world: World, settled: <T>(act: () => T) => Promise<T>): ScaleSetControl {
  const { scaleSets } = world;
  return {
    scaleSets: () => settled(() => scaleSets.all().map((set) => scaleSets.state(set))),
    scaleSet: (idOrName) => settled(() => scaleSets.state(scaleSets.require(idOrName))),
    setLoad: (idOrName, given) =>
      settled(() => {
        const set = scaleSets.require(idOrName);
        const now = world.clock.now();
        if (given === null) set.load = undefined;
        else if (Array.isArray(given)) set.load = given.toSorted((a, b) => a.at - b.at);
        else {
          // What was drawn before stays the past; a step is two points at one time.
          const past = (set.load ?? []).filter(({ at }) => at < now);
          const until = set.load === undefined ? [] : [{ at: now, load: loadAt(set.load, now) }];
          set.load = [...past, ...until, { at: now, load: given }];
        }
        return scaleSets.state(set);
      }),
    setZoneCapacity: (capacity) => settled(() => scaleSets.setZoneCapacity(capacity)),
    setRepairs: (idOrName, repairs) =>
      settled(() => {
        const set = scaleSets.require(idOrName);
        set.repairs = repairs;
        return scaleSets.state(set);
      }),
    evaluateAutoscale: () => settled(() => evaluateAutoscale(world)),
    loseMetric: (gap) => settled(() => void world.metricGaps.push(gap)),
  };
}
