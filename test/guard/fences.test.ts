import type { DurableClient } from 'durable-functions';
import { durableFences } from '../../src/adapters/durable';
import { emptyGuard, everywhere, type GuardState } from '../../src/guard';
import { TransientError } from '../../src/kernel/errors';
import { hold, setKillSwitch } from '../../src/guard/orders.plan';
import { at, guardAfter, machine, request, textAt } from './fixture';

const leased = guardAfter([0, request('run-1', 'a')]);

/** Fences over guards as they are stored, by key; one that is `broken` cannot be read. */
function fencesOver(states: Readonly<Record<string, GuardState | 'broken'>>) {
  const client = {
    readEntityState: async ({ key }: { readonly key: string }) => {
      const state = states[key];
      if (state === 'broken') {
        throw new Error('storage is away');
      }
      return { entityExists: state !== undefined, entityState: state };
    },
  };
  return durableFences(client as unknown as DurableClient, { now: () => at(60) });
}

const check = (states: Readonly<Record<string, GuardState | 'broken'>>) =>
  fencesOver(states).problem('prod', machine('a'), 1);
const engaged = { engaged: true, reason: 'storm', by: 'ada' };

it('lets the holder of the lease pass, also when there is no guard above all', async () => {
  await expect(check({ prod: leased })).resolves.toBeUndefined();
  await expect(check({ prod: leased, [everywhere]: emptyGuard })).resolves.toBeUndefined();
});

it.each([
  [
    'the kill switch for everything',
    { prod: leased, [everywhere]: setKillSwitch(emptyGuard, engaged, at(1)) },
    'for everything',
  ],
  ["the environment's", { prod: setKillSwitch(leased, engaged, at(1)) }, 'the kill switch is engaged by ada: storm'],
  ["the rule's", { prod: setKillSwitch(leased, { ...engaged, rule: 'web' }, at(1)) }, 'the kill switch of rule web'],
  [
    'a hold',
    { prod: hold(leased, { target: machine('a'), reason: 'disk swap', by: 'ada', until: textAt(600) }, at(1)).state },
    'ada holds the resource until 2026-01-31T09:10:00.000Z: disk swap',
  ],
])('is stopped by %s', async (_, states, said) => {
  await expect(check(states)).resolves.toContain(said);
});

it("is not stopped by another rule's kill switch", async () => {
  const state = setKillSwitch(leased, { ...engaged, rule: 'other' }, at(1));
  await expect(check({ prod: state })).resolves.toBeUndefined();
});

it.each(['prod', everywhere])('lets nothing pass when the guard of %s cannot be read', async (key) => {
  await expect(check({ prod: leased, [key]: 'broken' })).rejects.toThrow(TransientError);
});
