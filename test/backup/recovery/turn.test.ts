import { writeFileSync } from 'node:fs';
import { itemDocumentSchema, restoreOrchestrator } from '../../../src/backup';
import { testPolicy, type AppHost } from '../../support/local-app';
import { expectDeterministic } from '../../support/replay';
import { approve, outputOf, restoreOrder, runRestore, startRecoveryPlatform, tokens, victim } from './support';
import type { BackupPlatform } from './support';

// What a restore in place does when others have used up the budget, or when the world moves on, while people think about it.

let platform: BackupPlatform;
let app: AppHost;
let states = 0;
beforeAll(async () => {
  platform = await startRecoveryPlatform();
  writeFileSync(platform.policyFile, testPolicy.replace('maxResources: 6', 'maxResources: 1'));
}, 60_000);
afterAll(() => platform.stop());
beforeEach(async () => {
  platform.local.clock.advanceBy(2 * 86_400_000);
  app = await platform.local.start({
    state: `turn-${(states += 1)}`,
    policyFile: platform.policyFile,
    environment: tokens(platform),
  });
  await platform.run(app);
});
afterEach(async () => {
  expect(await app.verifyLedger()).toMatchObject({ valid: true, problems: [] });
  await app.host.stop();
});

const inPlace = () => restoreOrder({ kind: 'in-place', item: victim, placement: {} });
const questionOf = async (id: string) =>
  (await app.operator('GET', `approvals/${id}-a1`, undefined, 'ava')).body as { reasons: string[]; planHash: string };

const undo = (id: string) => app.operator('POST', `backup/restores/${id}/undo`, { key: 'u' }, 'omar');

/** Something else is made in the environment, which takes the budget's only place for an hour. */
async function takeThePlace(): Promise<void> {
  const disk = (await platform.item(`turn-${states}`, victim)).points.at(-1)?.parts[0]?.disk;
  const order = restoreOrder({ kind: 'disk', item: victim, disk, placement: {} });
  expect(await runRestore(platform, app, order)).toMatchObject({ result: 'restored' });
  expect(await undo(order.restoreId)).toMatchObject({ status: 409, body: { detail: expect.stringMatching(/beside/) } });
}

it('asks whether it may come before its turn when a budget is used up, and does not wait after a yes', async () => {
  await takeThePlace();
  const order = inPlace();
  const begin = platform.local.clock.now();
  await runRestore(platform, app, order);
  expect((await questionOf(order.restoreId)).reasons).toContainEqual(
    expect.stringMatching(/^the guard wants a person for budget: budget hourly: 1 of 1 resources in 1h are used/),
  );
  expect(await approve(app, order)).toBe(200);
  await app.host.runToQuiescence();
  expect(outputOf(app, order)).toMatchObject({ result: 'restored' });
  expect(platform.local.clock.now() - begin).toBeLessThan(20 * 60_000);
  await expectDeterministic(restoreOrchestrator, app.host.history(order.restoreId) ?? [], order.restoreId);
});

it('waits for its turn in a budget that fills up while they think: nobody was asked about that', async () => {
  const order = inPlace();
  await runRestore(platform, app, order);
  expect((await questionOf(order.restoreId)).reasons.join()).not.toContain('budget');
  await takeThePlace();
  await approve(app, order);
  await app.host.runToQuiescence();
  expect(outputOf(app, order)).toMatchObject({
    result: 'not-applied',
    reasons: [expect.stringMatching(/^it would have to wait until/), expect.stringMatching(/^budget: budget hourly/)],
  });
  expect(await undo(order.restoreId)).toMatchObject({
    status: 409,
    body: { detail: expect.stringMatching(/nothing/) },
  });
});

it('restores the point that it was planned with, also when a newer one is there by the time of the yes', async () => {
  const order = inPlace();
  await runRestore(platform, app, order);
  const planned = (await platform.item(`turn-${states}`, victim)).points.at(-1)?.id;
  platform.local.clock.advanceBy(50 * 60_000);
  await app.host.startOrchestration('backup-cycle-v1', {
    instanceId: 'meanwhile',
    input: { cycle: 'meanwhile', subscriptionId: victim.split('/')[2] },
  });
  await app.host.runToQuiescence({ until: platform.local.clock.now() + 240_000 });
  expect((await platform.item(`turn-${states}`, victim)).points.at(-1)?.id).not.toBe(planned);
  expect(await approve(app, order)).toBe(200);
  await app.host.runToQuiescence();
  expect(outputOf(app, order)).toMatchObject({ result: 'restored' });
  const { body } = await app.operator('GET', `backup/restores/${order.restoreId}`, undefined, 'ava');
  expect(body).toMatchObject({ record: { plan: { point: planned }, order: { request: { item: victim } } } });
});

it('does not restore the point that it was planned with when a drill has found it bad by the time of the yes', async () => {
  const order = inPlace();
  await runRestore(platform, app, order);
  const proof = {
    verdict: 'failed',
    drill: `drill-${'0'.repeat(16)}`,
    restoreSeconds: null,
    reason: 'canary: FAILED',
    at: '2026-03-02T08:00:00.000Z',
  };
  await platform
    .catalogue(`turn-${states}`)
    .change(victim, (before) =>
      before === undefined
        ? undefined
        : itemDocumentSchema.parse({ ...before, points: before.points.map((one) => ({ ...one, proof })) }),
    );
  await platform.local.cloud.control.clearJournal();
  expect(await approve(app, order)).toBe(200);
  await app.host.runToQuiescence();
  expect(outputOf(app, order)).toMatchObject({ result: 'not-applied' });
  expect(outputOf(app, order)?.reasons.at(-1)).toMatch(/failed its drill or is to be deleted: order the restore again/);
  expect((await platform.local.cloud.control.journal()).filter(({ method }) => method !== 'GET')).toEqual([]);
});

it('waits while something else restarts the machine, asks nobody again, and has it running in the end', async () => {
  const { control } = platform.local.cloud;
  const order = inPlace();
  await runRestore(platform, app, order);
  await control.setMachine('vm-web-prod-weu-01', { power: 'starting' });
  expect(await approve(app, order)).toBe(200);
  await app.host.runToQuiescence({ until: platform.local.clock.now() + 120_000 });
  expect(outputOf(app, order)).toBeUndefined();
  await control.setMachine('vm-web-prod-weu-01', { power: 'running' });
  await app.host.runToQuiescence();
  const report = outputOf(app, order);
  expect(report).toMatchObject({ result: 'restored' });
  expect(report?.phases.map(({ name }) => name)).toEqual(['disks', 'stop', 'exchange', 'start', 'boot']);
  expect(await control.machine('vm-web-prod-weu-01')).toMatchObject({ healthy: true });
});

it('leaves a machine alone that is being changed for half an hour', async () => {
  const { control } = platform.local.cloud;
  await control.setMachine('vm-web-prod-weu-01', { power: 'starting' });
  const order = inPlace();
  await runRestore(platform, app, order);
  await app.host.runToQuiescence();
  expect(outputOf(app, order)).toMatchObject({
    result: 'not-applied',
    reasons: [expect.stringMatching(/is just being changed/), 'that was so for 30m'],
  });
  await control.setMachine('vm-web-prod-weu-01', { power: 'running' });
});
