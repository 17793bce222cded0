import { InvariantError } from '../kernel/errors';
import { changeTicketSchema } from '../ports/operations';
import type { Scalables, ScalingChange } from '../ports/scalables';
import { procedure, type Effects, type Procedure } from '../runbooks';
import { autoscaleBounds, scaleCache, scaleSetCapacity, type Sight } from './runbooks.plan';

/** The procedures that the scaler orders, by name. They are no part of the library: nobody orders a number by hand. */
export function scalingProcedures(ports: { readonly scalables: Scalables }): ReadonlyMap<string, Procedure> {
  const hands = scalingEffects(ports.scalables);
  return new Map([
    [scaleSetCapacity.name, procedure(scaleSetCapacity, hands)],
    [scaleCache.name, procedure(scaleCache, hands)],
    [autoscaleBounds.name, procedure(autoscaleBounds, hands)],
  ]);
}

function scalingEffects(scalables: Scalables): Effects<Sight> {
  return {
    observe: (target, abort) => scalables.observe(target, abort),
    start: async (target, step, requestId, abort) => {
      const name = target.split('/').at(-1) ?? '';
      return scalables.start(target, changeOf(step.effect, name), requestId, abort);
    },
    poll: (target, ticket, abort) => scalables.poll(target, changeTicketSchema.parse(ticket), abort),
    landed: (_before, now, step) => {
      if (now === undefined) {
        return 'no';
      }
      const change = changeOf(step.effect, now.name);
      switch (change.kind) {
        case 'capacity':
          return now.capacity === change.capacity ? 'yes' : now.busy === null ? 'no' : 'unknown';
        case 'size':
          return now.capacity === change.name ? 'yes' : now.busy === null ? 'no' : 'unknown';
        case 'bounds':
          return now.autoscale?.min === change.min && now.autoscale.max === change.max ? 'yes' : 'no';
        case 'remove': {
          const staying = now.members.filter(({ state }) => state !== 'leaving').map(({ name }) => name.toLowerCase());
          return change.names.some((name) => staying.includes(name.toLowerCase())) ? 'no' : 'yes';
        }
      }
    },
  };
}

/** Reads a step's effect; see `runbooks.plan.ts` for how they are written. */
function changeOf(effect: string, setName: string): ScalingChange {
  const [kind, ...words] = effect.split(' ');
  const [first = '', second = ''] = words;
  switch (kind) {
    case 'capacity':
      return { kind, capacity: Number(first) };
    case 'remove':
      return { kind, names: words.map((tail) => `${setName}_${tail}`) };
    case 'size':
      return { kind, name: first };
    case 'bounds':
      return { kind, min: Number(first), max: Number(second) };
    default:
      throw new InvariantError(`scaling knows no effect "${effect}"`);
  }
}
