import { app } from 'durable-functions';
import { durableEngine, durableIncidents } from '../src/adapters/durable';
import { announcedEngine, operatorRoutes, type OperatorDeps } from '../src/operator';
import { incidentNames } from '../src/run';
import { apiRoute } from './http-route';

/**
 * Registers the operator API: one function for each route of the table in `src/operator`. With tokens the routes themselves
 * ask who calls, so the host asks for no key besides.
 */
export function registerOperator(deps: OperatorDeps): void {
  const told = { notifications: deps.outbox, clock: deps.clock, log: deps.log };
  for (const { name, route, method, handle } of operatorRoutes(deps)) {
    app.client.http(name, {
      route: apiRoute(route),
      methods: [method],
      authLevel: deps.access.kind === 'token' ? 'anonymous' : 'function',
      handler: (request, client) =>
        handle(request, announcedEngine(durableEngine(client), told), durableIncidents(client, incidentNames)),
    });
  }
}
