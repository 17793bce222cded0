import { seedEstate } from '../../../src/local/cloud';
import { DEV, PLATFORM, PROD, startTestCloud, VM, VM_ID } from './support/cloud';

const estate = seedEstate();
const ids = new Set(
  [...estate.resources.map((resource) => resource.id), ...estate.actionGroups.map((group) => group.id)].map((id) =>
    id.toLowerCase(),
  ),
);
const idOf = (machine: (typeof estate.machines)[number]): string =>
  `/subscriptions/${machine.subscriptionId}/resourceGroups/${machine.resourceGroup}/providers/Microsoft.Compute/virtualMachines/${machine.name}`;
const web = estate.machines.filter((machine) => machine.subscriptionId === PLATFORM);

it('has 3 web machines in dev and 6 in prod, evenly over three zones', () => {
  const zones = (group: string): (string | undefined)[] =>
    web.filter((machine) => machine.resourceGroup === group).map((machine) => machine.zone);
  expect(zones(DEV)).toEqual(['1', '2', '3']);
  expect(zones(PROD)).toEqual(['1', '2', '3', '1', '2', '3']);
});

it('has tags on every machine', () => {
  for (const machine of web) {
    expect(machine.tags).toMatchObject({
      environment: expect.stringMatching(/^(dev|prod)$/),
      workload: 'web',
      service: 'storefront',
      tier: 'web',
      owner: expect.stringContaining('@'),
      'cost-center': expect.any(String),
      'data-class': expect.any(String),
    });
  }
});

it('has no id twice and no name that points nowhere', () => {
  expect(ids.size).toBe(estate.resources.length + estate.actionGroups.length);
  const groups = new Set(estate.resourceGroups.map((group) => `${group.subscriptionId}/${group.name}`.toLowerCase()));
  for (const resource of [...estate.resources, ...estate.metricAlerts, ...estate.actionGroups]) {
    const [, , subscription = '', , group = '', , provider = ''] = resource.id.split('/');
    expect([resource.id, groups.has(`${subscription}/${group}`.toLowerCase())]).toEqual([resource.id, true]);
    expect(provider).toMatch(/^Microsoft\./);
  }
  for (const machine of web) {
    for (const id of [machine.networkInterfaceId, machine.osDiskId, ...(machine.dataDiskIds ?? [])]) {
      expect([id, ids.has(id.toLowerCase())]).toEqual([id, true]);
    }
  }
  for (const rule of estate.metricAlerts) {
    for (const id of rule.actionGroupIds) expect(ids.has(id.toLowerCase())).toBe(true);
  }
  const principals = new Set(estate.principals.map((principal) => principal.name));
  for (const assignment of estate.roleAssignments) expect(principals.has(assignment.principal)).toBe(true);
  for (const disk of estate.resources.filter((resource) => resource.managedBy !== undefined)) {
    expect(web.map(idOf)).toContain(disk.managedBy);
  }
});

it('has hub and spokes that are peered both ways', () => {
  const networks = estate.resources.filter((resource) => resource.type === 'Microsoft.Network/virtualNetworks');
  const peers = new Map(
    networks.map((network) => [
      network.id,
      (network.properties['virtualNetworkPeerings'] as { properties: { remoteVirtualNetwork: { id: string } } }[]).map(
        (peering) => peering.properties.remoteVirtualNetwork.id,
      ),
    ]),
  );
  expect([...peers.values()].map((each) => each.length)).toEqual([2, 1, 1]);
  for (const [id, remotes] of peers) for (const remote of remotes) expect(peers.get(remote)).toContain(id);
});

it('has Redis, key vaults and a DNS zone', () => {
  const types = estate.resources.map((resource) => resource.type);
  expect(types.filter((type) => type === 'Microsoft.Cache/redisEnterprise')).toHaveLength(2);
  expect(types.filter((type) => type === 'Microsoft.KeyVault/vaults')).toHaveLength(2);
  expect(estate.dnsZones[0]?.records).toHaveLength(15);
  for (const record of estate.dnsZones[0]?.records ?? []) expect(record.id).toMatch(/^[0-9a-f]{32}$/);
});

it('is a new object each time', () => {
  seedEstate().machines.pop();
  expect(seedEstate().machines).toHaveLength(estate.machines.length);
});

