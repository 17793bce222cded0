import { createInventory, holdTagValue, parentInId, tagHold } from '../../src/inventory';
import type { EpochMillis } from '../../src/kernel/clock';
import { TransientError } from '../../src/kernel/errors';
import { silentLog } from '../../src/kernel/log';
import type { ResourceId } from '../../src/kernel/resource-id';
import type { ListedResource } from '../../src/ports/resource-group';
import { HandClock } from '../run/fixture';
import { MemoryStorage } from '../support/memory-storage';

const group = '/subscriptions/3f1d6c52-8c1e-4b7a-9d55-0a6f3c2b7e11/resourcegroups/rg-web';
const id = (rest: string) => `${group}/providers/${rest}` as ResourceId;
const vm = id('microsoft.compute/virtualmachines/vm-1');
const disk = id('microsoft.compute/disks/disk-1');
const scaleSet = id('microsoft.compute/virtualmachinescalesets/vmss-1');

const listed = (
  one: ResourceId,
  owner: ResourceId | null = null,
  tags: Record<string, string> = {},
): ListedResource => ({
  id: one,
  owner,
  tags,
  location: 'westeurope',
  zones: [],
});

function world() {
  const clock = new HandClock();
  const storage = new MemoryStorage();
  const state = {
    lists: 0,
    answer: async (): Promise<ListedResource[]> => [listed(disk, vm), listed(vm, scaleSet, { tier: 'web' })],
  };
  const groups = {
    list: async () => {
      state.lists += 1;
      return state.answer();
    },
  };
  const start = () => createInventory({ groups, documents: storage.documents, clock, log: silentLog });
  return {
    clock,
    storage,
    state,
    start,
    down: async () => Promise.reject(new TransientError('AzureUnavailable', 'down')),
  };
}

it('tells what a resource is part of, through its owners and through its id', async () => {
  const inventory = world().start();
  expect(await inventory.find(disk)).toMatchObject({ kind: 'seen', chain: [disk, vm, scaleSet] });
  const extension = id('microsoft.compute/virtualmachines/vm-1/extensions/agent');
  expect(await inventory.find(extension)).toMatchObject({ kind: 'unseen', chain: [extension, vm, scaleSet] });
});

it.each([
  ['microsoft.network/virtualnetworks/v/subnets/s', 'microsoft.network/virtualnetworks/v'],
  ['microsoft.compute/virtualmachinescalesets/s/virtualmachines/3', 'microsoft.compute/virtualmachinescalesets/s'],
  ['microsoft.sql/servers/a/providers/microsoft.insights/x/b', 'microsoft.sql/servers/a'],
  ['microsoft.compute/virtualmachines/v', undefined],
])('%s is part of %s by its id', (given, parent) => {
  expect(parentInId(id(given))).toBe(parent === undefined ? undefined : id(parent));
});

it('a circle of owners ends', async () => {
  const { start, state } = world();
  state.answer = async () => [listed(disk, vm), listed(vm, disk)];
  expect(await start().find(disk)).toMatchObject({ chain: [disk, vm] });
});

it('asks once a minute, and once for all who ask at the same time', async () => {
  const { start, state, clock } = world();
  const inventory = start();
  await Promise.all([inventory.find(vm), inventory.find(disk), inventory.find(vm)]);
  expect(state.lists).toBe(1);
  clock.pass(59);
  await inventory.find(vm);
  expect(state.lists).toBe(1);
  clock.pass(2);
  await inventory.find(vm);
  expect(state.lists).toBe(2);
});

it('has the last list for a day while Azure cannot be asked, also in a new process, and then nobody can tell', async () => {
  const { start, state, clock, down } = world();
  await start().find(vm);
  state.answer = down;
  const inventory = start();
  clock.pass(3600);
  expect(await inventory.find(vm)).toMatchObject({ kind: 'seen', readAt: '2026-05-04T08:00:00.000Z' });
  clock.pass(5);
  await inventory.find(vm);
  expect(state.lists).toBe(2);
  clock.pass(86_400);
  expect(await inventory.find(disk)).toMatchObject({
    kind: 'unreadable',
    reason: expect.stringContaining('down'),
    chain: [disk],
  });
  state.answer = async () => [listed(vm, null, { tier: 'api' })];
  clock.pass(20);
  expect(await inventory.find(vm)).toMatchObject({ kind: 'seen', resource: { tags: { tier: 'api' } } });
});

describe('the tag of a hold', () => {
  const now = Date.parse('2026-05-04T08:00:00Z') as EpochMillis;

  it.each([
    ['2026-05-04T12:00:00Z disk is being looked at', '2026-05-04T12:00:00.000Z'],
    ['until=2026-05-04T12:00:00+02:00;by=Ada', '2026-05-04T10:00:00.000Z'],
    ['Ada is on it', undefined],
    ['true', undefined],
  ])('"%s" holds until %s', (value, until) => {
    const hold = tagHold({ 'Caretaker-Hold': value }, now);
    expect(hold).toBeDefined();
    expect(hold?.until).toBe(until === undefined ? undefined : Date.parse(until));
    expect(hold?.text).toContain(value);
  });

  it.each([['', 'false', 'off'], ['2026-05-04T07:59:59Z over']])('"%s" holds nothing', (...values) => {
    for (const value of values) {
      expect(tagHold({ 'caretaker-hold': value }, now)).toBeUndefined();
    }
  });

  it('is written as it is read, and not longer than Azure takes', () => {
    const value = holdTagValue({ until: '2026-05-04T12:00:00.000Z', by: 'Ada', reason: 'x'.repeat(900) });
    expect(value).toHaveLength(256);
    expect(tagHold({ 'caretaker-hold': value }, now)?.until).toBe(Date.parse('2026-05-04T12:00:00Z'));
  });
});

it('remembers every resource group that was ever read, and asks nobody for it', async () => {
  const { start, state } = world();
  const first = start();
  expect(await first.remembered()).toEqual([]);
  await first.find(vm);
  const asked = state.lists;
  const ids = [disk, vm];
  expect((await first.remembered()).map((one) => one.id)).toEqual(ids);
  expect((await start().remembered()).map((one) => one.id)).toEqual(ids);
  expect(state.lists).toBe(asked);
});
