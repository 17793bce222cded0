import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { incidentOrchestrator, runOrchestrator } from '../../src/run';
import type { DurableWrite } from '../../src/local/host';
import { availabilityAlert, machineId } from '../support/alert-payload';
import { startLocalApp, testPolicy, type AppHost, type LocalApp } from '../support/local-app';
import { expectDeterministic } from '../support/replay';

// The whole app with a policy that asks people: an incident, an operator's order, what goes wrong while people think, and a
// channel of notifications that is a real HTTP receiver.

const policy = `${testPolicy
  .replace('web-vm-unavailable', 'web-vm-unavailable\n    approval: two-people')
  .replace(
    "resourceGroups: ['rg-web-dev-*']",
    "resourceGroups: ['rg-web-dev-*']\n    approval: { terms: one, orders: disruptive }",
  )
  .replace('maxResources: 2 }', 'maxResources: 1, over: ask }')}
approvals:
  two-people:
    stages:
      - { within: 30m, need: [{ count: 2, roles: [Caretaker.Approver, Caretaker.Admin] }] }
      - { within: 1h, need: [{ roles: [Caretaker.Admin] }] }
  one:
    stages:
      - within: 30m
        need:
          - roles: [Caretaker.Approver]
            people: [{ id: 51f0a3c4-5555-4c3b-9d6e-aa10b2c3d445, name: Ben, channel: ben }]
notifications:
  channels: { ops: { kind: webhook, burst: 100 }, ben: { kind: slack, burst: 100 } }
  routes: [{ to: [ops] }]
`;

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly planHash: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly asked: readonly string[];
  readonly reasons: readonly string[];
}

