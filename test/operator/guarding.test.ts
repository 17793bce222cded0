import { emptyGuard, type GuardState } from '../../src/guard';
import { everywhere } from '../../src/guard';
import { subscription } from '../run/intake-world';
import { doors, pathsOf } from './support';

const machine = (number: number) =>
  `/subscriptions/${subscription}/resourcegroups/rg-web-prod/providers/microsoft.compute/virtualmachines/vm-web-${number}`;
const target = machine(1);
const params = { environment: 'prod' };

/** What the ledger says was ordered, oldest first. */
async function ordered(door: ReturnType<typeof doors>) {
  const { body } = await door.call('ledger', {});
  return (body['entries'] as unknown as { kind: string; subject: string; data: Record<string, unknown> }[])
    .filter(({ kind }) => kind === 'operator.ordered' || kind === 'kill-switch.set')
    .map(({ kind, subject, data }) => ({ kind, subject, order: data['order'], reason: data['reason'], by: data['by'] }))
    .reverse();
}

/** A guard with a hold on the machine, by Ada, until noon. */
const held = (state: GuardState = emptyGuard): GuardState => ({
  ...state,
  holds: {
    [target]: {
      target: target as never,
      reason: 'disk is being looked at',
      by: 'Ada',
      at: '2026-05-04T07:00:00.000Z' as never,
      expiresAt: '2026-05-04T12:00:00.000Z' as never,
    },
  },
});

describe('holds', () => {
  it('are placed for a time, with a reason, and entered in the ledger', async () => {
    const door = doors();
    const until = '2026-05-04T10:30:00.000Z';
    const answer = await door.call('place-hold', { body: { target, reason: 'looking', until } });
    expect(answer).toMatchObject({ status: 202, body: { environment: 'prod', target, until } });
    expect(door.engine.orders).toEqual([
      { environment: 'prod', operation: 'hold', input: { target, reason: 'looking', by: 'function-key', until } },
    ]);
    expect(await ordered(door)).toEqual([
      { kind: 'operator.ordered', subject: target, order: 'hold', reason: 'looking', by: 'function-key' },
    ]);
  });

  it.each([
    [{ target, reason: 'x' }, ['for']],
    [{ target, reason: 'x', for: '2h', until: '2026-05-04T10:00:00Z' }, ['for']],
    [{ target, reason: 'x', for: 'soon' }, ['for']],
    [{ target, reason: 'x', for: '31d' }, ['for']],
    [{ target, reason: 'x', until: '2020-01-01T00:00:00Z' }, ['until']],
    [{ target, reason: ' ', for: '2h' }, ['reason']],
    [{ target: 'vm-web-1', reason: 'x', for: '2h' }, ['target']],
    [{ target: target.replace('rg-web-prod', 'rg-other'), reason: 'x', for: '2h' }, ['target']],
  ])('with %j are refused, and nothing is ordered', async (body, paths) => {
    const door = doors();
    const answer = await door.call('place-hold', { body });
    expect([answer.status, pathsOf(answer)]).toEqual([400, paths]);
    expect(door.engine.orders).toEqual([]);
    expect(await ordered(door)).toEqual([]);
  });

  it('are listed, shown with their version, and ended by whoever saw them as they are', async () => {
    const door = doors();
    door.engine.guardState = held();
    const [one] = (await door.call('holds')).body['holds'] as unknown as { id: string }[];
    expect(one).toMatchObject({ target, reason: 'disk is being looked at', by: 'Ada', environment: 'prod' });
    const id = one?.id ?? '';
    const { etag = '' } = (await door.call('hold', { params: { id } })).headers;
    const other = await door.call('release-hold', { params: { id }, headers: { 'if-match': '"other"' } });
    expect([other.status, other.body.detail]).toEqual([412, expect.stringContaining("It is Ada's")]);
    expect(door.engine.orders).toEqual([]);
    expect((await door.call('release-hold', { params: { id }, headers: { 'if-match': etag } })).status).toBe(202);
    expect(door.engine.orders).toEqual([{ environment: 'prod', operation: 'unhold', input: { target } }]);
    expect(await ordered(door)).toMatchObject([{ order: 'release-hold', subject: target }]);
  });
});

