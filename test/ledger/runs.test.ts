import { createIncidentDocuments, createRunDocuments } from '../../src/ledger';
import { MemoryStorage } from '../support/memory-storage';
import { faulty } from './fixture';

const report = { id: 'run-1', startedAt: '2026-03-01T12:00:00.000Z', runbook: 'restart-vm', steps: [{ at: 1 }] };

test('puts, finds, and replaces a report', async () => {
  const runs = createRunDocuments(new MemoryStorage());
  expect(await runs.find('run-1')).toBeUndefined();
  expect(await runs.put(report)).toBe('stored');
  expect(await runs.find('run-1')).toEqual(report);
  await runs.put({ ...report, outcome: 'verified' });
  expect(await runs.find('run-1')).toEqual({ ...report, outcome: 'verified' });
});

test('runs and incidents do not meet', async () => {
  const storage = new MemoryStorage();
  await createRunDocuments(storage).put(report);
  expect(await createIncidentDocuments(storage).find('run-1')).toBeUndefined();
  expect(await createIncidentDocuments(storage).list()).toEqual({ reports: [] });
});

test('an older revision that arrives late is dropped', async () => {
  const runs = createRunDocuments(new MemoryStorage());
  await runs.put({ ...report, revision: 2, state: 'finished' });
  expect(await runs.put({ ...report, revision: 1, state: 'started' })).toBe('stale');
  expect(await runs.find('run-1')).toMatchObject({ revision: 2, state: 'finished' });
  expect(await runs.put({ ...report, revision: 3, state: 'undone' })).toBe('stored');
});

test('putting the same again writes nothing', async () => {
  const storage = new MemoryStorage();
  const names: string[] = [];
  const runs = createRunDocuments(faulty(storage, ({ name }) => void names.push(name)));
  await runs.put(report);
  names.length = 0;
  await runs.put({ ...report });
  expect(names).toEqual(['get']);
});

test('names what a report lacks', async () => {
  const runs = createRunDocuments(new MemoryStorage());
  await expect(runs.put({ id: '', startedAt: 'today' })).rejects.toMatchObject({
    code: 'ReportInvalid',
    problems: [{ path: 'id' }, { path: 'startedAt' }],
  });
});

test('lists newest first with a cursor; the first start counts', async () => {
  const incidents = createIncidentDocuments(new MemoryStorage());
  for (const day of [2, 5, 1, 4, 3]) {
    await incidents.put({ id: `/subscriptions/x/vm ${day}`, startedAt: `2026-03-0${day}T00:00:00Z` });
  }
  await incidents.put({ id: '/subscriptions/x/vm 1', startedAt: '2026-03-09T00:00:00Z', state: 'closed' });
  const first = await incidents.list({ limit: 2 });
  const second = await incidents.list({ limit: 9, cursor: first.cursor as string });
  expect(first.reports.map(({ id }) => id.slice(-1))).toEqual(['5', '4']);
  expect(second.reports.map(({ id }) => id.slice(-1))).toEqual(['3', '2', '1']);
  expect(second.reports[2]).toMatchObject({ startedAt: '2026-03-01T00:00:00.000Z', state: 'closed' });
  expect(second.cursor).toBeUndefined();
});

test('a put that broke off leaves nothing that shows, and can be repeated', async () => {
  for (const [fault, when] of [1, 2, 3].flatMap((number) => [
    [number, 'before'] as const,
    [number, 'after'] as const,
  ])) {
    const storage = new MemoryStorage();
    const unreliable = createRunDocuments(faulty(storage, ({ number }) => (number === fault ? when : undefined)));
    await expect(unreliable.put(report)).rejects.toMatchObject({ code: 'Injected' });
    const runs = createRunDocuments(storage);
    const stored = await runs.find('run-1');
    expect((await runs.list()).reports).toEqual(stored === undefined ? [] : [report]);
    await runs.put(report);
    expect((await runs.list()).reports).toEqual([report]);
  }
});
