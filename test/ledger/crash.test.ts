import fc from 'fast-check';
import { verifyLedger } from '../../src/ledger';
import { MemoryStorage } from '../support/memory-storage';
import { collect, draft, faulty, ManualClock, openLedger, type Storage } from './fixture';

const small = { bytes: 1_000_000, lines: 3 };
const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

const verify = (storage: MemoryStorage): ReturnType<typeof verifyLedger> =>
  verifyLedger({ logs: storage.ledgerLogs, documents: storage.documents, environment: 'test' });

/** Enters each id by itself until the storage fails; gives those that were acknowledged. */
async function writeUntilFailure(storage: Storage): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  const ledger = openLedger(storage, new ManualClock(), small);
  for (const id of ids) {
    try {
      await ledger.append([draft(id)]);
    } catch {
      break;
    }
    acknowledged.push(id);
  }
  return acknowledged;
}

async function countOperations(): Promise<number> {
  let count = 0;
  await writeUntilFailure(faulty(new MemoryStorage(), () => void (count += 1)));
  return count;
}

describe.each(['before', 'after'] as const)('a crash %s an operation takes effect', (when) => {
  test('at any operation: the chain verifies, nothing acknowledged is lost, the next instance goes on', async () => {
    const operations = await countOperations();
    // One head, seven entries, two segments closed: fewer would mean that the loop below tests little.
    expect(operations).toBeGreaterThan(18);
    for (let crash = 1; crash <= operations; crash += 1) {
      const storage = new MemoryStorage();
      // From the crash on nothing works for this instance, as for a process that is gone.
      const acknowledged = await writeUntilFailure(
        faulty(storage, ({ number }) => (number === crash ? when : number > crash ? 'before' : undefined)),
      );
      expect((await verify(storage)).problems).toEqual([]);

      const next = openLedger(storage, new ManualClock(), small);
      const kept = (await collect(next)).map(({ id }) => id);
      expect(kept).toEqual(expect.arrayContaining([...acknowledged]));
      expect(ids.slice(0, kept.length)).toEqual(kept);

      await next.append([draft('next')]);
      expect(await verify(storage)).toMatchObject({ problems: [], beyondHead: 0 });
      expect((await collect(next)).map(({ id }) => id)).toEqual([...kept, 'next']);
    }
  });

  test('at any operation, once: the same instance tries again and enters everything exactly once', async () => {
    const operations = await countOperations();
    for (let fault = 1; fault <= operations; fault += 1) {
      const storage = new MemoryStorage();
      const ledger = openLedger(
        faulty(storage, ({ number }) => (number === fault ? when : undefined)),
        new ManualClock(),
        small,
      );
      for (const id of ids) {
        await ledger.append([draft(id)]).catch(async (error: unknown) => {
          expect(error).toMatchObject({ code: 'Injected' });
          await ledger.append([draft(id)]);
        });
      }
      expect(await verify(storage)).toMatchObject({ problems: [], repeats: 0, beyondHead: 0 });
      expect((await collect(openLedger(storage))).map(({ id }) => id)).toEqual(ids);
    }
  });
});

test('several instances, faults at random: one valid chain with everything that was acknowledged, in it once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('before', 'after', undefined, undefined, undefined), { minLength: 40, maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      async (faults, instances) => {
        const storage = new MemoryStorage();
        const clock = new ManualClock();
        const unreliable = faulty(storage, ({ number }) => faults[number - 1]);
        const ledgers = Array.from({ length: instances }, () => openLedger(unreliable, clock, small));
        const acknowledged: string[] = [];
        await Promise.all(
          Array.from({ length: 12 }, async (_, n) => {
            for (let turn = 0; turn < (n * 5) % 13; turn += 1) {
              await Promise.resolve();
            }
            const ledger = ledgers[n % instances] as (typeof ledgers)[0];
            await ledger.append([draft(`${n}`)]).then(
              () => acknowledged.push(`${n}`),
              () => undefined,
            );
          }),
        );
        const verification = await verify(storage);
        expect(verification.problems).toEqual([]);
        expect(verification.repeats).toBe(0);
        const kept = (await collect(openLedger(storage))).map(({ id }) => id);
        expect(kept).toEqual(expect.arrayContaining(acknowledged));
      },
    ),
    { numRuns: 200 },
  );
});
