import type { Access, Caller } from '../../src/operator';
import { admins, approvers, ava, ben, omar, otherHash, planHash, request } from '../approvals/fixture';
import { doors, type Given } from './support';

/** Whoever is named in a header of the test's own; who may come this far is for the matrix. */
const people: Readonly<Record<string, Caller>> = Object.fromEntries(
  [ava, ben, omar].map((voter) => [voter.name, { ...voter, kind: 'person' as const, text: voter.name }]),
);
const strangers: Readonly<Record<string, Caller>> = {
  robot: { id: 'r', kind: 'application', roles: ['Caretaker.Approver'], groups: [], name: 'r', text: 'r' },
  key: {
    id: 'function-key',
    kind: 'key',
    roles: ['Caretaker.Approver'],
    groups: [],
    name: 'function-key',
    text: 'function-key',
  },
  crowded: { id: 'c', kind: 'person', roles: [], groups: undefined, name: 'Somebody', text: 'Somebody in many groups' },
};
const admit: Access['alertSender'] = async (asked) => ({
  kind: 'admitted',
  caller: { ...people, ...strangers }[asked.headers.get('x-who') ?? ''] as Caller,
});
const access: Access = { kind: 'token', operator: admit, alertSender: admit, eventSender: admit };

async function world() {
  const door = doors(undefined, access);
  const terms = { name: 'two', stages: [approvers(2), admins(1)], otherwise: 'reject' as const };
  await door.approvals.open(request({ terms }), 'order-1');
  const send = (name: string, who: string, given: Given = {}) =>
    door.call(name, { params: { id: 'order-1-a1' }, headers: { 'x-who': who }, ...given });
  const answer = (name: 'approve' | 'reject', who: string, body: object = {}) =>
    send(name, who, { body: { reason: 'seen', planHash, ...body } });
  return { door, send, answer };
}

it('shows what is asked, who may answer, and the hash that an answer has to name', async () => {
  const { send } = await world();
  expect((await send('approvals', 'Omar')).body).toMatchObject({
    waiting: [{ id: 'order-1-a1', state: 'waiting', asked: ['2 of Caretaker.Approver'], planHash }],
    approvals: [
      { id: 'order-1-a1', before: { power: 'running' }, steps: ['restart vm-web-1'], requestedBy: { name: 'Omar' } },
    ],
    cursor: null,
  });
  expect((await send('approval', 'Omar')).body).toMatchObject({ id: 'order-1-a1', stage: 1, stages: 2 });
});

it('shows every stage of the terms, what silence means, and no channel of anybody', async () => {
  const door = doors(undefined, access);
  const person = { id: ava.id, name: 'Ava', channel: 'ava' };
  const terms = {
    name: 'two',
    stages: [approvers(2), { withinSeconds: 600, need: [{ count: 1, people: [person] }] }],
    otherwise: 'approve' as const,
  };
  await door.approvals.open(request({ terms }), 'order-1');
  const { body } = await door.call('approval', { params: { id: 'order-1-a1' }, headers: { 'x-who': 'Omar' } });
  expect(body).toMatchObject({
    asks: [
      { need: [{ text: '2 of Caretaker.Approver', count: 2, roles: ['Caretaker.Approver'], groups: [], people: [] }] },
      { withinSeconds: 600, need: [{ text: '1 of Ava', count: 1, roles: [], people: [{ id: ava.id, name: 'Ava' }] }] },
    ],
    otherwise: 'approve',
  });
  expect(JSON.stringify(body)).not.toContain('channel');
});

it('takes two different people, wakes who waits once it is decided, and keeps each answer', async () => {
  const { door, answer } = await world();
  expect((await answer('approve', 'Ava')).body).toMatchObject({ state: 'waiting', answers: [{ name: 'Ava' }] });
  expect((await answer('approve', 'Ava')).body).toMatchObject({ state: 'waiting', answers: [{ name: 'Ava' }] });
  expect(door.engine.raised).toEqual([]);
  expect(await answer('approve', 'Ben')).toMatchObject({ status: 200, body: { state: 'approved' } });
  expect(door.engine.raised).toEqual([{ instanceId: 'order-1', event: 'approval-order-1-a1' }]);
});

it.each([
  ['who asked for it', 'Omar', {}, 403, 'OwnRequest'],
  ['a plan that was not the one', 'Ava', { planHash: otherHash }, 409, 'OtherPlan'],
  ['an application', 'robot', {}, 403, 'NoPerson'],
  ['whoever holds a key', 'key', {}, 403, 'NoPerson'],
  ['somebody who is not asked', 'crowded', {}, 403, 'NotAsked'],
  ['no reason', 'Ava', { reason: '  ' }, 400, 'BadRequest'],
  ['half a hash', 'Ava', { planHash: planHash.slice(0, 16) }, 400, 'BadRequest'],
] as const)('refuses the yes of %s', async (_, who, body, status, code) => {
  const { door, answer } = await world();
  const refused = await answer('approve', who, body);
  expect(refused).toMatchObject({ status, body: { type: `urn:caretaker:problem:${code}` } });
  expect((await door.approvals.find('order-1-a1'))?.votes).toEqual([]);
});

it('says so when groups are not known', async () => {
  const { answer } = await world();
  expect((await answer('approve', 'crowded')).body.detail).toContain('does not list your groups');
});

it('lets who asked for it take it back, and then it is over for everybody', async () => {
  const { answer } = await world();
  expect(await answer('reject', 'Omar')).toMatchObject({ status: 200, body: { state: 'rejected' } });
  expect(await answer('approve', 'Ava')).toMatchObject({ status: 409 });
});

it('knows no approval that there is none of', async () => {
  const { send } = await world();
  for (const id of ['none', '../approvals', '', 'a'.repeat(300)]) {
    expect((await send('approval', 'Ava', { params: { id } })).status).toBe(404);
  }
});

it('keeps the answer when the engine cannot be woken', async () => {
  const { door, answer } = await world();
  await answer('approve', 'Ava');
  door.engine.down = new Error('the engine is away');
  expect(await answer('approve', 'Ben')).toMatchObject({ status: 200, body: { state: 'approved' } });
});
