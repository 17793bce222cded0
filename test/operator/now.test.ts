import { emptyGuard } from '../../src/guard';
import { TransientError } from '../../src/kernel/errors';
import { silentLog } from '../../src/kernel/log';
import { readParts } from '../../src/operator/parts';
import { shared } from '../../src/operator/shared';
import { omar, request } from '../approvals/fixture';
import { HandClock, storageDown } from '../run/fixture';
import { alertText, policyText, subscription } from '../run/intake-world';
import { doors } from './support';

const target = `/subscriptions/${subscription}/resourcegroups/rg-web-prod/providers/microsoft.compute/virtualmachines/vm-web-1`;
const twoEnvironments = policyText.replace(
  'rules:',
  `  dev:
    subscriptions: [${subscription}]
    resourceGroups: ['rg-dev-*']
    ceiling: auto
    budgets: [{ name: hourly, window: 1h, maxResources: 2 }]
rules:`,
);
const stands = {
  ...{ target, environment: 'prod', rule: 'vm-unavailable', severity: 'critical', summary: 'vm-web-1 is down' },
  ...{ rung: 1, ladder: ['restart-vm', 'redeploy-vm'], stage: 'verify' },
  runs: [{ runbook: 'restart-vm', result: 'ineffective', reasons: ['it is still down'] }],
};

async function world(text = twoEnvironments) {
  const door = doors({ read: async () => ({ kind: 'document', text, etag: '1' }) });
  const { engine, clock } = door;
  engine.add('incident-v1', 'incident-1', { customStatus: stands });
  engine.add('incident-v1', 'incident-0', { createdTime: '2026-05-04T07:00:00.000Z' });
  engine.add('run-v1', 'order-1', { customStatus: { target, runbook: 'restart-vm', stage: 'apply' } });
  engine.add('restore-v1', 'restore-1');
  engine.add('something-else', 'other');
  await door.approvals.open(request(), 'order-1');
  await door.alert('nonsense');
  await door.call('kill-switch', {
    params: { environment: 'prod' },
    body: { engaged: true, reason: 'the night shift looks' },
  });
  const until = clock.text(3600);
  engine.guardState = {
    ...emptyGuard,
    killSwitch: { engaged: true, reason: 'the night shift looks', by: 'Omar', at: clock.text() },
    ruleSwitches: { 'vm-unavailable': { engaged: true, reason: 'wrong', by: 'Omar', at: clock.text() } },
    holds: { [target]: { target: target as never, reason: 'mine', by: 'Omar', at: clock.text(), expiresAt: until } },
    waiting: { 'run-9': { turn: 1, target, since: clock.now(), until: clock.now() + 60_000, keys: ['budget hourly'] } },
  };
  const look = (etag?: string) =>
    door.call('now', { ...(etag === undefined ? {} : { headers: { 'if-none-match': etag } }) });
  /** Looks once what was shared is too old to be given again. */
  const lookAnew = (etag?: string) => {
    clock.pass(2);
    return look(etag);
  };
  return { door, engine, clock, look, lookAnew };
}

it('tells how it stands in one look', async () => {
  const { look, clock, door } = await world();
  const { status, body, headers } = await look();
  expect(status).toBe(200);
  expect(headers['etag']).toMatch(/^"[0-9a-f]{32}"$/);
  expect(body).toMatchObject({
    at: clock.text(),
    killSwitch: { engaged: true },
    incidents: [
      { id: 'incident-0', since: '2026-05-04T07:00:00.000Z', target: null, ladder: [], severity: null },
      { id: 'incident-1', target, severity: 'critical', rung: 1, stage: 'verify', ladder: stands.ladder },
    ],
    runs: [{ id: 'order-1', target, runbook: 'restart-vm', stage: 'apply' }],
    approvals: [{ id: 'order-1-a1', state: 'waiting', requestedBy: { name: omar.name } }],
    rotations: [],
    restores: [{ id: 'restore-1' }],
    counts: { deadLetters: { count: 1, more: false }, undelivered: 0 },
    missing: [],
  });
  expect((body as unknown as { environments: object[] }).environments[0]).toMatchObject({
    name: 'prod',
    killSwitch: { by: 'Omar' },
    rulesOff: [{ rule: 'vm-unavailable', killSwitch: { reason: 'wrong' } }],
    leases: { count: 0, list: [] },
    waiting: { count: 1, list: [{ run: 'run-9', places: [{ key: 'budget hourly', position: 1 }] }] },
    budgets: (await door.call('guard', { params: { environment: 'prod' } })).body['budgets'],
    breakers: [],
    calendar: null,
  });
  expect(body['holds']).toEqual((await door.call('holds')).body['holds']);
  const changes = body['changes'] as unknown as { sentence: string; kind: string; sequence: number }[];
  expect(changes.map(({ kind }) => kind)).toEqual(['kill-switch.set', 'approval.asked']);
  expect(changes[0]?.sentence).toBe('function-key engaged the kill switch of prod: the night shift looks.');
  expect(changes[0]?.sequence).toBeGreaterThan(changes[1]?.sequence ?? 0);
});

