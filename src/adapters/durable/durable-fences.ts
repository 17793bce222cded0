import type { DurableClient } from 'durable-functions';
import { everywhere, fenceProblem, switchedOff, switchProblem } from '../../guard';
import type { Clock } from '../../kernel/clock';
import type { Fences } from '../../ports/fences';
import { durableEngine } from './durable-engine';

/** `Fences` over the guards' entities: the environment's, and the one above all, whose kill switch stops everything. */
export function durableFences(client: DurableClient, clock: Clock): Fences {
  const engine = durableEngine(client);
  return {
    problem: async (environment, target, token) => {
      const [own, above] = await Promise.all([engine.guard(environment), engine.guard(everywhere)]);
      return switchProblem(above) ?? fenceProblem(own, target, token, clock.now());
    },
    switchedOff: async (environment, rule) => {
      const [own, above] = await Promise.all([engine.guard(environment), engine.guard(everywhere)]);
      return switchProblem(above) ?? switchedOff(own, rule);
    },
  };
}
