import { z } from 'zod';
import type { EndpointSighting } from '../../ports/private-links';
import { stepOf } from '../hands';
import type { Effects, Facts, Runbook, Step } from '../model';
import { probeParameters, probePermissions, resolveStep, unresolved, type Probed } from '../probed';

const parametersSchema = z.strictObject(probeParameters);

function endpointFacts({ seen }: Probed<EndpointSighting>, before: Facts = {}): Facts {
  return {
    ...before,
    exists: seen.exists,
    provisioningState: seen.provisioningState,
    connection: seen.connection?.state ?? null,
    // An endpoint that is away for a moment keeps the address that it had, until a new one is known.
    address: seen.address ?? before['address'] ?? null,
    observedAt: seen.observedAt,
  };
}

/** Whether a change of an endpoint took effect whose answer never came. */
export const endpointLanded: Effects<Probed<EndpointSighting>>['landed'] = (before, { seen, resolved }, step) => {
  if (step.effect === 'resolve') {
    const since = before['observedAt'];
    return resolved?.startedAt != null && typeof since === 'string' && resolved.startedAt >= since ? 'yes' : 'no';
  }
  if (step.effect === 'approve') {
    return seen.connection?.state === 'approved' ? 'yes' : 'no';
  }
  const away = !seen.exists || seen.provisioningState === 'deleting';
  return (step.effect === 'remove') === away ? 'yes' : 'no';
};

/** Approves or recreates a private endpoint whose connection to the service is gone. */
export const repairPrivateEndpoint: Runbook<z.infer<typeof parametersSchema>, Probed<EndpointSighting>> = {
  name: 'repair-private-endpoint',
  version: 1,
  summary: 'Approve a pending private endpoint, or recreate a disconnected one as it was.',
  explanation: {
    preconditions: [
      'The endpoint exists, and its connection is pending or disconnected. What somebody rejected stays rejected.',
      'Nobody is changing it.',
    ],
    plan: 'Pending: the connection is approved. Disconnected: what the endpoint is, is kept as a document; then it is deleted and made again from that. At the end a machine of the spoke resolves the name.',
    verification: 'The connection is approved, and the name resolves to the private address from the spoke.',
    undo: 'An endpoint that was deleted and is not there is made again from what was kept.',
  },
  impact: 'disruptive',
  resourceTypes: ['microsoft.network/privateendpoints'],
  parameters: parametersSchema,
  permissions: {
    actions: [
      'Microsoft.Cache/redisEnterprise/privateEndpointConnections/write',
      'Microsoft.Network/privateEndpoints/delete',
      'Microsoft.Network/privateEndpoints/read',
      'Microsoft.Network/privateEndpoints/write',
      'Microsoft.Network/virtualNetworks/subnets/join/action',
      ...probePermissions,
    ],
    dataActions: [],
  },
  suits: ['private endpoint connection pending or disconnected', 'a service that is not reached by its private name'],
  operationLimitSeconds: 1200,
  plan(sighting, { probe, name }) {
    const { seen } = sighting;
    if (!seen.exists) {
      return { kind: 'impossible', reasons: ['the endpoint does not exist'] };
    }
    if (['updating', 'creating', 'deleting'].includes(seen.provisioningState)) {
      const reasons = [`another operation is running on the endpoint (${seen.provisioningState})`];
      return { kind: 'busy', reasons, retryAfterSeconds: 30 };
    }
    const { connection } = seen;
    if (connection === null || connection.state === 'rejected') {
      return { kind: 'impossible', reasons: ['somebody rejected the connection, or there is none'] };
    }
    if (connection.state === 'approved' && seen.provisioningState === 'succeeded') {
      return { kind: 'nothing-to-do', reasons: ['the connection is approved'] };
    }
    const repair: Step[] =
      connection.state === 'pending'
        ? [
            stepOf('approve', 'Approve the connection', {
              effect: 'approve',
              service: connection.service,
              connection: connection.name,
            }),
          ]
        : [
            stepOf('remove', 'Keep what the endpoint is, and delete it', { effect: 'remove' }),
            stepOf('create', 'Make the endpoint again', { effect: 'create' }),
          ];
    return {
      kind: 'act',
      summary: connection.state === 'pending' ? 'Approve the connection' : 'Recreate the endpoint',
      reasons: [`the connection is ${connection.state}`],
      steps: [...repair, resolveStep(probe, name)],
      before: { ...endpointFacts(sighting), probe, name },
      after: { connection: 'approved', provisioningState: 'succeeded' },
    };
  },
  verify(before, after, actedAt) {
    const facts = endpointFacts(after, before);
    const { seen, resolved } = after;
    if (!seen.exists) {
      return { verdict: 'worse', reasons: ['the endpoint is gone'], facts };
    }
    if (seen.connection?.state !== 'approved' || seen.provisioningState !== 'succeeded') {
      const reasons = [`the connection is ${seen.connection?.state ?? 'none'}, the endpoint ${seen.provisioningState}`];
      return { verdict: 'pending', reasons, facts };
    }
    const problem = unresolved(before, resolved, actedAt);
    return problem === undefined
      ? { verdict: 'healthy', reasons: ['approved, and resolved to the private address from the spoke'], facts }
      : { verdict: 'pending', reasons: [problem], facts };
  },
  undo: (_, { seen }) =>
    seen.exists || !seen.kept ? [] : [stepOf('undo-create', 'Make the endpoint again', { effect: 'create' })],
};
