import type { ScriptEnd } from './guests';
import type { Machine } from './machines';
import { sameId } from './resource-id';
import type { World } from './world';

/** Values of a script's parameters by name. */
export type ScriptParameters = Readonly<Record<string, string>>;

/**
 * How a script ends in a machine where the rest of the world has a say in it: what somebody decided by lever, what a name
 * resolves to, how large a disk is. `undefined`: the guest's own shell says.
 */
export function endInWorld(
  world: World,
  machine: Machine,
  script: string,
  parameters: ScriptParameters,
): ScriptEnd | undefined {
  const decided = world.scriptOutcomes.find(
    (one) => (one.machine === undefined || sameId(one.machine, machine.seed.name)) && script.includes(one.contains),
  );
  if (decided !== undefined) return { exitCode: decided.exitCode, output: decided.output };
  if (script.includes('getent ahostsv4')) return resolved(world, machine, script, parameters);
  if (script.includes('blockdev --getsize64')) return measured(world, machine, script, parameters);
  return undefined;
}

/** What a script prints before a value: the text of its `echo` up to the variable. */
function printed(script: string, variable: string, value: string): string {
  const prefix = new RegExp(`echo "([^"$]*)\\$${variable}"`).exec(script)?.[1];
  return prefix === undefined ? '' : `${prefix}${value}\n`;
}

/** Names resolve as Azure's resolver does it in a network: by the private zones linked to it, and in public without. */
function resolved(world: World, machine: Machine, script: string, parameters: ScriptParameters): ScriptEnd {
  const { name = '', address = '' } = parameters;
  const network = networkOf(world, machine);
  const endpoint = world.estate.resources
    .filter((each) => sameId(each.type, 'Microsoft.Network/privateEndpoints'))
    .flatMap(({ properties }) => (properties['customDnsConfigs'] ?? []) as { fqdn?: string; ipAddresses?: string[] }[])
    .find((one) => one.fqdn === name);
  const linked = world.estate.resources.some((each) => {
    if (!sameId(each.type, 'Microsoft.Network/privateDnsZones/virtualNetworkLinks')) return false;
    const zone = /\/privateDnsZones\/([^/]+)\//i.exec(each.id)?.[1] ?? '-';
    const { virtualNetwork, virtualNetworkLinkState: state } = each.properties as {
      virtualNetwork?: { id: string };
      virtualNetworkLinkState?: string;
    };
    // A private zone answers for the public names of its service: `privatelink.redis.azure.net` for `*.redis.azure.net`.
    const answers = name.endsWith(`.${zone.replace(/^privatelink[.]/, '')}`);
    return answers && state === 'Completed' && sameId(virtualNetwork?.id ?? '', network ?? '-');
  });
  const found = linked ? (endpoint?.ipAddresses?.[0] ?? '') : '203.0.113.80';
  return { exitCode: found === address ? 0 : 1, output: printed(script, 'found', found) };
}

/** The network of a machine's interface, by its subnet. */
function networkOf(world: World, machine: Machine): string | undefined {
  const nic = world.estate.resources.find((each) => sameId(each.id, machine.seed.networkInterfaceId));
  const [first] = (nic?.properties['ipConfigurations'] ?? []) as { properties?: { subnet?: { id: string } } }[];
  return first?.properties?.subnet?.id.replace(/\/subnets\/[^/]+$/i, '');
}

/** A file system that was grown is as large as its disk. */
function measured(world: World, machine: Machine, script: string, parameters: ScriptParameters): ScriptEnd {
  const { lun = 'os', sizeGb = '0' } = parameters;
  const id = lun === 'os' ? machine.seed.osDiskId : machine.seed.dataDiskIds?.[Number(lun)];
  const size = world.storage.disks.get(id ?? '')?.sizeGB ?? 0;
  return { exitCode: size >= Number(sizeGb) - 1 ? 0 : 1, output: printed(script, 'size', String(size)) };
}
