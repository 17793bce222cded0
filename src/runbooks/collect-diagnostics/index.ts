import { z } from 'zod';
import type { DiagnosedSighting } from '../../ports/diagnosed';
import { stepOf } from '../hands';
import type { Facts, Runbook } from '../model';

const parametersSchema = z.strictObject({
  minutes: z
    .number()
    .int()
    .min(5)
    .max(720)
    .default(60)
    .describe('How far before and after now metrics and activity log are read.'),
});

function diagnosisFacts({ exists, type, bundle, observedAt }: DiagnosedSighting, before: Facts = {}): Facts {
  return {
    ...before,
    exists,
    type,
    observedAt,
    ...(bundle === null
      ? {}
      : {
          evidence: bundle.name,
          parts: bundle.parts.join(', '),
          length: bundle.length,
          redactions: bundle.redactions,
          whole: bundle.whole,
          clean: bundle.clean,
        }),
  };
}

/** Collects what the platform knows of a resource into one bundle of evidence. */
export const collectDiagnostics: Runbook<z.infer<typeof parametersSchema>, DiagnosedSighting> = {
  name: 'collect-diagnostics',
  version: 1,
  summary:
    'Collect description, boot log, activity log and metrics of a resource into one bundle of evidence, without secrets.',
  explanation: {
    preconditions: ['The resource exists.'],
    plan: 'Reads the resource, its boot diagnostics (machines), its activity log and its metrics, takes out what looks like a secret, and keeps the rest in the storage of Caretaker.',
    verification:
      'The bundle is there, whole by its hash, and a second look finds nothing in it that looks like a secret.',
    undo: 'Nothing is changed, so nothing is undone.',
  },
  impact: 'none',
  resourceTypes: [
    'microsoft.compute/virtualmachines',
    'microsoft.compute/virtualmachinescalesets',
    'microsoft.cache/redisenterprise',
    'microsoft.cache/redis',
    'microsoft.network/privateendpoints',
  ],
  parameters: parametersSchema,
  permissions: {
    actions: [
      'Microsoft.Cache/redis/read',
      'Microsoft.Cache/redisEnterprise/read',
      'Microsoft.Compute/virtualMachineScaleSets/read',
      'Microsoft.Compute/virtualMachines/read',
      'Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action',
      'Microsoft.Insights/eventtypes/management/values/read',
      'Microsoft.Insights/metrics/read',
      'Microsoft.Network/privateEndpoints/read',
    ],
    dataActions: [],
  },
  suits: ['any alert, before the first repair', 'an incident that is handed to a person'],
  operationLimitSeconds: 300,
  plan(sighting, { minutes }) {
    if (!sighting.exists) {
      return { kind: 'impossible', reasons: ['the resource does not exist'] };
    }
    const { observedAt } = sighting;
    return {
      kind: 'act',
      summary: 'Collect diagnostics',
      reasons: [`what is known of the last ${minutes} minutes is kept before it is gone`],
      steps: [stepOf('collect', 'Collect diagnostics', { effect: 'collect', minutes })],
      before: { ...diagnosisFacts(sighting), bundleAt: observedAt },
    };
  },
  verify(before, after) {
    const facts = diagnosisFacts(after, before);
    const { bundle } = after;
    if (bundle === null) {
      return { verdict: 'pending', reasons: ['there is no bundle'], facts };
    }
    return bundle.whole && bundle.clean
      ? {
          verdict: 'healthy',
          reasons: [
            `${bundle.parts.length} parts, ${bundle.length} characters, ${bundle.redactions} secrets taken out`,
          ],
          facts,
        }
      : {
          verdict: 'pending',
          reasons: [bundle.whole ? 'something in it looks like a secret' : 'it is not whole'],
          facts,
        };
  },
  undo: () => [],
};
