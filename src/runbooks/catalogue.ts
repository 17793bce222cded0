import type { z } from 'zod';
import { cacheChangeSchema, type Caches } from '../ports/caches';
import { diagnosisChangeSchema, type Diagnosed } from '../ports/diagnosed';
import type { GrowingDisks } from '../ports/growing-disks';
import type { GuestScripts } from '../ports/guest-scripts';
import { instanceChangeSchema, type Instances } from '../ports/instances';
import { isolationChangeSchema, type Isolation } from '../ports/isolation';
import type { Machines } from '../ports/machines';
import {
  dnsLinkChangeSchema,
  endpointChangeSchema,
  type DnsLinks,
  type PrivateEndpoints,
} from '../ports/private-links';
import { scriptChangeSchema } from '../ports/scripted-machines';
import { collectDiagnostics } from './collect-diagnostics';
import { diskLanded, expandDisk } from './expand-disk';
import { expandedDisks, expansionSchema } from './expanded-disks';
import { handsOf } from './hands';
import { instanceLanded } from './instance-health';
import { machineEffects } from './machine-effects';
import { procedure, type Declaration, type Facts, type Procedure } from './model';
import { probed, resolveChangeSchema } from './probed';
import { isolationLanded, quarantineVm } from './quarantine-vm';
import { redeployVm } from './redeploy-vm';
import { reimageInstance } from './reimage-instance';
import { cacheLanded, relieveRedis } from './relieve-redis';
import { linkLanded, repairDnsLink } from './repair-dns-link';
import { endpointLanded, repairPrivateEndpoint } from './repair-private-endpoint';
import { replaceInstance } from './replace-instance';
import { restartVm } from './restart-vm';
import { heard, runCommandOnVm } from './run-command-on-vm';
import { scriptedMachines } from './scripted-machines';
import { startVm } from './start-vm';

/** The declarations of every runbook, without hands: enough to check a policy, to describe the library and to make the role. */
export const runbooks: readonly Declaration[] = [
  startVm,
  restartVm,
  redeployVm,
  reimageInstance,
  replaceInstance,
  runCommandOnVm,
  expandDisk,
  relieveRedis,
  repairPrivateEndpoint,
  repairDnsLink,
  quarantineVm,
  collectDiagnostics,
];

/** Looks up declarations by name, for checking a policy document. */
export const catalogue = {
  names: runbooks.map(({ name }) => name),
  has: (name: string): boolean => runbooks.some((one) => one.name === name),
  find: (name: string): Declaration | undefined => runbooks.find((one) => one.name === name),
  parameters: (name: string): z.ZodType | undefined => runbooks.find((one) => one.name === name)?.parameters,
};
export type Catalogue = typeof catalogue;

/** The world as runbooks need it. */
export interface RunbookPorts {
  readonly machines: Machines;
  readonly instances: Instances;
  readonly scripts: GuestScripts;
  readonly disks: GrowingDisks;
  readonly caches: Caches;
  readonly endpoints: PrivateEndpoints;
  readonly dnsLinks: DnsLinks;
  readonly isolation: Isolation;
  readonly diagnosed: Diagnosed;
}

/** What is known when a step of a private name's repair begins: its address, as it was just seen or is declared. */
const addressOf = ({ address }: Facts): Facts => (typeof address === 'string' ? { address } : {});

/** Every runbook bound to its hands, by name. */
export function procedures(ports: RunbookPorts): ReadonlyMap<string, Procedure> {
  const machine = machineEffects(ports.machines);
  const instance = handsOf(ports.instances, instanceChangeSchema, instanceLanded);
  const scripted = handsOf(scriptedMachines(ports.machines, ports.scripts), scriptChangeSchema, (before, { run }) =>
    heard(before, run),
  );
  const all = [
    procedure(startVm, machine),
    procedure(restartVm, machine),
    procedure(redeployVm, machine),
    procedure(reimageInstance, instance),
    procedure(replaceInstance, instance),
    procedure(runCommandOnVm, scripted),
    procedure(expandDisk, handsOf(expandedDisks(ports.disks, ports.scripts), expansionSchema, diskLanded)),
    procedure(relieveRedis, handsOf(ports.caches, cacheChangeSchema, cacheLanded)),
    procedure(
      repairPrivateEndpoint,
      handsOf(
        probed(ports.endpoints, ports.scripts),
        endpointChangeSchema.or(resolveChangeSchema),
        endpointLanded,
        addressOf,
      ),
    ),
    procedure(
      repairDnsLink,
      handsOf(
        probed(ports.dnsLinks, ports.scripts),
        dnsLinkChangeSchema.or(resolveChangeSchema),
        linkLanded,
        addressOf,
      ),
    ),
    procedure(
      quarantineVm,
      handsOf(ports.isolation, isolationChangeSchema, isolationLanded, ({ snapshotAt = '' }) => ({ snapshotAt })),
    ),
    procedure(
      collectDiagnostics,
      handsOf(
        ports.diagnosed,
        diagnosisChangeSchema,
        (_, { bundle }) => (bundle === null ? 'no' : 'yes'),
        ({ bundleAt = '' }) => ({ at: bundleAt }),
      ),
    ),
  ];
  return new Map(all.map((one) => [one.runbook.name, one]));
}
