import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { availabilityAlert, machineId } from '../support/alert-payload';
import { startLocalApp, testPolicy, type LocalApp } from '../support/local-app';

let local: LocalApp;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'caretaker-faults-'));
  local = await startLocalApp();
}, 60_000);
afterAll(async () => {
  await local.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a policy document with problems stops the start, and every problem is listed with its line', async () => {
  const policyFile = join(folder, 'bad.yaml');
  writeFileSync(policyFile, testPolicy.replace('restart-vm', 'restart-wm').replace('mode: auto', 'mode: automatic'));
  await expect(local.start({ policyFile })).rejects.toThrow(/restart-wm[\s\S]*automatic|automatic[\s\S]*restart-wm/);
});

test('a bad change at run time keeps the last good policy, says so, and a good one is taken', async () => {
  const policyFile = join(folder, 'changing.yaml');
  writeFileSync(policyFile, testPolicy);
  const app = await local.start({ policyFile });
  const status = async () =>
    (
      (await app.operator('GET', 'status')).body as {
        policy: { version: string; refused: { problems: unknown[] } | null };
      }
    ).policy;
  const first = await status();
  expect(first.refused).toBeNull();

  writeFileSync(policyFile, testPolicy.replace('version: 1', 'version: 7'));
  local.clock.advanceBy(60_000);
  const kept = await status();
  expect(kept.version).toBe(first.version);
  expect(kept.refused?.problems).toMatchObject([{ path: 'version', line: 2 }]);

  writeFileSync(policyFile, testPolicy.replace('every: 2m', 'every: 1m'));
  local.clock.advanceBy(60_000);
  const next = await status();
  expect(next.refused).toBeNull();
  expect(next.version).not.toBe(first.version);
  await app.host.stop();
});

test('with the storage down an alert is answered 503 with Retry-After, and nothing is started', async () => {
  const app = await local.start();
  await local.blobs.stop();
  const answer = await app.alert(
    availabilityAlert({ target: machineId('prod', 1), firedAt: new Date(local.clock.now()).toISOString() }),
  );
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  // A refused alert cannot be kept as a dead letter either, so its sender is asked to send it again.
  expect(await app.alert('{ not json')).toMatchObject({ status: 503 });
  expect(app.host.instances()).toEqual([]);
  await app.host.stop();
}, 60_000);
