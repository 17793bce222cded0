import { z } from 'zod';
import type { ScriptRun } from '../../ports/guest-scripts';
import type { ScriptedSighting } from '../../ports/scripted-machines';
import { stepOf } from '../hands';
import { machineFacts } from '../machine-health';
import type { Facts, Runbook } from '../model';
import { orderableScripts, scripts } from '../scripts';

const parametersSchema = z
  .strictObject({
    script: z.enum(orderableScripts).describe('Which script of the repository is run.'),
    arguments: z
      .record(z.string(), z.string())
      .default({})
      .describe('Parameters of the script, as texts; each script says which it takes.'),
  })
  .superRefine(({ script, arguments: given }, context) => {
    const parsed = scripts[script].parameters.safeParse(given);
    for (const { path, message } of parsed.error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: ['arguments', ...path], message });
    }
  });

/** The facts of a machine and of a script's last run on it. The script's output is not among them: it is in the evidence. */
export function scriptFacts({ machine, run }: ScriptedSighting, before: Facts = {}): Facts {
  return {
    ...before,
    ...machineFacts(machine),
    ...(run === null
      ? {}
      : {
          scriptState: run.state,
          scriptExitCode: run.exitCode,
          scriptEndedAt: run.endedAt,
          evidence: run.evidence,
          ...Object.fromEntries(Object.entries(run.results).map(([name, value]) => [`result-${name}`, value])),
        }),
  };
}

/** Whether a script was heard of: its last run began after the looking that the order stands on. */
export function heard(before: Facts, run: ScriptRun | null): 'yes' | 'no' | 'unknown' {
  if (run === null) {
    return 'no';
  }
  const since = before['observedAt'];
  return run.startedAt === null || typeof since !== 'string'
    ? 'unknown'
    : Date.parse(run.startedAt) >= Date.parse(since)
      ? 'yes'
      : 'no';
}

/** Runs one of the repository's scripts inside a machine. */
export const runCommandOnVm: Runbook<z.infer<typeof parametersSchema>, ScriptedSighting> = {
  name: 'run-command-on-vm',
  version: 1,
  summary: 'Run one of the scripts of the repository inside a virtual machine and check what it did.',
  explanation: {
    preconditions: [
      'The script is one of the repository (free-disk-space, restart-service, collect-logs) and its parameters fit it.',
      'The machine runs, its agent reports, and nobody is changing it.',
    ],
    plan: 'One managed run command. Its output goes to the evidence with secrets taken out, never into the history.',
    verification: "The script's own check: its exit code after the order.",
    undo: 'Nothing: scripts change only what can be done again.',
  },
  impact: 'disruptive',
  resourceTypes: ['microsoft.compute/virtualmachines'],
  parameters: parametersSchema,
  permissions: {
    actions: [
      'Microsoft.Compute/virtualMachines/read',
      'Microsoft.Compute/virtualMachines/runCommands/read',
      'Microsoft.Compute/virtualMachines/runCommands/write',
      'Microsoft.Insights/metrics/read',
      'Microsoft.ResourceHealth/availabilityStatuses/read',
    ],
    dataActions: [],
  },
  suits: ['disk space low in a guest', 'a service of the guest that does not answer', 'logs wanted before a repair'],
  operationLimitSeconds: 900,
  plan(sighting, { script, arguments: given }) {
    const { machine } = sighting;
    if (!machine.exists) {
      return { kind: 'impossible', reasons: ['the machine does not exist'] };
    }
    if (['creating', 'updating', 'deleting', 'migrating'].includes(machine.provisioningState)) {
      const reasons = [`another operation is running on the machine (provisioning state ${machine.provisioningState})`];
      return { kind: 'busy', reasons, retryAfterSeconds: 30 };
    }
    if (machine.powerState !== 'running' || machine.agent === 'not-ready') {
      const reasons = [
        `the machine is ${machine.powerState} and its agent ${machine.agent}: nobody would hear the script`,
      ];
      return { kind: 'impossible', reasons };
    }
    const parameters = JSON.stringify(scripts[script].parameters.parse(given));
    return {
      kind: 'act',
      summary: `Run ${script}`,
      reasons: [scripts[script].summary],
      steps: [stepOf('run', `Run ${script}`, { effect: 'run', script, parameters })],
      before: { ...scriptFacts(sighting), script },
    };
  },
  verify(before, after, actedAt) {
    const facts = scriptFacts(after, before);
    const { machine, run } = after;
    if (!machine.exists) {
      return { verdict: 'worse', reasons: ['the machine no longer exists'], facts };
    }
    if (run === null || run.endedAt === null || Date.parse(run.endedAt) < Date.parse(actedAt)) {
      return { verdict: 'pending', reasons: ['the script has not ended'], facts };
    }
    const seen = Object.entries(run.results).map(([name, value]) => `${name} ${value}`);
    return run.state === 'succeeded' && run.exitCode === 0
      ? { verdict: 'healthy', reasons: ["the script's own check holds", ...seen], facts }
      : { verdict: 'pending', reasons: [`the script ended with ${String(run.exitCode)}`, ...seen], facts };
  },
  undo: () => [],
};
