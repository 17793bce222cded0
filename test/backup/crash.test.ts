import { backupCycleName } from '../../src/backup';
import type { DurableWrite } from '../../src/local/host';
import type { AppHost } from '../support/local-app';
import { machine, startBackupPlatform, subscriptionId, type BackupPlatform } from './platform';

// A cycle of three machines with the host killed at its durable writes: just before the commit, when an activity has had its effect
// and nobody knows of it, and just after it. What must be the same each time: one snapshot a disk, one point a machine.

const policy = `
version: 1
vaults: { westeurope: rg-platform-backup-weu-001 }
tiers: { day: { rpo: 24h, rto: 1d, retention: { keepLast: 2 } } }
select: [{ resourceGroup: rg-web-dev-weu-001, tier: day }]
`;

class Crash extends Error {}

let platform: BackupPlatform;
beforeAll(async () => {
  platform = await startBackupPlatform();
  platform.setPolicy(policy);
}, 60_000);
afterAll(() => platform.stop());

interface Told {
  readonly writes: number;
  readonly crashed: boolean;
  readonly snapshots: number;
  readonly points: readonly (readonly string[])[];
  readonly open: readonly string[];
  readonly end: unknown;
  readonly valid: boolean;
}

async function story(
  name: string,
  crashAt?: { readonly write: number; readonly when: 'before' | 'after' },
): Promise<Told> {
  const { control } = platform.local.cloud;
  platform.local.clock.advanceBy(3_600_000);
  for (const { id } of await control.snapshots()) {
    await control.setSnapshot(id, { removed: true });
  }
  let writes = 0;
  let crashed = false;
  const crash = (when: 'before' | 'after') => (write: DurableWrite) => {
    writes = Math.max(writes, write.sequence);
    if (!crashed && crashAt?.when === when && crashAt.write === write.sequence) {
      crashed = true;
      throw new Crash(`at write ${write.sequence} (${write.kind})`);
    }
  };
  const start = (onCommit?: { before: ReturnType<typeof crash>; after: ReturnType<typeof crash> }): Promise<AppHost> =>
    platform.local.start({
      state: name,
      policyFile: platform.policyFile,
      ...(onCommit === undefined ? {} : { onCommit }),
    });
  let app = await start({ before: crash('before'), after: crash('after') });
  const begin = async (): Promise<void> => {
    const order = { instanceId: name, input: { cycle: name, subscriptionId } };
    await app.host.startOrchestration(backupCycleName, order).catch(() => undefined);
  };
  await begin();
  if (!crashed) {
    await app.host.runToQuiescence({ when: () => crashed }).catch(() => undefined);
  }
  if (crashed) {
    await app.host.stop().catch(() => undefined);
    app = await start();
    if (app.host.instance(name) === undefined) {
      await begin();
    }
    await app.host.runToQuiescence();
  }
  const items = await Promise.all([1, 2, 3].map((number) => platform.item(name, machine('dev', number))));
  const told = {
    writes,
    crashed,
    snapshots: (await control.snapshots()).length,
    points: items.map(({ points }) => points.map(({ state }) => state)),
    open: await platform.catalogue(name).openBatches(),
    end: app.host.instance(name)?.runtimeStatus,
    valid: (await app.verifyLedger()).valid,
  };
  await app.host.stop();
  return told;
}

const expected = {
  snapshots: 6,
  points: [['complete'], ['complete'], ['complete']],
  open: [],
  end: 'Completed',
  valid: true,
};

it('comes to the same end wherever it is killed: nothing lost, nothing taken twice', async () => {
  const undisturbed = await story('crash0');
  expect(undisturbed).toMatchObject({ ...expected, crashed: false });
  expect(undisturbed.writes).toBeGreaterThan(8);
  const places = Array.from({ length: undisturbed.writes }, (_, index) => index + 1).flatMap((write) => [
    { write, when: 'before' as const },
    { write, when: 'after' as const },
  ]);
  for (const [index, place] of places.entries()) {
    const told = await story(`crash${index + 1}`, place);
    expect({ ...place, ...told }).toMatchObject({ ...place, ...expected, crashed: true });
  }
}, 240_000);
