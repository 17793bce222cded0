import { connectCloudControl, type Delivery } from '../../../src/local/cloud';
import { PLATFORM, startTestCloud, type TestCloud, VM, VM_ID } from './support/cloud';
import { type Receiver, startReceiver, until } from './support/receiver';

let test: TestCloud;
let receiver: Receiver;
beforeEach(async () => {
  test = await startTestCloud();
  receiver = await startReceiver();
  await test.cloud.control.setWebhook({ url: receiver.url });
});
afterEach(async () => {
  await test.stop();
  await receiver.stop();
});

const deliveries = (): Promise<Delivery[]> => test.cloud.control.deliveries();
const attempted = (count: number): Promise<void> =>
  until(async () => ((await deliveries())[0]?.attempts.length ?? 0) >= count);

it('fires on the clock when a machine hangs, and resolves after three clear checks', async () => {
  const { control } = test.cloud;
  test.clock.advance(60_000);
  expect(await control.alertStates()).toEqual([]);
  await control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'redeploy' });
  test.clock.advance(60_000);
  await receiver.received(1);
  expect(receiver.alerts[0]).toEqual({
    schemaId: 'azureMonitorCommonAlertSchema',
    data: {
      essentials: {
        alertId: expect.stringMatching(
          new RegExp(`^/subscriptions/${PLATFORM}/providers/Microsoft.AlertsManagement/alerts/[0-9a-f-]{36}$`),
        ),
        alertRule: 'alert-vm-availability-dev',
        targetResourceType: 'microsoft.compute/virtualmachines',
        alertRuleID: `/subscriptions/${PLATFORM}/resourceGroups/rg-web-dev-weu-001/providers/Microsoft.Insights/metricAlerts/alert-vm-availability-dev`,
        severity: 'Sev2',
        signalType: 'Metric',
        monitorCondition: 'Fired',
        targetResourceGroup: 'rg-web-dev-weu-001',
        monitoringService: 'Platform',
        alertTargetIDs: [VM_ID.toLowerCase()],
        configurationItems: [VM],
        originAlertId: expect.stringContaining('_microsoft.insights_metricAlerts_alert-vm-availability-dev_'),
        firedDateTime: '2026-05-04T08:02:00.000Z',
        description: 'A web machine does not answer to the platform.',
        essentialsVersion: '1.0',
        alertContextVersion: '1.0',
      },
      alertContext: {
        properties: null,
        conditionType: 'MultipleResourceMultipleMetricCriteria',
        condition: {
          windowSize: 'PT1M',
          allOf: [
            {
              metricName: 'VmAvailabilityMetric',
              metricNamespace: 'Microsoft.Compute/virtualMachines',
              operator: 'LessThan',
              threshold: '1',
              timeAggregation: 'Average',
              dimensions: [
                { name: 'microsoft.resourceId', value: VM_ID },
                { name: 'microsoft.resourceType', value: 'Microsoft.Compute/virtualMachines' },
              ],
              metricValue: 0,
              webTestName: null,
            },
          ],
          windowStartTime: '2026-05-04T08:01:00.000Z',
          windowEndTime: '2026-05-04T08:02:00.000Z',
        },
      },
    },
  });
  await control.healMachine(VM);
  test.clock.advance(2 * 60_000);
  expect(await control.alertStates()).toEqual([expect.objectContaining({ state: 'Fired' })]);
  test.clock.advance(60_000);
  await receiver.received(2);
  const [fired, resolved] = receiver.alerts;
  expect(resolved?.data.essentials).toEqual({
    ...fired?.data.essentials,
    monitorCondition: 'Resolved',
    resolvedDateTime: '2026-05-04T08:05:00.000Z',
  });
});

it('evaluates when asked, at once after a change', async () => {
  const { control } = test.cloud;
  await control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'restart' });
  expect(await control.evaluateAlerts()).toEqual([
    expect.objectContaining({ rule: 'alert-vm-availability-dev', target: VM_ID, state: 'Fired' }),
  ]);
  expect(await control.evaluateAlerts()).toEqual([]);
  await receiver.received(1);
});

it('fires once for each machine, not once for the rule', async () => {
  const { control } = test.cloud;
  await control.breakMachine(VM, { kind: 'guest-hung', healedBy: 'restart' });
  await control.breakMachine('vm-web-dev-weu-02', { kind: 'guest-hung', healedBy: 'restart' });
  const changed = await control.evaluateAlerts();
  expect(changed.map((each) => each.target.slice(-2))).toEqual(['01', '02']);
  expect(new Set(changed.map((each) => each.alertId)).size).toBe(2);
});

it('says nothing of a machine that somebody has deallocated', async () => {
  await test.cloud.control.setMachine(VM, { power: 'deallocated' });
  test.clock.advance(10 * 60_000);
  expect(await test.cloud.control.alertStates()).toEqual([]);
});

