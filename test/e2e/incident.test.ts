import { incidentOrchestrator, runOrchestrator } from '../../src/run';
import { availabilityAlert, machineId } from '../support/alert-payload';
import { startLocalApp, type AppHost, type LocalApp } from '../support/local-app';
import { recordHistory } from '../support/histories';
import { expectDeterministic } from '../support/replay';

let local: LocalApp;
let app: AppHost;
beforeAll(async () => {
  local = await startLocalApp();
}, 60_000);
afterAll(() => local.stop());

beforeEach(async () => {
  const { control } = local.cloud;
  await control.clearFaults();
  for (const { name } of await control.machines()) {
    await control.healMachine(name);
    await control.setMachine(name, { power: 'running' });
  }
  // A day apart, so that no metric, budget or cooldown of one story reaches into the next.
  local.clock.advanceBy(86_400_000);
  await control.clearJournal();
  app = await local.start();
});

afterEach(async () => {
  // Every orchestration of every story is replayed turn by turn with the real SDK.
  for (const { instanceId, name } of app.host.instances()) {
    const orchestrator = name === 'incident-v1' ? incidentOrchestrator : runOrchestrator;
    const turns = await expectDeterministic(orchestrator, app.host.history(instanceId) ?? [], instanceId);
    expect(turns).toBeGreaterThan(0);
    recordHistory(name, instanceId, expect.getState().currentTestName ?? '', app.host.history(instanceId) ?? []);
  }
  expect(await app.verifyLedger()).toMatchObject({ valid: true, problems: [] });
  await app.host.stop();
});

const minutes = (count: number) => count * 60_000;
const now = (): string => new Date(local.clock.now()).toISOString();

async function hang(
  name: string,
  healedBy: 'restart' | 'redeploy' | 'nothing' | 'time',
  healsAfter?: number,
): Promise<void> {
  await local.cloud.control.breakMachine(name, {
    kind: 'guest-hung',
    healedBy,
    ...(healsAfter === undefined ? {} : { healsAfter }),
  });
  local.clock.advanceBy(minutes(2));
}

/** What ARM was asked to change, in order. */
async function asked(): Promise<(string | undefined)[]> {
  return (await local.cloud.control.journal())
    .filter(({ method }) => method === 'POST')
    .map(({ operation }) => operation?.split('/').at(-2));
}

interface Ended {
  readonly end: string;
  readonly reasons: readonly string[];
  readonly runs: readonly {
    readonly runbook: string;
    readonly result: { readonly kind: string; readonly outcome?: string; readonly why?: string };
    readonly undo: { readonly done: boolean } | null;
  }[];
}

/** Outputs of all incidents, oldest first. */
function ended(): Ended[] {
  return [...app.host.instances()]
    .filter(({ name }) => name === 'incident-v1')
    .sort((left, right) => left.createdAt - right.createdAt)
    .map(({ output, runtimeStatus }) => {
      expect(runtimeStatus).toBe('Completed');
      return output as Ended;
    });
}

const results = (incident: Ended | undefined) =>
  incident?.runs.map(({ runbook, result }) => `${runbook}: ${result.outcome ?? result.why}`);

const prod = (number: number) => ({ name: `vm-web-prod-weu-0${number}`, target: machineId('prod', number) });

test('a restart that is accepted and does nothing is ineffective; the redeploy is verified; all is on record', async () => {
  const { name, target } = prod(1);
  await hang(name, 'redeploy');
  await local.cloud.control.addFault({
    effect: { kind: 'accept-and-do-nothing' },
    operation: 'Microsoft.Compute/virtualMachines/restart/action',
  });
  const answer = await app.alert(availabilityAlert({ target, firedAt: now() }));
  expect(answer).toMatchObject({ status: 202, body: { signals: [{ action: 'open-incident', duplicate: false }] } });
  await app.host.runToQuiescence();

  expect(ended()).toMatchObject([{ end: 'repaired' }]);
  expect(results(ended()[0])).toEqual(['restart-vm: ineffective', 'redeploy-vm: verified']);
  expect(await asked()).toEqual(['restart', 'redeploy']);
  const id = app.host.instances()[0]?.instanceId ?? '';
  const { body } = await app.operator('GET', `incidents/${id}`);
  expect(body).toMatchObject({
    incident: { end: 'repaired' },
    runs: [{ runbook: 'restart-vm' }, { runbook: 'redeploy-vm' }],
  });
});

