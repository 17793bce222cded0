import { until, type Stage } from './stage';

const group = (name: string): string =>
  `/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourceGroups/${name}/providers`;

/** Resource id of a virtual machine of the local estate, or of the fleet of load machines. */
export const machineId = (name: string): string =>
  `${group(name.includes('-load-') ? loadGroup : 'rg-web-prod-weu-001')}/Microsoft.Compute/virtualMachines/${name}`;

const loadGroup = 'rg-web-load-weu-001';

/** Machines for load tests that all hang at once: more than the budgets of their environment let through. */
export async function storm(stage: Stage, count: number): Promise<readonly { readonly name: string }[]> {
  const { control } = stage.platform;
  const machines = await control.addFleet({ resourceGroup: loadGroup, prefix: 'vm-web-load', count });
  await Promise.all(
    machines.map(({ name }) => control.breakMachine(name, { kind: 'guest-hung', healedBy: 'restart' })),
  );
  for (const { id } of machines) {
    await control.raiseAlert({ kind: 'metric', target: id, rule: 'alert-vm-availability-load', severity: 1, key: id });
  }
  return machines;
}

/** The platform says that a machine's host fails: people are asked about moving it. Gives the approval. */
export async function askForMove(stage: Stage, name: string): Promise<{ readonly id: string }> {
  const { control } = stage.platform;
  // At once: if its metric were evaluated in between, that alert would open the incident, under a rule that asks nobody.
  await Promise.all([
    control.breakMachine(name, { kind: 'host-failing', healedBy: 'redeploy' }),
    control.raiseAlert({
      kind: 'resource-health',
      target: machineId(name),
      description: 'The host of the machine fails.',
    }),
  ]);
  return until(`nobody was asked about ${name}`, async () => {
    const { body } = await stage.api('rae', 'GET', 'approvals');
    return body.waiting.find(({ subject }: { subject: string }) => subject.endsWith(`/${name}`));
  });
}

/** Recovery points of a machine, once there is one that can be restored. */
export async function pointsOf(stage: Stage, name: string): Promise<readonly { readonly id: string }[]> {
  const key = `points of ${name}`;
  await stage.api('omar', 'POST', 'backup/run', { key });
  return until(`${name} has no recovery point`, async () => {
    const { status, body } = await stage.api(
      'rae',
      'GET',
      `backup/points?item=${encodeURIComponent(machineId(name).toLowerCase())}`,
    );
    const complete =
      status === 200 && body.document.points.filter((one: { state: string }) => one.state === 'complete');
    return complete !== false && complete.length > 0 ? complete : undefined;
  });
}

