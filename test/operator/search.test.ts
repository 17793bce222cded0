import type { DeadLetter } from '../../src/ledger';
import { nearness, ranked } from '../../src/operator/search';
import type { Findable } from '../../src/operator/findable';
import { createScalingMemory, scalingKey, scalingStateSchema } from '../../src/scaling';
import { request } from '../approvals/fixture';
import { storageDown } from '../run/fixture';
import { alertText, subscription } from '../run/intake-world';
import { doors } from './support';

const group = `/subscriptions/${subscription}/resourcegroups/rg-web-prod/providers/microsoft.compute`;
const machine = `${group}/virtualmachines/vm-web-1` as never;
const set = `${group}/virtualmachinescalesets/vmss-web` as never;

interface Found {
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly detail: string;
}

async function world() {
  const door = doors();
  const found = async (q: string): Promise<Found[]> => {
    const { status, body } = await door.call('search', { query: { q } });
    expect(status).toBe(200);
    return body['results'] as unknown as Found[];
  };
  const named = async (q: string) => (await found(q)).map(({ kind, id }) => `${kind} ${id}`);
  return { door, found, named };
}

it('finds resources by name, id and tag, whatever their case, by all words', async () => {
  const { door, named } = await world();
  door.resources.push(
    { id: machine, tags: { Team: 'Checkout' }, location: 'westeurope', zones: [], owner: null },
    { id: set, tags: {}, location: 'westeurope', zones: [], owner: null },
  );
  expect(await named('VM-Web-1')).toEqual([`resource ${machine as string}`]);
  expect(await named('checkout')).toEqual([`resource ${machine as string}`]);
  expect(await named('virtualmachine rg-web')).toEqual([`resource ${machine as string}`, `resource ${set as string}`]);
  expect(await named('checkout vmss')).toEqual([]);
});

it('finds what is under way, what ended, and what people were asked', async () => {
  const { door, named, found } = await world();
  const stands = { target: machine, environment: 'prod', rule: 'disk-full', rung: 0, stage: 'apply', runs: [] };
  door.engine.add('incident-v1', 'incident-77', { customStatus: { ...stands, ladder: ['expand-disk'] } });
  door.engine.add('run-v1', 'order-9', { customStatus: { target: machine, runbook: 'redeploy-vm', stage: 'apply' } });
  await door.approvals.open(request(), 'order-1');
  const { ledger } = door.start();
  const data = { target: machine, rule: 'disk-full', runbook: 'expand-disk', applied: true, result: 'verified' };
  await ledger.append([
    { id: 'run.finished:incident-5-r1', kind: 'run.finished', subject: 'incident-5-r1', data },
    {
      id: 'incident.ended:incident-5',
      kind: 'incident.closed',
      subject: 'incident-5',
      data: { ...data, end: 'repaired' },
    },
    {
      id: 'drill.finished:drill-0123',
      kind: 'drill.finished',
      subject: machine,
      data: { item: machine, result: 'proven' },
    },
    { id: 'restore.begun:restore-0123', kind: 'restore.begun', subject: machine, data: { target: machine } },
    {
      id: 'rotation.finished:rotation-0123',
      kind: 'rotation.finished',
      subject: '/kv-1/secrets/api-key',
      data: { end: 'done' },
    },
  ]);
  expect(await named('disk-full incident')).toEqual([
    'incident incident-77',
    'incident incident-5',
    'run incident-5-r1',
  ]);
  expect(await named('expand-disk run')).toEqual(expect.arrayContaining(['run incident-5-r1']));
  expect(await named('redeploy-vm under way')).toEqual(['run order-9']);
  expect(await named('drill vm-web-1')).toEqual(['drill drill-0123']);
  expect(await named('restore vm-web-1')).toEqual(['restore restore-0123']);
  expect(await named('rotation api-key')).toEqual(['rotation rotation-0123']);
  const [approval] = await found('restart vm-web-1 approval');
  expect(approval).toMatchObject({ kind: 'approval', id: 'order-1-a1', title: request().summary });
});

it('finds runbooks, rules, zones, records, stacks and scalables', async () => {
  const { door, named, found } = await world();
  const state = { ...{ version: 1, target: set, rule: 'web', environment: 'prod', changedAt: null, addedAt: null } };
  await createScalingMemory(door.documents).write(
    scalingStateSchema.parse({
      ...{ ...state, pending: null, failures: 0, retryAt: null, pause: null, raise: null, decisions: [], scores: [] },
    }),
    undefined,
  );
  expect((await named('restart-vm'))[0]).toBe('runbook restart-vm');
  expect(await named('vm-unavailable')).toEqual(['rule vm-unavailable']);
  expect((await named('storefront.example'))[0]).toBe('zone storefront.example');
  expect((await found('storefront record')).every(({ kind }) => kind === 'record')).toBe(true);
  expect(await found('storefront record')).not.toHaveLength(0);
  expect(await named('base-dev')).toContain('stack base-dev');
  expect(await named('vmss-web')).toEqual([`scalable ${scalingKey(set)}`]);
});

