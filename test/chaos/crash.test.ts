import type { DurableWrite } from '../../src/local/host';
import { availabilityAlert, machineId } from '../support/alert-payload';
import { startLocalApp, type AppHost, type LocalApp } from '../support/local-app';

// The demo's incident, with the host killed at every single durable write: just before the commit, when nothing of it is
// kept, and just after it, when all of it is kept and nobody has been told.

const victim = 'vm-web-prod-weu-01';
const target = machineId('prod', 1);

class Crash extends Error {}

let local: LocalApp;
beforeAll(async () => {
  local = await startLocalApp();
}, 60_000);
afterAll(() => local.stop());

/** A broken machine, and a cloud that has forgotten the story before. */
async function setScene(): Promise<void> {
  const { control } = local.cloud;
  await control.clearFaults();
  await control.healMachine(victim);
  await control.breakMachine(victim, { kind: 'guest-hung', healedBy: 'redeploy' });
  await control.addFault({
    effect: { kind: 'accept-and-do-nothing' },
    operation: 'Microsoft.Compute/virtualMachines/restart/action',
  });
  local.clock.advanceBy(120_000);
  await control.clearJournal();
}

/** Sends the alert until it is taken, as Azure Monitor does after a transport error or a 503. */
async function deliver(app: AppHost, alert: string): Promise<boolean> {
  const firedAt = new Date(local.clock.now() - 60_000).toISOString();
  return app
    .alert(availabilityAlert({ target, alert, firedAt }))
    .then(({ status }) => status === 202)
    .catch(() => false);
}

/** The story with a crash at one write; tells what happened, for {@link expectation}. */
async function story(name: string, crashAt: { readonly write: number; readonly when: 'before' | 'after' } | undefined) {
  await setScene();
  const state = name;
  const alert = `00000000-0000-4000-8000-${name.replace(/\D/g, '').padStart(12, '0')}`;
  let writes = 0;
  let crashed = false;
  const crash = (when: 'before' | 'after') => (write: DurableWrite) => {
    writes = Math.max(writes, write.sequence);
    if (!crashed && crashAt?.when === when && crashAt.write === write.sequence) {
      crashed = true;
      throw new Crash(`at write ${write.sequence} (${write.kind})`);
    }
  };
  let app = await local.start({ state, onCommit: { before: crash('before'), after: crash('after') } });
  const restart = async (): Promise<void> => {
    await app.host.stop().catch(() => undefined);
    app = await local.start({ state });
  };
  let taken = await deliver(app, alert);
  if (!crashed && taken) {
    await app.host.runToQuiescence({ when: () => crashed }).catch(() => undefined);
  }
  if (crashed) {
    await restart();
    // Whether or not the answer was lost, sending again is what Azure Monitor would do, and must change nothing.
    taken = await deliver(app, alert);
    await app.host.runToQuiescence();
  }
  const posts = (await local.cloud.control.journal()).filter(({ method }) => method === 'POST');
  const instances = app.host.instances();
  const told = {
    taken,
    crashed,
    writes,
    asked: posts.map(({ operation }) => operation?.split('/').at(-2)),
    ends: instances.map(({ runtimeStatus, output }) => [runtimeStatus, (output as { end?: string } | null)?.end]),
    healthy: (await local.cloud.control.machine(victim)).healthy,
    ledger: await app.verifyLedger(),
  };
  await app.host.stop();
  return told;
}

const expectation = {
  taken: true,
  asked: ['restart', 'redeploy'],
  ends: [['Completed', 'repaired']],
  healthy: true,
  ledger: { valid: true, problemCount: 0 },
};

test('killed at any durable write, the incident ends the same and nothing is done twice', async () => {
  const whole = await story('whole0', undefined);
  expect(whole).toMatchObject({ ...expectation, crashed: false });
  // Each turn of the orchestrator, each activity's result and each entity operation is a write of its own.
  expect(whole.writes).toBeGreaterThan(20);
  for (let write = 1; write <= whole.writes; write += 1) {
    for (const when of ['before', 'after'] as const) {
      const name = `${when}${write}`;
      const told = await story(name, { write, when });
      expect({ name, ...told }).toMatchObject({ name, ...expectation, crashed: true });
    }
  }
}, 280_000);