it('shows only the runbooks that are not let act, and of what was decided only what changes something', async () => {
  const breaker = 'defaults: { breaker: { runs: 2, within: 1h, ask: 50%, stop: 100% } }\nenvironments:';
  const { engine, look, door } = await world(policyText.replace('environments:', breaker));
  const at = door.clock.now();
  engine.guardState = {
    ...engine.guardState,
    tallies: {
      'restart-vm': [
        [at, 'ineffective'],
        [at, 'ineffective'],
      ],
      'redeploy-vm': [
        [at, 'verified'],
        [at, 'verified'],
      ],
    },
  };
  await door.alert(alertText('metric-fired'));
  const { body } = await look();
  expect(body['environments']).toMatchObject([{ breakers: [{ runbook: 'restart-vm', mode: 'observe' }] }]);
  expect((body['changes'] as unknown as { kind: string }[]).map(({ kind }) => kind)).not.toContain('signal.decided');
});

it('answers 304 as long as nothing has changed but the time', async () => {
  const { look, lookAnew, engine, clock, door } = await world();
  const { etag } = (await look()).headers;
  expect(await lookAnew(etag)).toMatchObject({ status: 304, body: null, headers: { etag } });
  expect(await lookAnew(`W/${etag ?? ''}, "other"`)).toMatchObject({ status: 304 });
  expect(await lookAnew('"other"')).toMatchObject({ status: 200, headers: { etag } });
  engine.add('run-v1', 'order-2');
  const more = await lookAnew(etag);
  expect(more.status).toBe(200);
  expect(more.body['runs']).toHaveLength(2);
  // The wait of run-9 is over, and nobody has told the guard: that is news.
  clock.pass(120);
  const later = await look(more.headers['etag']);
  expect(later.body['environments']).toMatchObject([{ waiting: { count: 0 } }, {}]);
  // The older change goes after an hour, which is none.
  clock.pass(3000);
  await door.call('place-hold', { body: { target, reason: 'x', for: '1h' } });
  const { headers, body } = await lookAnew(later.headers['etag']);
  expect(body['changes']).toHaveLength(3);
  engine.guardState = { ...engine.guardState, holds: {} };
  const free = await lookAnew(headers['etag']);
  expect(free.status).toBe(200);
  clock.pass(900);
  expect(await look(free.headers['etag'])).toMatchObject({ status: 304 });
  expect((await look()).body['changes']).toHaveLength(1);
});

it('looks once for everybody who asks within two seconds of real time', async () => {
  const { look, lookAnew, engine } = await world();
  const answers = await Promise.all([look(), look(), look()]);
  expect(new Set(answers.map(({ headers }) => headers['etag'])).size).toBe(1);
  expect(engine.asked.filter((one) => one === 'instances')).toHaveLength(1);
  await look();
  expect(engine.asked.filter((one) => one === 'instances')).toHaveLength(1);
  await lookAnew();
  expect(engine.asked.filter((one) => one === 'instances')).toHaveLength(2);
});