it('is the same world for the same seed, clock and calls', async () => {
  const live = async (seed: number): Promise<unknown> => {
    const test = await startTestCloud({ seed, monitor: false });
    try {
      await test.cloud.control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'redeploy' });
      await test.compute().virtualMachines.redeploy(DEV, VM).submitted();
      test.clock.advance(100_000);
      const alerts = await test.cloud.control.evaluateAlerts();
      const metrics = await test.monitor().metrics.list(VM_ID, { metricnames: 'Percentage CPU', timespan: 'PT5M' });
      const journal = (await test.cloud.control.journal()).map(({ clientRequestId: _given, ...entry }) => entry);
      return { alerts, metrics, journal, machine: await test.compute().virtualMachines.get(DEV, VM) };
    } finally {
      await test.stop();
    }
  };
  const first = await live(7);
  expect(await live(7)).toEqual(first);
  expect(await live(8)).not.toEqual(first);
});

it('shows its network, data, rules and groups over ARM', async () => {
  const test = await startTestCloud({ monitor: false });
  try {
    const reader = { principal: 'caretaker-reader' };
    for (const resource of estate.resources) {
      const version = { 'Microsoft.Compute': '2026-04-01', 'Microsoft.Network': '2024-05-01' }[
        resource.type.split('/')[0] ?? ''
      ];
      if (version === undefined || resource.type === 'Microsoft.Network/privateDnsZones') continue;
      const answer = await test.call(`${resource.id}?api-version=${version}`, reader);
      expect([resource.id, answer.status, answer.body.id]).toEqual([resource.id, 200, resource.id]);
    }
    const groups = await test.call(`/subscriptions/${PLATFORM}/resourceGroups?api-version=2025-04-01`, reader);
    expect(groups.body.value.map((group: { name: string }) => group.name)).toContain(PROD);
    const subscriptions = await test.call('/subscriptions?api-version=2025-04-01', reader);
    expect(subscriptions.body.value.map((each: { subscriptionId: string }) => each.subscriptionId)).toEqual([PLATFORM]);

    const monitor = test.monitor(reader);
    const rules: unknown[] = [];
    for await (const rule of monitor.metricAlerts.listByResourceGroup(PROD)) rules.push([rule.name, rule.severity]);
    expect(rules).toEqual([
      ['alert-vm-availability-prod', 1],
      ['alert-vm-cpu-prod', 3],
      ['alert-vm-memory-prod', 3],
    ]);
    const group = await monitor.actionGroups.get('rg-platform-hub-weu-001', 'ag-caretaker-weu-001');
    expect(group.webhookReceivers).toEqual([
      expect.objectContaining({ name: 'caretaker', useCommonAlertSchema: true }),
    ]);
    const rule = await monitor.metricAlerts.get(PROD, 'alert-vm-cpu-prod');
    expect(rule.actions?.[0]?.actionGroupId).toBe(group.id);
    await expect(monitor.metricAlerts.get(PROD, 'alert-none')).rejects.toMatchObject({ statusCode: 404 });
  } finally {
    await test.stop();
  }
});

it('refuses an estate that contradicts itself', async () => {
  const wrong = seedEstate();
  wrong.roleAssignments.push({ principal: 'caretaker', role: 'Wizard', scope: '/' });
  await expect(startTestCloud({ estate: wrong })).rejects.toThrow("no role definition is named 'Wizard'");
  const slow = seedEstate();
  for (const rule of slow.metricAlerts) rule.windowSize = 'five minutes';
  await expect(startTestCloud({ estate: slow })).rejects.toThrow('windowSize must be a duration such as PT1M');
});

it('obeys a role definition given from outside, in the shape ARM has it', async () => {
  const test = await startTestCloud({
    monitor: false,
    roleDefinitions: [
      {
        roleName: 'Caretaker Operator',
        permissions: [
          {
            actions: ['Microsoft.Compute/virtualMachines/*'],
            notActions: ['Microsoft.Compute/virtualMachines/redeploy/action'],
            dataActions: [],
            notDataActions: [],
          },
        ],
        assignableScopes: [`/subscriptions/${PLATFORM}`],
      },
    ],
  });
  try {
    const { virtualMachines } = test.compute();
    await expect(virtualMachines.redeploy(DEV, VM).submitted()).rejects.toMatchObject({
      statusCode: 403,
      code: 'AuthorizationFailed',
    });
    await virtualMachines.restart(DEV, VM).submitted();
  } finally {
    await test.stop();
  }
});
