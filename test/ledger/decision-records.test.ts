import type { EpochMillis } from '../../src/kernel/clock';
import { createDecisionRecords, type DecisionRecords } from '../../src/ledger';
import { MemoryStorage } from '../support/memory-storage';
import { faulty, ManualClock, type Operation, type Storage } from './fixture';

const decision = { runbooks: ['restart-vm'], because: 'rule web-vm-down' };
const end = Date.UTC(2030, 0, 1) as EpochMillis;

function open(storage: Storage, clock = new ManualClock()): DecisionRecords {
  return createDecisionRecords({ documents: storage.documents, clock });
}

test('a signal is claimed once, however often it comes at the same time', async () => {
  const storage = new MemoryStorage();
  const records = open(storage);
  const answers = await Promise.all(Array.from({ length: 100 }, () => records.claim({ signalId: 's1', decision })));
  expect(answers.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
  expect(new Set(answers.map(({ record }) => record.state))).toEqual(new Set(['pending']));
  expect(await records.find('s1')).toEqual({
    signalId: 's1',
    state: 'pending',
    claimedAt: '2026-03-01T12:00:00.000Z',
    decision,
  });
});

test('it is pending until it is completed, and its first result stays', async () => {
  const storage = new MemoryStorage();
  const clock = new ManualClock();
  const records = open(storage, clock);
  await records.claim({ signalId: 's1', decision });
  clock.advance(30);
  expect(await records.pending(clock.now())).toMatchObject([{ signalId: 's1', decision }]);
  const done = await records.complete('s1', { incident: 'i1' });
  expect(done).toMatchObject({ state: 'done', completedAt: '2026-03-01T12:00:30.000Z', result: { incident: 'i1' } });
  expect(await records.complete('s1', { incident: 'another' })).toEqual(done);
  expect(await records.find('s1')).toEqual(done);
  expect(await records.pending(end)).toEqual([]);
  expect(await records.claim({ signalId: 's1', decision: 'other' })).toEqual({ kind: 'exists', record: done });
});

test('the sweep takes only what is old enough, and no more than it is asked to', async () => {
  const storage = new MemoryStorage();
  const clock = new ManualClock();
  const records = open(storage, clock);
  for (const signalId of ['s1', 's2', 's3', 's4']) {
    await records.claim({ signalId, decision });
    clock.advance(60);
  }
  const ids = async (millis: number, limit?: number): Promise<readonly string[]> =>
    (await records.pending(millis as EpochMillis, limit === undefined ? {} : { limit })).map(
      ({ signalId }) => signalId,
    );
  expect(await ids(Date.UTC(2026, 2, 1, 12, 1))).toEqual(['s1', 's2']);
  expect(await ids(end, 3)).toHaveLength(3);
  expect(await ids(Date.UTC(2026, 1, 1))).toEqual([]);
});

test('the sweep does not look at decisions that are done', async () => {
  const storage = new MemoryStorage();
  const records = open(storage);
  for (let n = 0; n < 300; n += 1) {
    await records.claim({ signalId: `done-${n}`, decision });
    await records.complete(`done-${n}`, null);
  }
  await records.claim({ signalId: 'left', decision });
  const operations: Operation[] = [];
  const watched = open(faulty(storage, (operation) => void operations.push(operation)));
  expect(await watched.pending(end)).toHaveLength(1);
  // The list, the marker, and the decision it stands for.
  expect(operations.length).toBeLessThanOrEqual(4);
});

test('completing what was never claimed is an error', async () => {
  await expect(open(new MemoryStorage()).complete('s1', null)).rejects.toMatchObject({ code: 'DecisionUnknown' });
});

test('ids cannot reach other documents', async () => {
  const storage = new MemoryStorage();
  const records = open(storage);
  for (const signalId of ['../runs/r1', 'a/b', 'a b', 'x'.repeat(300)]) {
    await records.claim({ signalId, decision });
    expect((await records.find(signalId))?.signalId).toBe(signalId);
  }
  for (const path of storage.stored.keys()) {
    expect(path).toMatch(/^decisions(-pending)?\/[A-Za-z0-9_-]+\.json$/);
  }
});

describe.each(['before', 'after'] as const)('a crash %s an operation takes effect', (when) => {
  async function claimAndComplete(storage: Storage): Promise<'claimed' | 'completed' | undefined> {
    const records = open(storage);
    let reached: 'claimed' | 'completed' | undefined;
    try {
      const claim = await records.claim({ signalId: 's1', decision });
      reached = 'claimed';
      await records.complete('s1', 'result', claim);
      reached = 'completed';
    } catch (error) {
      expect(error).toMatchObject({ code: 'Injected' });
    }
    return reached;
  }

  test('a decision is done, or the sweep finds it, or nobody was told of it', async () => {
    let operations = 0;
    await claimAndComplete(faulty(new MemoryStorage(), () => void (operations += 1)));
    expect(operations).toBe(4);
    for (let crash = 1; crash <= operations; crash += 1) {
      const storage = new MemoryStorage();
      const reached = await claimAndComplete(
        faulty(storage, ({ number }) => (number === crash ? when : number > crash ? 'before' : undefined)),
      );
      const records = open(storage);
      const pending = await records.pending(end);
      const found = await records.find('s1');
      if (reached !== undefined) {
        expect(found).toMatchObject({ decision });
      }
      expect(pending.map(({ signalId }) => signalId)).toEqual(found?.state === 'pending' ? ['s1'] : []);
      // The sweep starts again what is pending, and completes it; then nothing is left behind.
      for (const { signalId } of pending) {
        await records.complete(signalId, 'result');
      }
      expect(await records.pending(end)).toEqual([]);
      expect([...storage.stored.keys()].filter((path) => path.startsWith('decisions-pending/'))).toEqual([]);
      // The sender, which got no answer, sends again.
      expect((await records.claim({ signalId: 's1', decision })).kind).toBe(found === undefined ? 'claimed' : 'exists');
    }
  });
});