let local: LocalApp;
let app: AppHost;
let folder: string;
let receiver: Server;
let received: { readonly title: string; readonly body: string }[] = [];
/** `undefined`: the receiver takes a message and never answers. */
let receiverStatus: number | undefined = 200;
const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
/** Resolves when a message with this in its title has come. */
const heard = (text: string): Promise<void> =>
  received.some(({ title }) => title.includes(text))
    ? Promise.resolve()
    : new Promise((resolve) => waiting.push({ text, resolve }));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'caretaker-approval-'));
  writeFileSync(join(folder, 'policy.yaml'), policy);
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { data, text } = JSON.parse(body) as { data?: { title: string }; text?: string };
      const title = data?.title ?? `to Ben: ${text}`;
      received.push({ title, body });
      waiting.filter((one) => title.includes(one.text)).forEach(({ resolve }) => resolve());
      if (receiverStatus !== undefined) {
        response.writeHead(receiverStatus, { connection: 'close' }).end();
      }
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  local = await startLocalApp();
}, 60_000);
afterAll(async () => {
  await local.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const start = (more: Partial<Parameters<LocalApp['start']>[0]> = {}): Promise<AppHost> =>
  local.start({
    policyFile: join(folder, 'policy.yaml'),
    environment: {
      CARETAKER_TENANT_ID: local.cloud.tenantId,
      CARETAKER_API_AUDIENCE: 'api://caretaker-test',
      CARETAKER_LOCAL_ISSUER: local.cloud.issuer,
      CARETAKER_CHANNELS: JSON.stringify({
        ops: { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/ops`, secret: 's'.repeat(24) },
        ben: { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/ben` },
      }),
      CARETAKER_LINK_KEYS: 'k'.repeat(32),
      CARETAKER_PUBLIC_URL: 'https://caretaker.example',
    },
    ...more,
  });

let stories = 0;
let state = '';
beforeEach(async () => {
  const { control } = local.cloud;
  await control.clearFaults();
  for (const { name } of await control.machines()) {
    await control.healMachine(name);
    await control.setMachine(name, { power: 'running' });
  }
  local.clock.advanceBy(86_400_000);
  await control.clearJournal();
  received = [];
  receiverStatus = 200;
  state = `asking-${(stories += 1)}`;
  app = await start({ state });
});
afterEach(async () => {
  for (const { instanceId, name } of app.host.instances()) {
    const orchestrator = name === 'incident-v1' ? incidentOrchestrator : runOrchestrator;
    await expectDeterministic(orchestrator, app.host.history(instanceId) ?? [], instanceId);
  }
  expect(await app.verifyLedger()).toMatchObject({ valid: true, problems: [] });
  await app.host.stop();
});

/** Breaks a web machine and sends its alert as an action group with a key does. */
async function hang(environment: 'dev' | 'prod', number: number, healedBy: 'restart' | 'redeploy' = 'restart') {
  const target = machineId(environment, number);
  await local.cloud.control.breakMachine(target.split('/').at(-1)!, { kind: 'guest-hung', healedBy });
  local.clock.advanceBy(120_000);
  return target;
}
async function alert(target: string, last = '1'): Promise<void> {
  const firedAt = new Date(local.clock.now()).toISOString();
  const body = availabilityAlert({ target, firedAt, alert: last.padStart(8, '0') + '-0000-4000-8000-000000000000' });
  const response = await fetch(`${app.host.url}/api/alerts/azure-monitor/key`, {
    method: 'POST',
    headers: { 'x-functions-key': app.host.keys.default, connection: 'close' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(202);
  await response.arrayBuffer();
  await app.host.idle();
}
const asked = async (): Promise<Shown[]> =>
  ((await app.operator('GET', 'approvals', undefined, 'rae')).body as { waiting: Shown[] }).waiting;
const answer = async ({ id, planHash }: Shown, word: 'approve' | 'reject', person: string) => {
  const result = await app.operator('POST', `approvals/${id}/${word}`, { planHash, reason: 'seen' }, person);
  await app.host.idle();
  return result;
};
/** What ARM was asked to change, in order. */
const done = async (): Promise<(string | undefined)[]> =>
  (await local.cloud.control.journal())
    .filter(({ method }) => method === 'POST')
    .map(({ operation }) => operation?.split('/').at(-2));
const ended = () =>
  app.host.instances().map(({ output }) => (output as { end?: string; reasons?: string[] } | null) ?? null);

test('an incident in prod asks two people, and repairs with their yes; everybody hears of it', async () => {
  const target = await hang('prod', 1);
  await alert(target);
  const [one] = await asked();
  expect(one).toMatchObject({
    state: 'waiting',
    asked: ['2 of Caretaker.Approver, Caretaker.Admin'],
    steps: [expect.stringMatching(/restart/i)],
    before: { powerState: 'running' },
    after: { powerState: 'running', agent: 'ready', availability: 1 },
  });
  await heard('Approval wanted');
  expect(await done()).toEqual([]);
  expect(await answer(one!, 'approve', 'omar')).toMatchObject({ status: 403 });
  expect(await answer({ ...one!, planHash: 'f'.repeat(64) }, 'approve', 'ava')).toMatchObject({ status: 409 });
  expect(await answer(one!, 'approve', 'ava')).toMatchObject({ status: 200, body: { state: 'waiting' } });
  expect(await answer(one!, 'approve', 'ava')).toMatchObject({ status: 200, body: { state: 'waiting' } });
  expect(await done()).toEqual([]);
  expect(await answer(one!, 'approve', 'ada')).toMatchObject({ status: 200, body: { state: 'approved' } });
  await app.host.runToQuiescence();
  expect(await done()).toEqual(['restart']);
  expect(ended()).toMatchObject([{ end: 'repaired', runs: [{ approval: { planHash: one!.planHash } }] }]);
  await heard('repaired');
  const { body } = await app.operator('GET', 'ledger?limit=100', undefined, 'rae');
  const kinds = (body as { entries: { kind: string }[] }).entries.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind.startsWith('approval.')).sort()).toEqual([
    'approval.answered',
    'approval.answered',
    'approval.asked',
    'approval.ended',
  ]);
});

test.each([1, 3])(
  'who orders does not approve; the host dies at its write %i after the yes, and the run goes on with it once',
  async (at) => {
    const target = await hang('dev', 1);
    const order = await app.operator('POST', 'runs', { key: 'k1', runbook: 'restart-vm', target }, 'ada');
    expect(order).toMatchObject({ status: 202 });
    await app.host.idle();
    const [one] = await asked();
    expect(await answer(one!, 'approve', 'ada')).toMatchObject({
      status: 403,
      body: { type: 'urn:caretaker:problem:OwnRequest' },
    });
    await app.host.stop();
    let crashed = false;
    const before = ({ sequence }: DurableWrite): void => {
      if (!crashed && sequence === at) {
        crashed = true;
        throw new Error('the host dies');
      }
    };
    app = await start({ state, onCommit: { before } });
    // Whether the answer is answered is chance; that it is kept is not.
    await answer(one!, 'approve', 'ava').catch(() => undefined);
    expect(crashed).toBe(true);
    await app.host.stop().catch(() => undefined);
    app = await start({ state });
    expect(await answer(one!, 'approve', 'ava')).toMatchObject({ status: 200, body: { state: 'approved' } });
    await app.host.runToQuiescence();
    expect(await done()).toEqual(['restart']);
    expect(app.host.instances()[0]?.output).toMatchObject({ result: { kind: 'applied', outcome: 'verified' } });
  },
);

test('a person says yes through a link in their own channel; whatever looks at it before changes nothing', async () => {
  const target = await hang('dev', 1);
  await app.operator('POST', 'runs', { key: 'k4', runbook: 'restart-vm', target }, 'ada');
  await app.host.idle();
  await heard('to Ben');
  const { body } = received.find(({ title }) => title.startsWith('to Ben'))!;
  const link = new URL(/https:\/\/caretaker\.example\/api\/approve\?t=[\w.-]+/.exec(body)![0]);
  expect(received.filter(({ title }) => !title.startsWith('to Ben')).some((one) => one.body.includes('?t='))).toBe(
    false,
  );
  const page = `${app.host.url}/api/approve`;
  for (let time = 0; time < 2; time += 1) {
    const look = await fetch(`${page}${link.search}`, { headers: { connection: 'close' } });
    expect(look.status).toBe(200);
    expect(look.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await look.text()).toContain('restart');
  }
  expect((await asked()).map(({ state: now }) => now)).toEqual(['waiting']);
  const form = new URLSearchParams({ t: link.searchParams.get('t')!, answer: 'approve', reason: 'seen on the way' });
  const send = async () => {
    const answered = await fetch(page, { method: 'POST', body: form, headers: { connection: 'close' } });
    await answered.text();
    return answered.status;
  };
  expect(await send()).toBe(200);
  expect(await send()).toBe(409);
  await app.host.runToQuiescence();
  expect(await done()).toEqual(['restart']);
});

test('somebody stops the machine while people think: their yes is void, and nothing is restarted', async () => {
  const target = await hang('dev', 2);
  await app.operator('POST', 'runs', { key: 'k2', runbook: 'restart-vm', target }, 'ada');
  await app.host.idle();
  const [one] = await asked();
  await local.cloud.control.setMachine(target.split('/').at(-1)!, { power: 'deallocated' });
  await answer(one!, 'approve', 'ava');
  await app.host.runToQuiescence();
  expect(await done()).toEqual([]);
  expect(await app.operator('GET', `approvals/${one!.id}`, undefined, 'rae')).toMatchObject({
    body: { state: 'voided' },
  });
  expect(app.host.instances()[0]?.output).toMatchObject({ result: { kind: 'not-applied', why: 'impossible' } });
});

test('a plan that is another one is asked about again', async () => {
  const target = await hang('dev', 3);
  await app.operator('POST', 'runs', { key: 'k3', runbook: 'redeploy-vm', target }, 'ada');
  await app.host.idle();
  const [one] = await asked();
  // Its host fails as well: still to be moved, but from another state than the one that was shown.
  await local.cloud.control.breakMachine(target.split('/').at(-1)!, { kind: 'host-failing', healedBy: 'redeploy' });
  local.clock.advanceBy(120_000);
  await answer(one!, 'approve', 'ava');
  const [two] = await asked();
  expect(two?.id).toBe(one!.id.replace(/-a1$/, '-a2'));
  expect(two?.planHash).not.toBe(one!.planHash);
  expect(await done()).toEqual([]);
  expect(await app.operator('GET', `approvals/${one!.id}`, undefined, 'rae')).toMatchObject({
    body: { state: 'voided' },
  });
  await answer(two!, 'approve', 'ava');
  await app.host.runToQuiescence();
  expect(await done()).toEqual(['redeploy']);
});

test('where the guard wants a person, people are asked, and hear why', async () => {
  for (const number of [1, 2]) {
    await alert(await hang('dev', number), String(number));
  }
  const first = await asked();
  expect(first).toHaveLength(2);
  for (const one of first) {
    await answer(one, 'approve', 'ava');
    await answer(one, 'approve', 'ada');
  }
  // The budget of one machine an hour is used by the first; the second needs a person's yes to that as well.
  const [more] = await asked();
  expect(more?.reasons.join(' ')).toMatch(/the guard says ask \(budget\).*1 of 1 resources/);
  await answer(more!, 'approve', 'ava');
  await answer(more!, 'approve', 'ada');
  await app.host.runToQuiescence();
  expect(await done()).toEqual(['restart', 'restart']);
  expect(ended().map((one) => one?.end)).toEqual(['repaired', 'repaired']);
});

test('nobody answers: the next are told, then a person takes over, and nothing was done', async () => {
  await alert(await hang('prod', 2));
  await app.host.runToQuiescence({ until: local.clock.now() + 31 * 60_000 });
  await heard('Approval still wanted');
  await app.host.runToQuiescence();
  expect(await done()).toEqual([]);
  expect(ended()).toMatchObject([{ end: 'handed-over' }]);
  expect(ended()[0]?.reasons?.[0]).toBe('restart-vm: unapproved');
});

test('the alert is resolved while people think: nobody is needed any more', async () => {
  const target = await hang('prod', 3);
  await alert(target);
  const [one] = await asked();
  const resolved = availabilityAlert({ target, condition: 'Resolved', alert: '00000001-0000-4000-8000-000000000000' });
  const response = await fetch(`${app.host.url}/api/alerts/azure-monitor/key`, {
    method: 'POST',
    headers: { 'x-functions-key': app.host.keys.default, connection: 'close' },
    body: JSON.stringify(resolved),
  });
  expect(response.status).toBe(202);
  await app.host.runToQuiescence();
  expect(ended()).toMatchObject([{ end: 'resolved' }]);
  expect(await answer(one!, 'approve', 'ava')).toMatchObject({ status: 409 });
  expect(await done()).toEqual([]);
});

test('a no ends it, with its reason', async () => {
  await alert(await hang('prod', 4));
  const [one] = await asked();
  await answer(one!, 'reject', 'ava');
  await app.host.runToQuiescence();
  expect(ended()).toMatchObject([
    { end: 'handed-over', reasons: ['restart-vm: rejected', expect.stringMatching(/Ava/)] },
  ]);
  expect(await done()).toEqual([]);
});

test.each([500, undefined])('a channel that answers %s keeps no run from its work', async (status) => {
  receiverStatus = status;
  await alert(await hang('prod', 5));
  const [one] = await asked();
  await answer(one!, 'approve', 'ava');
  await answer(one!, 'approve', 'ada');
  await app.host.runToQuiescence();
  expect(ended()).toMatchObject([{ end: 'repaired' }]);
  const { body } = await app.operator('GET', 'notifications', undefined, 'rae');
  expect((body as { channels: { waiting: number }[] }).channels[0]?.waiting).toBeGreaterThan(0);
});
