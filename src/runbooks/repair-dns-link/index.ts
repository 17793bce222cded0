import { z } from 'zod';
import { parseResourceId } from '../../kernel/resource-id';
import type { DnsLinkSighting } from '../../ports/private-links';
import { stepOf } from '../hands';
import type { Effects, Facts, Runbook } from '../model';
import { probeParameters, probePermissions, resolveStep, unresolved, type Probed } from '../probed';

const parametersSchema = z.strictObject({
  ...probeParameters,
  network: z
    .string()
    .transform((text, context) => {
      const parsed = parseResourceId(text);
      if (parsed?.parts.type !== 'microsoft.network/virtualnetworks') {
        context.addIssue({ code: 'custom', message: 'is not the resource id of a virtual network' });
        return z.NEVER;
      }
      return parsed.id;
    })
    .describe('Resource id of the network that the zone is linked to, as declared.'),
  address: z.ipv4().describe('The private address that the name has, as declared.'),
});

function linkFacts({ seen }: Probed<DnsLinkSighting>, before: Facts = {}): Facts {
  const { exists, state, network, provisioningState, observedAt } = seen;
  return { ...before, exists, state, linked: network, provisioningState, observedAt };
}

/** Whether a change of a link took effect whose answer never came. */
export const linkLanded: Effects<Probed<DnsLinkSighting>>['landed'] = (before, { seen, resolved }, step) => {
  if (step.effect === 'resolve') {
    const since = before['observedAt'];
    return resolved?.startedAt != null && typeof since === 'string' && resolved.startedAt >= since ? 'yes' : 'no';
  }
  return seen.exists && seen.network === step.arguments?.['network'] ? 'yes' : 'no';
};

/** Links a private DNS zone to its spoke again. */
export const repairDnsLink: Runbook<z.infer<typeof parametersSchema>, Probed<DnsLinkSighting>> = {
  name: 'repair-dns-link',
  version: 1,
  summary: 'Link a private DNS zone to the network of its spoke again, as declared.',
  explanation: {
    preconditions: [
      'The link is missing, or it leads to the declared network and is not in force.',
      'A link to another network is somebody else’s and stays.',
    ],
    plan: 'The link is made as declared (`network`), without registration. Then a machine of the spoke resolves the name.',
    verification: 'The link is in force, and the name resolves to the declared private address from the spoke.',
    undo: 'Nothing: a link that was missing before makes nothing worse.',
  },
  impact: 'none',
  resourceTypes: ['microsoft.network/privatednszones/virtualnetworklinks'],
  parameters: parametersSchema,
  permissions: {
    actions: [
      'Microsoft.Network/privateDnsZones/virtualNetworkLinks/read',
      'Microsoft.Network/privateDnsZones/virtualNetworkLinks/write',
      'Microsoft.Network/virtualNetworks/join/action',
      ...probePermissions,
    ],
    dataActions: [],
  },
  suits: ['a private name that resolves to a public address', 'activity log: a zone link was deleted'],
  operationLimitSeconds: 900,
  plan(sighting, { probe, name, network, address }) {
    const { seen } = sighting;
    if (seen.exists && ['updating', 'creating', 'deleting'].includes(seen.provisioningState)) {
      const reasons = [`another operation is running on the link (${seen.provisioningState})`];
      return { kind: 'busy', reasons, retryAfterSeconds: 30 };
    }
    if (seen.exists && seen.network !== network) {
      return { kind: 'impossible', reasons: [`the link leads to ${String(seen.network)}`] };
    }
    if (seen.exists && seen.state === 'completed') {
      return { kind: 'nothing-to-do', reasons: ['the link is in force'] };
    }
    return {
      kind: 'act',
      summary: 'Link the zone to the network',
      reasons: [seen.exists ? `the link is ${seen.state}` : 'there is no link'],
      steps: [stepOf('link', 'Link the zone to the network', { effect: 'link', network }), resolveStep(probe, name)],
      before: { ...linkFacts(sighting), probe, name, address },
      after: { exists: true, state: 'completed', linked: network },
    };
  },
  verify(before, after, actedAt) {
    const facts = linkFacts(after, before);
    const { seen, resolved } = after;
    if (!seen.exists || seen.state !== 'completed') {
      return { verdict: 'pending', reasons: [seen.exists ? `the link is ${seen.state}` : 'there is no link'], facts };
    }
    const problem = unresolved(before, resolved, actedAt);
    return problem === undefined
      ? { verdict: 'healthy', reasons: ['in force, and resolved to the private address from the spoke'], facts }
      : { verdict: 'pending', reasons: [problem], facts };
  },
  undo: () => [],
};
