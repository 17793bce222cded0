import type { IncidentReport, RunReport } from '../../src/run';
import { Crash, vm } from './fixture';
import { intakeWorld } from './intake-world';

const time = '2026-05-04T08:00:00.000Z' as RunReport['startedAt'];

function run(id: string): RunReport {
  return {
    id,
    incidentId: 'incident-1',
    environment: 'prod',
    target: vm,
    runbook: 'restart-vm',
    rule: 'vm-unavailable',
    askedBy: { kind: 'signal', signalId: 's' },
    startedAt: time,
    finishedAt: time,
    appliedAt: time,
    result: { kind: 'applied', outcome: 'verified' },
    reasons: ['running'],
    plan: null,
    planHash: null,
    guard: null,
    verification: null,
    undo: null,
    events: [],
  };
}

const incident = {
  id: 'incident-1',
  order: { environment: 'prod', target: vm, rule: 'r', signalId: 's', policyVersion: 'v' },
  openedAt: time,
  closedAt: time,
  end: 'repaired',
  reasons: ['restart-vm: verified'],
  timeToRepairSeconds: 90,
  runs: [run('incident-1-r1'), run('incident-1-r2')],
} as unknown as IncidentReport;

const written = ['run.finished incident-1-r1', 'run.finished incident-1-r2', 'incident.closed incident-1'];

it('writes a report of each run and of the incident, and enters each in the ledger', async () => {
  const world = intakeWorld();
  const { records } = world.start();
  expect(await records.record(incident.runs, incident)).toBe(3);
  expect(await world.entries()).toEqual(written);
  expect(await world.runs.find('incident-1-r1')).toMatchObject({ runbook: 'restart-vm' });
  expect(await world.incidentReports.find('incident-1')).toMatchObject({
    startedAt: time,
    end: 'repaired',
    runs: ['incident-1-r1', 'incident-1-r2'],
  });
});

it('twice is once', async () => {
  const world = intakeWorld();
  const { records } = world.start();
  await records.record(incident.runs, incident);
  const before = new Map(world.storage.stored);
  await records.record(incident.runs, incident);
  await world.start().records.record(incident.runs, incident);
  expect(await world.entries()).toEqual(written);
  expect([...world.storage.stored.keys()]).toEqual([...before.keys()]);
});

it.each(['before', 'after'] as const)(
  'a crash %s any act leaves nothing that the next attempt does not mend',
  async (when) => {
    const plain = intakeWorld();
    await plain.start().records.record(incident.runs, incident);
    const acts = plain.breaker.acts.length;
    expect(acts).toBeGreaterThan(8);
    for (let act = 1; act <= acts; act += 1) {
      const world = intakeWorld();
      world.breaker.breakOnce(act, when);
      await expect(world.start().records.record(incident.runs, incident)).rejects.toThrow(Crash);
      await world.start().records.record(incident.runs, incident);
      expect((await world.entries()).sort()).toEqual([...written].sort());
      expect((await world.runs.list()).reports.map(({ id }) => id).sort()).toEqual(['incident-1-r1', 'incident-1-r2']);
      expect((await world.incidentReports.list()).reports.map(({ id }) => id)).toEqual(['incident-1']);
    }
  },
);

it('tells one that was handed over apart in the ledger', async () => {
  const world = intakeWorld();
  await world.start().records.record([], { ...incident, end: 'handed-over', runs: [] });
  expect(await world.entries()).toEqual(['incident.handed-over incident-1']);
});

it('remembers which alerts were resolved, the first news of each', async () => {
  const world = intakeWorld();
  const { records } = world.start();
  expect(await records.isResolved('c-1')).toBe(false);
  await records.noteResolved('c-1', 's-1', time);
  await records.noteResolved('c-1', 's-2', time);
  expect(await records.isResolved('c-1')).toBe(true);
  expect(await records.isResolved('c-2')).toBe(false);
  expect((await world.storage.documents.get('resolved/c-1.json'))?.value).toMatchObject({ signalId: 's-1' });
});
