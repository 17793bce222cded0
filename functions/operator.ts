import { app } from 'durable-functions';
import { durableEngine, durableIncidents } from '../src/adapters/durable';
import { operatorRoutes, type OperatorDeps } from '../src/operator';
import { incidentNames } from '../src/run';

/**
 * Registers the operator API: one function for each route of the table in `src/operator`. With tokens the routes themselves
 * ask who calls, so the host asks for no key besides.
 */
export function registerOperator(deps: OperatorDeps): void {
  for (const { name, route, method, handle } of operatorRoutes(deps)) {
    app.client.http(name, {
      route,
      methods: [method],
      authLevel: deps.access.kind === 'token' ? 'anonymous' : 'function',
      handler: (request, client) => handle(request, durableEngine(client), durableIncidents(client, incidentNames)),
    });
  }
}