test('a hundred deliveries of one alert at once are one incident, and one restart', async () => {
  const { name, target } = prod(1);
  await hang(name, 'restart');
  const payload = availabilityAlert({ target, firedAt: now() });
  const answers = await Promise.all(Array.from({ length: 100 }, () => app.alert(payload)));
  const taken = answers.filter(({ status }) => status === 202);
  // A delivery that lost a race may be sent away with 503; nothing else.
  expect(answers.filter(({ status }) => status !== 202 && status !== 503)).toEqual([]);
  expect(taken.length).toBeGreaterThan(0);
  await app.host.runToQuiescence();
  expect(results(ended()[0])).toEqual(['restart-vm: verified']);
  expect(ended()).toHaveLength(1);
  expect(await asked()).toEqual(['restart']);
  const late = await app.alert(payload);
  expect(late).toMatchObject({ status: 202, body: { signals: [{ duplicate: true }] } });
  await app.host.runToQuiescence();
  expect(ended()).toHaveLength(1);
});

test('Resolved before Fired: nothing is touched', async () => {
  const { name, target } = prod(1);
  await hang(name, 'restart');
  const firedAt = now();
  expect(await app.alert(availabilityAlert({ target, firedAt, condition: 'Resolved' }))).toMatchObject({
    status: 202,
    body: { signals: [{ action: 'close-incident' }] },
  });
  expect(await app.alert(availabilityAlert({ target, firedAt }))).toMatchObject({ status: 202 });
  await app.host.runToQuiescence();
  expect(ended()).toMatchObject([{ end: 'resolved' }]);
  expect(results(ended()[0])).toEqual(['restart-vm: resolved']);
  expect(await asked()).toEqual([]);
});

test('Resolved in the middle of a repair: the run goes to its end and the ladder is not climbed', async () => {
  const { name, target } = prod(1);
  await hang(name, 'nothing');
  const firedAt = now();
  await app.alert(availabilityAlert({ target, firedAt }));
  await app.host.runToQuiescence({
    when: () => app.host.instances()[0]?.customStatus !== null && local.clock.now() > Date.parse(firedAt) + minutes(2),
  });
  expect(await asked()).toEqual(['restart']);
  expect(await app.alert(availabilityAlert({ target, firedAt, condition: 'Resolved' }))).toMatchObject({ status: 202 });
  await app.host.runToQuiescence();
  expect(ended()).toMatchObject([{ end: 'resolved' }]);
  expect(results(ended()[0])).toEqual(['restart-vm: ineffective']);
  expect(await asked()).toEqual(['restart']);
});

test('a machine that is healthy when it is looked at is left alone', async () => {
  const { target } = prod(2);
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence();
  expect(ended()).toMatchObject([{ end: 'healthy' }]);
  expect(await asked()).toEqual([]);
});

test('when nothing helps, a person takes over, with every rung on record', async () => {
  const { name, target } = prod(1);
  await hang(name, 'nothing');
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence();
  expect(ended()).toMatchObject([{ end: 'handed-over' }]);
  expect(results(ended()[0])).toEqual(['restart-vm: ineffective', 'redeploy-vm: ineffective']);
});

test('a machine that somebody stopped is not started again: a person is told', async () => {
  const { name, target } = prod(1);
  await local.cloud.control.setMachine(name, { power: 'deallocated' });
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence();
  expect(results(ended()[0])).toEqual(['restart-vm: impossible', 'redeploy-vm: impossible']);
  expect(ended()).toMatchObject([{ end: 'handed-over' }]);
  expect(await asked()).toEqual([]);
});

test("a redeploy without capacity fails late, is ineffective, and is handed over with the platform's own code", async () => {
  const { name, target } = prod(1);
  await hang(name, 'redeploy');
  await local.cloud.control.addFault({
    effect: { kind: 'allocation-failed' },
    operation: 'Microsoft.Compute/virtualMachines/redeploy/action',
  });
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence();
  expect(results(ended()[0])).toEqual(['restart-vm: ineffective', 'redeploy-vm: ineffective']);
  expect(ended()[0]?.reasons.join(' ')).toContain('ZonalAllocationFailed');
});

