import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock, startCloud, type RunningCloud } from '../../../src/local/cloud';

let cloud: RunningCloud;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'caretaker-inbox-'));
  cloud = await startCloud({ directory, monitor: false, clock: createManualClock(1_772_438_400_000) });
});
afterAll(async () => {
  await cloud.stop();
  rmSync(directory, { recursive: true, force: true });
});

it('takes whatever is posted to a channel, and shows it with its headers, oldest first', async () => {
  for (const body of ['{"first":1}', '{"second":2}']) {
    const headers = { 'webhook-id': 'x', connection: 'close' };
    const response = await fetch(`${cloud.controlEndpoint}/inbox/ops`, { method: 'POST', body, headers });
    expect(response.status).toBe(202);
    await response.arrayBuffer();
  }
  expect(await cloud.control.messages()).toMatchObject([
    { channel: 'ops', at: 1_772_438_400_000, body: '{"first":1}', headers: { 'webhook-id': 'x' } },
    { channel: 'ops', body: '{"second":2}' },
  ]);
});

it('is no place to read from over the network', async () => {
  const response = await fetch(`${cloud.controlEndpoint}/inbox/ops`, { headers: { connection: 'close' } });
  expect(response.status).toBe(404);
  await response.arrayBuffer();
});