it('tries a webhook again at +5, +20, +5, +40, +5 s, then is silent for 15 minutes', async () => {
  const { control } = test.cloud;
  receiver.answers.splice(0, 1, 503, 429, 408, 504, 0, 503);
  await control.raiseAlert({ kind: 'log', target: VM_ID });
  for (const [index, wait] of [5_000, 20_000, 5_000, 40_000, 5_000].entries()) {
    await attempted(index + 1);
    test.clock.advance(wait - 1);
    expect((await deliveries())[0]?.attempts).toHaveLength(index + 1);
    test.clock.advance(1);
  }
  await attempted(6);
  const start = Date.UTC(2026, 4, 4, 8, 0, 0);
  expect((await deliveries())[0]).toMatchObject({
    state: 'exhausted',
    attempts: [
      { at: start, status: 503 },
      { at: start + 5_000, status: 429 },
      { at: start + 25_000, status: 408 },
      { at: start + 30_000, status: 504 },
      { at: start + 70_000, status: 0, error: expect.any(String) },
      { at: start + 75_000, status: 503 },
    ],
  });
  receiver.answers.splice(0, receiver.answers.length, 200);
  await control.raiseAlert({ kind: 'log', target: VM_ID, key: 'during the silence' });
  expect((await deliveries())[1]).toMatchObject({ state: 'suppressed', attempts: [] });
  test.clock.advance(15 * 60_000);
  await control.raiseAlert({ kind: 'log', target: VM_ID, key: 'after it' });
  await receiver.received(7);
  await until(async () => (await deliveries())[2]?.state === 'delivered');
});

it.each([400, 401, 404, 500, 502])('does not try again after %i', async (status) => {
  receiver.answers.splice(0, 1, status);
  await test.cloud.control.raiseAlert({ kind: 'metric', target: VM_ID });
  await until(async () => (await deliveries())[0]?.state === 'refused');
  test.clock.advance(60 * 60_000);
  expect(receiver.alerts).toHaveLength(1);
});

it.each([
  ['metric', 'Metric', 'Platform', 'condition', VM_ID.toLowerCase()],
  ['log', 'Log', 'Log Alerts V2', 'condition', VM_ID.toLowerCase()],
  ['activity-log', 'Activity Log', 'Activity Log - Administrative', 'authorization', VM_ID.toLowerCase()],
  ['resource-health', 'Activity Log', 'Resource Health', 'properties', VM_ID.toLowerCase()],
  ['service-health', 'ActivityLog', 'ServiceHealth', 'properties', `/subscriptions/${PLATFORM}`],
] as const)('raises a %s alert on demand', async (kind, signalType, monitoringService, part, target) => {
  const alert = await test.cloud.control.raiseAlert({ kind, target: VM_ID, severity: 1, rule: 'a-rule' });
  await receiver.received(1);
  expect(receiver.alerts[0]).toEqual(alert);
  expect(alert.data.essentials).toMatchObject({
    alertRule: 'a-rule',
    severity: 'Sev1',
    signalType,
    monitoringService,
    monitorCondition: 'Fired',
    alertTargetIDs: [target],
  });
  expect(alert.data.alertContext).toHaveProperty(part);
});

it.each(['resource-health', 'service-health'] as const)(
  '%s has no state: the end comes as one more Fired',
  async (kind) => {
    const { control } = test.cloud;
    const begun = await control.raiseAlert({ kind, target: VM_ID });
    test.clock.advance(60_000);
    const ended = await control.raiseAlert({ kind, target: VM_ID, monitorCondition: 'Resolved' });
    expect(begun.data.alertContext['status']).toBe('Active');
    expect(ended.data.alertContext['status']).toBe('Resolved');
    expect(ended.data.essentials.monitorCondition).toBe('Fired');
    expect(ended.data.essentials.alertId).not.toBe(begun.data.essentials.alertId);
    expect(ended.data.essentials.firedDateTime).toBe('2026-05-04T08:01:00.000Z');
    expect(ended.data.essentials).not.toHaveProperty('resolvedDateTime');
  },
);

it('resolves what it raised under the same alert id, and can send Resolved first', async () => {
  const { control } = test.cloud;
  const fired = await control.raiseAlert({ kind: 'log', target: VM_ID, key: 'k' });
  test.clock.advance(90_000);
  const resolved = await control.raiseAlert({ kind: 'log', target: VM_ID, key: 'k', monitorCondition: 'Resolved' });
  expect(resolved.data.essentials).toMatchObject({
    alertId: fired.data.essentials.alertId,
    firedDateTime: fired.data.essentials.firedDateTime,
    resolvedDateTime: '2026-05-04T08:01:30.000Z',
  });
  const again = await control.raiseAlert({ kind: 'log', target: VM_ID, key: 'k' });
  expect(again.data.essentials.alertId).not.toBe(fired.data.essentials.alertId);

  const early = await control.raiseAlert({ kind: 'log', target: VM_ID, key: 'early', monitorCondition: 'Resolved' });
  const late = await control.raiseAlert({ kind: 'log', target: VM_ID, key: 'early' });
  expect(late.data.essentials.alertId).toBe(early.data.essentials.alertId);
});

it('can be driven from another process', async () => {
  const remote = connectCloudControl(test.cloud.controlEndpoint);
  expect(await remote.now()).toBe(Date.UTC(2026, 4, 4, 8, 0, 0));
  expect(await remote.breakMachine(VM, { kind: 'host-failing', healedBy: 'redeploy' })).toMatchObject({
    name: VM,
    healthy: false,
    breakage: { kind: 'host-failing', healedBy: 'redeploy' },
  });
  expect(await remote.evaluateAlerts()).toHaveLength(1);
  await expect(remote.machine('vm-of-nobody')).rejects.toThrow("no virtual machine has the name or id 'vm-of-nobody'");
  await receiver.received(1);
});