test('an answer that never came is not asked for again: the machine is looked at', async () => {
  const { name, target } = prod(1);
  await hang(name, 'restart');
  await local.cloud.control.addFault({
    effect: { kind: 'timeout-after-effect' },
    operation: 'Microsoft.Compute/virtualMachines/restart/action',
  });
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence();
  expect(results(ended()[0])).toEqual(['restart-vm: verified']);
  expect(await asked()).toEqual(['restart']);
});

test('throttling is waited out for as long as the platform asks', async () => {
  const { name, target } = prod(1);
  await hang(name, 'restart');
  await local.cloud.control.addFault({
    effect: { kind: 'status', status: 429, retryAfterSeconds: 90 },
    operation: 'Microsoft.Compute/virtualMachines/restart/action',
    times: 1,
  });
  const firedAt = local.clock.now();
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence();
  expect(results(ended()[0])).toEqual(['restart-vm: verified']);
  const journal = (await local.cloud.control.journal()).filter(({ method }) => method === 'POST');
  expect(journal.map(({ status }) => status)).toEqual([429, 202]);
  expect((journal[1]?.at ?? 0) - firedAt).toBeGreaterThanOrEqual(90_000);
});

test('two alerts on one machine are one incident; the second has its decision, which says so', async () => {
  const { name, target } = prod(1);
  await hang(name, 'restart');
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  const other = { target, alert: '11111111-1111-4111-8111-111111111111' };
  const joined = await app.alert(availabilityAlert({ ...other, firedAt: now() }));
  const [signal] = (joined.body as { signals: { signalId: string; action: string; incidentId: string }[] }).signals;
  expect(signal).toMatchObject({ action: 'joined', incidentId: app.host.instances()[0]?.instanceId });
  await app.host.runToQuiescence();
  expect(ended()).toMatchObject([{ end: 'repaired' }]);
  expect(await asked()).toEqual(['restart']);
  const { body } = await app.operator('GET', `why/${signal?.signalId}`);
  expect(JSON.stringify(body)).toContain('joins incident');
  expect(await app.operator('GET', `incidents/${signal?.incidentId}`)).toMatchObject({
    body: { incident: { joined: [signal?.signalId] } },
  });
});

test('the kill switch stops an incident before it acts, and says who set it', async () => {
  const { name, target } = prod(1);
  await hang(name, 'restart');
  expect(
    await app.operator('PUT', 'environments/prod/kill-switch', { engaged: true, reason: 'maintenance of the racks' }),
  ).toMatchObject({ status: 202 });
  await app.host.idle();
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence();
  expect(ended()).toMatchObject([{ end: 'handed-over' }]);
  expect(ended()[0]?.reasons.join(' ')).toContain('maintenance of the racks');
  expect(await asked()).toEqual([]);
});

test('the kill switch of everything stops an incident before anything is looked at', async () => {
  const { name, target } = prod(1);
  await hang(name, 'restart');
  expect(await app.operator('PUT', 'kill-switch', { engaged: true, reason: 'a fault in the rules' })).toMatchObject({
    status: 202,
  });
  await app.host.idle();
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence();
  expect(results(ended()[0])).toEqual(['restart-vm: stopped']);
  expect(ended()[0]?.reasons.join(' ')).toContain('a fault in the rules');
  expect((await local.cloud.control.journal()).filter(({ path }) => path.includes(name))).toEqual([]);
  const { body } = await app.operator('GET', 'ledger?kind=kill-switch.set');
  expect(body).toMatchObject({ entries: [{ data: { reason: 'a fault in the rules', engaged: true } }] });
});

test('a resource that an operator holds is left alone, is tagged, and is repaired once it is released', async () => {
  const { name, target } = prod(1);
  await hang(name, 'restart');
  const held = await app.operator('POST', 'holds', { target, reason: 'its disk is looked at', for: '20m' });
  expect(held).toMatchObject({ status: 202, body: { tagged: true } });
  expect((await local.cloud.control.machine(name)).tags['caretaker-hold']).toMatch(/its disk is looked at/);
  await app.host.idle();
  const begin = local.clock.now();
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence({ until: begin + minutes(6) });
  local.clock.advanceTo(begin + minutes(6));
  expect(await asked()).toEqual([]);
  const { id } = held.body as { id: string };
  expect(await app.operator('DELETE', `holds/${id}`)).toMatchObject({ status: 202, body: { untagged: true } });
  expect((await local.cloud.control.machine(name)).tags['caretaker-hold']).toBeUndefined();
  await app.host.runToQuiescence();
  expect(results(ended()[0])).toEqual(['restart-vm: verified']);
  const [restart] = (await local.cloud.control.journal()).filter(({ method }) => method === 'POST');
  // Released before its time: noticed at the next look, and not only at the end that the hold had named.
  expect((restart?.at ?? 0) - begin).toBeLessThanOrEqual(minutes(12));
});

