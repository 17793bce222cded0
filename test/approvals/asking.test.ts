import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as df from 'durable-functions';
import {
  approvalActivities,
  approvalEvent,
  askApproval,
  askWithoutDrift,
  createApprovals,
  type ApprovalRequest,
  type Asked,
  type Voter,
} from '../../src/approvals';
import type { EpochMillis } from '../../src/kernel/clock';
import { silentLog } from '../../src/kernel/log';
import { createLedger } from '../../src/ledger';
import { createVirtualClock, startHost, type RunningHost, type VirtualClock } from '../../src/local/host';
import type { Notification } from '../../src/ports/notifications';
import type { Wakes } from '../../src/ports/wakes';
import { functionsCore } from '../support/functions-core';
import { MemoryStorage } from '../support/memory-storage';
import { expectDeterministic, type OrchestratorFunction } from '../support/replay';
import { ada, admins, approvers, ava, ben, otherHash, planHash, request } from './fixture';

/** What the matter's plan is now; a test changes it to make it drift. */
let hashNow: string | undefined = planHash;

const ask: OrchestratorFunction = function* ({ df: durable }) {
  const { interruptible, ...given } = durable.getInput<ApprovalRequest & { interruptible?: boolean }>();
  return yield* askApproval(
    durable,
    given,
    interruptible === true ? durable.waitForExternalEvent('resolved') : undefined,
  );
};
const steady: OrchestratorFunction = function* ({ df: durable }) {
  const given = durable.getInput<ApprovalRequest>();
  const first: Asked<string> = { plan: given.planHash, request: given };
  return yield* askWithoutDrift(durable, durable.instanceId, first, function* () {
    const hash = (yield durable.callActivity('plan-again')) as string | null;
    return hash === null ? undefined : { plan: hash, request: { ...given, planHash: hash } };
  });
};

let clock: VirtualClock;
let storage: MemoryStorage;
const told: Notification[] = [];
let approvals: ReturnType<typeof createApprovals>;
let host: RunningHost;
let folder: string;

const orchestrators: Readonly<Record<string, OrchestratorFunction>> = { ask, steady };
df.app.orchestration('ask', ask);
df.app.orchestration('steady', steady);
df.app.activity('plan-again', { handler: () => hashNow ?? null });
// The activities stand on what the test at hand has made.
for (const name of ['open', 'look', 'close'] as const) {
  df.app.activity(`approval-${name}`, { handler: (input: unknown) => approvalActivities(approvals)[name](input) });
}

const startAgain = (): Promise<RunningHost> =>
  startHost({ app: { core: functionsCore }, stateFile: join(folder, 'state.db'), clock, schedules: false });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'caretaker-asking-'));
  clock = createVirtualClock(Date.parse('2026-03-02T08:00:00Z'));
  storage = new MemoryStorage();
  told.length = 0;
  hashNow = planHash;
  const now = { now: () => clock.now() as EpochMillis };
  const { documents, ledgerLogs } = storage;
  approvals = createApprovals({
    documents,
    ledger: createLedger({ logs: ledgerLogs, documents, clock: now, environment: 'test' }),
    notifications: {
      tell: async (one) => {
        // As the real ones do: told once by key.
        if (!told.some(({ key }) => key === one.key)) told.push(one);
      },
    },
    clock: now,
    log: silentLog,
  });
  host = await startAgain();
});
afterEach(async () => {
  for (const { instanceId, name } of host.instances()) {
    await expectDeterministic(orchestrators[name]!, host.history(instanceId) ?? [], instanceId);
  }
  await host.stop();
  rmSync(folder, { recursive: true, force: true });
});

const wakes: Wakes = {
  wake: async (instanceId, event) => {
    await host.raiseEvent(instanceId, event, {});
    return 'woken';
  },
};
const deaf: Wakes = { wake: () => Promise.reject(new Error('the engine does not answer')) };
const vote = async (
  id: string,
  voter: Voter,
  hash = planHash,
  answer: 'approve' | 'reject' = 'approve',
  by = wakes,
) => {
  const counted = await approvals.vote(id, { voter, answer, reason: 'seen', via: 'token', planHash: hash }, by);
  await host.idle();
  return counted;
};
async function start(name: 'ask' | 'steady', input: object = request()): Promise<string> {
  const id = await host.startOrchestration(name, { instanceId: 'order-1', input });
  await host.idle();
  return id;
}
const output = () => host.instance('order-1')?.output;
const kinds = async () => {
  const entries: string[] = [];
  for await (const { id } of createLedger({
    logs: storage.ledgerLogs,
    documents: storage.documents,
    clock: { now: () => clock.now() as EpochMillis },
    environment: 'test',
  }).read()) {
    entries.push(id);
  }
  return entries;
};

test('asks, waits, and goes on with the answer; all is on record and everybody is told once', async () => {
  await start('ask');
  expect(output()).toBeNull();
  expect(await approvals.waiting()).toHaveLength(1);
  await vote('order-1-a1', ava);
  expect(output()).toEqual({
    kind: 'approved',
    id: 'order-1-a1',
    planHash,
    by: ['Ava'],
    reasons: ['Ava approved it: seen'],
  });
  expect(await kinds()).toEqual([
    'approval.asked:order-1-a1',
    `approval.answered:order-1-a1:${ava.id}:approve`,
    'approval.ended:order-1-a1:approved',
  ]);
  expect(told.map(({ key }) => key)).toEqual(['approval:order-1-a1:stage-1', 'approval:order-1-a1:approved']);
  expect(await approvals.waiting()).toEqual([]);
  expect((await approvals.list()).approvals.map(({ state }) => state)).toEqual(['approved']);
});

