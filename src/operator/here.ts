import { z } from 'zod';
import { isoOf } from '../kernel/clock';
import { instantSchema } from '../kernel/schemas';
import { mayOf } from './access';
import { json } from './door';
import { operatorRoute, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

/** Who one is here, and where and when that is: what a page has to know before it shows anything. */
export function hereRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  return [
    operatorRoute(deps, {
      name: 'me',
      method: 'GET',
      path: 'me',
      role: 'Caretaker.Reader',
      summary: 'Who calls and what they may do, of which environment this is, and what time it is here',
      answers: {
        200: z.object({
          id: z.string(),
          name: z.string(),
          kind: z.enum(['person', 'application', 'key']),
          roles: z.array(z.string()),
          may: z.object({ operate: z.boolean(), approve: z.boolean(), administer: z.boolean() }),
          environment: z.string(),
          /** `speed` seconds pass here in each real one: 1 except on the local platform, whose clock can run faster. */
          clock: z.object({ at: instantSchema, speed: z.number() }),
        }),
      },
      work: async ({ caller }) => {
        const { id, name, kind, roles } = caller;
        const { environment, clockSpeed } = deps.deployment;
        const clock = { at: isoOf(deps.clock.now()), speed: clockSpeed };
        return json(200, { id, name, kind, roles, may: mayOf(caller), environment, clock });
      },
    }),
  ];
}
