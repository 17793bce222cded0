import { availabilityAlert, machineId } from '../support/alert-payload';
import { startLocalApp, type LocalApp } from '../support/local-app';

let local: LocalApp;
beforeAll(async () => {
  local = await startLocalApp();
}, 60_000);
afterAll(() => local.stop());

const target = machineId('prod', 1);

test('a hung machine whose restart does nothing is redeployed, verified, and everything is on record', async () => {
  const { control } = local.cloud;
  await control.breakMachine('vm-web-prod-weu-01', { kind: 'guest-hung', healedBy: 'redeploy' });
  await control.addFault({
    effect: { kind: 'accept-and-do-nothing' },
    operation: 'Microsoft.Compute/virtualMachines/restart/action',
  });
  const app = await local.start();
  local.clock.advanceBy(120_000);

  const answer = await app.alert(availabilityAlert({ target }));
  expect(answer).toMatchObject({ status: 202, body: { signals: [{ action: 'open-incident', duplicate: false }] } });
  await app.host.runToQuiescence();

  const [instance] = app.host.instances();
  expect(instance).toMatchObject({ runtimeStatus: 'Completed', output: { end: 'repaired' } });
  const { body } = await app.operator('GET', `incidents/${instance?.instanceId}`);
  expect(body).toMatchObject({
    incident: { end: 'repaired' },
    runs: [
      { runbook: 'restart-vm', result: { kind: 'applied', outcome: 'ineffective' } },
      { runbook: 'redeploy-vm', result: { kind: 'applied', outcome: 'verified' } },
    ],
  });
  const writes = (await control.journal()).filter(({ method }) => method === 'POST').map(({ operation }) => operation);
  expect(writes).toEqual([
    'Microsoft.Compute/virtualMachines/restart/action',
    'Microsoft.Compute/virtualMachines/redeploy/action',
  ]);
  expect(await app.verifyLedger()).toMatchObject({ valid: true, problems: [] });
}, 60_000);
