import type { Access, Caller } from '../../../src/operator';
import { ada, ava, omar, otherHash, planHash, request } from '../../approvals/fixture';
import { doors } from '../../operator/support';
import { fetchFrom, run } from './support';

const people = { omar, ava, ada };

/** The API as one of the people sees it. */
function asPerson(who: keyof typeof people): Access {
  const caller: Caller = { ...people[who], kind: 'person', text: people[who].name };
  const admit = async () => ({ kind: 'admitted' as const, caller });
  return { kind: 'token', operator: admit, alertSender: admit, eventSender: admit };
}

async function world(who: keyof typeof people) {
  const door = doors(undefined, asPerson(who));
  await door.approvals.open(request(), 'order-1');
  return { door, caretaker: (argv: string) => run(argv, fetchFrom(door)) };
}

it('lists what people are asked, and shows one of it with its plan and how to answer', async () => {
  const { caretaker } = await world('omar');
  const { out } = await caretaker('approvals');
  expect(out).toContain('order-1-a1');
  expect(out).toContain('waiting until');
  const one = (await caretaker('approvals order-1-a1')).out;
  expect(one).toContain('1. restart vm-web-1');
  expect(one).toContain('before power: running');
  expect(one).toContain('needs 1 of Caretaker.Approver');
  expect(one).toContain(`caretaker approve order-1-a1 --plan ${planHash.slice(0, 16)} --reason TEXT`);
  expect(JSON.parse((await caretaker('approvals order-1-a1 --json')).out)).toMatchObject({ planHash });
});

it('says yes to the plan that was seen', async () => {
  const { caretaker, door } = await world('ava');
  const wrong = await caretaker(`approve order-1-a1 --reason seen --plan ${otherHash.slice(0, 16)}`);
  expect(wrong).toMatchObject({ exit: 1, out: '' });
  expect(wrong.err).toContain('not the one you saw');
  expect(await caretaker('approve order-1-a1 --reason seen --plan aaaa')).toMatchObject({ exit: 1 });
  expect((await door.approvals.find('order-1-a1'))?.votes).toEqual([]);
  const right = await caretaker(`approve order-1-a1 --reason seen --plan ${planHash.slice(0, 16)}`);
  expect(right).toMatchObject({ exit: 0, err: '' });
  expect(right.out).toContain('restart vm-web-1: approved');
});

it('tells whoever asked for it that somebody else has to, and lets them take it back', async () => {
  const { caretaker } = await world('omar');
  const own = await caretaker('approve order-1-a1 --reason please');
  expect(own).toMatchObject({ exit: 3 });
  expect(own.err).toContain('somebody else has to approve it');
  expect(await caretaker('reject order-1-a1 --reason mistake')).toMatchObject({
    exit: 0,
    out: 'restart vm-web-1: rejected.\n',
  });
});

it('says who is still needed, with an exit code of its own', async () => {
  const door = doors(undefined, asPerson('ava'));
  const terms = {
    name: 'two',
    stages: [{ withinSeconds: 1800, need: [{ count: 2, roles: ['Caretaker.Approver'] }] }],
    otherwise: 'reject' as const,
  };
  await door.approvals.open(request({ terms }), 'order-1');
  const answer = await run('approve order-1-a1 --reason seen', fetchFrom(door));
  expect(answer).toMatchObject({ exit: 2, err: '' });
  expect(answer.out).toContain('It still needs 2 of Caretaker.Approver');
});

it('shows channels and what was given up, and tries it again', async () => {
  const { caretaker, door } = await world('omar');
  expect(await caretaker('notifications')).toMatchObject({ exit: 0 });
  await door.outbox.tell({
    ...{ key: 'incident:1', kind: 'incident', severity: 'warning', environment: 'prod' },
    ...{ title: 'vm-web-1 does not answer', text: 'A restart is tried.' },
  });
  await door.outbox.deliver();
  const { out, exit } = await caretaker('notifications');
  expect(exit).toBe(2);
  expect(out).toContain('it answers 400');
  const [lost] = await door.outbox.undelivered();
  expect(await caretaker(`notifications retry ${lost?.id}`)).toMatchObject({ exit: 0 });
  expect(await caretaker('notifications retry none')).toMatchObject({ exit: 1 });
});
