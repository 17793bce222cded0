import { silentLog } from '../../src/kernel/log';
import { InvalidInputError, PermanentError, TransientError } from '../../src/kernel/errors';
import { keyAccess, operatorRoutes } from '../../src/operator';
import { incidentOrchestratorName, runOrchestratorName } from '../../src/run';
import { alertText, policyText, subscription } from '../run/intake-world';
import { storageDown } from '../run/fixture';
import { doors, pathsOf } from './support';

const group = `/subscriptions/${subscription}/resourceGroups/rg-web-prod`;
const target = `${group}/providers/Microsoft.Compute/virtualMachines/vm-web-1`;
const order = { key: 'ticket-1', runbook: 'restart-vm', target };
const report = (id: string, startedAt: string, more: object = {}) => ({ id, startedAt, ...more });

describe('ordering a run', () => {
  it('starts it with all that it may do, on the resource in its one spelling', async () => {
    const door = doors();
    const answer = await door.call('order-run', { body: order });
    expect(answer.status).toBe(202);
    const [[runId, run] = []] = [...door.engine.instances];
    expect(answer.body).toMatchObject({ runId });
    expect(runId).toMatch(/^order-[0-9a-f]{32}$/);
    expect(run).toMatchObject({
      name: runOrchestratorName,
      input: {
        runId,
        incidentId: null,
        environment: 'prod',
        target: target.toLowerCase(),
        runbook: 'restart-vm',
        parameters: {},
        rule: 'operator',
        mode: 'auto',
        askedBy: { kind: 'operator', name: 'function-key' },
        limits: { budgets: [{ name: 'hourly', windowSeconds: 3600, maxResources: 2 }] },
        operationLimitSeconds: 900,
      },
    });
  });

  it('twice with one key is one run, with another key another; a key is for one order alone', async () => {
    const door = doors();
    const ids = [];
    for (const body of [
      order,
      { ...order, target: target.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions') },
      { ...order, key: 'ticket-2' },
    ]) {
      ids.push((await door.call('order-run', { body })).body['runId']);
    }
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(2);
    for (const body of [
      { ...order, runbook: 'redeploy-vm' },
      { ...order, target: `${target}2` },
    ]) {
      expect(await door.call('order-run', { body })).toMatchObject({
        status: 422,
        body: { type: 'urn:caretaker:problem:KeyReused' },
      });
    }
    expect(door.engine.instances.size).toBe(2);
  });

  it.each([
    ['no body', { text: '' }, 400, ['']],
    ['malformed JSON', { text: '{"key": }' }, 400, ['']],
    ['a list', { body: [] }, 400, ['']],
    ['nothing in it', { body: {} }, 400, ['runbook', 'target']],
    ['no key', { body: { ...order, key: undefined } }, 400, ['key']],
    ['two keys', { body: order, headers: { 'idempotency-key': 'ticket-2' } }, 400, ['key']],
    [
      'a long key in the header',
      { body: order, headers: { 'idempotency-key': 'x'.repeat(121) } },
      400,
      ['Idempotency-Key'],
    ],
    ['an empty key', { body: { ...order, key: '' } }, 400, ['key']],
    ['an unknown field', { body: { ...order, force: true } }, 400, ['force']],
    ['an unknown runbook', { body: { ...order, runbook: 'format-disk' } }, 400, ['runbook']],
    ['a runbook that every object has', { body: { ...order, runbook: 'constructor' } }, 400, ['runbook']],
    ['a target that is no resource', { body: { ...order, target: 'vm-web-1' } }, 400, ['target']],
    ['a target of everything', { body: { ...order, target: '*' } }, 400, ['target']],
    [
      'a resource that the runbook is not for',
      { body: { ...order, target: `${group}/providers/Microsoft.Cache/redis/r` } },
      400,
      ['target'],
    ],
    ['a resource group', { body: { ...order, target: group } }, 400, ['target']],
    [
      'a resource in no environment',
      { body: { ...order, target: target.replace('rg-web', 'rg-data') } },
      400,
      ['target'],
    ],
    ['unknown parameters', { body: { ...order, parameters: { force: true } } }, 400, ['parameters.force']],
    ['parameters that are a list', { body: { ...order, parameters: [] } }, 400, ['parameters']],
    ['a key of every prototype', { text: '{"key": "a", "__proto__": {"x": 1}}' }, 400, ['__proto__']],
    ['a body above 64 KiB', { body: { ...order, key: 'x'.repeat(65_536) } }, 413, ['']],
  ])('with %s is refused, names the field and starts nothing', async (_, given, status, paths) => {
    const door = doors();
    const answer = await door.call('order-run', given);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(pathsOf(answer)).toEqual(paths);
    expect(door.engine.instances.size).toBe(0);
  });

  it('says which runbooks there are, and what the runbook is for', async () => {
    const door = doors();
    expect((await door.call('order-run', { body: { ...order, runbook: 'x' } })).body.detail).toMatch(
      /^runbook names no runbook there is; there are .*restart-vm, redeploy-vm/,
    );
    const redis = `${group}/providers/Microsoft.Cache/redis/r`;
    expect((await door.call('order-run', { body: { ...order, target: redis } })).body.detail).toBe(
      'target is of type microsoft.cache/redis; restart-vm is for microsoft.compute/virtualmachines',
    );
  });
});

describe('the kill switch', () => {
  const on = { engaged: true, reason: 'migration' };
  const set = (door: ReturnType<typeof doors>, environment: string, body: unknown) =>
    door.call('kill-switch', { params: { environment }, body });

  it('is set and cleared, with who and why', async () => {
    const door = doors();
    expect(await set(door, 'prod', on)).toMatchObject({ status: 202, body: { environment: 'prod', ...on } });
    await set(door, 'prod', { engaged: false, reason: ' over ' });
    expect(door.engine.killSwitches).toEqual([
      { environment: 'prod', engaged: true, reason: 'migration', by: 'function-key' },
      { environment: 'prod', engaged: false, reason: 'over', by: 'function-key' },
    ]);
  });

  it.each(['staging', 'constructor', '__proto__', 'hasOwnProperty'])(
    'of no environment (%s) is not found',
    async (name) => {
      const door = doors();
      expect((await set(door, name, on)).status).toBe(404);
      expect(door.engine.killSwitches).toEqual([]);
    },
  );

  it.each([
    ['no reason', { engaged: true }, ['reason']],
    ['an empty reason', { engaged: true, reason: '  ' }, ['reason']],
    ['text for engaged', { engaged: 'yes', reason: 'x' }, ['engaged']],
    ['an unknown field', { ...on, by: 'me' }, ['by']],
    ['no body', undefined, ['']],
  ])('with %s is refused', async (_, body, paths) => {
    const door = doors();
    const answer = await set(door, 'prod', body);
    expect(answer.status).toBe(400);
    expect(pathsOf(answer)).toEqual(paths);
    expect(door.engine.killSwitches).toEqual([]);
  });

  it('can be engaged, and not cleared, while no policy can be read', async () => {
    for (const source of [
      { read: () => Promise.reject(storageDown) },
      { read: async () => ({ kind: 'document' as const, text: 'version: 2', etag: '1' }) },
    ]) {
      const door = doors(source);
      expect((await set(door, 'prod', on)).status).toBe(202);
      expect((await set(door, 'prod', { ...on, engaged: false })).status).toBe(503);
      expect((await set(door, 'Not A Name', on)).status).toBe(503);
      expect(door.engine.killSwitches).toHaveLength(1);
      expect(door.log.lines.join()).toContain('kill switch engaged without a policy');
    }
  });
});

describe('looking at one', () => {
  it.each([
    ['incident', 'incident-1'],
    ['run', 'order-1'],
    ['decision', '0'.repeat(32)],
    ['incident', '../../runs/x'],
    ['run', '@guard@prod'],
    ['decision', '%2e%2e'],
    ['decision', ''],
  ])('%s %s that is not known is 404, and names it', async (name, id) => {
    const answer = await doors().call(name, { params: { id } });
    expect(answer.status).toBe(404);
    expect(answer.body.detail).toContain(id);
  });

  it('decision tells everything that was considered', async () => {
    const door = doors();
    const taken = await door.alert(alertText('metric-fired'));
    const { signalId } = (taken.body['signals'] as unknown as { signalId: string }[])[0] as { signalId: string };
    const answer = await door.call('decision', { params: { id: signalId } });
    expect(answer).toMatchObject({ status: 200, body: { state: 'done', decision: { action: 'open-incident' } } });
  });

  it('incident tells what is recorded, its runs, and how it stands', async () => {
    const door = doors();
    await door.incidentReports.put(report('incident-1', '2026-05-04T08:00:00.000Z', { end: 'repaired', runs: ['r1'] }));
    await door.runs.put(report('r1', '2026-05-04T08:00:00.000Z', { runbook: 'restart-vm' }));
    door.engine.add(incidentOrchestratorName, 'incident-1', { runtimeStatus: 'Completed', customStatus: { rung: 0 } });
    expect((await door.call('incident', { params: { id: 'incident-1' } })).body).toMatchObject({
      incident: { end: 'repaired' },
      runs: [{ id: 'r1', runbook: 'restart-vm' }],
      live: { status: 'Completed', custom: { rung: 0 }, since: '2026-05-04T08:00:00.000Z' },
    });
  });

  it('incident or run that is under way and not recorded yet', async () => {
    const door = doors();
    door.engine.add(incidentOrchestratorName, 'incident-1');
    door.engine.add(runOrchestratorName, 'order-1', { customStatus: { stage: 'verify' } });
    expect((await door.call('incident', { params: { id: 'incident-1' } })).body).toMatchObject({
      incident: null,
      runs: [],
      live: { status: 'Running', custom: null },
    });
    expect((await door.call('run', { params: { id: 'order-1' } })).body).toEqual({
      run: null,
      live: { status: 'Running', custom: { stage: 'verify' } },
    });
  });

  it('shows no instance of another kind', async () => {
    const door = doors();
    door.engine.add('@guard', '@guard@prod', { customStatus: 'secret' });
    door.engine.add(incidentOrchestratorName, 'incident-1');
    expect((await door.call('incident', { params: { id: '@guard@prod' } })).status).toBe(404);
    expect((await door.call('run', { params: { id: 'incident-1' } })).status).toBe(404);
  });
});

describe('lists', () => {
  it('incidents, newest first, with those that are open', async () => {
    const door = doors();
    await door.incidentReports.put(report('i-1', '2026-05-04T08:00:00.000Z'));
    await door.incidentReports.put(report('i-2', '2026-05-04T09:00:00.000Z'));
    door.engine.add(incidentOrchestratorName, 'i-3', { customStatus: { stage: 'apply' } });
    door.engine.add(runOrchestratorName, 'order-1');
    const { body } = await door.call('incidents');
    expect(body).toMatchObject({ incidents: [{ id: 'i-2' }, { id: 'i-1' }], cursor: null });
    expect(body['open']).toEqual([{ id: 'i-3', custom: { stage: 'apply' }, since: '2026-05-04T08:00:00.000Z' }]);
  });

  it('a page at a time, each thing once', async () => {
    const door = doors();
    for (const [index, text] of ['a', 'b', 'c'].entries()) {
      door.clock.pass(index);
      await door.alert(text);
    }
    const first = await door.call('dead-letters', { query: { limit: '2' } });
    const cursor = String(first.body['cursor']);
    const second = await door.call('dead-letters', { query: { limit: '2', cursor } });
    const bodies = [first, second].flatMap((one) =>
      (one.body['deadLetters'] as unknown as { body: string }[]).map(({ body }) => body),
    );
    expect(bodies).toEqual(['c', 'b', 'a']);
    expect(second.body['cursor']).toBeNull();
  });

  it.each([
    [{ limit: 'many' }, ['limit']],
    [{ limit: '0' }, ['limit']],
    [{ limit: '101' }, ['limit']],
    [{ limit: '1.5' }, ['limit']],
    [{ cursor: 'x'.repeat(1025) }, ['cursor']],
  ])('not with %j', async (query, paths) => {
    for (const name of ['incidents', 'dead-letters']) {
      const answer = await doors().call(name, { query });
      expect(answer.status).toBe(400);
      expect(pathsOf(answer)).toEqual(paths);
    }
  });

  it('not from a cursor that the storage never gave; without one its refusal is ours', async () => {
    const door = doors();
    door.documents.list = () => Promise.reject(new PermanentError('StorageRefused', 'the marker is not valid'));
    const answer = await door.call('dead-letters', { query: { cursor: 'made-up' } });
    expect(answer.status).toBe(400);
    expect(pathsOf(answer)).toEqual(['cursor']);
    expect((await door.call('dead-letters')).status).toBe(503);
  });
});

it('status tells the policy, and of each environment kill switch and leases', async () => {
  const door = doors();
  const { body, status } = await door.call('status');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    policy: { version: expect.any(String), refused: null },
    environments: [{ name: 'prod', killSwitch: { engaged: false }, leases: [] }],
  });
});

