import { app } from 'durable-functions';
import { durableIncidents } from '../src/adapters/durable';
import type { Seconds } from '../src/kernel/duration';
import { takeStackRun, type OperatorDeps, type StackRunDeps } from '../src/operator';
import { incidentNames } from '../src/run';
import {
  createDrifts,
  createManifestStore,
  driftOrchestrator,
  driftOrchestratorName,
  settleDriftContract,
} from '../src/stacks';
import type { Foundation } from './foundation';
import { apiRoute } from './http-route';

/**
 * Registers what is about the stacks: the orchestration that asks about drift, and, where a manifest is known, the doors of their
 * runs: `POST /api/stacks/spacelift` and `POST /api/stacks/hcp-terraform`. The vendors can show neither a token nor a key in a
 * header; the signature over the body is what counts, and it is checked first.
 */
export function registerStacks(
  { config, clock, log, documents, ledger, fieldDecisions, documentAt }: Foundation,
  more: Pick<StackRunDeps, 'intake' | 'deadLetters'> & { readonly manifestMaxAge: Seconds },
): OperatorDeps['stacks'] {
  const drifts = createDrifts({ documents, ledger, fieldDecisions, clock });
  app.orchestration(driftOrchestratorName, driftOrchestrator);
  app.activity(settleDriftContract.name, { handler: drifts.settle });
  if (config.stacks.location === undefined) {
    return { manifests: undefined, drifts, fieldDecisions };
  }

  const { intake, deadLetters, manifestMaxAge: maxAge } = more;
  const manifests = createManifestStore({ source: documentAt(config.stacks.location), clock, log, maxAge });
  const deps: StackRunDeps = { intake, deadLetters, manifests, secrets: config.stacks.secrets, clock, log };
  for (const source of ['spacelift', 'hcp-terraform'] as const) {
    app.client.http(`stacks-${source}`, {
      route: apiRoute(`stacks/${source}`),
      methods: ['POST'],
      authLevel: 'anonymous',
      handler: (request, client) => takeStackRun(deps, source, request, durableIncidents(client, incidentNames)),
    });
  }
  return { manifests, drifts, fieldDecisions };
}
