import { z } from 'zod';
import { parseResourceId } from '../../kernel/resource-id';
import type { IsolationSighting } from '../../ports/isolation';
import { stepOf } from '../hands';
import { machineFacts } from '../machine-health';
import type { Effects, Facts, Runbook } from '../model';
import { leaks } from './flows';

const parametersSchema = z.strictObject({
  group: z
    .string()
    .transform((text, context) => {
      const parsed = parseResourceId(text);
      if (parsed?.parts.type !== 'microsoft.network/networksecuritygroups') {
        context.addIssue({ code: 'custom', message: 'is not the resource id of a network security group' });
        return z.NEVER;
      }
      return parsed.id;
    })
    .describe('Resource id of the isolating network security group.'),
  bastion: z.cidrv4().describe("Address prefix of the bastion's subnet, the only one that may still get in."),
  reason: z.string().trim().min(3).max(200).describe("Why; goes into the machine's tag."),
});

function isolationFacts(sighting: IsolationSighting, before: Facts = {}): Facts {
  const { machine, groupNow, snapshot, tags, observedAt } = sighting;
  return {
    ...before,
    ...machineFacts(machine),
    groupNow,
    snapshot,
    tagged: tags['caretaker-quarantine'] ?? null,
    observedAt,
  };
}

/** Whether a change took effect whose answer never came. */
export const isolationLanded: Effects<IsolationSighting>['landed'] = (before, now, step) => {
  const done =
    step.effect === 'snapshot'
      ? now.snapshot !== null
      : step.effect === 'isolate'
        ? now.groupNow === before['group']
        : now.tags['caretaker-quarantine'] !== undefined;
  return done ? 'yes' : 'no';
};

/** Cuts a machine off, with its system disk kept as it is. */
export const quarantineVm: Runbook<z.infer<typeof parametersSchema>, IsolationSighting> = {
  name: 'quarantine-vm',
  version: 1,
  summary: 'Cut a virtual machine off from everything but the bastion, after a snapshot for evidence.',
  explanation: {
    preconditions: [
      'The machine exists, and nobody locked it against changes.',
      'The isolating group exists, denies everything in both directions, and lets in nobody but the bastion. The rules are read, not believed.',
    ],
    plan: 'A snapshot of the system disk, then the isolating group on its interface, then a tag with the reason. Without a snapshot it is cut off all the same.',
    verification:
      'The interface has the group, whose rules let nothing through but the bastion; snapshot and tag are there.',
    undo: 'Nothing by itself: a person lets the machine out, because only a person knows that it is clean.',
  },
  impact: 'destructive',
  resourceTypes: ['microsoft.compute/virtualmachines'],
  parameters: parametersSchema,
  permissions: {
    actions: [
      'Microsoft.Authorization/locks/read',
      'Microsoft.Compute/disks/beginGetAccess/action',
      'Microsoft.Compute/snapshots/read',
      'Microsoft.Compute/snapshots/write',
      'Microsoft.Compute/virtualMachines/read',
      'Microsoft.Insights/metrics/read',
      'Microsoft.Network/networkInterfaces/read',
      'Microsoft.Network/networkInterfaces/write',
      'Microsoft.Network/networkSecurityGroups/join/action',
      'Microsoft.Network/networkSecurityGroups/read',
      'Microsoft.Network/virtualNetworks/subnets/join/action',
      'Microsoft.ResourceHealth/availabilityStatuses/read',
      'Microsoft.Resources/tags/write',
    ],
    dataActions: [],
  },
  suits: ['an alert of Defender for Cloud on a machine', 'an order of the security team'],
  operationLimitSeconds: 1800,
  plan(sighting, { group, bastion, reason }) {
    const { machine, rules, groupNow, systemDisk, locks, observedAt } = sighting;
    if (!machine.exists) {
      return { kind: 'impossible', reasons: ['the machine does not exist'] };
    }
    const lock = locks.find(({ forbids }) => forbids === 'write');
    if (lock !== undefined) {
      return { kind: 'impossible', reasons: [`somebody locked it against changes: ${lock.name}`] };
    }
    if (rules === null) {
      return { kind: 'impossible', reasons: ['there is no such group'] };
    }
    const open = leaks(rules, bastion);
    if (open.length > 0) {
      return { kind: 'impossible', reasons: ['the group does not isolate', ...open] };
    }
    if (groupNow === group) {
      return { kind: 'nothing-to-do', reasons: ['the machine is cut off already'] };
    }
    return {
      kind: 'act',
      summary: 'Cut the machine off from everything but the bastion',
      reasons: [reason],
      steps: [
        ...(systemDisk === null
          ? []
          : [stepOf('snapshot', 'Keep the system disk as a snapshot', { effect: 'snapshot', disk: systemDisk })]),
        stepOf('isolate', 'Put the isolating group on its interface', { effect: 'isolate', group }),
        stepOf('tag', 'Tag the machine', { effect: 'tag', value: reason }),
      ],
      before: { ...isolationFacts(sighting), group, bastion, groupBefore: groupNow, reason, snapshotAt: observedAt },
      after: { groupNow: group, tagged: reason },
    };
  },
  verify(before, after) {
    const facts = isolationFacts(after, before);
    if (!after.machine.exists) {
      return { verdict: 'worse', reasons: ['the machine no longer exists'], facts };
    }
    const open = leaks(after.rules ?? [], String(before['bastion']));
    const missing = [
      ...(after.groupNow === before['group'] ? [] : ['the interface does not have the group']),
      ...open,
      ...(after.snapshot === 'succeeded' ? [] : ['there is no snapshot for evidence']),
      ...(after.tags['caretaker-quarantine'] === undefined ? ['the tag is missing'] : []),
    ];
    return missing.length === 0
      ? { verdict: 'healthy', reasons: ['nothing gets through but the bastion; the evidence is kept'], facts }
      : { verdict: 'pending', reasons: missing, facts };
  },
  undo: () => [],
  // Evidence is wanted, isolation is needed.
  otherwise: (_, step, before) =>
    step.effect === 'snapshot'
      ? [
          stepOf('isolate', 'Put the isolating group on its interface', {
            effect: 'isolate',
            group: before['group'] ?? '',
          }),
          stepOf('tag', 'Tag the machine', { effect: 'tag', value: before['reason'] ?? '' }),
        ]
      : [],
};
