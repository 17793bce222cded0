import type { DurableClient } from 'durable-functions';
import { fenceProblem } from '../../guard';
import type { Clock } from '../../kernel/clock';
import type { Fences } from '../../ports/fences';
import { durableEngine } from './durable-engine';

/** `Fences` over the guard's entity. */
export function durableFences(client: DurableClient, clock: Clock): Fences {
  const engine = durableEngine(client);
  return {
    problem: async (environment, target, token) =>
      fenceProblem(await engine.guard(environment), target, token, clock.now()),
  };
}