it.each([
  ['status', {}],
  ['incidents', {}],
  ['incident', { params: { id: 'i' } }],
  ['run', { params: { id: 'r' } }],
  ['order-run', { body: order }],
  ['kill-switch', { params: { environment: 'prod' }, body: { engaged: true, reason: 'x' } }],
])('%s answers 503 with Retry-After when the engine does not answer', async (name, given) => {
  const door = doors();
  door.engine.down = new TransientError('EngineUnavailable', 'down', { retryAfterSeconds: 3 });
  const answer = await door.call(name, given);
  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('3');
  expect(JSON.stringify(answer.body)).not.toContain('EngineUnavailable');
});

it.each([
  ['status', {}],
  ['order-run', { body: order }],
])('%s answers 503 while no policy is in use', async (name, given) => {
  const bad = doors({ read: async () => ({ kind: 'document', text: 'version: 2', etag: '1' }) });
  expect((await bad.call(name, given)).status).toBe(503);
});

it.each([new TypeError('x'), new InvalidInputError('Odd', 'x', [])])(
  'every route answers whatever its work throws (%s)',
  async (thrown) => {
    const parts = new Proxy({}, { get: () => () => Promise.reject(thrown) });
    const deps = {
      policies: parts,
      decisions: parts,
      runs: parts,
      incidents: parts,
      deadLetters: parts,
      clock: { now: () => 0 },
    };
    const others = {
      approvals: parts,
      outbox: parts,
      access: keyAccess(),
      verifyLedger: () => Promise.reject(thrown),
      procedures: new Map(),
    };
    for (const route of operatorRoutes({ ...deps, ...others, log: silentLog } as never)) {
      const request = { params: {}, query: new URLSearchParams(), headers: new Headers(), text: async () => '{}' };
      const answer = await route.handle(request as never, parts as never, parts as never);
      expect(['operator-runbooks', 'operator-openapi'].includes(route.name) ? [200] : [400, 404, 503]).toContain(
        answer.status,
      );
    }
  },
);

it('gives the policy as it was read, with its comments', async () => {
  const text = `# who may be repaired\n${policyText}`;
  const door = doors({ read: async () => ({ kind: 'document', text, etag: '1' }) });
  expect((await door.call('policy')).body).toMatchObject({ text, policy: { version: 1 } });
});
