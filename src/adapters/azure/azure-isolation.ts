import { z } from 'zod';
import { isoOf, type Clock } from '../../kernel/clock';
import { hashOf } from '../../kernel/hash';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type { FlowRule, Isolation } from '../../ports/isolation';
import type { Locks } from '../../ports/locks';
import type { Machines } from '../../ports/machines';
import { readAs, type ArmRequests } from './arm-requests';

/** Stable versions (Azure REST API specifications). */
const computeVersion = '2025-04-01';
const diskVersion = '2025-01-02';
const networkVersion = '2024-07-01';
const tagsVersion = '2021-04-01';

/** Tag of a machine that was cut off. */
const tagName = 'caretaker-quarantine';

const machineSchema = z.object({
  location: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
  properties: z.object({
    storageProfile: z.object({ osDisk: z.object({ managedDisk: z.object({ id: z.string() }).optional() }) }),
  }),
});
const interfaceSchema = z.looseObject({
  location: z.string(),
  etag: z.string().optional(),
  properties: z.looseObject({ networkSecurityGroup: z.object({ id: z.string() }).optional() }),
});
const prefixes = {
  sourceAddressPrefix: z.string().optional(),
  sourceAddressPrefixes: z.array(z.string()).default([]),
  destinationAddressPrefix: z.string().optional(),
  destinationAddressPrefixes: z.array(z.string()).default([]),
  destinationPortRange: z.string().optional(),
  destinationPortRanges: z.array(z.string()).default([]),
};
const groupSchema = z.object({
  properties: z.object({
    securityRules: z
      .array(
        z.object({
          name: z.string(),
          properties: z.object({
            priority: z.number(),
            direction: z.string(),
            access: z.string(),
            protocol: z.string(),
            ...prefixes,
          }),
        }),
      )
      .default([]),
  }),
});
const snapshotSchema = z.object({ properties: z.object({ provisioningState: z.string() }) });

/** Cutting machines off by the security group of their interface. */
export function createAzureIsolation(options: {
  readonly arm: ArmRequests;
  readonly machines: Machines;
  readonly locks: Locks;
  readonly clock: Clock;
}): Isolation {
  const { arm, machines, locks, clock } = options;

  return {
    async observe(id, abort, before) {
      const machine = await machines.observe(id, abort);
      const nic = machine.exists ? machine.networkInterfaceId : null;
      const { group, snapshotAt } = before ?? {};
      const [body, face, rules, snapshot, standing] = await Promise.all([
        machine.exists ? arm.read(id, computeVersion, abort) : undefined,
        nic === null ? undefined : arm.read(nic, networkVersion, abort),
        typeof group === 'string' ? arm.read(group, networkVersion, abort) : undefined,
        typeof snapshotAt === 'string' ? arm.read(snapshotId(id, snapshotAt), diskVersion, abort) : undefined,
        locks.over(id, abort),
      ]);
      const described = readAs(machineSchema, body);
      const securityRules = readAs(groupSchema, rules)?.properties.securityRules;
      return {
        observedAt: isoOf(clock.now()),
        machine,
        groupNow: readAs(interfaceSchema, face)?.properties.networkSecurityGroup?.id.toLowerCase() ?? null,
        rules: securityRules?.map(({ name, properties }) => ruleOf(name, properties)) ?? null,
        systemDisk: described?.properties.storageProfile.osDisk.managedDisk?.id.toLowerCase() ?? null,
        snapshot: readAs(snapshotSchema, snapshot)?.properties.provisioningState.toLowerCase() ?? null,
        tags: described?.tags ?? {},
        locks: standing,
      };
    },

    async start(id, change, requestId, abort) {
      const gone = { kind: 'refused' as const, refusal: { code: 'ResourceNotFound', message: 'the machine is gone' } };
      if (change.effect === 'tag') {
        return arm.change(
          {
            operation: 'tag',
            method: 'PATCH',
            path: `${id}/providers/Microsoft.Resources/tags/default`,
            version: tagsVersion,
            body: { operation: 'Merge', properties: { tags: { [tagName]: change.value } } },
          },
          requestId,
          abort,
        );
      }
      const machine = readAs(machineSchema, await arm.read(id, computeVersion, abort));
      if (machine === undefined) {
        return gone;
      }
      if (change.effect === 'snapshot') {
        return arm.change(
          {
            operation: 'snapshot',
            method: 'PUT',
            path: snapshotId(id, change.snapshotAt),
            version: diskVersion,
            body: {
              location: machine.location,
              tags: { purpose: 'evidence', of: parseResourceId(id)?.parts.name ?? '' },
              sku: { name: 'Standard_ZRS' },
              properties: {
                creationData: { createOption: 'Copy', sourceResourceId: change.disk },
                incremental: true,
              },
            },
          },
          requestId,
          abort,
        );
      }
      const seen = await machines.observe(id, abort);
      const nic = seen.exists ? seen.networkInterfaceId : null;
      const face = nic === null ? undefined : readAs(interfaceSchema, await arm.read(nic, networkVersion, abort));
      if (nic === null || face === undefined) {
        return gone;
      }
      const { etag, ...body } = face;
      return arm.change(
        {
          operation: 'isolate',
          method: 'PUT',
          path: nic,
          version: networkVersion,
          body: { ...body, properties: { ...body.properties, networkSecurityGroup: { id: change.group } } },
          ...(etag === undefined ? {} : { ifMatch: etag }),
        },
        requestId,
        abort,
      );
    },

    async poll(_id, ticket, abort) {
      return (await arm.poll(ticket, abort)) ?? { kind: 'succeeded' };
    },
  };
}

/** The snapshot for evidence lies in the machine's group, under a name that a second attempt finds again. */
function snapshotId(machine: ResourceId, at: string): string {
  const { subscriptionId = '', resourceGroup = '', name = '' } = parseResourceId(machine)?.parts ?? {};
  const snapshot = `evidence-${name.slice(0, 40)}-${hashOf({ machine, at }).slice(0, 12)}`;
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/snapshots/${snapshot}`;
}

function ruleOf(
  name: string,
  rule: z.infer<typeof groupSchema>['properties']['securityRules'][number]['properties'],
): FlowRule {
  const together = (one: string | undefined, many: readonly string[]): string[] => [
    ...(one === undefined || one === '' ? [] : [one]),
    ...many,
  ];
  return {
    name,
    priority: rule.priority,
    direction: rule.direction.toLowerCase() === 'inbound' ? 'inbound' : 'outbound',
    access: rule.access.toLowerCase() === 'allow' ? 'allow' : 'deny',
    protocol: rule.protocol,
    sources: together(rule.sourceAddressPrefix, rule.sourceAddressPrefixes),
    destinations: together(rule.destinationAddressPrefix, rule.destinationAddressPrefixes),
    ports: together(rule.destinationPortRange, rule.destinationPortRanges),
  };
}
