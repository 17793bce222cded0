import type { DrillReport } from '../../../src/backup';
import type { DurableWrite } from '../../../src/local/host';
import { drillLeftovers, startRecoveryPlatform, victim, type BackupPlatform } from './support';

// A drill with the host killed at its durable writes: just before the commit, when nothing of it is kept, and just after it, when all
// of it is kept and nobody has been told. Every fifth write, before and after by turns, because each story takes a second or more. What
// is shown is the end: the point marked once, nothing made twice, nothing left behind.

class Crash extends Error {}

let platform: BackupPlatform;
beforeAll(async () => {
  platform = await startRecoveryPlatform();
}, 60_000);
afterAll(() => platform.stop());

async function story(name: string, crashAt: { readonly write: number; readonly when: 'before' | 'after' } | undefined) {
  const { local, policyFile } = platform;
  const seeding = await local.start({ state: name, policyFile });
  await platform.run(seeding);
  await seeding.host.stop();
  await local.cloud.control.clearJournal();
  let writes = 0;
  let crashed = false;
  const crash = (when: 'before' | 'after') => (write: DurableWrite) => {
    writes = Math.max(writes, write.sequence);
    if (!crashed && crashAt?.when === when && crashAt.write === write.sequence) {
      crashed = true;
      throw new Crash(`at write ${write.sequence} (${write.kind})`);
    }
  };
  let app = await local.start({
    state: name,
    policyFile,
    onCommit: { before: crash('before'), after: crash('after') },
  });
  const drillId = `drill-${name.replace(/\D/g, '').padStart(16, '0')}`;
  const input = {
    drillId,
    environment: 'prod',
    item: victim,
    pick: 'latest',
    point: null,
    askedBy: { id: null, name: 'test' },
  };
  const start = () =>
    app.host
      .startOrchestration('drill-v1', { instanceId: drillId, input })
      .then(() => true)
      .catch(() => false);
  await start();
  if (!crashed) {
    await app.host.runToQuiescence({ when: () => crashed }).catch(() => undefined);
  }
  if (crashed) {
    await app.host.stop().catch(() => undefined);
    app = await local.start({ state: name, policyFile });
    // Whoever ordered it asks again when the answer was lost; an order that is known changes nothing.
    if (app.host.instance(drillId) === undefined) {
      await start();
    }
    await app.host.runToQuiescence();
  }
  const asked = (await local.cloud.control.journal()).filter(({ method }) => method === 'PUT' || method === 'DELETE');
  const report = app.host.instance(drillId)?.output as DrillReport | undefined;
  const told = {
    crashed,
    writes,
    result: report?.result,
    asked: asked.map(({ method, operation }) => `${method} ${operation?.split('/').slice(-2, -1)[0]}`).sort(),
    proof: (await platform.item(name, victim)).points.at(-1)?.proof?.verdict,
    left: await drillLeftovers(platform),
    ledger: await app.verifyLedger(),
  };
  await app.host.stop();
  return told;
}

const asked = [
  'DELETE disks',
  'DELETE disks',
  'DELETE networkInterfaces',
  'DELETE networkSecurityGroups',
  'DELETE virtualMachines',
  'DELETE virtualNetworks',
  'PUT disks',
  'PUT disks',
  'PUT networkInterfaces',
  'PUT networkSecurityGroups',
  'PUT runCommands',
  'PUT runCommands',
  'PUT runCommands',
  'PUT virtualMachines',
  'PUT virtualNetworks',
];
const expectation = { result: 'proven', proof: 'proven', left: [], ledger: { valid: true, problemCount: 0 } };

test('killed at durable writes, a drill ends the same, makes nothing twice and leaves nothing behind', async () => {
  const whole = await story('drill0', undefined);
  expect(whole).toMatchObject({ ...expectation, crashed: false });
  expect([...new Set(whole.asked)]).toEqual([...new Set(asked)]);
  expect(whole.writes).toBeGreaterThan(30);
  for (let write = 2; write <= whole.writes; write += 5) {
    const when = write % 2 === 0 ? 'before' : 'after';
    const name = `${when}${write}`;
    const told = await story(name, { write, when });
    expect({ name, ...told }).toMatchObject({ name, ...expectation, crashed: true });
    // Looking comes before asking, so that whatever was asked before the crash is not asked for again.
    expect({ name, asked: told.asked }).toEqual({ name, asked: whole.asked });
  }
}, 240_000);
