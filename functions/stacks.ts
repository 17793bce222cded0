import { app } from 'durable-functions';
import { durableIncidents } from '../src/adapters/durable';
import { takeStackRun, type StackRunDeps } from '../src/operator';
import { incidentNames } from '../src/run';

/**
 * Registers the doors of the stacks' runs: `POST /api/stacks/spacelift` and `POST /api/stacks/hcp-terraform`. The vendors can
 * show neither a token nor a key in a header; the signature over the body is what counts, and it is checked first.
 */
export function registerStackRuns(deps: StackRunDeps): void {
  for (const source of ['spacelift', 'hcp-terraform'] as const) {
    app.client.http(`stacks-${source}`, {
      route: `stacks/${source}`,
      methods: ['POST'],
      authLevel: 'anonymous',
      handler: (request, client) => takeStackRun(deps, source, request, durableIncidents(client, incidentNames)),
    });
  }
}
