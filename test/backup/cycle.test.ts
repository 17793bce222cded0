import type { AppHost } from '../support/local-app';
import { machine, startBackupPlatform, type BackupPlatform } from './platform';

let platform: BackupPlatform;
let app: AppHost;
beforeAll(async () => {
  platform = await startBackupPlatform();
  app = await platform.local.start({ state: 'cycle', policyFile: platform.policyFile });
}, 60_000);
afterAll(() => platform.stop());

it('takes a point of every selected machine at first, all of its disks, and puts it into the catalogue when it is complete', async () => {
  expect(await platform.run(app)).toMatchObject({ due: 9, complete: 9, failed: 0, left: 0 });
  const item = await platform.item('cycle', machine('prod', 1));
  expect(item).toMatchObject({ kind: 'machine', tier: 'gold', location: 'westeurope', orphanedAt: null });
  expect(item.points).toHaveLength(1);
  const [point] = item.points;
  expect(point).toMatchObject({
    state: 'complete',
    kind: 'snapshots',
    consistency: 'crash',
    takenAt: '2026-03-02T08:00:00.000Z',
  });
  expect(point?.parts.map(({ place }) => place)).toEqual(['os', 0]);
  expect(point?.copies).toMatchObject([{ location: 'northeurope', state: 'queued' }]);
  expect(await platform.local.cloud.control.snapshots()).toHaveLength(18);
  expect(await app.verifyLedger()).toMatchObject({ valid: true, problems: [] });
});
