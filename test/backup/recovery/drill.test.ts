import { drillOrchestrator } from '../../../src/backup';
import type { AppHost } from '../../support/local-app';
import { expectDeterministic } from '../../support/replay';
import { runDrill, startRecoveryPlatform, victim, type BackupPlatform } from './support';

let platform: BackupPlatform;
let app: AppHost;
beforeAll(async () => {
  platform = await startRecoveryPlatform();
  app = await platform.local.start({ state: 'drill', policyFile: platform.policyFile });
  await platform.run(app);
}, 60_000);
afterAll(() => platform.stop());

it('brings a machine up from the newest point in a network of its own, asks it, measures, and leaves nothing behind', async () => {
  const report = await runDrill(app, { item: victim });
  expect(report).toMatchObject({ result: 'proven', pick: 'latest', left: [], promisedSeconds: 3600 });
  expect(report.phases.map(({ name, problem }) => [name, problem])).toEqual([
    ['network', null],
    ['disks', null],
    ['machine', null],
    ['boot', null],
    ['probes', null],
    ['remove-1', null],
    ['remove-2', null],
    ['remove-3', null],
    ['remove-4', null],
  ]);
  const item = await platform.item('drill', victim);
  expect(item.points.at(-1)?.proof).toMatchObject({ verdict: 'proven', drill: report.id });
  const turns = await expectDeterministic(drillOrchestrator, app.host.history(report.id) ?? [], report.id);
  expect(turns).toBeGreaterThan(5);
});