/** A message that the alert door refuses and keeps. Gives its id. */
export async function deadLetter(stage: Stage): Promise<string> {
  const { url, key } = stage.platform;
  const response = await fetch(`${url}/api/alerts/azure-monitor/key?code=${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schemaId: 'azureMonitorCommonAlertSchema', data: { essentials: { severity: 'Sev9' } } }),
  });
  expect(response.status).toBe(400);
  const { body } = await stage.api('rae', 'GET', 'dead-letters');
  return body.deadLetters[0].id;
}

/** Somebody changed a field of a stack by hand, as the pipeline reports it. */
export async function reportDrift(stage: Stage, stack: string): Promise<void> {
  const field = { field: 'sku_name', class: 'human', owner: 'terraform', reason: 'changed by hand', decision: null };
  const { status } = await stage.api('omar', 'POST', `stacks/${stack}/drift`, {
    commit: 'a'.repeat(40),
    fields: [{ address: 'module.storage.azurerm_storage_account.main', ...field }],
  });
  expect(status).toBe(200);
}

/** Orders the rotation of a secret; gives its id. */
export async function orderRotation(stage: Stage, secret: string): Promise<string> {
  const { status, body } = await stage.api('omar', 'POST', `secrets/${secret}/rotations`, {
    reason: 'somebody left the team',
    key: `rotation of ${secret}`,
  });
  expect(status).toBe(202);
  return body.rotationId;
}

/** Names of what happened on a platform, as pages have them in their addresses. */
export interface History {
  /** Repaired, with its run and the signal that began it. */
  readonly incident: string;
  readonly run: string;
  readonly signal: string;
  readonly waiting: string;
  readonly answered: string;
  readonly rotation: string;
  readonly drill: string;
  readonly restore: string;
  readonly deadLetter: string;
  /** The machine that was repaired, and one that has recovery points. */
  readonly machine: string;
  readonly protectedMachine: string;
  readonly at: string;
  readonly sequence: number;
}

/** Lets a little of everything happen, at the same time where that can be, so that every page has something to show. */
export async function makeHistory(stage: Stage): Promise<History> {
  const { control } = stage.platform;
  const machine = machineId('vm-web-dev-weu-01').replace('-prod-', '-dev-');
  const repaired = async () => {
    await control.breakMachine('vm-web-dev-weu-01', { kind: 'guest-hung', healedBy: 'restart' });
    return until('the machine was not repaired', async () => {
      const { body } = await stage.api('rae', 'GET', 'incidents');
      const one = body.incidents.find(({ end }: { end: string }) => end === 'repaired');
      return one === undefined ? undefined : { incident: one.id, run: one.runs[0], signal: one.order.signalId };
    });
  };
  const asked = async () => {
    const first = await askForMove(stage, 'vm-web-prod-weu-05');
    const { body } = await stage.api('rae', 'GET', `approvals/${first.id}`);
    const no = { planHash: body.planHash, reason: 'it is retired tomorrow' };
    expect((await stage.api('ava', 'POST', `approvals/${first.id}/reject`, no)).status).toBe(200);
    await control.healMachine('vm-web-prod-weu-05');
    await reportDrift(stage, 'environment-prod');
    const waiting = await until('nobody was asked about the drift', async () => {
      const { waiting: all } = (await stage.api('rae', 'GET', 'approvals')).body;
      return all.find(({ subject }: { subject: string }) => subject === 'environment-prod');
    });
    return { answered: first.id, waiting: waiting.id };
  };
  const restored = async () => {
    const item = machineId('vm-web-prod-weu-02');
    await pointsOf(stage, 'vm-web-prod-weu-02');
    const drill = await stage.api('omar', 'POST', 'backup/drills', { key: 'a drill', item });
    const order = { kind: 'in-place', item, key: 'a restore' };
    const restore = await stage.api('omar', 'POST', 'backup/restores', order);
    expect([drill.status, restore.status]).toEqual([202, 202]);
    return { drill: drill.body.drillId, restore: restore.body.restoreId };
  };
  // The exposure is measured every quarter of an hour; without it the pages of recovery have nothing to order from.
  const measured = () =>
    until('the exposure was not measured', async () => {
      const { measurement } = (await stage.api('rae', 'GET', 'backup')).body;
      return measurement !== null && measurement.resources.length > 0;
    });
  const [one, two, three, rotation] = await Promise.all([
    repaired(),
    asked(),
    restored(),
    orderRotation(stage, 'storefront-storage-key'),
    storm(stage, 12),
    stage.api('omar', 'POST', 'holds', {
      target: machineId('vm-web-prod-weu-04'),
      for: '4h',
      reason: 'disk is looked at',
    }),
    stage.api('omar', 'POST', 'dns/zones/storefront.example/failover/api', { to: 'neu', reason: 'weu is maintained' }),
    control.setLoad('vmss-web-prod-weu-001', 250),
    measured(),
  ]);
  const { body } = await stage.api('rae', 'GET', 'ledger?limit=1');
  return {
    ...one,
    ...two,
    ...three,
    rotation,
    deadLetter: await deadLetter(stage),
    machine,
    protectedMachine: machineId('vm-web-prod-weu-02').toLowerCase(),
    at: new Date(await control.now()).toISOString(),
    sequence: body.entries[0].sequence,
  };
}
