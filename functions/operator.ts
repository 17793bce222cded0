import { app } from 'durable-functions';
import { durableEngine } from '../src/adapters/durable';
import { operatorRoutes, type OperatorDeps } from '../src/operator';

/** Registers the operator API: one function for each route of the table in `src/operator`. */
export function registerOperator(deps: OperatorDeps): void {
  for (const { name, route, method, handle } of operatorRoutes(deps)) {
    app.client.http(name, {
      route,
      methods: [method],
      authLevel: 'function',
      handler: (request, client) => handle(request, durableEngine(client)),
    });
  }
}
