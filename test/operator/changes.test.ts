import { alertText, policyText, subscription } from '../run/intake-world';
import { doors, pathsOf } from './support';

const target = `/subscriptions/${subscription}/resourceGroups/rg-web-prod/providers/Microsoft.Compute/virtualMachines/vm-web-1`;
const params = { environment: 'prod' };
const body = { engaged: true, reason: 'x' };

describe('If-Match on the kill switch', () => {
  it('lets through whoever saw it as it is', async () => {
    const door = doors();
    const { etag = '' } = (await door.call('kill-switch-state', { params })).headers;
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    for (const tag of [etag, `"other", ${etag}`, '*']) {
      const answer = await door.call('kill-switch', { params, body, headers: { 'if-match': tag } });
      expect(answer.status).toBe(202);
    }
    expect(door.engine.killSwitches).toHaveLength(3);
  });

  it('refuses whoever saw another, and changes nothing', async () => {
    const door = doors();
    const { etag = '' } = (await door.call('kill-switch-state', { params })).headers;
    const at = '2026-05-04T08:00:00.000Z';
    door.engine.guardState = {
      ...door.engine.guardState,
      killSwitch: { engaged: true, reason: 'flood', by: 'Ada', at: at as never },
    };
    const answer = await door.call('kill-switch', { params, body, headers: { 'if-match': etag } });
    expect(answer.status).toBe(412);
    expect(answer.body.detail).toContain('it is engaged now');
    expect(door.engine.killSwitches).toEqual([]);
  });
});

it('the header Idempotency-Key stands for the key in the body', async () => {
  const door = doors();
  const order = { runbook: 'restart-vm', target };
  const ids = [
    await door.call('order-run', { body: { ...order, key: 'ticket-1' } }),
    await door.call('order-run', { body: order, headers: { 'idempotency-key': 'ticket-1' } }),
    await door.call('order-run', { body: { ...order, key: 'ticket-1' }, headers: { 'idempotency-key': 'ticket-1' } }),
    await door.call('order-run', { body: order, headers: { 'idempotency-key': 'ticket-2' } }),
  ].map((answer) => answer.body['runId']);
  expect(new Set(ids.slice(0, 3)).size).toBe(1);
  expect(new Set(ids).size).toBe(2);
  expect(door.engine.instances.size).toBe(2);
});

describe('runbooks', () => {
  it('are described with the schema of their parameters and what they need', async () => {
    const door = doors();
    expect((await door.call('runbooks')).body['runbooks']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'restart-vm',
          impact: 'disruptive',
          resourceTypes: ['microsoft.compute/virtualmachines'],
        }),
        expect.objectContaining({ name: 'redeploy-vm' }),
      ]),
    );
    const { body: described } = await door.call('runbook', { params: { name: 'restart-vm' } });
    expect(described['parameters']).toMatchObject({ type: 'object', additionalProperties: false });
    expect(described['permissions']).toMatchObject({
      actions: expect.arrayContaining(['Microsoft.Compute/virtualMachines/restart/action']),
    });
    expect((await door.call('runbook', { params: { name: 'constructor' } })).status).toBe(404);
  });

  it('say what they would do, and do nothing', async () => {
    const door = doors();
    const answer = await door.call('plan-runbook', { params: { name: 'restart-vm' }, body: { target } });
    expect(answer).toMatchObject({
      status: 200,
      body: { runbook: 'restart-vm', environment: 'prod', plan: { kind: 'act', steps: [{ effect: 'restart' }] } },
    });
    expect(door.engine.instances.size).toBe(0);
    expect(door.machines.heard).toEqual([]);
    const wrong = { target, parameters: { force: true } };
    const refused = await door.call('plan-runbook', { params: { name: 'restart-vm' }, body: wrong });
    expect(pathsOf(refused)).toEqual(['parameters.force']);
  });
});

it('a policy document is checked and every problem has its line', async () => {
  const door = doors();
  const good = await door.call('validate-policy', { body: { text: policyText } });
  expect(good.body).toEqual({ valid: true, version: expect.stringMatching(/^[0-9a-f]{64}$/), problems: [] });
  const bad = await door.call('validate-policy', { body: { text: 'version: 2\nrules: 3\n' } });
  expect(bad.body).toMatchObject({ valid: false, version: null });
  expect(bad.body.problems?.map(({ path, line }) => [path, line])).toEqual(
    expect.arrayContaining([
      ['version', 1],
      ['rules', 2],
    ]),
  );
});

describe('dead letters', () => {
  const first = async (door: ReturnType<typeof doors>) => (await door.deadLetters.list()).deadLetters[0]?.id ?? '';

  it('are replayed: taken when they are valid by now, and that once', async () => {
    const door = doors();
    // Refused while its subscription was not among those that are looked after.
    await door.alert(alertText('metric-fired'), { ...door.alertDeps, subscriptions: new Set() });
    const params = { id: await first(door) };
    for (const duplicate of [false, true]) {
      const answer = await door.call('replay-dead-letter', { params });
      expect(answer).toMatchObject({ status: 200, body: { signals: [{ action: 'open-incident', duplicate }] } });
    }
    expect(door.incidents.orders.size).toBe(1);
    // Decided once; that it was ordered twice is part of the account.
    const [decided, ...orders] = (await door.entries()).map((entry) => entry.split(' ')[0]);
    expect([decided, orders]).toEqual(['signal.decided', ['operator.ordered', 'operator.ordered']]);
  });

  it('that are refused as before say why, and start nothing', async () => {
    const door = doors();
    await door.alert(alertText('invalid-no-data'));
    const answer = await door.call('replay-dead-letter', { params: { id: await first(door) } });
    expect(answer.status).toBe(409);
    expect(answer.body.type).toBe('urn:caretaker:problem:StillRefused');
    expect(pathsOf(answer)).toEqual(['data']);
  });

  it('that are not kept as they came are not replayed', async () => {
    const door = doors();
    await door.alert('x'.repeat(300 * 1024));
    const answer = await door.call('replay-dead-letter', { params: { id: await first(door) } });
    expect(answer.body).toMatchObject({ status: 409, type: 'urn:caretaker:problem:NotAsItCame' });
  });

  it('a failure while one is replayed is ours', async () => {
    const door = doors();
    await door.alert(alertText('metric-fired'), { ...door.alertDeps, subscriptions: new Set() });
    const params = { id: await first(door) };
    door.documents.create = () => Promise.reject(new Error('storage'));
    expect((await door.call('replay-dead-letter', { params })).status).toBe(503);
  });

  it('are shown and discarded; discarding twice is no error', async () => {
    const door = doors();
    await door.alert('nonsense');
    const params = { id: await first(door) };
    expect((await door.call('dead-letter', { params })).body).toMatchObject({ body: 'nonsense' });
    for (let time = 0; time < 2; time += 1) {
      expect((await door.call('discard-dead-letter', { params })).status).toBe(204);
    }
    expect((await door.call('dead-letter', { params })).status).toBe(404);
    expect((await door.call('dead-letters')).body['deadLetters']).toEqual([]);
    expect([...door.storage.stored.keys()].filter((path) => path.startsWith('dead-letters'))).toEqual([]);
  });
});

it('the ledger is verified', async () => {
  const door = doors();
  await door.alert(alertText('metric-fired'));
  expect((await door.call('verify-ledger')).body).toMatchObject({ valid: true, entries: 1, problemCount: 0 });
});
