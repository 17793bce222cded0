import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driftOrchestrator } from '../../src/stacks';
import { manifestText } from '../stacks/manifests';
import { startLocalApp, type AppHost, type LocalApp } from '../support/local-app';
import { expectDeterministic } from '../support/replay';

// The whole app: a report of drift, the approval that it opens, two people, and how it stands afterwards.

const secret = 'a-secret-of-the-webhook';
const drifted = (address: string) => ({
  commit: 'a'.repeat(40),
  fields: [{ address, field: 'size', class: 'human', owner: 'terraform', reason: 'changed by hand', decision: null }],
});

let app: LocalApp;
let here: AppHost;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'caretaker-stacks-'));
  writeFileSync(join(folder, 'stacks.yaml'), manifestText({ units: 2, projects: 1 }));
  app = await startLocalApp();
});
beforeEach(async () => {
  here = await app.start({
    environment: {
      CARETAKER_STACKS_URL: join(folder, 'stacks.yaml'),
      CARETAKER_SPACELIFT_SECRETS: secret,
      CARETAKER_TENANT_ID: app.cloud.tenantId,
      CARETAKER_API_AUDIENCE: 'api://caretaker-test',
      CARETAKER_LOCAL_ISSUER: app.cloud.issuer,
    },
  });
});
afterEach(async () => {
  for (const { instanceId } of here.host.instances().filter(({ name }) => name === 'stack-drift-v1')) {
    expect(
      await expectDeterministic(driftOrchestrator, here.host.history(instanceId) ?? [], instanceId),
    ).toBeGreaterThan(0);
  }
  expect(await here.verifyLedger()).toMatchObject({ valid: true });
  await here.host.stop();
});
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly planHash: string;
}

const report = (body: object, person = 'omar') => here.operator('POST', 'stacks/unit-0-prod/drift', body, person);
const state = async () =>
  ((await here.operator('GET', 'stacks/unit-0-prod/drift', undefined, 'rae')).body as { state: string }).state;
const approvals = async () =>
  ((await here.operator('GET', 'approvals', undefined, 'rae')).body as { approvals: Shown[] }).approvals;
/** Lets what is under way go on for a minute of its time. */
const minute = () => here.host.runToQuiescence({ until: app.clock.now() + 60_000 });

async function asked(): Promise<Shown> {
  await minute();
  const [waiting, ...others] = (await approvals()).filter((one) => one.state === 'waiting');
  expect(others).toEqual([]);
  if (waiting === undefined) {
    throw new Error('nobody was asked');
  }
  return waiting;
}

const answer = ({ id, planHash }: Shown, word: string, person: string) =>
  here.operator('POST', `approvals/${id}/${word}`, { planHash, reason: 'it was meant' }, person);

it('is put back when two people say so, neither of them the one who reported it', async () => {
  expect(await report(drifted('x.a'))).toMatchObject({ status: 200, body: { state: 'asked' } });
  const approval = await asked();
  expect((await answer(approval, 'approve', 'omar')).status).toBe(403);
  expect((await answer(approval, 'approve', 'ava')).status).toBe(200);
  await minute();
  expect(await state()).toBe('asked');
  expect((await answer(approval, 'approve', 'ada')).status).toBe(200);
  await minute();
  expect(await state()).toBe('approved');
  // The pipeline, which looks again before it puts it back, hears the same.
  expect(await report(drifted('x.a'))).toMatchObject({
    status: 200,
    body: { state: 'approved', by: ['Ava', 'Ada'].map((name) => expect.stringContaining(name) as string) },
  });
});

it('asks anew when it is another drift, and takes the question back when it is gone', async () => {
  await report(drifted('x.a'));
  const first = await asked();
  await report(drifted('x.b'));
  const second = await asked();
  expect(second.planHash).not.toBe(first.planHash);
  expect((await answer(first, 'approve', 'ava')).status).toBe(409);
  expect(await report({ commit: 'b'.repeat(40), fields: [] })).toMatchObject({ body: { state: 'none' } });
  await minute();
  expect((await approvals()).map((one) => one.state)).toEqual(['withdrawn', 'withdrawn']);
  expect(await state()).toBe('none');
});

it('is left alone when somebody says no, and that stands', async () => {
  await report(drifted('x.a'));
  expect((await answer(await asked(), 'reject', 'ava')).status).toBe(200);
  await minute();
  expect(await state()).toBe('rejected');
  expect(await report(drifted('x.a'))).toMatchObject({ body: { state: 'rejected' } });
});

it('is no matter for readers, and none of a stack that nobody knows', async () => {
  expect((await report(drifted('x.a'), 'rae')).status).toBe(403);
  expect((await here.operator('POST', 'stacks/elsewhere/drift', drifted('x.a'), 'omar')).status).toBe(404);
});

it('comes from a vendor as a signal with one decision, however often it is sent', async () => {
  const body = JSON.stringify({
    ...{ account: 'contoso', state: 'FINISHED', stateVersion: 4, timestamp: Math.floor(app.clock.now() / 1000) },
    run: { id: '01HX', type: 'PROPOSED', driftDetection: true, delta: { added: 0, changed: 1, deleted: 0 } },
    stack: { id: 'unit-0-prod' },
  });
  const post = async (signature: string) => {
    const response = await fetch(`${here.host.url}/api/stacks/spacelift`, {
      ...{ method: 'POST', body },
      headers: { 'x-signature-256': signature, connection: 'close' },
    });
    return {
      status: response.status,
      body: (await response.json()) as { signals?: { signalId: string; duplicate: boolean }[] },
    };
  };
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const first = await post(signature);
  expect(first).toMatchObject({ status: 202, body: { signals: [{ duplicate: false }] } });
  expect(await post(signature)).toMatchObject({ status: 202, body: { signals: [{ duplicate: true }] } });
  expect((await post(`sha256=${'0'.repeat(64)}`)).status).toBe(401);
  const id = first.body.signals?.[0]?.signalId ?? '';
  expect(await here.operator('GET', `decisions/${id}`, undefined, 'rae')).toMatchObject({ status: 200 });
});
