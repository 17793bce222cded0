import { PermanentError, TransientError } from '../../src/kernel/errors';
import { parseResourceId, type ResourceId } from '../../src/kernel/resource-id';
import { createEffectJournal, runActivities, type Records } from '../../src/run';
import { procedures } from '../../src/runbooks';
import { MemoryStorage } from '../support/memory-storage';
import { healthyMachine, hungMachine, instant } from '../runbooks/machine';
import { Breaker, HandClock, ScriptedMachines, vm } from './fixture';
import { onlyMachines } from '../support/runbook-ports';

const records: Records = { record: async () => 0, isResolved: async () => false };

function world(more: { records?: Records; tags?: Record<string, string>; switchedOff?: string } = {}) {
  const clock = new HandClock();
  const breaker = new Breaker();
  const machines = new ScriptedMachines(clock, breaker, hungMachine(0));
  const made = runActivities({
    procedures: procedures(onlyMachines(machines)),
    journal: createEffectJournal(new MemoryStorage().documents, clock),
    records: more.records ?? records,
    closing: { joinedIn: async () => [], close: async () => undefined },
    tags: { read: async () => more.tags ?? {} },
    clock,
  });
  const activities = { ...made, observe: made.observe({ switchedOff: async () => more.switchedOff }) };
  return { clock, breaker, machines, activities };
}

const look = { runId: 'run-1', target: vm, runbook: 'restart-vm' };
const observed = { ...look, parameters: {}, correlation: null };
const redis = parseResourceId(
  '/subscriptions/3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01/resourcegroups/rg/providers/microsoft.cache/redis/r',
)?.id as ResourceId;
const denied = new PermanentError('AzureDenied', 'Azure: AuthorizationFailed: no');

describe('observing', () => {
  it('gives the plan with a hash of it', async () => {
    const { activities } = world();
    const { plan, planHash, alreadyResolved } = await activities.observe(observed);
    expect(plan).toMatchObject({ kind: 'act', steps: [{ id: 'restart', effect: 'restart' }] });
    expect(planHash).toMatch(/^[0-9a-f]{64}$/);
    expect(alreadyResolved).toBe(false);
  });

  it('plans nothing and looks at nothing while a kill switch is engaged', async () => {
    const { activities, breaker } = world({ switchedOff: 'the kill switch is engaged by Ada: flood' });
    const seen = await activities.observe({ ...observed, environment: 'prod', rule: 'web' });
    expect(seen).toMatchObject({ plan: { kind: 'impossible' }, stopped: 'the kill switch is engaged by Ada: flood' });
    expect(breaker.acts).toEqual([]);
    // Runs that began before this was asked here find the switch at the guard and at the fence.
    expect(await activities.observe(observed)).toMatchObject({ plan: { kind: 'act' }, stopped: null });
  });

  it.each([
    ['2026-05-04T08:02:00Z Ada looks at its disk', 120],
    ['2026-05-05T08:00:00Z', 300],
    ['Ada is on it', 300],
  ])('waits while a person holds the resource by its tag: %s', async (value, retryAfterSeconds) => {
    const { activities, machines } = world({ tags: { 'Caretaker-Hold': value } });
    const { plan } = await activities.observe(observed);
    expect(plan).toMatchObject({ kind: 'busy', retryAfterSeconds, reasons: [expect.stringContaining(value)] });
    expect(machines.heard).toEqual([]);
    const over = world({ tags: { 'caretaker-hold': '2026-05-04T07:59:00Z' } });
    expect((await over.activities.observe(observed)).plan.kind).toBe('act');
  });

  it('tells whether the alert is known to be resolved, and asks only for an alert', async () => {
    const asked: string[] = [];
    const isResolved = async (correlation: string) => asked.push(correlation) > 0;
    const { activities } = world({ records: { ...records, isResolved } });
    expect((await activities.observe({ ...observed, correlation: 'c-1' })).alreadyResolved).toBe(true);
    expect((await activities.observe(observed)).alreadyResolved).toBe(false);
    expect(asked).toEqual(['c-1']);
  });

  it.each([
    [
      'a runbook that this version does not have',
      { runbook: 'reboot-vm' },
      'UnknownRunbook: there is no runbook "reboot-vm" in this version',
    ],
    [
      'a resource of another type',
      { target: redis },
      'WrongResourceType: restart-vm is for microsoft.compute/virtualmachines, not for microsoft.cache/redis',
    ],
  ])('finds %s impossible, without being tried again', async (_, wrong, reason) => {
    const { activities, breaker } = world();
    expect((await activities.observe({ ...observed, ...wrong })).plan).toEqual({
      kind: 'impossible',
      reasons: [reason],
    });
    expect(breaker.acts).toEqual([]);
  });

  it('finds a target that it may not see impossible', async () => {
    const { activities, machines } = world();
    machines.observe = () => Promise.reject(denied);
    expect((await activities.observe(observed)).plan).toEqual({
      kind: 'impossible',
      reasons: ['AzureDenied: Azure: AuthorizationFailed: no'],
    });
  });

  it('throws what may pass, and what is wrong with the records', async () => {
    const { activities, machines } = world();
    machines.observe = () => Promise.reject(new TransientError('AzureUnavailable', '503'));
    await expect(activities.observe(observed)).rejects.toMatchObject({ code: 'AzureUnavailable' });
    const isResolved = () => Promise.reject(new PermanentError('StorageDenied', 'no'));
    const other = world({ records: { ...records, isResolved } });
    await expect(other.activities.observe({ ...observed, correlation: 'c-1' })).rejects.toMatchObject({
      code: 'StorageDenied',
    });
  });

  it('refuses input that does not fit its contract', async () => {
    const { activities } = world();
    await expect(activities.observe({ ...observed, target: 'vm-1' })).rejects.toThrow('target');
    await expect(activities.observe(undefined)).rejects.toThrow();
  });
});