it('answers what has that very id first', async () => {
  const { door, named, found } = await world();
  const taken = await door.alert(alertText('metric-fired'));
  const [{ signalId } = { signalId: '' }] = taken.body['signals'] as unknown as { signalId: string }[];
  expect(await found(signalId)).toMatchObject([{ kind: 'decision', id: signalId, title: 'vm-unavailable' }]);
  await door.alert('nonsense');
  const [letter] = (await door.deadLetters.list()).deadLetters as [DeadLetter];
  expect(await named(letter.id)).toEqual([`dead-letter ${letter.id}`]);
  await door.runs.put({
    id: 'order-55',
    startedAt: '2026-05-04T08:00:00.000Z',
    runbook: 'restart-vm',
    target: machine,
  });
  await door.incidentReports.put({
    id: 'incident-9',
    startedAt: '2026-05-04T08:00:00.000Z',
    order: { target: machine },
  });
  expect(await found('order-55')).toMatchObject([{ kind: 'run', detail: 'restart-vm, vm-web-1' }]);
  expect(await found('incident-9')).toMatchObject([{ kind: 'incident', detail: 'vm-web-1' }]);
  expect(await found('#1')).toMatchObject([{ kind: 'ledger', id: '1', title: '#1 signal.decided' }]);
  expect(await named('#999')).toEqual([]);
  await door.approvals.open(request(), 'order-1');
  expect((await named('order-1-a1'))[0]).toBe('approval order-1-a1');
});

it('names what cannot be searched and finds in the rest', async () => {
  const { door } = await world();
  door.engine.down = storageDown;
  jest.spyOn(door.documents, 'list').mockRejectedValue(storageDown);
  const { status, body } = await door.call('search', { query: { q: 'restart-vm' } });
  expect(status).toBe(200);
  expect(body['results']).toMatchObject([
    { kind: 'runbook', id: 'restart-vm' },
    { kind: 'record' },
    { kind: 'rule' },
    { kind: 'rule' },
  ]);
  const reason = 'the storage does not answer';
  expect(body['missing']).toEqual([
    { part: 'scaling', reason },
    { part: 'underway', reason },
  ]);
});

it('asks its sources once for searches that come close together', async () => {
  const { door, named } = await world();
  await named('web');
  const asked = door.engine.asked.length;
  await named('webs');
  door.clock.pass(9);
  await named('database');
  expect(door.engine.asked).toHaveLength(asked);
  door.clock.pass(2);
  await named('database');
  expect(door.engine.asked).toHaveLength(asked + 1);
});

it.each([
  [undefined, 'q'],
  ['a', 'q'],
  ['   a ', 'q'],
  ['a'.repeat(201), 'q'],
])('refuses %p', async (q, path) => {
  const { body, status } = await doors().call('search', { query: q === undefined ? {} : { q } });
  expect([status, body.problems?.map((one) => one.path)]).toEqual([400, [path]]);
});

describe('the order of what is found', () => {
  const thing = (kind: Findable['kind'], title: string, at: string | null = null): Findable => ({
    ...{ kind, id: `${kind}:${title}`, title, detail: 'something', at },
  });

  it('goes from the very name over its beginning to the words around it', () => {
    expect(nearness(thing('rule', 'web'), 'WEB')).toBe(0);
    expect(nearness(thing('rule', 'webserver'), 'web')).toBe(1);
    expect(nearness(thing('rule', 'the web'), 'web')).toBe(2);
    expect(nearness(thing('rule', 'x'), 'something')).toBe(3);
    expect(nearness(thing('rule', 'x'), 'web')).toBeUndefined();
    expect(nearness(thing('rule', 'x'), ' ')).toBeUndefined();
  });

  it('shows the newest of a kind first, and nothing twice', () => {
    const old = thing('run', 'a web', '2026-05-03T00:00:00Z');
    const recent = thing('run', 'b web', '2026-05-04T00:00:00Z');
    const server = thing('resource', 'z web');
    expect(ranked([old, recent, server, { ...old, detail: 'again' }], 'web')).toEqual([server, recent, old]);
  });
});
