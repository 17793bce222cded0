import { incidentOrchestratorName } from '../../../src/run';
import { doors } from '../../operator/support';
import { alertText, subscription } from '../../run/intake-world';
import { fetchFrom, place, run, type Sent } from './support';

const target = `/subscriptions/${subscription}/resourceGroups/rg-web-prod/providers/Microsoft.Compute/virtualMachines/vm-web-1`;
it('status is a table for people and the whole answer for programs', async () => {
  const door = doors();
  door.engine.guardState = {
    ...door.engine.guardState,
    killSwitch: { engaged: true, reason: 'flood', by: 'Ada\u001b[2J', at: null },
  };
  const { out } = await run('status', fetchFrom(door));
  expect(out).toMatch(
    /^Policy [0-9a-f]{12}\nENVIRONMENT {2}LEASES {2}KILL SWITCH\nprod +none +ENGAGED by Ada \[2J: flood\n$/,
  );
  const json = await run('status --json', fetchFrom(door));
  expect(JSON.parse(json.out)).toMatchObject({ environments: [{ name: 'prod', killSwitch: { engaged: true } }] });
});

it('brings the token and no other secret, to the one place alone', async () => {
  const sent: Sent[] = [];
  await run('runs', fetchFrom(doors(), sent));
  expect(sent).toEqual([
    {
      url: 'https://caretaker.example/api/operator/runs?limit=20',
      init: expect.objectContaining({ headers: { authorization: 'Bearer secret-token' }, redirect: 'error' }),
    },
  ]);
  await run('runs --url http://127.0.0.1:7071/ --key k', fetchFrom(doors(), sent), {});
  expect(sent[1]).toMatchObject({
    url: 'http://127.0.0.1:7071/api/operator/runs?limit=20',
    init: { headers: { 'x-functions-key': 'k' } },
  });
});

it('lists incidents that are open and those on record, page by page', async () => {
  const door = doors();
  const order = { target };
  for (const hour of [7, 8]) {
    const startedAt = `2026-05-04T0${hour}:00:00.000Z`;
    await door.incidentReports.put({ id: `i-${hour}`, startedAt, end: 'repaired', order });
  }
  door.engine.add(incidentOrchestratorName, 'i-9', { customStatus: { target, stage: 'verify' } });
  const { out } = await run('incidents --limit 1', fetchFrom(door));
  expect(out.split('\n').map((line) => line.split(/ {2,}/))).toMatchObject([
    ['INCIDENT', 'RESOURCE', 'SINCE', 'STATE'],
    ['i-9', 'vm-web-1', expect.anything(), 'verify'],
    ['i-8', 'vm-web-1', '2026-05-04T08:00:00.000Z', 'repaired'],
    [expect.stringMatching(/^More: --cursor .+/)],
    [''],
  ]);
  const cursor = /--cursor (\S+)/.exec(out)?.[1] ?? '';
  expect((await run(`incidents --limit 1 --cursor ${cursor}`, fetchFrom(door))).out).toContain('i-7');
  expect(JSON.parse((await run('incidents i-8', fetchFrom(door))).out)).toMatchObject({ incident: { id: 'i-8' } });
});

it('plans and starts a runbook', async () => {
  const door = doors();
  const planned = await run(`runbook plan restart-vm --target ${target}`, fetchFrom(door));
  expect(planned.out).toMatch(/^vm-web-1 in prod: .+\n( {2}because .+\n)+ {2}1\. .+\n$/);
  expect(door.engine.instances.size).toBe(0);
  const start = `runbook start restart-vm --target ${target} --idempotency-key ticket-1`;
  for (let time = 0; time < 2; time += 1) {
    expect((await run(start, fetchFrom(door))).out).toMatch(
      /^Started\. Watch it: caretaker runs order-[0-9a-f]{32}\n$/,
    );
  }
  expect(door.engine.instances.size).toBe(1);
  expect((await run('runbook list', fetchFrom(door))).out).toContain('redeploy-vm');
});

it('waits for a run to end, tells its stages, and its outcome decides the exit code', async () => {
  const door = doors();
  const start = `runbook start restart-vm --target ${target} --idempotency-key ticket-2 --wait`;
  let looks = 0;
  const answer: typeof fetch = async (...given) => {
    const response = await fetchFrom(door)(...given);
    const id = [...door.engine.instances.keys()][0] ?? '';
    looks += 1;
    if (looks === 3) {
      const result = { kind: 'applied', outcome: 'ineffective' };
      await door.runs.put({ id, startedAt: '2026-05-04T08:00:00.000Z', result, reasons: ['it hangs still'] });
    }
    return response;
  };
  const waited = await run(start, answer, place, 9);
  expect(waited).toMatchObject({ exit: 2, out: 'restart-vm on vm-web-1: ineffective\n  it hangs still\n' });
  expect(waited.err).toBe('waiting ...\n');
  const interrupted = await run(start.replace('ticket-2', 'ticket-3'), fetchFrom(door), place, 0);
  expect(interrupted).toMatchObject({ exit: 4, err: expect.stringContaining('goes on') });
});

it('a plan that could not act ends in 2', async () => {
  const door = doors();
  door.machines.seen = { exists: false, observedAt: door.clock.text() };
  expect((await run(`runbook plan restart-vm --target ${target}`, fetchFrom(door))).exit).toBe(2);
});

it('stops and resumes an environment, with the reason', async () => {
  const door = doors();
  expect((await run('stop prod --reason flood', fetchFrom(door))).out).toContain('caretaker resume prod');
  await run('resume prod --reason dry', fetchFrom(door));
  expect(door.engine.killSwitches).toMatchObject([
    { environment: 'prod', engaged: true, reason: 'flood' },
    { environment: 'prod', engaged: false, reason: 'dry' },
  ]);
  expect((await run('stop prod', fetchFrom(door))).err).toContain('--reason');
  expect(door.engine.killSwitches).toHaveLength(2);
});

it('stops everything, or one rule; and asks for one scope alone', async () => {
  const door = doors();
  await run('stop --global --reason flood', fetchFrom(door));
  await run('stop prod --rule vm-unavailable --reason noisy', fetchFrom(door));
  expect(door.engine.killSwitches).toMatchObject([
    { environment: '-everywhere-', reason: 'flood' },
    { environment: 'prod', rule: 'vm-unavailable', reason: 'noisy' },
  ]);
  for (const argv of ['stop --reason x', 'stop prod --global --reason x', 'stop --global --rule r --reason x']) {
    const ended = await run(argv, fetchFrom(door));
    expect(ended).toMatchObject({ exit: 1, err: expect.stringContaining('say what') });
  }
  expect(door.engine.killSwitches).toHaveLength(2);
});

it('holds a resource, lists the holds, and releases one by its name', async () => {
  const door = doors();
  const added = await run(`hold add ${target} --reason looking --for 2h`, fetchFrom(door));
  expect(added.out).toBe('Nothing is done to vm-web-1 until 2026-05-04T10:00:00.000Z.\n');
  expect(door.engine.orders).toMatchObject([{ operation: 'hold', input: { reason: 'looking' } }]);
  const at = '2026-05-04T10:00:00.000Z' as never;
  const held = { target: target.toLowerCase() as never, reason: 'looking', by: 'Ada', at, expiresAt: at };
  door.engine.guardState = { ...door.engine.guardState, holds: { [held.target]: held } };
  expect((await run('hold', fetchFrom(door))).out).toMatch(/vm-web-1 +prod +2026-05-04T10:00:00.000Z +Ada +looking/);
  expect((await run('hold release vm-web-2', fetchFrom(door))).err).toContain('nobody holds vm-web-2');
  expect((await run('hold release vm-web-1', fetchFrom(door))).out).toBe('vm-web-1 is held no more.\n');
  expect(door.engine.orders).toMatchObject([{}, { operation: 'unhold', input: { target: held.target } }]);
});

it('overrides the calendar and resets a breaker', async () => {
  const door = doors();
  expect((await run('calendar override prod --reason outage --for 1h', fetchFrom(door))).exit).toBe(0);
  expect((await run('calendar restore prod', fetchFrom(door))).exit).toBe(0);
  expect((await run('breaker reset prod restart-vm --reason mended', fetchFrom(door))).exit).toBe(0);
  expect(door.engine.orders.map(({ operation }) => operation)).toEqual([
    'overrideCalendar',
    'overrideCalendar',
    'resetBreaker',
  ]);
});

it('shows the queue with places, and what was decided', async () => {
  const door = doors();
  const now = door.clock.now();
  const waiter = { turn: 1, target: target.toLowerCase(), since: now, until: now + 60_000, keys: ['budget hourly'] };
  door.engine.guardState = { ...door.engine.guardState, waiting: { 'incident-1-r1': waiter } };
  const { out } = await run('guard prod', fetchFrom(door));
  expect(out).toMatch(/budget hourly +0 of 2 +-\n/);
  expect(out).toMatch(/1 +budget hourly +vm-web-1 +2026-05-04T08:00:00.000Z +incident-1-r1\n/);
  await door.alert(alertText('metric-fired'));
  expect((await run('decisions --action open-incident', fetchFrom(door))).out).toMatch(/open-incident +For the alert/);
  expect((await run('decisions --action none', fetchFrom(door))).out).not.toMatch(/For the alert/);
});

it('watches until it is told to stop, and goes on after an outage', async () => {
  const door = doors();
  let asked = 0;
  const answer: typeof fetch = async (...given) => {
    asked += 1;
    return asked === 2 ? new Response('{}', { status: 503 }) : fetchFrom(door)(...given);
  };
  const { out, err } = await run('status --watch', answer, place, 2);
  expect(asked).toBe(3);
  expect(out.match(/^Policy /gm)).toHaveLength(2);
  expect(err).toContain('(503)');
  const json = await run('status --watch 1 --json', fetchFrom(door), place, 2);
  expect(
    json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  ).toHaveLength(3);
});

it('lists, shows, replays and discards dead letters', async () => {
  const door = doors();
  await door.alert(alertText('metric-fired'), { ...door.alertDeps, subscriptions: new Set() });
  const listed = await run('dead-letters', fetchFrom(door));
  const id = /^[0-9a-f]{32}/m.exec(listed.out)?.[0] ?? '';
  expect(JSON.parse((await run(`dead-letters show ${id}`, fetchFrom(door))).out)).toMatchObject({ id });
  expect((await run(`dead-letters replay ${id}`, fetchFrom(door))).out).toMatch(/open-incident +no\n$/);
  expect((await run(`dead-letters discard ${id}`, fetchFrom(door))).out).toBe(`${id} is gone.\n`);
  expect((await run(`dead-letters show ${id}`, fetchFrom(door))).exit).toBe(1);
});

describe('what goes wrong is one line and an exit code', () => {
  const answers = (status: number, body: string, headers: Record<string, string> = {}): typeof fetch => {
    return async () => new Response(body, { status, headers });
  };
  const detail = JSON.stringify({ detail: 'The reason.' });

  it.each([
    ['an id that is not known', 'runs none', fetchFrom(doors()), 1, 'run none is not known here'],
    ['an id that would lead elsewhere', 'runs ../status', fetchFrom(doors()), 1, 'run ../status is not known here'],
    ['a wrong target', 'runbook plan restart-vm --target vm', fetchFrom(doors()), 1, 'target'],
    [
      'a runbook there is not',
      `runbook start x --target ${target}`,
      fetchFrom(doors()),
      1,
      'names no runbook there is; there are',
    ],
    ['no token', 'status', answers(401, detail), 3, 'The reason. give a token'],
    ['no role', 'status', answers(403, detail), 3, 'The reason.'],
    ['an outage', 'status', answers(503, '{}', { 'retry-after': '20' }), 4, 'try again in 20 s'],
    ['throttling', 'status', answers(429, ''), 4, 'try again later'],
    ['a page of a proxy', 'status', answers(200, '<html>'), 4, 'is it a Caretaker'],
    [
      'nobody there',
      'status',
      () => Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })),
      4,
      'cannot be reached: ECONNREFUSED',
    ],
    ['a limit that is none', 'runs --limit 0', fetchFrom(doors()), 1, 'whole number from 1 to 100'],
    [
      'parameters that are no JSON',
      `runbook plan x --target ${target} --parameters {`,
      fetchFrom(doors()),
      1,
      'JSON object',
    ],
  ])('%s', async (_, argv, answer, exit, said) => {
    const ended = await run(argv, answer);
    expect(ended.err).toContain(said);
    expect(ended.err).not.toMatch(/\n +at |secret-token/);
    expect(ended).toMatchObject({ exit, out: '' });
  });

  it.each([
    ['no place', {}, 'CARETAKER_URL'],
    ['a place that is none', { CARETAKER_URL: 'caretaker' }, 'CARETAKER_URL'],
    ['a place where the token could be read on the way', { CARETAKER_URL: 'http://caretaker.example' }, 'use https'],
    ['a place that only looks like this machine', { CARETAKER_URL: 'http://127.0.0.1.example' }, 'use https'],
  ])('%s', async (_, env, said) => {
    const sent: Sent[] = [];
    const ended = await run('status', fetchFrom(doors(), sent), env);
    expect(ended).toMatchObject({ exit: 1, err: expect.stringContaining(said) });
    expect(sent).toEqual([]);
  });
});
