import { runbooks } from '../../../src/runbooks';
import { scenarios } from './scenarios';
import { setStage, type Stage } from './stage';

/**
 * Least privilege, both ways: what a runbook does is allowed by what it declares, and what it declares is needed. The local cloud enforces
 * the role that Terraform makes from the declarations; an action is taken out of it, and the runbook must no longer get through.
 */

/** Declared and not enforced here, with the reason. */
const notEnforced: Readonly<Record<string, string>> = {
  'Microsoft.Compute/locations/operations/read': 'who started an operation may ask for it without; others may not',
};

/** What the loop reads of every target, whatever the runbook: tags that keep automation away. Declared by its own domain. */
const theLoopItself = ['Microsoft.Resources/tags/read'];

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 60_000);
afterAll(() => stage.stop());

const declaredBy = (name: string): readonly string[] =>
  runbooks.find((one) => one.name === name)?.permissions.actions ?? [];

test('no runbook asks for data of resources, or for a wildcard', () => {
  for (const { permissions } of runbooks) {
    expect(permissions.dataActions).toEqual([]);
    expect(permissions.actions.filter((action) => action.includes('*'))).toEqual([]);
  }
});

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  '%s: what it does is declared by it',
  async (_, scenario) => {
    expect((await stage.play(scenario)).outcome).toBe('verified');
    const { byOperation } = await stage.local.cloud.control.counts({ principal: 'caretaker' });
    const declared = [...declaredBy(scenario.runbook), ...theLoopItself].map((action) => action.toLowerCase());
    const polls = /\/locations\/(?:disk)?operations\/read$/i;
    const undeclared = Object.keys(byOperation).filter(
      (operation) => !declared.includes(operation.toLowerCase()) && !polls.test(operation),
    );
    expect(undeclared).toEqual([]);
  },
);

/** Each action of the role, and the scenario that shows that it is needed: one that gets through with it. */
const proofs: readonly (readonly [string, string])[] = [
  ['Microsoft.Authorization/locks/read', 'replace-instance'],
  ['Microsoft.Cache/redis/forceReboot/action', 'relieve-redis, reboot'],
  ['Microsoft.Cache/redis/read', 'relieve-redis, reboot'],
  ['Microsoft.Cache/redis/write', 'relieve-redis, classic size'],
  ['Microsoft.Cache/redisEnterprise/privateEndpointConnections/write', 'repair-private-endpoint, pending'],
  ['Microsoft.Cache/redisEnterprise/read', 'relieve-redis, size'],
  ['Microsoft.Cache/redisEnterprise/write', 'relieve-redis, size'],
  ['Microsoft.Compute/disks/beginGetAccess/action', 'quarantine-vm'],
  ['Microsoft.Compute/disks/read', 'expand-disk'],
  ['Microsoft.Compute/disks/write', 'expand-disk'],
  ['Microsoft.Compute/snapshots/read', 'quarantine-vm'],
  ['Microsoft.Compute/snapshots/write', 'quarantine-vm'],
  ['Microsoft.Compute/virtualMachineScaleSets/delete/action', 'replace-instance'],
  ['Microsoft.Compute/virtualMachineScaleSets/instanceView/read', 'replace-instance'],
  ['Microsoft.Compute/virtualMachineScaleSets/read', 'replace-instance'],
  ['Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read', 'replace-instance'],
  ['Microsoft.Compute/virtualMachines/read', 'restart-vm'],
  ['Microsoft.Compute/virtualMachines/redeploy/action', 'redeploy-vm'],
  ['Microsoft.Compute/virtualMachines/reimage/action', 'reimage-instance'],
  ['Microsoft.Compute/virtualMachines/restart/action', 'restart-vm'],
  ['Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action', 'collect-diagnostics'],
  ['Microsoft.Compute/virtualMachines/runCommands/read', 'run-command-on-vm'],
  ['Microsoft.Compute/virtualMachines/runCommands/write', 'run-command-on-vm'],
  ['Microsoft.Compute/virtualMachines/start/action', 'start-vm'],
  ['Microsoft.Compute/virtualMachines/write', 'start-vm, no room'],
  ['Microsoft.Insights/eventtypes/management/values/read', 'collect-diagnostics'],
  ['Microsoft.Insights/metrics/read', 'restart-vm'],
  ['Microsoft.Network/loadBalancers/backendAddressPools/join/action', 'reimage-instance'],
  ['Microsoft.Network/loadBalancers/backendAddressPools/read', 'reimage-instance'],
  ['Microsoft.Network/loadBalancers/backendAddressPools/write', 'reimage-instance'],
  ['Microsoft.Network/networkInterfaces/read', 'quarantine-vm'],
  ['Microsoft.Network/networkInterfaces/write', 'quarantine-vm'],
  ['Microsoft.Network/networkSecurityGroups/join/action', 'quarantine-vm'],
  ['Microsoft.Network/networkSecurityGroups/read', 'quarantine-vm'],
  ['Microsoft.Network/privateDnsZones/virtualNetworkLinks/read', 'repair-dns-link'],
  ['Microsoft.Network/privateDnsZones/virtualNetworkLinks/write', 'repair-dns-link'],
  ['Microsoft.Network/privateEndpoints/delete', 'repair-private-endpoint, disconnected'],
  ['Microsoft.Network/privateEndpoints/read', 'repair-private-endpoint, pending'],
  ['Microsoft.Network/privateEndpoints/write', 'repair-private-endpoint, disconnected'],
  ['Microsoft.Network/virtualNetworks/join/action', 'repair-dns-link'],
  ['Microsoft.Network/virtualNetworks/subnets/join/action', 'quarantine-vm'],
  ['Microsoft.ResourceHealth/availabilityStatuses/read', 'restart-vm'],
  ['Microsoft.Resources/tags/write', 'quarantine-vm'],
  // The last one, because it leaves the scale set with an instance less.
  ['Microsoft.Compute/virtualMachineScaleSets/write', 'replace-instance'],
];

test('every action of the role has its proof', () => {
  const declared = new Set(runbooks.flatMap(({ permissions }) => permissions.actions));
  const proven = proofs.map(([action]) => action);
  expect([...proven, ...Object.keys(notEnforced)].sort()).toEqual([...declared].sort());
});

test.each(proofs)('without %s, %s does not get through', async (action, name) => {
  const { control } = stage.local.cloud;
  const noRoom = name === 'start-vm, no room';
  const scenario = scenarios.find((one) => one.name === (noRoom ? 'start-vm' : name));
  if (scenario === undefined) {
    throw new Error(`there is no scenario ${name}`);
  }
  expect(declaredBy(scenario.runbook)).toContain(action);
  const { outcome } = await stage.play(scenario, async () => {
    await control.withhold([action]);
    if (noRoom) {
      await control.addFault({ effect: { kind: 'allocation-failed' }, operation: scenario.effect, times: 1 });
    }
  });
  await control.withhold([]);
  expect(outcome).not.toBe('verified');
});