test('events that come from nowhere, early and twice, approve nothing', async () => {
  await start('ask', request({ terms: { name: 'two', stages: [approvers(2)], otherwise: 'reject' } }));
  for (let time = 0; time < 3; time += 1) {
    await host.raiseEvent('order-1', approvalEvent('order-1-a1'), { state: 'approved', approved: true });
    await host.idle();
  }
  expect(output()).toBeNull();
  await vote('order-1-a1', ava);
  expect(output()).toBeNull();
  await vote('order-1-a1', ben);
  expect(output()).toMatchObject({ kind: 'approved', by: ['Ava', 'Ben'] });
});

test('a wait outlives the host: it is killed while it waits, answered meanwhile, and goes on', async () => {
  await start('ask');
  await host.stop();
  await approvals.vote('order-1-a1', { voter: ava, answer: 'approve', reason: 'seen', via: 'token', planHash }, deaf);
  host = await startAgain();
  await host.idle();
  expect(output()).toBeNull();
  expect(await approvals.sweep(wakes)).toBe(1);
  await host.idle();
  expect(output()).toMatchObject({ kind: 'approved', by: ['Ava'] });
  expect(await approvals.sweep(wakes)).toBe(0);
});

test('without an answer the next are asked and told, and then it is over', async () => {
  await start('ask');
  await host.runToQuiescence({ until: clock.now() + 31 * 60_000 });
  expect(told.map(({ key, severity }) => [key, severity])).toEqual([
    ['approval:order-1-a1:stage-1', 'warning'],
    ['approval:order-1-a1:stage-2', 'critical'],
  ]);
  expect(told[1]?.text).toContain('1 of Caretaker.Admin may approve it');
  await host.runToQuiescence();
  expect(output()).toMatchObject({ kind: 'expired' });
  expect(told.at(-1)?.key).toBe('approval:order-1-a1:expired');
  expect(await vote('order-1-a1', ada)).toMatchObject({ kind: 'refused', code: 'Decided' });
});

test('the second group can answer once it is asked', async () => {
  await start('ask');
  await host.runToQuiescence({ until: clock.now() + 31 * 60_000 });
  await vote('order-1-a1', ada);
  expect(output()).toMatchObject({ kind: 'approved', by: ['Ada'] });
});

test('a no is an answer, with its reason', async () => {
  await start('ask');
  await vote('order-1-a1', ava, planHash, 'reject');
  expect(output()).toEqual({ kind: 'rejected', id: 'order-1-a1', reasons: ['Ava rejected it: seen'] });
});

test('what needs no answer any more is withdrawn', async () => {
  await start('ask', { ...request(), interruptible: true });
  await host.raiseEvent('order-1', 'resolved', {});
  await host.idle();
  expect(output()).toMatchObject({ kind: 'withdrawn' });
  expect(await vote('order-1-a1', ava)).toMatchObject({ kind: 'refused', code: 'Decided' });
});

test('a plan that is another one after the approval is asked about again; the first approval is void', async () => {
  await start('steady');
  hashNow = otherHash;
  await vote('order-1-a1', ava);
  expect(output()).toBeNull();
  expect((await approvals.find('order-1-a1'))?.state).toBe('voided');
  expect((await approvals.find('order-1-a2'))?.request.planHash).toBe(otherHash);
  expect(await vote('order-1-a2', ben, planHash)).toMatchObject({ kind: 'refused', code: 'OtherPlan' });
  await vote('order-1-a2', ben, otherHash);
  expect(output()).toMatchObject({ kind: 'approved', plan: otherHash, approval: { planHash: otherHash, by: ['Ben'] } });
});

test('a plan that changes after every approval is given up', async () => {
  await start('steady');
  for (let time = 1; time <= 5; time += 1) {
    const hash = (await approvals.find(`order-1-a${time}`))!.request.planHash;
    hashNow = String(time).repeat(64);
    await vote(`order-1-a${time}`, ava, hash);
  }
  expect(output()).toMatchObject({ kind: 'unsteady' });
});

test('nothing is applied when there is nothing left to do', async () => {
  await start('steady');
  hashNow = undefined;
  await vote('order-1-a1', ava);
  expect(output()).toMatchObject({ kind: 'gone' });
  expect((await approvals.find('order-1-a1'))?.state).toBe('voided');
});

test('an id that is used for another plan is refused, and the first approval stands', async () => {
  await start('ask');
  await expect(approvals.open(request({ planHash: otherHash }), 'order-2')).rejects.toThrow(/about another plan/);
  expect((await approvals.find('order-1-a1'))?.request.planHash).toBe(planHash);
});

test('many answers at once are counted each once', async () => {
  await start(
    'ask',
    request({
      terms: { name: 'many', stages: [{ ...admins(1), need: [{ count: 6, roles: ['x'] }] }], otherwise: 'reject' },
    }),
  );
  const voters = Array.from({ length: 6 }, (_, index): Voter => ({
    id: `p${index}`,
    name: `P${index}`,
    roles: ['x'],
    groups: [],
  }));
  await Promise.all([...voters, ...voters].map((voter) => vote('order-1-a1', voter)));
  expect(output()).toMatchObject({ kind: 'approved' });
  expect((await approvals.find('order-1-a1'))?.votes).toHaveLength(6);
});
