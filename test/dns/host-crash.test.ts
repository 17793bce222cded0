import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DurableWrite } from '../../src/local/host';
import { startLocalApp, type LocalApp } from '../support/local-app';
import { dnsEnvironment, zone } from './dns-app';

// A change of several records, with the host ended at every durable write of it: just before the commit, when nothing of it is
// kept, and just after it, when all of it is kept and nobody has been told. The batch has often been sent by then.

class Crash extends Error {}

let local: LocalApp;
let directory: string;
beforeAll(async () => {
  local = await startLocalApp();
  directory = mkdtempSync(join(tmpdir(), 'caretaker-dns-crash-'));
}, 60_000);
afterAll(async () => {
  await local.stop();
  rmSync(directory, { recursive: true, force: true });
});

const document = (target: string): string =>
  JSON.stringify({
    version: 1,
    zones: [
      {
        name: zone,
        environment: 'prod',
        policy: 'upsert-only',
        limits: { updates: '100%' },
        records: ['blog', 'cdn', 'docs'].map((name) => ({ name, type: 'CNAME', content: target, ttl: 60 })),
      },
    ],
  });

async function story(name: string, crashAt?: { readonly write: number; readonly when: 'before' | 'after' }) {
  const file = join(directory, `${name}.yaml`);
  const target = `${name}.example.net`;
  writeFileSync(file, document(target));
  const environment = dnsEnvironment(local, file);
  let writes = 0;
  let crashed = false;
  const crash = (when: 'before' | 'after') => (write: DurableWrite) => {
    writes = Math.max(writes, write.sequence);
    if (!crashed && crashAt?.when === when && crashAt.write === write.sequence) {
      crashed = true;
      throw new Crash();
    }
  };
  const before = (await local.cloud.control.dnsRecords(zone)).length;
  const sent = (await local.cloud.control.cloudflareCalls()).length;
  let app = await local.start({
    state: name,
    environment,
    onCommit: { before: crash('before'), after: crash('after') },
  });
  const order = () =>
    app.operator('POST', `dns/zones/${zone}/changes`, { reason: 'a test', key: name }).then(
      ({ status }) => status === 202,
      () => false,
    );
  let taken = await order();
  if (!crashed && taken) {
    await app.host.runToQuiescence({ when: () => crashed }).catch(() => undefined);
  }
  if (crashed) {
    await app.host.stop().catch(() => undefined);
    app = await local.start({ state: name, environment });
    taken = await order();
    await app.host.runToQuiescence();
  }
  const after = await local.cloud.control.dnsRecords(zone);
  const calls = (await local.cloud.control.cloudflareCalls()).slice(sent);
  const told = {
    taken,
    ends: app.host
      .instances()
      .map(({ output }) => (output as { result?: { outcome?: string } } | null)?.result?.outcome),
    moved: after.filter(({ content }) => content === target).length,
    lost: before - after.length,
    batches: calls.filter(({ path }) => path.endsWith('/batch')).length,
    ledger: (await app.verifyLedger()).valid,
  };
  await app.host.stop();
  return { writes, told };
}

const expected = { taken: true, ends: ['verified'], moved: 3, lost: 0, batches: 1, ledger: true };

test('a host that ends at any write: one batch, every record moved, none lost, the outcome verified', async () => {
  const { writes, told } = await story('undisturbed');
  expect(told).toEqual(expected);
  expect(writes).toBeGreaterThan(5);
  for (const when of ['before', 'after'] as const) {
    for (let write = 1; write <= writes; write += 1) {
      const { told: then } = await story(`${when}-${write}`, { write, when });
      expect([when, write, then]).toEqual([when, write, expected]);
    }
  }
}, 180_000);