describe('kill switches', () => {
  it.each([
    ['global-kill-switch', {}, everywhere, {}],
    ['kill-switch', params, 'prod', {}],
    ['rule-kill-switch', { ...params, rule: 'vm-unavailable' }, 'prod', { rule: 'vm-unavailable' }],
  ])('%s goes to its guard and into the ledger', async (name, path, environment, more) => {
    const door = doors();
    const answer = await door.call(name, { params: path, body: { engaged: true, reason: 'flood' } });
    expect(answer.status).toBe(202);
    expect(door.engine.killSwitches).toEqual([
      { environment, engaged: true, reason: 'flood', by: 'function-key', ...more },
    ]);
    expect(await ordered(door)).toMatchObject([{ kind: 'kill-switch.set', order: 'kill-switch', reason: 'flood' }]);
  });

  it('are engaged although the ledger cannot be written, and the caller is told to come again', async () => {
    const door = doors();
    await door.call('kill-switch-state', { params });
    door.breaker.breakOnce(1, 'before');
    const answer = await door.call('kill-switch', { params, body: { engaged: true, reason: 'flood' } });
    expect(answer.status).toBe(503);
    expect(door.engine.killSwitches).toHaveLength(1);
  });

  it('of a rule that has gone from the policy can be cleared, and not engaged', async () => {
    const door = doors();
    const path = { ...params, rule: 'gone' };
    expect((await door.call('rule-kill-switch', { params: path, body: { engaged: true, reason: 'x' } })).status).toBe(
      404,
    );
    const killSwitch = { engaged: true, reason: 'flood', by: 'Ada', at: null };
    door.engine.guardState = { ...emptyGuard, ruleSwitches: { gone: killSwitch } };
    expect((await door.call('rule-kill-switch-state', { params: path })).body).toMatchObject({ killSwitch });
    expect((await door.call('rule-kill-switch', { params: path, body: { engaged: false, reason: 'x' } })).status).toBe(
      202,
    );
  });
});

describe('the view of a guard', () => {
  it('shows who waits at which place, and how far budgets are used', async () => {
    const door = doors();
    const now = door.clock.now();
    const waiter = (turn: number, keys: string[]) => ({
      turn,
      target: machine(turn),
      since: now,
      until: now + 600_000,
      keys,
    });
    door.engine.guardState = {
      ...emptyGuard,
      actions: [1, 2].map((number) => ({
        holder: `run-${number}`,
        target: machine(number) as never,
        runbook: 'restart-vm',
        rule: 'vm-unavailable',
        at: now - number * 60_000,
        acted: true,
      })),
      waiting: {
        'run-9': waiter(9, ['budget hourly']),
        'run-4': waiter(4, ['budget hourly', 'group web']),
        'run-7': waiter(7, ['group web']),
      },
      tallies: {
        'restart-vm': [
          [now, 'verified'],
          [now, 'ineffective'],
        ],
      },
    };
    const { status, body } = await door.call('guard', { params });
    expect(status).toBe(200);
    expect(body['queue']).toMatchObject([
      {
        run: 'run-4',
        places: [
          { key: 'budget hourly', position: 1 },
          { key: 'group web', position: 1 },
        ],
      },
      { run: 'run-7', places: [{ key: 'group web', position: 2 }] },
      { run: 'run-9', places: [{ key: 'budget hourly', position: 2 }] },
    ]);
    const freeAt = new Date(now - 120_000 + 3_600_000).toISOString();
    expect(body['budgets']).toEqual([{ key: 'budget hourly', windowSeconds: 3600, used: 2, limit: 2, freeAt }]);
    expect(body['breakers']).toEqual([{ runbook: 'restart-vm', runs: 2, bad: 1, mode: 'auto' }]);
  });
});

it('a calendar is overridden for a time and by name, and the override ended', async () => {
  const door = doors();
  const until = '2026-05-04T10:00:00.000Z';
  expect((await door.call('override-calendar', { params, body: { reason: 'outage', until } })).status).toBe(202);
  expect((await door.call('end-calendar-override', { params })).status).toBe(202);
  expect(door.engine.orders).toMatchObject([
    { operation: 'overrideCalendar', input: { reason: 'outage', by: 'function-key', until } },
    { operation: 'overrideCalendar', input: { until: new Date(door.clock.now()).toISOString() } },
  ]);
  expect((await ordered(door)).map(({ order }) => order)).toEqual(['override-calendar', 'end-calendar-override']);
});

it('a breaker is reset for a runbook that there is, or that was measured', async () => {
  const door = doors();
  const reset = (runbook: string) =>
    door.call('reset-breaker', { params: { ...params, runbook }, body: { reason: 'mended' } });
  expect((await reset('restart-vm')).status).toBe(202);
  expect((await reset('unknown')).status).toBe(404);
  door.engine.guardState = { ...emptyGuard, tallies: { unknown: [] } };
  expect((await reset('unknown')).status).toBe(202);
  expect(door.engine.orders.map(({ input }) => input)).toEqual([{ runbook: 'restart-vm' }, { runbook: 'unknown' }]);
});