test('a tag that a person set in Azure keeps Caretaker off, until the time that it names', async () => {
  const { name, target } = prod(1);
  await hang(name, 'restart');
  const until = new Date(local.clock.now() + minutes(10));
  const tags = { ...(await local.cloud.control.machine(name)).tags };
  await local.cloud.control.setMachine(name, { tags: { ...tags, 'Caretaker-Hold': `${until.toISOString()} Ada` } });
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence();
  expect(results(ended()[0])).toEqual(['restart-vm: verified']);
  const [restart] = (await local.cloud.control.journal()).filter(({ method }) => method === 'POST');
  expect(restart?.at).toBeGreaterThanOrEqual(until.getTime());
  await local.cloud.control.setMachine(name, { tags });
});

test('a budget that is used up makes the next machine wait, and patience ends with a person', async () => {
  for (const number of [1, 2, 3]) {
    const name = `vm-web-dev-weu-0${number}`;
    await local.cloud.control.breakMachine(name, { kind: 'guest-hung', healedBy: 'restart' });
  }
  local.clock.advanceBy(minutes(2));
  for (const number of [1, 2, 3]) {
    await app.alert(
      availabilityAlert({
        target: machineId('dev', number),
        firedAt: now(),
        alert: `0000000${number}-0000-4000-8000-000000000000`,
      }),
    );
    await app.host.idle();
  }
  await app.host.runToQuiescence();
  const ends = ended()
    .map(({ end }) => end)
    .sort();
  expect(ends).toEqual(['handed-over', 'repaired', 'repaired']);
  expect((await asked()).length).toBe(2);
  const waiting = ended().find(({ end }) => end === 'handed-over');
  expect(results(waiting)).toEqual(['restart-vm: out-of-patience']);
});

test('the same machine again within the cooldown: the restart is skipped and the ladder goes on', async () => {
  const { name, target } = prod(1);
  await hang(name, 'restart');
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence();
  await hang(name, 'redeploy');
  await app.alert(availabilityAlert({ target, firedAt: now(), alert: '22222222-2222-4222-8222-222222222222' }));
  await app.host.runToQuiescence();
  expect(results(ended()[1])).toEqual(['restart-vm: cooldown', 'redeploy-vm: verified']);
});

test('a machine that loses its power by our doing is started again, and the outcome stays harmful', async () => {
  const { name, target } = prod(1);
  const { control } = local.cloud;
  await hang(name, 'restart');
  // The restart takes 33 s; polls come every 10 s, so the loss falls between the end of the operation and the next look.
  await control.addFault({
    effect: { kind: 'slow', factor: 1.1 },
    operation: 'Microsoft.Compute/virtualMachines/restart/action',
  });
  const firedAt = local.clock.now();
  await app.alert(availabilityAlert({ target, firedAt: now() }));
  await app.host.runToQuiescence({ until: firedAt + 35_000 });
  local.clock.advanceTo(firedAt + 35_000);
  await control.setMachine(name, { power: 'stopped' });
  await app.host.runToQuiescence();
  expect(results(ended()[0])).toEqual(['restart-vm: harmful']);
  expect(ended()).toMatchObject([{ end: 'handed-over', runs: [{ undo: { done: true } }] }]);
  expect(await asked()).toEqual(['restart', 'start']);
});

test('an operator orders a run; the same order again is the same run', async () => {
  const { name, target } = prod(3);
  await hang(name, 'restart');
  const order = { key: 'ticket-4711', runbook: 'restart-vm', target };
  const first = await app.operator('POST', 'runs', order);
  expect(first).toMatchObject({ status: 202 });
  // Everything but the headers, which have the second in which it was answered.
  const { status, body } = await app.operator('POST', 'runs', order);
  expect({ status, body }).toEqual({ status: first.status, body: first.body });
  await app.host.runToQuiescence();
  const { runId } = first.body as { runId: string };
  expect(await app.operator('GET', `runs/${runId}`)).toMatchObject({
    status: 200,
    body: { run: { result: { kind: 'applied', outcome: 'verified' } } },
  });
  expect(await asked()).toEqual(['restart']);
});
