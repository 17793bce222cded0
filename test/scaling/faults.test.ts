import type { Fault } from '../../src/local/cloud';
import { setName, startScalingApp, type ScalingApp } from './scaling-app';

let test: ScalingApp;
const control = () => test.local.cloud.control;
beforeAll(async () => {
  test = await startScalingApp();
}, 60_000);
afterAll(() => test.stop());

const write = '**virtualMachineScaleSets/write';
const remove = '**virtualMachineScaleSets/delete/action';

interface Report {
  readonly startedAt: string;
  readonly result: { readonly outcome?: string; readonly why?: string };
  readonly undo: { readonly done: boolean; readonly text: string } | null;
}
const reports = (since: number): Report[] =>
  test.app.host
    .instances()
    .filter(({ name, createdAt }) => name === 'run-v1' && createdAt >= since)
    .toSorted((a, b) => a.createdAt - b.createdAt)
    .map(({ output }) => output as Report);
const ends = (since: number) => reports(since).map(({ result }) => result.outcome ?? result.why);

/** Three machines that carry little, and hours since anything happened. */
async function calm(): Promise<void> {
  await control().clearFaults();
  await control().setLoad(setName, 60);
  test.local.clock.advanceBy(3 * 3_600_000);
  for (let rounds = 0; rounds < 10 && (await test.set()).capacity > 3; rounds += 1) {
    await test.minutes(6);
  }
  expect((await test.set()).capacity).toBe(3);
}

/**
 * What goes wrong with the first change to five machines, what its run ends in, and what becomes of it: the last column is what the
 * runs that follow end in, within a quarter of an hour.
 */
const table: readonly [what: string, fault: Fault, first: string, then: readonly string[], writes: number][] = [
  [
    'it is accepted and does nothing',
    { effect: { kind: 'accept-and-do-nothing' }, operation: write, times: 1 },
    'ineffective',
    ['verified'],
    2,
  ],
  ['it fails late', { effect: { kind: 'fail-late' }, operation: write, times: 1 }, 'ineffective', ['verified'], 2],
  [
    'it is refused with 409',
    { effect: { kind: 'status', status: 409, code: 'Conflict' }, operation: write, times: 1 },
    'verified',
    [],
    2,
  ],
  [
    'it is throttled with 429 and Retry-After',
    { effect: { kind: 'status', status: 429, retryAfterSeconds: 45 }, operation: write, times: 1 },
    'verified',
    [],
    2,
  ],
  [
    'its answer never comes, and it took effect',
    { effect: { kind: 'timeout-after-effect' }, operation: write, times: 1 },
    'verified',
    [],
    1,
  ],
  [
    'the connection breaks before it',
    { effect: { kind: 'connection-reset' }, operation: write, times: 1 },
    'verified',
    [],
    2,
  ],
  [
    'a zone has no room',
    { effect: { kind: 'allocation-failed' }, operation: write, times: 1 },
    'ineffective',
    ['verified'],
    2,
  ],
  [
    'it is forbidden',
    { effect: { kind: 'status', status: 403, code: 'AuthorizationFailed' }, operation: write, times: 1 },
    'refused',
    ['verified'],
    2,
  ],
];

it.each(table)(
  'when %s',
  async (_, fault, first, then, writes) => {
    await calm();
    await control().addFault(fault);
    await control().clearJournal();
    const since = test.local.clock.now();
    await control().setLoad(setName, 290);
    await test.minutes(16);
    expect(ends(since)).toEqual([first, ...then]);
    expect((await test.set()).capacity).toBe(5);
    expect((await control().journal({ operation: write })).length).toBe(writes);
  },
  60_000,
);

it('when the scale set disappears in the middle, ends harmful and says so; when it is back, goes on', async () => {
  await calm();
  const since = test.local.clock.now();
  await control().setLoad(setName, 290);
  await control().addFault({
    effect: { kind: 'disappear' },
    operation: '**virtualMachineScaleSets/read',
    skip: 12,
    times: 30,
  });
  await test.minutes(12);
  expect(ends(since)[0]).toBe('harmful');
  await control().clearFaults();
  await test.minutes(8);
  expect((await test.set()).capacity).toBe(5);
}, 60_000);

it('when machines are lost beside those that go, asks for as many as before, and says that it was not enough', async () => {
  await calm();
  await control().setLoad(setName, 290);
  await test.minutes(16);
  expect((await test.set()).capacity).toBe(5);
  const since = test.local.clock.now();
  await control().setLoad(setName, 60);
  await control().clearJournal();
  await control().addFault({ effect: { kind: 'slow', factor: 4 }, operation: remove, times: 1 });
  for (let minutes = 0; minutes < 20 && (await test.set()).capacity === 5; minutes += 1) {
    await test.minutes(1);
  }
  const staying = (await test.set()).instances.filter(({ power }) => power === 'running').map(({ name }) => name);
  for (const name of staying.slice(0, 2)) {
    await control().setMachine(name, { power: 'stopped' });
  }
  await test.minutes(6);
  // Two are still down, which no capacity mends: that is for a person, or for a repair.
  const [report] = reports(since);
  expect(report).toMatchObject({ result: { outcome: 'harmful' }, undo: { done: false } });
  expect(report?.undo?.text).toMatch(/Ask for 5 machines again/);
  expect(await control().journal({ operation: write })).toHaveLength(1);
  for (const { name, power } of (await test.set()).instances) {
    if (power === 'stopped') {
      await control().setMachine(name, { power: 'running' });
    }
  }
}, 60_000);

it('keeps its hands off a machine whose deletion is refused', async () => {
  await control().clearFaults();
  await control().setLoad(setName, 290);
  await test.minutes(20);
  const { capacity } = await test.set();
  const since = test.local.clock.now();
  await control().addFault({ effect: { kind: 'status', status: 409, code: 'OperationNotAllowed' }, operation: remove });
  await control().setLoad(setName, 60);
  await test.minutes(16);
  expect(new Set(ends(since))).toEqual(new Set(['refused']));
  expect((await test.set()).capacity).toBe(capacity);
}, 60_000);