describe('settling', () => {
  const ticket = { operation: 'restart', token: 'token', startedAt: instant(0), retryAfterSeconds: 10 };
  const before = { powerState: 'running', provisionedAt: instant(-3600) };
  const input = { ...look, ticket, before, actedAt: instant(0) };

  it('only tells that the operation runs, as long as it does', async () => {
    const { activities, machines, breaker } = world();
    machines.poll = async () => ({ kind: 'running', retryAfterSeconds: 7 });
    expect(await activities.settle(input)).toEqual({ kind: 'running', retryAfterSeconds: 7 });
    expect(breaker.acts).toEqual([]);
  });

  it('looks when it is over, and judges by what is seen', async () => {
    const { activities, machines } = world();
    machines.seen = healthyMachine(120);
    expect(await activities.settle(input)).toMatchObject({
      kind: 'over',
      failure: null,
      verification: { verdict: 'healthy' },
      undo: [],
    });
    machines.seen = hungMachine(120);
    expect(await activities.settle(input)).toMatchObject({ failure: null, verification: { verdict: 'pending' } });
  });

  it('tells why the operation failed, and what would take it back', async () => {
    const { activities, machines } = world();
    machines.poll = async () => ({ kind: 'failed', refusal: { code: 'ZonalAllocationFailed', message: 'none left' } });
    machines.seen = healthyMachine(120, { powerState: 'deallocated', agent: 'unknown' });
    expect(await activities.settle(input)).toMatchObject({
      failure: 'ZonalAllocationFailed: none left',
      verification: { verdict: 'worse' },
      undo: [{ id: 'undo-start', effect: 'start' }],
    });
  });

  it('is blind where access is denied, and throws what may pass', async () => {
    const { activities, machines } = world();
    machines.poll = () => Promise.reject(denied);
    machines.observe = () => Promise.reject(denied);
    expect(await activities.settle(input)).toEqual({
      kind: 'over',
      failure: 'AzureDenied: Azure: AuthorizationFailed: no',
      verification: { verdict: 'blind', reasons: ['AzureDenied: Azure: AuthorizationFailed: no'], facts: {} },
      undo: [],
    });
    expect(await activities.look(input)).toMatchObject({ verification: { verdict: 'blind' }, undo: [] });
    machines.poll = () => Promise.reject(new TransientError('AzureUnavailable', '503'));
    await expect(activities.settle(input)).rejects.toMatchObject({ code: 'AzureUnavailable' });
  });
});

it('records through the records, once for each call', async () => {
  const recorded: unknown[] = [];
  const { activities } = world({
    records: { ...records, record: async (runs, incident) => recorded.push([runs, incident]) },
  });
  const never = () => Promise.reject(new Error('nobody is asked'));
  const none = { open: never, state: never, resolve: never };
  expect(await activities.record(none)({ runs: [], incident: null })).toEqual({ recorded: 1 });
  expect(recorded).toEqual([[[], null]]);
});