it('costs what its description says', async () => {
  const { look, lookAnew, engine, door } = await world();
  await look();
  const costOf = async () => {
    const [acts, asked] = [door.breaker.acts.length, engine.asked.length];
    expect((await lookAnew()).status).toBe(200);
    return { storage: door.breaker.acts.slice(acts), engine: engine.asked.slice(asked).sort() };
  };
  // One approval waits, and there are two environments.
  const engineReads = ['guard -everywhere-', 'guard dev', 'guard prod', 'instances'];
  const still = await costOf();
  expect(still.engine).toEqual(engineReads);
  expect(still.storage.sort()).toEqual(['get', 'get', 'list', 'list', 'list']);
  await door.call('place-hold', { body: { target, reason: 'x', for: '1h' } });
  const after = await costOf();
  expect(after.storage.sort()).toEqual(['get', 'get', 'list', 'list', 'list', 'read']);
});

it('names what cannot be read and shows the rest', async () => {
  const { look, lookAnew, engine, door } = await world();
  engine.unreadable.add('dev');
  jest.spyOn(door.documents, 'list').mockImplementation(async (prefix) => {
    throw prefix.startsWith('dead-letters') ? new Error('with a password in it') : storageDown;
  });
  const { status, body } = await look();
  expect(status).toBe(200);
  expect(body).toMatchObject({
    environments: [{ name: 'prod' }],
    approvals: null,
    counts: { deadLetters: null, undelivered: null },
    missing: [
      { part: 'approvals', reason: 'the storage does not answer' },
      { part: 'counts.deadLetters', reason: 'it cannot be read; the log says why' },
      { part: 'counts.undelivered', reason: 'the storage does not answer' },
      { part: 'environments/dev', reason: 'the guard of dev cannot be read' },
    ],
  });
  expect(body['incidents']).toHaveLength(2);
  engine.down = new TransientError('EngineUnavailable', 'the durable engine does not answer');
  const without = await lookAnew();
  expect(without.status).toBe(200);
  expect(without.body).toMatchObject({ environments: null, holds: null, incidents: null, killSwitch: null });
  expect(without.body['changes']).toHaveLength(2);
});

it('answers 503 when nothing can be read, and looks again at the next request', async () => {
  const down: Error = storageDown;
  let broken = true;
  const door = doors({
    read: async () => {
      if (broken) {
        throw down;
      }
      return { kind: 'document', text: policyText, etag: '1' };
    },
  });
  const fail = async (): Promise<never> => {
    throw down;
  };
  const get = jest.spyOn(door.documents, 'get').mockImplementation(fail);
  const list = jest.spyOn(door.documents, 'list').mockImplementation(fail);
  door.engine.down = down;
  const answer = await door.call('now');
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '20']);
  get.mockRestore();
  list.mockRestore();
  door.engine.down = undefined;
  broken = false;
  expect(await door.call('now')).toMatchObject({ status: 200, body: { missing: [] } });
});

describe('a part of an answer', () => {
  it('is given up after its time, without harm to the others', async () => {
    const parts = readParts(silentLog, 20);
    const never = parts.read(['slow', 'slower'], () => new Promise<never>(() => undefined));
    expect(await parts.read(['quick'], async () => 1)).toBe(1);
    expect(await never).toBeNull();
    expect(parts.missing()).toEqual([
      { part: 'slow', reason: 'it did not answer within 0.02 s' },
      { part: 'slower', reason: 'it did not answer within 0.02 s' },
    ]);
    expect(() => parts.orNothing()).not.toThrow();
  });
});

describe('shared work', () => {
  it('is done again once it is too old, and what failed is not kept', async () => {
    const clock = new HandClock();
    const share = shared<number>(clock, 2000);
    let done = 0;
    const work = async () => (done += 1);
    expect(await Promise.all([share(work), share(work)])).toEqual([1, 1]);
    clock.pass(1.999);
    expect(await share(work)).toBe(1);
    clock.pass(0.001);
    const fail = async (): Promise<number> => {
      throw storageDown;
    };
    await expect(share(fail)).rejects.toBe(storageDown);
    expect(await share(work)).toBe(2);
  });
});
